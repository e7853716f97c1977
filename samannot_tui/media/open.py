"""Opening whatever a person names: a video file or a folder of images."""

import re
import stat
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.media.folder import IMAGE_SUFFIXES, FolderSource
from samannot_tui.media.source import FrameSource
from samannot_tui.media.video import VideoSource
from samannot_tui.text import printable


def open_media(path: str | Path) -> FrameSource:
    """Open a video file or a folder of images; symbolic links are followed.

    Raises:
        InputError: a URL, nothing there, not readable, neither a file nor a folder, or no frames in it.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise InputError(f"{printable(path)} is a URL; download it and give the file")
    path = Path(path)
    if _is_folder(path):
        return FolderSource(path)
    if path.suffix.lower() in IMAGE_SUFFIXES:
        raise InputError(f"{printable(path)} is a single image; give the folder that holds the frames")
    return VideoSource(path)


def _is_folder(path: Path) -> bool:
    """True for a folder, false for a regular file with something in it; all else is refused."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return True
        if not stat.S_ISREG(mode):
            raise InputError(f"{printable(path)} is a device, pipe or socket; give a video file or a folder of images")
        with path.open("rb") as file:
            empty = not file.read(1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise InputError(f"{printable(path)} cannot be opened: {reason}") from error
    if empty:
        raise InputError(f"{printable(path)} is empty; give a video file or a folder of images")
    return False
