"""Opening what a person names: a video, an image folder or a session, with the video that belongs to it."""

import os
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource
from samannot_tui.session import commands as cmd
from samannot_tui.session.location import default_folder, is_session
from samannot_tui.session.manifest import Manifest, read_manifest
from samannot_tui.session.paths import relative_to_session
from samannot_tui.session.recorded import Recorded
from samannot_tui.session.store import Session
from samannot_tui.text import printable


@dataclass(frozen=True)
class Opened:
    """A session, its video, and sentences that the person should read about either."""

    session: Session
    source: FrameSource
    notices: tuple[str, ...]

    def close(self) -> None:
        self.session.close()
        self.source.close()


def open_target(target: Path, *, session: Path | None = None, media: Path | None = None) -> Opened:
    """Open a session, or a video with its session, which is made where there is none.

    Args:
        target: a video file, an image folder or a session's folder.
        session: the session's folder, for a video whose session is not in the default place.
        media: where the session's video is now, if it has been moved.

    Raises:
        InputError: `target` is neither, the video is missing or another one, or the options do not fit.
    """
    if is_session(target):
        if session is not None:
            raise InputError("--session goes with a video; a session was given already.")
        return open_session(target, media)
    if media is not None:
        raise InputError("--media goes with a session, to say where its video is now.")
    source = open_media(target)
    try:
        folder = session or default_folder(target, source.info)
        if is_session(folder):
            check_same_video(read_manifest(folder / "session.json"), source, target, folder)
            opened = Session.open(folder)
        else:
            opened = Session.create(folder, target, source.info)
    except BaseException:
        source.close()
        raise
    return Opened(opened, source, opened.notices + source.notices)


def open_session(folder: Path, media: Path | None = None) -> Opened:
    """Open a session with its video, found where the session says or at `media`, which is then remembered.

    Raises:
        InputError: no session, or its video is missing or another one.
    """
    session = Session.open(folder)
    try:
        path = media or session.media_file()
        source = _open_video(path, session.manifest, folder)
        try:
            if media is not None and media.resolve() != session.media_file() and session.read_only is None:
                session.submit(cmd.RebindMedia(relative_to_session(media, folder)))
        except BaseException:
            source.close()
            raise
    except BaseException:
        session.close()
        raise
    return Opened(session, source, session.notices + source.notices)


def recorded_session(folder: Path, media: Path | None = None) -> tuple[Recorded, Path]:
    """A session as it is recorded, not to be touched, and the path of its video, found as by `open_session`.

    Raises as `open_session` does.
    """
    recorded = Recorded(folder)
    try:
        path = media or recorded.media_file()
        _open_video(path, recorded.manifest, folder).close()
    except BaseException:
        recorded.close()
        raise
    return recorded, path


def _open_video(path: Path, manifest: Manifest, folder: Path) -> FrameSource:
    """Raises: InputError: the session's video is not there, or that is another one."""
    if not os.path.lexists(path):
        raise InputError(f"The session's video {printable(path)} is not there; say where it is now with --media PATH.")
    source = open_media(path)
    try:
        check_same_video(manifest, source, path, folder)
    except BaseException:
        source.close()
        raise
    return source


def check_same_video(manifest: Manifest, source: FrameSource, path: Path, folder: Path) -> None:
    """Refuse a video that is not the one which the session was made for.

    Raises:
        InputError: it is another one.
    """
    found = source.info
    if (found.fingerprint, found.frame_count, found.width, found.height) != (
        manifest.fingerprint,
        manifest.frame_count,
        manifest.width,
        manifest.height,
    ):
        raise InputError(
            f"{printable(path)} is another video than the one of the session {printable(folder)} "
            f"({found.frame_count} frames of {found.width}x{found.height}, fingerprint {found.fingerprint[:8]}; the "
            f"session's has {manifest.frame_count} of {manifest.width}x{manifest.height}, "
            f"{printable(manifest.fingerprint[:8])}); give it a session of its own with --session."
        )
