"""Which sessions were opened last, for the start screen. May be lost at any time."""

import contextlib
from pathlib import Path

import msgspec
import platformdirs

from samannot_tui.session.manifest import write_atomically
from samannot_tui.session.paths import decode_path, encode_path

MOST = 9


def recent_sessions() -> list[Path]:
    """Session folders that still exist, the one opened last first."""
    try:
        kept = msgspec.json.decode(_file().read_bytes(), type=list[str])
    except (OSError, ValueError, msgspec.MsgspecError):
        return []
    return [folder for text in kept[:MOST] if (folder := decode_path(text)).is_dir()]


def remember(folder: Path) -> None:
    """Put a session first in the list."""
    folder = folder.resolve()
    others = [known for known in recent_sessions() if known != folder]
    texts = [encode_path(known) for known in (folder, *others)][:MOST]
    # Only a convenience: a home that cannot be written to is no reason to refuse the session.
    with contextlib.suppress(OSError):
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_file(), msgspec.json.encode(texts))


def _file() -> Path:
    return platformdirs.user_state_path("samannot-tui") / "recent.json"
