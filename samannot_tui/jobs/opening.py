"""Opening what a person names: a video, an image folder or a session, with the video that belongs to it."""

import os
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.media.blank import BlankSource
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource, MediaInfo
from samannot_tui.session import commands as cmd
from samannot_tui.session.location import default_folder, is_session
from samannot_tui.session.manifest import Manifest, read_manifest
from samannot_tui.session.paths import relative_to_session
from samannot_tui.session.store import Session
from samannot_tui.text import printable

LARGEST_GREY = 1 << 26
"""Pixels; of a stranger's session nothing larger is made without a video that has them."""


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


def open_session(
    folder: Path, media: Path | None = None, *, read_only: str | None = None, takes_grey: bool = False
) -> Opened:
    """Open a session with its video, found where the session says or at `media`, which is then remembered.

    Args:
        read_only: as of `Session.open`; nothing is remembered then.
        takes_grey: grey frames will do, with a notice, where the session's video is not found.

    Raises:
        InputError: no session, or its video is missing or another one.
    """
    session = Session.open(folder, read_only=read_only)
    try:
        path = media or session.media_file()
        if not os.path.lexists(path):
            missing = f"The session's video {printable(path)} is not there; say where it is now with --media PATH."
            if media is None and takes_grey and session.manifest.width * session.manifest.height <= LARGEST_GREY:
                blank = BlankSource(path, _info(session.manifest), f"{missing} Its frames are grey until then.")
                return Opened(session, blank, session.notices + blank.notices)
            raise InputError(missing)
        source = open_media(path)
        try:
            check_same_video(session.manifest, source, path, folder)
            if media is not None and media.resolve() != session.media_file() and session.read_only is None:
                session.submit(cmd.RebindMedia(relative_to_session(media, folder)))
        except BaseException:
            source.close()
            raise
    except BaseException:
        session.close()
        raise
    return Opened(session, source, session.notices + source.notices)


def damage(session: Session, read_only: str) -> tuple[str, ...]:
    """What is wrong with a session that was opened as `read_only`, as sentences."""
    told = session.read_only
    return () if told is None or read_only in told else (told,)


def _info(known: Manifest) -> MediaInfo:
    return MediaInfo(
        kind=known.kind,
        frame_count=known.frame_count,
        fps=known.fps,
        width=known.width,
        height=known.height,
        fingerprint=known.fingerprint,
    )


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
