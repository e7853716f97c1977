"""The sample clip that `demo` works on."""

import hashlib
from pathlib import Path

from platformdirs import user_data_path

import samannot_tui
from samannot_tui.errors import InputError

_PACKAGE = Path(samannot_tui.__file__).parent


def sample_folder() -> Path:
    """The folder with `clip.mp4`, `prompts.json` and `ground_truth/`: in an installed package or a checkout.

    Raises:
        InputError: it is in neither.
    """
    for folder in (_PACKAGE / "sample_data", _PACKAGE.parent / "sample_data"):
        if (folder / "clip.mp4").is_file():
            return folder
    raise InputError("The sample clip is missing from this installation; install samannot-tui again.")


def sample_clip() -> Path:
    """The sample's video. Raises as `sample_folder`."""
    return sample_folder() / "clip.mp4"


def demo_folder() -> Path:
    """Where the app's demo keeps its session, so that trying things out touches no checkout.

    Named by the clip's content: another release's clip gets a session of its own. Raises as `sample_folder`.
    """
    content = hashlib.sha256(sample_clip().read_bytes()).hexdigest()
    return user_data_path("samannot-tui") / f"demo-{content[:8]}"
