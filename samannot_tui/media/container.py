"""Opening media files with FFmpeg so that a hostile file can reach nothing but itself."""

from functools import cache
from pathlib import Path
from typing import cast

import av
from av.container import InputContainer
from av.container.core import Flags
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from samannot_tui.errors import InputError
from samannot_tui.text import printable

# Formats whose content names other files or devices, holds a script, or renders text as pictures.
_REFUSED = (
    "adf avisynth bin concat dash ffmetadata hls iamf idf image2 image2pipe imf lavfi rawvideo rtp rtsp sap "
    "sdp tty vapoursynth webm_dash_manifest xbin"
)


def open_container(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open a regular file as FFmpeg input; returns it with its video stream, all others switched off.

    Raises:
        InputError: the file is no video, is cut off before its index, or no decoder fits.
    """
    options = {"protocol_whitelist": "file", "format_whitelist": _allowed_formats()}
    try:
        # An absolute path, since FFmpeg reads what stands before a ":" in a relative one as a protocol.
        container = av.open(str(path.absolute()), "r", container_options=options, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(
            f"{printable(path)} is not a video that can be read, or it was cut off before its index was "
            "written; give a whole video file or a folder of images"
        ) from error
    try:
        return container, _video_stream(container, path)
    except InputError:
        container.close()
        raise


@cache
def _allowed_formats() -> str:
    names = av.formats_available.difference(_REFUSED.split())
    return ",".join(sorted(name for name in names if not name.endswith("_pipe")))


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    covers = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    streams = [stream for stream in container.streams.video if not stream.disposition & covers]
    if not streams:
        raise InputError(f"{printable(path)} has no video in it; give a video file or a folder of images")
    best = container.streams.best("video")
    chosen = best if isinstance(best, VideoStream) and best in streams else streams[0]
    if chosen.codec_context is None:
        raise InputError(
            f"{printable(path)} holds a video that FFmpeg cannot decode; convert it, for instance to H.264"
        )
    for stream in container.streams:
        if stream.index != chosen.index:
            stream.discard = Discard.all
    # Invented time stamps would pass for real ones in the packet table.
    container.flags &= ~cast(int, Flags.gen_pts.value)
    return chosen
