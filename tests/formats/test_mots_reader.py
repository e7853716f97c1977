"""MOTS read back: ours, as KITTI MOTS has it, and hostile text."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from samannot_tui.formats.export import export
from samannot_tui.formats.mots_reader import read
from samannot_tui.formats.selection import Selection
from samannot_tui.masks.rle import encode
from tests.formats.reading_back import check_same, joined, refused, source, through, visible
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import HEIGHT, WIDTH, follower, rectangle

MASK = rectangle(2, 3, 6, 7)
COUNTS = encode(MASK).counts


@settings(deadline=None, max_examples=10)
@given(annotations)
def test_the_pictures_say_the_same(tmp_path_factory: pytest.TempPathFactory, masks: Masks) -> None:
    place = tmp_path_factory.mktemp("out")
    folder = exported(place, masks, "mots").folder
    (folder / "instances_txt" / "clip.txt").unlink()
    check_same(joined(list(read(folder, source(place)))), visible(masks))


def test_all_splits_are_read() -> None:
    masks = {(frame, 1): rectangle(frame, 1, 8, 8) for frame in (0, 2, 4)}
    check_same(joined(through(read, masks, "mots", Selection(shares=(50, 25, 25)))), visible(masks))


def test_makers_come_from_labels_json(tmp_path: Path) -> None:
    folder = export(follower(tmp_path), source(tmp_path), "mots", tmp_path / "out").folder
    made = [(each.frame, each.name, each.person) for each in read(folder, source(tmp_path))]
    assert made == [(1, "dog", False), (1, "cat", True), (2, "dog", False)]


def test_text_as_in_kitti_mots(tmp_path: Path) -> None:
    """Two cars and a person; class 10 is a region to ignore."""
    lines = [(0, 1001, 1), (0, 2003, 2), (0, 10000, 10), (3, 1001, 1)]
    text = "".join(f"{frame} {value} {kind} {HEIGHT} {WIDTH} {COUNTS}\n" for frame, value, kind in lines)
    folder = tmp_path / "instances_txt"
    folder.mkdir()
    for name in ("0000.txt", "clip.txt"):
        (folder / name).write_text(text if name == "clip.txt" else "nonsense")
    wanted = {(0, "1001"): MASK, (0, "2003"): MASK, (3, "1001"): MASK}
    check_same(joined(list(read(tmp_path, source(tmp_path)))), wanted)
    check_same(joined(list(read(folder / "clip.txt", source(tmp_path)))), wanted)


def test_pictures_as_in_kitti_mots(tmp_path: Path) -> None:
    folder = tmp_path / "instances" / "clip"
    folder.mkdir(parents=True)
    values = np.where(MASK, 2003, 10000).astype(np.uint16)
    Image.fromarray(values).save(folder / "000004.png")
    check_same(joined(list(read(tmp_path, source(tmp_path)))), {(4, "2003"): MASK})
    Image.fromarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8)).save(folder / "000004.png")
    assert "kind RGB" in refused(read, tmp_path, source(tmp_path))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (f"9 1001 1 {HEIGHT} {WIDTH} {COUNTS}", "there is no frame 9"),
        (f"-1 1001 1 {HEIGHT} {WIDTH} {COUNTS}", "there is no frame -1"),
        (f"0 1001 1 100000 100000 {COUNTS}", "100000x100000 pixels"),
        (f"0 1001 1 -{HEIGHT} -{WIDTH} {COUNTS}", f"-{WIDTH}x-{HEIGHT} pixels"),
        (f"0 1001 1 {HEIGHT} {WIDTH} {COUNTS}{COUNTS}", "line 1"),
        (f"0 1001 1 {HEIGHT} {WIDTH} {'o' * 7}0", "damaged"),
        (f"0 1001 1 {HEIGHT} {WIDTH}", "is not frame, object"),
        (f"nan 1001 1 {HEIGHT} {WIDTH} {COUNTS}", "is not frame, object"),
        (f"0 1001 1 {HEIGHT} {WIDTH} \x1b[2J\xff", "is not frame, object"),
    ],
)
def test_a_bad_line_is_turned_down(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "clip.txt"
    path.write_text(line + "\n", encoding="latin-1")
    sentence = refused(read, path, source(tmp_path))
    assert "clip.txt, line 1" in sentence and words in sentence
