"""Cuts are found at the frame where they are, and what is not a cut is left alone."""

import weakref
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.media.open import open_media
from samannot_tui.media.source import MediaInfo, RgbFrame
from samannot_tui.review.cuts import find_cuts

WIDTH, HEIGHT = 96, 54
DATA = Path(__file__).parents[3] / "shared" / "data"
Picture = Callable[[int], RgbFrame]


def needs_data(test: Callable[..., None]) -> Callable[..., None]:
    marked: Callable[..., None] = pytest.mark.data(test)
    return pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent")(marked)


class Film:
    """A source whose frames are made when they are asked for."""

    path, notices = Path("film"), ()

    def __init__(self, *shots: tuple[Picture, int]) -> None:
        self._frames = [(picture, frame) for picture, length in shots for frame in range(length)]
        self.info = MediaInfo("video", len(self._frames), 25.0, WIDTH, HEIGHT, "f")
        self._refs: list[weakref.ref[RgbFrame]] = []

    def read(self, frame: int) -> RgbFrame:
        picture, at = self._frames[frame]
        array = picture(at)
        self._refs.append(weakref.ref(array))
        return array

    def held(self) -> int:
        """How many frames somebody still has."""
        return sum(ref() is not None for ref in self._refs)


def cuts(film: Film) -> list[int]:
    return [cut.frame for cut in find_cuts(film, lambda done, total: True)]  # type: ignore[arg-type]


def shot(seed: int, speed: float = 2, grey: bool = False) -> Picture:
    """A scene of large patches of colour that the camera pans over, with noise."""
    colours = np.random.default_rng(seed).integers(0, 256, (6, 24, 3), np.uint8)
    if grey:
        colours[:] = colours[:, :, :1] // 2 + (seed % 2) * 128
    scene = cv2.resize(colours, (4 * WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)

    def picture(frame: int) -> RgbFrame:
        noise = np.random.default_rng([seed, frame]).integers(-4, 5, (HEIGHT, WIDTH, 1))
        panned = np.roll(scene, -round(speed * frame), axis=1)[:, :WIDTH]
        return np.clip(panned + noise, 0, 255).astype(np.uint8)

    return picture


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(6, 30), min_size=1, max_size=4), st.integers(0, 1000))
def test_every_join_is_found_and_nothing_else(lengths: list[int], seed: int) -> None:
    film = Film(*((shot(seed + i), length) for i, length in enumerate(lengths)))
    assert cuts(film) == np.cumsum(lengths)[:-1].tolist()


def test_cuts_of_a_grey_video() -> None:
    assert cuts(Film((shot(0, grey=True), 20), (shot(1, grey=True), 20))) == [20]


@pytest.mark.parametrize("at", [1, 3, 37, 39])
def test_a_cut_near_either_end(at: int) -> None:
    assert cuts(Film((shot(3), at), (shot(4), 40 - at))) == [at]


def test_a_flash_is_no_cut() -> None:
    quiet = shot(5)

    def flashing(frame: int) -> RgbFrame:
        return np.full((HEIGHT, WIDTH, 3), 255, np.uint8) if frame in (20, 21) else quiet(frame)

    assert cuts(Film((flashing, 40))) == []


def test_a_cut_through_a_blended_frame_is_one_cut() -> None:
    """As converting the frame rate leaves it."""
    first, second = shot(6), shot(7)

    def blended(frame: int) -> RgbFrame:
        return (first(20) * 0.3 + second(0) * 0.7).astype(np.uint8)

    assert cuts(Film((first, 20), (blended, 1), (second, 20))) in ([20], [21])


def test_a_dissolve_and_fast_motion_are_no_cuts() -> None:
    first, second = shot(6), shot(7)

    def dissolving(frame: int) -> RgbFrame:
        share = min(max((frame - 15) / 15, 0), 1)
        return (first(frame) * (1 - share) + second(frame) * share).astype(np.uint8)

    assert cuts(Film((dissolving, 45))) == []
    assert cuts(Film((shot(8, speed=20), 60))) == []


def test_still_pictures_and_single_frames_have_no_cuts() -> None:
    black: Picture = lambda frame: np.zeros((HEIGHT, WIDTH, 3), np.uint8)  # noqa: E731
    assert cuts(Film((black, 30))) == []
    assert cuts(Film((black, 1))) == []


def test_it_tells_how_far_it_is_holds_one_frame_and_can_be_ended() -> None:
    film, told = Film((shot(9), 10), (shot(10), 30)), []

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        assert film.held() <= 1
        return done < 20

    assert [cut.frame for cut in find_cuts(film, go_on)] == [10]  # type: ignore[arg-type]
    assert told == [(done, 40) for done in range(1, 21)]


@needs_data
def test_joined_sequences_of_davis() -> None:
    names = ("blackswan", "bmx-trees", "camel", "car-shadow", "dog")
    sources = [open_media(DATA / "davis" / "JPEGImages" / name) for name in names]
    film = Film(*((source.read, source.info.frame_count) for source in sources))
    assert cuts(film) == np.cumsum([source.info.frame_count for source in sources])[:-1].tolist()


@needs_data
@pytest.mark.parametrize("name", ["bedroom.mp4", "juggle.mp4"])
def test_videos_of_one_shot(name: str) -> None:
    source = open_media(DATA / "videos" / name)
    assert find_cuts(source, lambda done, total: True) == []
    source.close()
