"""Decoded frames kept in a bounded number of bytes, and fetched before they are asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress

from samannot_tui.errors import InputError
from samannot_tui.media.source import FrameSource, Picture, RgbFrame
from samannot_tui.media.travel import Travel

# The frame shown, the one before it, and two to come.
_LEAST_CAPACITY = 4

# Enough for a usual group of pictures; more would keep a processor busy after every jump.
_MAX_WINDOW = 256


class FrameCache:
    """Frames of one source for any number of threads; the only user of the source from then on.

    A thread of its own decodes ahead in the direction in which frames are asked for. It makes way for
    anyone who waits for a frame after at most one decoded frame. Closing leaves the source open.
    """

    def __init__(self, source: FrameSource, max_bytes: int) -> None:
        """Keep at most `max_bytes` of frames; with room for fewer than four, nothing is fetched ahead."""
        self._source = source
        self._max_bytes = max_bytes
        info = source.info
        capacity = max_bytes // (info.width * info.height * 3)
        window = min(capacity // 2, _MAX_WINDOW) if capacity >= _LEAST_CAPACITY else 0
        self._travel = Travel(info.frame_count, window)
        self._frames: OrderedDict[int, RgbFrame] = OrderedDict()
        self._bytes = 0
        # `_state` guards all of the above but the source, which only the holder of `_decoding` may use.
        self._state = threading.Condition()
        self._decoding = threading.Lock()
        self._waiting = 0
        self._idle = True
        self._closed = False
        self._thread = threading.Thread(target=self._fetch_ahead, name="frame-prefetch", daemon=True)
        self._thread.start()

    def get(self, frame: int) -> RgbFrame:
        """The frame as a read-only array (see `FrameSource.read`), decoded now if it is not at hand.

        Raises:
            IndexError, samannot_tui.errors.InputError: as `FrameSource.read`.
        """
        with self._state:
            self._travel.move_to(frame)
            self._waiting += 1
        try:
            found = self.peek(frame)
            if found is None:
                with self._decoding:
                    found = self._fetch(frame, lambda: False)
            assert found is not None
            return found
        finally:
            with self._state:
                self._waiting -= 1
                self._idle = False
                self._state.notify_all()

    def peek(self, frame: int) -> RgbFrame | None:
        """The frame if it is at hand; never waits for a decoder."""
        with self._state:
            found = self._frames.get(frame)
            if found is not None:
                self._frames.move_to_end(frame)
            return found

    def close(self) -> None:
        """Stop fetching ahead and forget all frames. Returns once the source is no longer in use."""
        with self._state:
            self._closed = True
            self._state.notify_all()
        self._thread.join()
        with self._state:
            self._frames.clear()
            self._bytes = 0

    def _fetch_ahead(self) -> None:
        while True:
            with self._state:
                self._state.wait_for(lambda: self._closed or not (self._waiting or self._idle))
                if self._closed:
                    return
                frame = self._travel.next_missing(self._frames)
                if frame is None:
                    self._idle = True
                    continue
            try:
                with self._decoding:
                    self._fetch(frame, lambda: self._waiting > 0 or self._closed)
            except InputError:
                # Whoever asks for that frame is told; nothing beyond it is wanted until someone moves.
                with self._state:
                    self._idle = True

    def _fetch(self, frame: int, interrupted: Callable[[], bool]) -> RgbFrame | None:
        """Decode up to `frame`, keeping what travelling on will need; None if interrupted before it."""
        found = self.peek(frame)
        if found is not None:
            return found
        for number, picture in self._source.walk(frame):
            if number == frame:
                found = self._keep(number, picture)
            elif self._is_wanted(number):
                # Should it be unusable, that is said to whoever asks for this very frame.
                with suppress(InputError):
                    self._keep(number, picture)
            if number != frame and interrupted():
                return None
        return found

    def _is_wanted(self, frame: int) -> bool:
        with self._state:
            return frame not in self._frames and self._travel.will_pass(frame)

    def _keep(self, frame: int, picture: Picture) -> RgbFrame:
        pixels = picture()
        pixels.flags.writeable = False
        with self._state:
            self._frames[frame] = pixels
            self._bytes += pixels.nbytes
            while self._bytes > self._max_bytes:
                _, oldest = self._frames.popitem(last=False)
                self._bytes -= oldest.nbytes
        return pixels
