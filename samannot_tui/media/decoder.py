"""Decoded frames of one video in presentation order, from any packet on."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from samannot_tui.media.packets import PacketTable, VideoPacket
from samannot_tui.media.reader import PacketReader

# More threads would hold more frames in memory and make the first frame after a seek wait for them.
MAX_THREADS = 4

# Formats that do not tell a packet's size beforehand, so that an incomplete last one is not seen.
_UNSIZED_FORMATS = frozenset({"h264", "hevc", "m4v", "mjpeg", "mpeg", "mpegts", "mpegvideo", "obu"})


class Decoder:
    """Frames known by the ordinal of the packet that holds them, whatever their time stamps say.

    Attributes:
        fed: ordinal of the packet that the decoder was given last.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read its packet table.

        Raises:
            InputError: see `container.open_container`.
        """
        self._reader = PacketReader(path)
        self._threads = 1
        self._failed: set[int] = set()
        self.fed = -1

    @property
    def packets(self) -> PacketTable:
        return self._reader.table

    @property
    def stream(self) -> VideoStream:
        return self._reader.stream

    def close(self) -> None:
        self._reader.close()

    def frames_from(self, ordinal: int) -> Iterator[tuple[int, VideoFrame]]:
        """The frames that decoding gives from packet `ordinal` on; packets that hold none are passed over.

        Only the iterator of the latest call is valid.

        Raises:
            InputError: the file changed while it was open.
        """
        packets = self._reader.packets_from(ordinal)
        return self._decode(self._context(), packets)

    def use_threads(self, count: int) -> None:
        """Decode with `count` threads from the next `frames_from` on; before this it is one.

        With more, what comes out of a damaged stream can depend on chance.
        """
        self._threads = count
        self._reader.reopen()

    def drop_incomplete_tail(self) -> None:
        """Leave the last packet out if a decoder that forgives nothing finds it cut off.

        Does nothing in formats that tell a packet's size beforehand.
        """
        if self._reader.format not in _UNSIZED_FORMATS:
            return
        keys = np.flatnonzero(self.packets.key)[-2:].tolist() or [0]
        last = len(self.packets) - 1
        trials = [self._broken_from(keys[0], strict) for strict in (False, True)]
        # Where other packets give no frame either (fields, damage), a missing frame proves nothing.
        regular = set(range(keys[-1], last)).issubset(trials[0])
        if any(broken.get(last, regular) for broken in trials):
            self._reader.drop_last()
        self._reader.reopen()

    def _broken_from(self, ordinal: int, strict: bool) -> dict[int, bool]:
        """Which packets from a key on give a frame or an error, and whether anything is wrong with them."""
        self._reader.reopen()
        self._failed.clear()
        packets = self._reader.packets_from(ordinal)
        context = self._context()
        if strict:
            context.options = {"err_detect": "explode"}
        broken = {ordinal: frame.is_corrupt for ordinal, frame in self._decode(context, packets)}
        return broken | dict.fromkeys(self._failed, True)

    def _context(self) -> VideoCodecContext:
        """The decoder that fits the packets read last; whoever sought or reopened has emptied it."""
        context = self.stream.codec_context
        if not context.is_open:
            context.thread_type = "AUTO"
            context.thread_count = self._threads
        return context

    def _decode(
        self, context: VideoCodecContext, packets: Iterator[tuple[int, VideoPacket]]
    ) -> Iterator[tuple[int, VideoFrame]]:
        for ordinal, packet in packets:
            self.fed = ordinal
            # A decoder hands a packet's time stamp on to its frame: that is how the two are matched.
            packet.pts = packet.dts = ordinal
            yield from self._decoded(context, packet)
        yield from self._decoded(context, None)

    def _decoded(self, context: VideoCodecContext, packet: VideoPacket | None) -> Iterator[tuple[int, VideoFrame]]:
        try:
            frames = context.decode(packet)
        except av.error.FFmpegError:
            self._failed.add(self.fed)
            return
        for frame in frames:
            if frame.pts is not None:
                yield frame.pts, frame
