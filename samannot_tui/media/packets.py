"""What a demuxer tells about every packet of a video: read once, without decoding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

if TYPE_CHECKING:
    VideoPacket = Packet[VideoStream]
else:
    VideoPacket = Packet  # generic in PyAV's stubs only

Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

UNKNOWN = int(np.iinfo(np.int64).min)
"""Stands for a time stamp or byte position that the container does not give."""

# An MPEG-4 packet no longer than this may be a "not coded" place-holder, which gives no picture
# (MAX_NVOP_SIZE of FFmpeg's mpeg4_unpack_bframes_bsf.c).
_MPEG4_NVOP_SIZE = 19
_MPEG4_VOP_START = b"\x00\x00\x01\xb6"


@dataclass(frozen=True, eq=False)
class PacketTable:
    """Packets of one stream in decode order; an index into the columns is a packet's *ordinal*.

    Attributes:
        pts, dts: time stamps in units of the stream's time base, or UNKNOWN.
        pos: byte position in the file, or UNKNOWN.
        size: bytes.
        key: the container says that decoding can start here.
        shown: gives a picture (not cut away by an edit list, not an invisible reference).
        irregular: some packets may hold no picture or two, which only decoding can tell.
        cut: the last packet was incomplete (and is left out), or reading broke off.
    """

    pts: Int64Array
    dts: Int64Array
    pos: Int64Array
    size: Int64Array
    key: BoolArray
    shown: BoolArray
    irregular: bool
    cut: bool

    def __len__(self) -> int:
        return len(self.pts)

    def without_last(self) -> "PacketTable":
        """The table of a file whose last packet turned out to be incomplete."""
        columns = {name: getattr(self, name)[:-1] for name in ("pts", "dts", "pos", "size", "key", "shown")}
        return replace(self, **columns, cut=True)


def read_packets(container: InputContainer, stream: VideoStream) -> PacketTable:
    """Demux the stream from where the container stands to its end."""
    rows: list[tuple[int, int, int, int, bool, bool]] = []
    codec = stream.codec_context.name
    irregular = cut = corrupt = False
    try:
        for packet in payload(container, stream):
            rows.append(_row(packet, codec))
            corrupt = packet.is_corrupt
            irregular = irregular or (codec == "mpeg4" and _is_irregular_mpeg4(packet))
    except (av.error.FFmpegError, OSError):
        cut = True
    if corrupt:
        rows.pop()
    columns = np.array(rows, dtype=np.int64).reshape(len(rows), 6).T
    pts, dts, pos, size = (np.ascontiguousarray(column) for column in columns[:4])
    key, shown = (column.astype(np.bool_) for column in columns[4:])
    cut = cut or corrupt or _promised_more(container, stream, len(rows), int(pts.max(initial=0)))
    return PacketTable(pts, dts, pos, size, key, shown, irregular, cut)


def _promised_more(container: InputContainer, stream: VideoStream, count: int, last_pts: int) -> bool:
    """Whether the header or index tells of more than the `count` packets that end at `last_pts`."""
    index = stream.index_entries
    if len(index) and index[len(index) - 1].pos + index[len(index) - 1].size > container.size:
        return True
    if container.format.name == "avi":
        return stream.frames > count
    promised = _promised_seconds(container, stream)
    if promised is None or not stream.time_base:
        return False
    frame = 1 / float(stream.average_rate or 25)
    return float(last_pts * stream.time_base) + frame < promised - max(0.25, 2 * frame)


def _promised_seconds(container: InputContainer, stream: VideoStream) -> float | None:
    """Where a format that states it says that the stream ends; a second stream may well end later."""
    if container.format.name not in ("matroska,webm", "flv", "mxf"):
        return None
    tag = re.fullmatch(r"(\d+):(\d+):(\d+(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    if stream.duration is not None and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration is None or len(container.streams) > 1:
        return None
    return container.duration / av.time_base


def payload(container: InputContainer, stream: VideoStream) -> Iterator[VideoPacket]:
    """The stream's packets without the empty ones: the end of the file or, in AVI, a repeated frame.

    Raises:
        av.error.FFmpegError: the file cannot be read on.
    """
    return (packet for packet in container.demux(stream) if packet.size)


def identity(packet: VideoPacket) -> tuple[int, int, int]:
    """(pts, pos, size): the same however a packet is reached, unlike dts, which is guessed after a seek."""
    return _known(packet.pts), _known(packet.pos), packet.size


def _row(packet: VideoPacket, codec: str) -> tuple[int, int, int, int, bool, bool]:
    pts, pos, size = identity(packet)
    shown = not packet.is_discard and not (codec in ("vp8", "libvpx") and _is_hidden_vp8(packet))
    return pts, _known(packet.dts), pos, size, packet.is_keyframe, shown


def _known(value: int | None) -> int:
    return UNKNOWN if value is None else value


def _is_hidden_vp8(packet: VideoPacket) -> bool:
    """RFC 6386, 9.1: bit 4 of a frame's first byte is show_frame."""
    return not memoryview(packet)[0] & 0x10


def _is_irregular_mpeg4(packet: VideoPacket) -> bool:
    return packet.size <= _MPEG4_NVOP_SIZE or bytes(packet).count(_MPEG4_VOP_START) != 1
