"""YOLO read back: ours but for holes and specks, a detector's, and hostile files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.formats.export import export
from samannot_tui.formats.selection import Selection
from samannot_tui.formats.yolo_reader import _filled, read
from samannot_tui.masks.rle import decode
from samannot_tui.media.source import MediaInfo
from tests.formats.reading_back import check_same, images, joined, named, refused, source, through
from tests.formats.strategies import exported
from tests.formats.support import HEIGHT, WIDTH, ArraySource, follower, rectangle


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 5000), st.sampled_from([5, 6]), st.data())
def test_a_corner_survives_its_digits_at_any_width(width: int, digits: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, width - 1))
    media = ArraySource(Path("clip.mp4"), MediaInfo("video", 1, 25.0, width, 3, "0" * 16))
    share = round(x / width, digits)
    mask = decode(_filled([share, 0.0, share, round(1 / 3, digits), share, round(2 / 3, digits)], media))
    assert np.array_equal(np.argwhere(mask), [[0, x], [1, x], [2, x]])


def test_all_splits_are_read() -> None:
    masks = {(frame, 1): rectangle(frame, 1, 8, 8) for frame in (0, 2, 4)}
    check_same(joined(through(read, masks, "yolo", Selection(shares=(50, 25, 25)))), named(masks))


def test_makers_come_from_labels_json_and_the_sheet_may_be_named(tmp_path: Path) -> None:
    folder = export(follower(tmp_path), source(tmp_path), "yolo", tmp_path / "out").folder
    made = [(each.frame, each.name, each.person) for each in read(folder / "data.yaml", source(tmp_path))]
    assert made == [(1, "dog", False), (1, "cat", True), (2, "dog", False)]


def test_ultralytics_draws_the_same(tmp_path: Path) -> None:
    """Corners cut off to whole pixels, as its `polygon2mask` does: values worked out by hand."""
    (tmp_path / "00000.txt").write_text(
        f"0 {2.9 / WIDTH} {1.2 / HEIGHT} {6.9 / WIDTH} 0.1 {6.9 / WIDTH} {3.9 / HEIGHT}"
    )
    (found,) = read(tmp_path, source(tmp_path))
    wanted = np.zeros((HEIGHT, WIDTH), np.bool_)
    wanted[1, 2:7], wanted[2, 4:7], wanted[3, 6] = True, True, True
    assert found.mask is not None and found.name == "0"
    assert np.array_equal(decode(found.mask), wanted)


@pytest.fixture
def detected(tmp_path: Path) -> Path:
    """As `yolo predict save_txt save_conf` leaves it: boxes over pixels 2..5 x 3..8 and the whole frame."""
    folder = tmp_path / "labels"
    folder.mkdir()
    box = f"{4 / WIDTH} {6 / HEIGHT} {4 / WIDTH} {6 / HEIGHT}"
    (folder / "clip_1.txt").write_text(f"1 {box} 0.75\n0 0.5 0.5 1 1 0.5\n1 0.1 0.1 0.1 0.1\n")
    (folder / "clip_5.txt").write_text(f"1 {box}\n")
    return folder


def test_boxes_of_a_detector_with_the_videos_name_and_numbers_from_1(detected: Path) -> None:
    found = list(read(detected.parent, source(detected.parent)))
    assert [(each.frame, each.name, each.score) for each in found] == [
        (0, "1", 0.75),
        (0, "0", 0.5),
        (0, "1 2", None),
        (4, "1", None),
    ]
    assert found[0].box == pytest.approx((2, 3, 5, 8))
    assert found[1].box == (0, 0, WIDTH - 1, HEIGHT - 1)
    assert all(each.mask is None and each.person is None for each in found)
    (detected / "clip_0.txt").write_text("")
    assert "clip_5" in refused(read, detected, source(detected.parent)), "numbers from 0 after all"


def test_names_come_from_classes_txt(detected: Path) -> None:
    (detected / "classes.txt").write_text("cat\nred kite\n")
    assert [each.name for each in read(detected, source(detected))] == ["red kite", "cat", "red kite 2", "red kite"]
    (detected / "classes.txt").write_text("cat\n")
    assert "no class 1" in refused(read, detected, source(detected))


ROBOFLOW = "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['cat', 'dog']\n"
COCO8 = "path: ../datasets/coco8\ntrain: images/train\nval: [images/val]\ntest:\nnames:\n  0: cat\n  1: dog\n"


@pytest.mark.parametrize(
    ("sheet", "train", "val"),
    [(ROBOFLOW, "train/labels", "valid/labels"), (COCO8, "labels/train", "labels/val")],
)
def test_sheets_as_other_tools_write_them(tmp_path: Path, sheet: str, train: str, val: str) -> None:
    for number, folder in enumerate((train, val)):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder.replace("labels", "images")).mkdir(parents=True)
        (tmp_path / folder / f"{'ab'[number]}.txt").write_text(f"{number} 0.5 0.5 0.5 0.5\n")
    (tmp_path / "coco8.yaml").write_text(sheet)
    found = list(read(tmp_path, images(tmp_path, "a", "b")))
    assert [(each.frame, each.name) for each in found] == [(0, "cat"), (1, "dog")]


LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nnames: [*b, *b]\ntrain: images\n"
MERGES = "a: &a {x: 1}\nb: {<<: [*a, *a]}\n"


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (LAUGHS, "aliases"),
        (MERGES, "aliases"),
        ("!!python/object/apply:os.system ['true']\n", "not YAML"),
        ("names: !!python/name:os.system\n", "not YAML"),
        pytest.param("[" * 500_000, "17 deep", id="lists in lists"),
        pytest.param("- " * 500_000, "17 deep", id="blocks in blocks"),
        ("names: [cat", "not YAML"),
        ("\x00", "not YAML"),
        ("just text", "does not describe"),
        ("train: ../../etc\nnames: [cat]", "no folder in the dataset"),
        ("train: /etc\nnames: [cat]", "no folder in the dataset"),
        ("path: /etc\ntrain: .\nnames: [cat]", "no .txt files"),
        ("path: /\ntrain: etc\nnames: [cat]", "no folder in the dataset"),
        ("train: escape\nnames: [cat]", "no folder in the dataset"),
        ("train: images/train.txt\nnames: [cat]", "must name folders"),
        ("train: {a: b}\nnames: [cat]", "must name folders"),
        ("train: images\n", "names must give"),
        ("train: images\nnames: {cat: 0}\n", "names must give"),
        ("train: images\nnames: [[cat]]\n", "names must give"),
        ("names: [cat]", "no .txt files"),
    ],
)
def test_a_bad_sheet_is_turned_down(tmp_path: Path, sheet: str, words: str) -> None:
    if "path: /etc" not in sheet:
        (tmp_path / "images").mkdir()
        (tmp_path / "labels").mkdir()
    (tmp_path / "escape").symlink_to("/etc")
    (tmp_path / "data.yaml").write_text(sheet)
    sentence = refused(read, tmp_path, source(tmp_path))
    assert words in sentence


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 0.5 0.5 0.5", "neither a box"),
        ("x 0.5 0.5 0.5 0.5", "not a class"),
        ("0 nan 0.5 0.5 0.5", "from 0 to 1"),
        ("0 inf 0.5 0.5 0.5", "from 0 to 1"),
        ("0 10 10 50 50", "from 0 to 1"),
        ("0 0.5 0.5 -0.5 0.5", "from 0 to 1"),
        ("nan 0.5 0.5 0.5 0.5", "not a class"),
        ("1e400 0.5 0.5 0.5 0.5", "not a class"),
        ("0.5 0.5 0.5 0.5 0.5", "no class"),
        ("-1 0.5 0.5 0.5 0.5", "no class"),
        ("2 0.5 0.5 0.5 0.5", "no class 2 among the 2 names"),
        ("0 0.5 0.5 0.5 0.5 7", "no confidence"),
        ("0 0 0 1 0 1e30 1", "from 0 to 1"),
    ],
)
def test_a_bad_line_is_turned_down(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    (tmp_path / "00000.txt").write_text(f"0 0.5 0.5 0.5 0.5\n{line}\n")
    sentence = refused(read, tmp_path, source(tmp_path))
    assert "00000.txt, line 2" in sentence and words in sentence


def test_bytes_that_are_no_text_and_links_that_lead_out_are_turned_down(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "00000.txt").write_bytes(b"\xff\xfe")
    assert "UTF-8" in refused(read, folder, source(tmp_path))
    (folder / "00000.txt").unlink()
    (tmp_path / "secret.txt").write_text("0 0.5 0.5 0.5 0.5")
    (folder / "00000.txt").symlink_to(tmp_path / "secret.txt")
    assert "leads out" in refused(read, folder, source(tmp_path))
    (folder / "00000.txt").unlink()
    assert "no .txt files" in refused(read, folder, source(tmp_path))


def test_a_dataset_without_a_text_file_is_turned_down(tmp_path: Path) -> None:
    folder = exported(tmp_path, {(0, 1): rectangle(1, 1, 5, 5)}, "yolo").folder
    for path in (folder / "labels").iterdir():
        path.unlink()
    assert "no .txt files" in refused(read, folder, source(tmp_path))
