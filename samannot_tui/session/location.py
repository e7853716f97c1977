"""Where a video's session lies when nobody says where."""

import os
from pathlib import Path

from platformdirs import user_data_path

from samannot_tui.media.source import MediaInfo

SUFFIX = ".samannot"


def is_session(path: Path) -> bool:
    """Whether `path` is a session's folder."""
    return os.path.lexists(path / "session.json")


def session_name(media: Path, info: MediaInfo) -> str:
    """The name of a video's session, without SUFFIX. A folder's name has no suffix to leave out."""
    place = media.resolve()
    return place.name if info.kind == "folder" else place.stem


def default_folder(media: Path, info: MediaInfo) -> Path:
    """`NAME.samannot` beside the media; in the platform's data folder where that place cannot be written to.

    A session that is already in one of the two places is the one.
    """
    name = session_name(media, info)
    beside = media.resolve().parent / f"{name}{SUFFIX}"
    elsewhere = user_data_path("samannot-tui") / "sessions" / f"{name}-{info.fingerprint[:8]}{SUFFIX}"
    if is_session(beside) or (not is_session(elsewhere) and os.access(beside.parent, os.W_OK)):
        return beside
    return elsewhere
