"""The frame cache: right frames, a bound that holds, decoding ahead that makes way."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.media.cache import FrameCache
from samannot_tui.media.source import MediaInfo, Picture, RgbFrame
from samannot_tui.media.video import VideoSource
from tests.media.conftest import MakeVideo
from tests.media.videos import FRAMES, HEIGHT, WIDTH, number_of

FRAME_BYTES = WIDTH * HEIGHT * 3
PATIENCE = 20.0


class CountingSource:
    """100 frames in groups of 10: to reach a frame, its group is decoded from the first one on.

    `decoded` lists what was decoded. Decoding `held` sets `at_held` and waits for `go_on`. Frame `broken`
    has no picture.
    """

    def __init__(self, held: int | None = None, broken: int | None = None) -> None:
        self.path = Path("counting")
        self.info = MediaInfo("video", 100, 25.0, WIDTH, HEIGHT, "0")
        self.notices: tuple[str, ...] = ()
        self.decoded: list[int] = []
        self.at_held = threading.Event()
        self.go_on = threading.Event()
        self._position = -1
        self._held, self._broken = held, broken
        self._in_use = threading.Lock()

    def read(self, frame: int) -> RgbFrame:
        return [picture for _, picture in self.walk(frame)][-1]()

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        if not 0 <= frame < 100:
            raise IndexError(frame)
        group = frame - frame % 10
        ahead = group <= self._position < frame
        for number in range(self._position + 1 if ahead else group, frame + 1):
            self._decode(number)
            yield number, partial(self._picture, number)

    def _decode(self, number: int) -> None:
        assert self._in_use.acquire(blocking=False), "used from two threads at once"
        if number == self._held:
            self.at_held.set()
            assert self.go_on.wait(PATIENCE)
        self.decoded.append(number)
        self._position = number
        self._in_use.release()

    def _picture(self, number: int) -> RgbFrame:
        if number == self._broken:
            raise InputError(f"frame {number} is broken")
        return np.full((HEIGHT, WIDTH, 3), number, np.uint8)

    def time(self, frame: int) -> float:
        return frame / 25

    def stem(self, frame: int) -> str:
        return str(frame)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def caches() -> Iterator[list[FrameCache]]:
    opened: list[FrameCache] = []
    yield opened
    for cache in opened:
        cache.close()


def wait_until(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if condition():
            return
        tick.wait(0.005)
    raise AssertionError("it did not come to pass")


def kept(cache: FrameCache) -> list[int]:
    return [frame for frame in range(100) if cache.peek(frame) is not None]


def test_frames_are_right_and_cannot_be_written_to(make_video: MakeVideo, caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(VideoSource(make_video("open-gop.mp4")), 20 * FRAME_BYTES))
    for frame in [0, 1, 2, 30, 29, 28, 27, 5, 10, 15, 20, 59, 0]:
        image = cache.get(frame)
        assert number_of(image) == frame
        with pytest.raises(ValueError, match="read-only"):
            image[0, 0, 0] = 1


def test_many_threads_get_the_right_frames(make_video: MakeVideo, caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(VideoSource(make_video("b-frames.mp4")), 12 * FRAME_BYTES))
    wrong: list[int] = []

    def ask(seed: int) -> None:
        for frame in np.random.default_rng(seed).integers(0, FRAMES, 60).tolist():
            if number_of(cache.get(frame)) != frame:
                wrong.append(frame)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not wrong and not any(thread.is_alive() for thread in threads)


def test_the_bound_holds(caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(CountingSource(), 10 * FRAME_BYTES))
    for frame in [*range(0, 100, 3), *range(99, 0, -1)]:
        cache.get(frame)
        assert len(kept(cache)) <= 10


def test_the_oldest_frames_go_first(caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(CountingSource(), 3 * FRAME_BYTES))
    for frame in (10, 20, 30):
        cache.get(frame)
    cache.get(10)
    cache.get(40)
    assert kept(cache) == [10, 30, 40]


def test_a_frame_larger_than_the_bound_is_still_given(caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(CountingSource(), FRAME_BYTES - 1))
    assert cache.get(42)[0, 0, 0] == 42
    assert kept(cache) == []


def test_a_frame_that_is_kept_is_not_decoded_again(caches: list[FrameCache]) -> None:
    source = CountingSource()
    caches.append(cache := FrameCache(source, 3 * FRAME_BYTES))
    assert cache.get(20) is cache.get(20)
    assert source.decoded == [20]


@pytest.mark.parametrize(
    ("steps", "fetched"),
    [
        ([20, 21], set(range(22, 27))),
        ([59, 58], set(range(53, 58))),
        ([10, 13, 16], {19, 22, 25, 28, 31}),
        ([90, 86, 82], {78, 74, 70, 66, 62}),
    ],
    ids=["forward", "backward", "strides", "strides back"],
)
def test_frames_are_fetched_in_the_direction_of_travel(
    caches: list[FrameCache], steps: list[int], fetched: set[int]
) -> None:
    caches.append(cache := FrameCache(CountingSource(), 20 * FRAME_BYTES))
    for frame in steps:
        cache.get(frame)
    wait_until(lambda: fetched <= set(kept(cache)))


def test_stepping_backward_decodes_a_group_of_pictures_once(caches: list[FrameCache]) -> None:
    source = CountingSource()
    caches.append(cache := FrameCache(source, 60 * FRAME_BYTES))
    cache.get(80)
    wait_until(lambda: cache.peek(95) is not None)
    source.decoded.clear()
    for frame in range(79, -1, -1):
        assert cache.get(frame)[0, 0, 0] == frame
    assert len(source.decoded) <= 80 + 10


def test_fetching_ahead_makes_way_after_one_decoded_frame(caches: list[FrameCache]) -> None:
    source = CountingSource(held=75)
    caches.append(cache := FrameCache(source, 60 * FRAME_BYTES))
    cache.get(81)
    cache.get(80)
    assert source.at_held.wait(PATIENCE), "79 is fetched from 70 on"
    asked = threading.Thread(target=cache.get, args=(20,))
    asked.start()
    wait_until(lambda: cache._waiting > 0)
    source.go_on.set()
    asked.join(PATIENCE)
    assert source.decoded[source.decoded.index(75) + 1] == 20


def test_a_broken_frame_is_told_to_who_asks_for_it_only(caches: list[FrameCache]) -> None:
    caches.append(cache := FrameCache(CountingSource(broken=25), 40 * FRAME_BYTES))
    for frame in (29, 28, 27, 26):
        assert cache.get(frame)[0, 0, 0] == frame
    with pytest.raises(InputError, match="frame 25 is broken"):
        cache.get(25)
    for frame in (24, 23, 26):
        assert cache.get(frame)[0, 0, 0] == frame
    with pytest.raises(IndexError):
        cache.get(100)
    assert cache.get(50)[0, 0, 0] == 50


def test_closing_stops_the_thread_and_forgets_the_frames() -> None:
    cache = FrameCache(CountingSource(), 60 * FRAME_BYTES)
    cache.get(3)
    assert "frame-prefetch" in {thread.name for thread in threading.enumerate()}
    cache.close()
    assert "frame-prefetch" not in {thread.name for thread in threading.enumerate()}
    assert kept(cache) == []
