"""Packets of one video, from any of them on, each known by its ordinal."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.media.container import open_container
from samannot_tui.media.packets import UNKNOWN, PacketTable, VideoPacket, identity, payload, read_packets
from samannot_tui.text import printable


class PacketReader:
    """Reads a video's packets. Seeking is checked against the packet table, so it cannot land wrong.

    Where the container cannot seek, or lands on packets that cannot be told apart, the packets are read
    (not decoded) from the file's beginning: slower, never wrong.
    """

    def __init__(self, path: Path) -> None:
        """Open the file and read its packet table.

        Raises:
            InputError: see `open_container`.
        """
        self.path = path
        self._container, self.stream = open_container(path)
        self.table = read_packets(self._container, self.stream)
        self._landings = _landings(self.table)
        self._patience = _longest_gap(self.table) + 16

    @property
    def format(self) -> str:
        """FFmpeg's name of the container format."""
        return self._container.format.name

    def close(self) -> None:
        self._container.close()

    def reopen(self) -> None:
        """Begin anew, with a decoder that is not open yet, at the first packet."""
        self._container.close()
        self._container, self.stream = open_container(self.path)

    def drop_last(self) -> None:
        """Leave the last packet out from now on: it is incomplete."""
        self.table = self.table.without_last()

    def packets_from(self, ordinal: int) -> Iterator[tuple[int, VideoPacket]]:
        """The packets from `ordinal` to the end. The decoder must be taken from `stream` afterwards.

        Only the iterator of the latest call is valid.

        Raises:
            InputError: the file is not the one that was opened.
        """
        for target in self._targets(ordinal):
            found = self._seek(target, ordinal)
            if found is not None:
                return found
        return self._from_beginning(ordinal)

    def _targets(self, ordinal: int) -> Iterator[int]:
        """Time stamps to seek to, the most promising first: of the packet itself, then of earlier keys."""
        earlier = np.flatnonzero(self.table.key[:ordinal])
        tried = {UNKNOWN}
        for packet in (ordinal, *earlier[-1:], *earlier[-4:-3]):
            for column in (self.table.pts, self.table.dts):
                target = int(column[packet])
                if target not in tried:
                    tried.add(target)
                    yield target

    def _seek(self, target: int, ordinal: int) -> Iterator[tuple[int, VideoPacket]] | None:
        try:
            self._container.seek(target, stream=self.stream)
            packets = payload(self._container, self.stream)
            for _ in range(self._patience):
                packet = next(packets)
                landed = self._landings.get(identity(packet))
                if landed is not None:
                    return self._advance(landed, packet, packets, ordinal)
        except (av.error.FFmpegError, OSError, StopIteration):
            return None
        return None

    def _advance(
        self, landed: int, packet: VideoPacket, packets: Iterator[VideoPacket], ordinal: int
    ) -> Iterator[tuple[int, VideoPacket]] | None:
        """Skip from `landed`, whose packet is at hand, to `ordinal`; None if that is behind or not there."""
        if landed > ordinal:
            return None
        while landed < ordinal:
            packet = next(packets)
            landed += 1
            if packet.size != self.table.size[landed]:
                return None
        return self._rest(ordinal, packet, packets)

    def _from_beginning(self, ordinal: int) -> Iterator[tuple[int, VideoPacket]]:
        # A container that cannot seek cannot rewind either; a fresh one reads as the scan did.
        self.reopen()
        packets = payload(self._container, self.stream)
        try:
            first = next(packets)
            found = self._advance(0, first, packets, ordinal) if first.size == self.table.size[0] else None
        except (av.error.FFmpegError, OSError, StopIteration):
            found = None
        if found is None:
            raise self._changed()
        return found

    def _rest(
        self, ordinal: int, packet: VideoPacket, packets: Iterator[VideoPacket]
    ) -> Iterator[tuple[int, VideoPacket]]:
        last = len(self.table) - 1
        while True:
            yield ordinal, packet
            if ordinal == last:
                return
            try:
                packet = next(packets)
            except (av.error.FFmpegError, OSError, StopIteration):
                raise self._changed() from None
            ordinal += 1
            if packet.size != self.table.size[ordinal]:
                raise self._changed()

    def _changed(self) -> InputError:
        return InputError(f"{printable(self.path)} changed or could not be read on while it was open; open it again")


def _landings(table: PacketTable) -> dict[tuple[int, int, int], int]:
    """Ordinals of the key packets that can be told from all others by their identity."""
    names = list(zip(table.pts.tolist(), table.pos.tolist(), table.size.tolist(), strict=True))
    counts = Counter(names)
    return {names[key]: key for key in np.flatnonzero(table.key).tolist() if counts[names[key]] == 1}


def _longest_gap(table: PacketTable) -> int:
    keys = np.flatnonzero(table.key)
    return int(np.diff(np.concatenate(([0], keys, [len(table)]))).max())
