"""Who reviews."""

import getpass
import os

from samannot_tui.session.situation import LONGEST_NAME
from samannot_tui.text import printable

VARIABLE = "SAMANNOT_REVIEWER"


def reviewer() -> str:
    """The name in SAMANNOT_REVIEWER, else the login name; "" where the machine knows none. Safe to show."""
    try:
        name = os.environ.get(VARIABLE, "").strip() or getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no entry
        name = ""
    return printable(name).strip()[:LONGEST_NAME]
