"""Where a video's session lies when nobody says where."""

import os
from pathlib import Path

from platformdirs import user_data_path

from samannot_tui.media.source import MediaInfo

SUFFIX = ".samannot"


def is_session(path: Path) -> bool:
    """Whether `path` is a session's folder."""
    return (path / "session.json").is_file()


def default_folder(media: Path, info: MediaInfo) -> Path:
    """`NAME.samannot` beside the media; in the platform's data folder where that place cannot be written to.

    A session that is already in one of the two places is the one.
    """
    beside = media.resolve().parent / f"{media.resolve().stem}{SUFFIX}"
    elsewhere = user_data_path("samannot-tui") / "sessions" / f"{media.resolve().stem}-{info.fingerprint[:8]}{SUFFIX}"
    if is_session(beside) or (not is_session(elsewhere) and os.access(beside.parent, os.W_OK)):
        return beside
    return elsewhere
