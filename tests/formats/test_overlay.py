"""The overlay: the film shows what the pictures show, in their order and at the media's rate."""

from pathlib import Path

import av
import numpy as np
import pytest

from samannot_tui.formats.export import export
from samannot_tui.formats.film import Film
from tests.formats.support import HEIGHT, WIDTH, ArraySource, follower, pixels


def film(path: Path) -> tuple[float, list["np.typing.NDArray[np.uint8]"]]:
    """Pictures a second, and the pictures."""
    with av.open(str(path)) as container:
        rate = container.streams.video[0].average_rate
        assert rate is not None
        return float(rate), [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_the_film_shows_the_annotated_frames_one_after_another(tmp_path: Path) -> None:
    summary = export(follower(tmp_path), ArraySource(tmp_path / "clip.mp4"), "overlay", tmp_path / "out")
    pictures = [pixels(summary.folder / "frames" / f"{frame:05}.png") for frame in (1, 2, 3)]
    rate, shown = film(summary.folder / "clip.mp4")
    assert (rate, len(shown), summary.frames) == (25.0, 3, 3)
    for at, frame in enumerate(shown):
        differences = [np.abs(picture.astype(int) - frame).mean() for picture in pictures]
        assert differences.index(min(differences)) == at


def test_the_masks_are_drawn_and_nothing_else_changes(tmp_path: Path) -> None:
    source = ArraySource(tmp_path / "clip.mp4")
    summary = export(follower(tmp_path), source, "overlay", tmp_path / "out")
    picture = pixels(summary.folder / "frames" / "00001.png")
    assert np.array_equal(picture[:, 16:], source.read(1)[:, 16:]), "no mask and no name is there"
    alone = pixels(summary.folder / "frames" / "00002.png")
    assert alone[8, 11].tolist() == [128, 0, 0], "a corner of the dog's contour"
    assert np.array_equal(pixels(summary.folder / "frames" / "00003.png"), source.read(3)), "the dog is absent"


@pytest.mark.parametrize("size", [(HEIGHT, WIDTH), (33, 47)])
def test_an_odd_size_is_made_even(tmp_path: Path, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    picture = np.full((*size, 3), 90, np.uint8)
    picture[size[0] // 2 :] = rng.integers(150, 160, 3)
    with Film(tmp_path / "film.mp4", size, 29.97) as film_:
        for _ in range(3):
            film_.add(picture)
    rate, shown = film(tmp_path / "film.mp4")
    assert rate == pytest.approx(29.97, abs=0.001)
    assert {frame.shape for frame in shown} == {(size[0] + size[0] % 2, size[1] + size[1] % 2, 3)}
    assert np.abs(shown[0][: size[0], : size[1]].astype(int) - picture).mean() < 4


def test_a_media_without_a_usual_rate_is_filmed_too(tmp_path: Path) -> None:
    with Film(tmp_path / "film.mp4", (16, 16), 0.1) as film_:
        film_.add(np.zeros((16, 16, 3), np.uint8))
        film_.add(np.zeros((16, 16, 3), np.uint8))
    assert film(tmp_path / "film.mp4")[0] == pytest.approx(0.1)
