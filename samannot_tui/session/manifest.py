"""`session.json`: the facts about a session that never change. Written once, atomically."""

import os
import tempfile
from pathlib import Path

import msgspec

from samannot_tui.appendlog import open_regular
from samannot_tui.errors import InputError
from samannot_tui.media.source import MediaInfo
from samannot_tui.session.paths import decode_path, relative_to_session
from samannot_tui.text import printable

VERSION = 1
LARGEST_SIDE = 1 << 16
MOST_FRAMES = 1 << 24
LARGEST_MANIFEST = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`media_path` as in `session.paths`; `width` and `height` in pixels; `fps` the average frame rate."""

    version: int
    media_path: str
    kind: str
    fingerprint: str
    frame_count: int
    fps: float
    width: int
    height: int


def manifest_of(media: Path, info: MediaInfo, folder: Path) -> Manifest:
    """The manifest of a new session of `media` in `folder`."""
    return Manifest(
        version=VERSION,
        media_path=relative_to_session(media, folder),
        kind=info.kind,
        fingerprint=info.fingerprint,
        frame_count=info.frame_count,
        fps=info.fps,
        width=info.width,
        height=info.height,
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that at any moment either the old or the new one is there, whole and durable."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_manifest(path: Path) -> Manifest:
    """Read and check a `session.json`.

    Raises:
        InputError: missing, not such a file, or from a newer version of the program.
    """
    with open_regular(path) as file:
        data = file.read(LARGEST_MANIFEST)
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        decode_path(manifest.media_path)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{printable(path)} is not a session's manifest ({printable(error)}).") from error
    if manifest.version != VERSION:
        raise InputError(
            f"{printable(path)} has format version {manifest.version}, this program reads version {VERSION}; "
            "open it with the program that made it."
        )
    sides = manifest.width, manifest.height
    if not all(1 <= side <= LARGEST_SIDE for side in sides) or not 1 <= manifest.frame_count <= MOST_FRAMES:
        raise InputError(
            f"{printable(path)} names an impossible video of {manifest.frame_count} frames of {sides[0]}x{sides[1]} "
            "pixels."
        )
    return manifest
