"""Which labels and frames an export takes, and how a split keeps neighbours together."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO

from samannot_tui.errors import InputError
from samannot_tui.formats.selection import Selection, parse_frames, parse_shares, split
from tests.formats.strategies import Masks, exported
from tests.formats.support import FRAMES, rectangle

ALL: Masks = {
    (frame, label): rectangle(label, frame, label + 3, frame + 3) for frame in range(FRAMES) for label in (1, 2)
}


def cells(folder: Path) -> set[tuple[int, int]]:
    coco = COCO(folder / "annotations.json")
    return {(each["image_id"] - 1, each["track_id"]) for each in coco.dataset["annotations"]}


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), set(ALL)),
        (Selection(labels=("b",)), {cell for cell in ALL if cell[1] == 2}),
        (Selection(labels=("1", "b")), set(ALL)),
        (Selection(first=1, last=3), {cell for cell in ALL if 1 <= cell[0] <= 3}),
        (Selection(first=1, every=2), {cell for cell in ALL if cell[0] in (1, 3)}),
        (Selection(labels=("a",), last=0), {(0, 1)}),
    ],
)
def test_labels_and_frames_can_be_chosen(tmp_path: Path, selection: Selection, expected: set[tuple[int, int]]) -> None:
    summary = exported(tmp_path, ALL, "coco", selection)
    assert cells(summary.folder) == expected
    assert {path.stem for path in (summary.folder / "images").iterdir()} == {f"{frame:05}" for frame, _ in expected}


def test_davis_writes_every_chosen_frame(tmp_path: Path) -> None:
    summary = exported(tmp_path, {(1, 1): rectangle(0, 0, 3, 3)}, "davis", Selection(first=1, every=3))
    assert {path.stem for path in (summary.folder / "Annotations" / "clip").iterdir()} == {"00001", "00004"}


@pytest.mark.parametrize(
    ("selection", "sentence"),
    [
        (Selection(labels=("dog",)), r"no label dog; labels are 1 a, 2 b, 3 c"),
        (Selection(labels=("9",)), r"no label 9"),
        (Selection(first=5), r"no frames 5\.\.4; the video has frames 0\.\.4"),
        (Selection(last=5), r"no frames 0\.\.5"),
        (Selection(first=3, last=2), r"no frames 3\.\.2"),
        (Selection(labels=("c",)), r"Nothing is annotated there"),
        (Selection(shares=(80, 20, 0)), r"needs 2 annotated blocks of 100 frames, there are 1"),
    ],
)
def test_what_is_not_there_is_a_sentence_and_writes_nothing(
    tmp_path: Path, selection: Selection, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        exported(tmp_path, ALL, "coco", selection)
    assert not (tmp_path / "out").exists()


def test_ranges_and_shares_are_read() -> None:
    assert parse_frames("3..7") == (3, 7)
    assert parse_frames("3..") == (3, None)
    assert parse_frames("..7") == (0, 7)
    assert parse_shares("80/10/10") == (80, 10, 10)
    assert parse_shares("80/20") == (80, 20, 0)


@pytest.mark.parametrize("text", ["", "3", "3-7", "-1..4", "a..b", "1..2..3", "٣..٤"])
def test_no_range_of_frames_is_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"no range of frames; give it as A\.\.B"):
        parse_frames(text)


@pytest.mark.parametrize("text", ["", "80", "80/10", "0/50/50", "80/10/10/0", "-80/100/80", "a/b/c"])
def test_no_split_is_a_sentence(text: str) -> None:
    with pytest.raises(InputError, match="no split; give per cent"):
        parse_shares(text)


SHARES = st.sampled_from([(80, 10, 10), (80, 20, 0), (50, 25, 25), (34, 33, 33), (100, 0, 0), (90, 0, 10)])


@given(st.integers(2, 12), st.integers(3, 40), SHARES, st.sets(st.integers(0, 479), min_size=1))
def test_neighbours_never_straddle_a_split(
    block_size: int, blocks: int, shares: tuple[int, int, int], missing: set[int]
) -> None:
    frames = np.arange(block_size * blocks)
    annotated = np.setdiff1d(frames, list(missing))
    try:
        parts = split(frames, annotated, block_size, shares)
    except InputError:
        return
    owner = {int(frame): name for name, part in parts.items() for frame in part}
    assert sum(len(part) for part in parts.values()) == len(owner), "no frame is in two splits"
    assert all(owner[frame] == owner.get(frame + 1, owner[frame]) for frame in owner)
    assert set(parts) == {name for name, share in zip(("train", "val", "test"), shares, strict=True) if share}
    # A block's first frame alone is ever left out, and only where the block before belongs to another split.
    for frame in set(annotated.tolist()) - owner.keys():
        assert frame % block_size == 0 and owner.get(frame - 1, "none") != owner.get(frame + 1, "nothing")


def test_the_shares_are_kept_and_each_split_has_pieces_from_all_of_the_video() -> None:
    frames = np.arange(2000)
    parts = split(frames, frames, 50, (80, 10, 10))
    assert [len(parts[name]) // 50 for name in ("train", "val", "test")] == pytest.approx([32, 4, 4], abs=1)
    for part in parts.values():
        assert part.min() < 1000 <= part.max()


def test_a_split_lies_in_folders_and_labels_json_is_of_all(tmp_path: Path) -> None:
    summary = exported(tmp_path, ALL, "coco", Selection(shares=(60, 40, 0)), block_size=2)
    found = {name: cells(summary.folder / name) for name in ("train", "val")}
    frames = {name: {frame for frame, _ in cells_} for name, cells_ in found.items()}
    assert found["train"] and found["val"] and not frames["train"] & frames["val"]
    assert summary.frames == len(frames["train"] | frames["val"])
    assert (summary.folder / "labels.json").is_file() and not (summary.folder / "annotations.json").exists()


def test_a_split_that_leaves_nothing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"blocks of 1 frames leaves nothing for"):
        exported(tmp_path, ALL, "coco", Selection(shares=(34, 33, 33)), block_size=1)
