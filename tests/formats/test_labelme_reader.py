"""Labelme read back: ours, what Labelme itself writes, and hostile files."""

import json
import math
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from samannot_tui.formats.export import export
from samannot_tui.formats.labelme_reader import read
from samannot_tui.formats.selection import Selection
from samannot_tui.masks.rle import BoolMask
from tests.formats.reading_back import check_same, images, joined, named, refused, source, through
from tests.formats.support import HEIGHT, WIDTH, follower, rectangle
from tests.formats.test_davis_reader import png_of_size


def shape(label: str, points: list[list[float]], kind: str, **more: object) -> dict[str, Any]:
    """As Labelme 5.5 writes it."""
    plain = {"label": label, "points": points, "group_id": None, "description": "", "shape_type": kind, "flags": {}}
    return {**plain, "mask": None, **more}


def write(path: Path, *shapes: object, **more: object) -> None:
    """As Labelme 5.5 writes it, `imageData` and all."""
    plain = {"version": "5.5.0", "flags": {}, "shapes": shapes, "imagePath": "../../elsewhere.jpg"}
    size = {"imageData": "bm90IGEgcGljdHVyZQ==", "imageHeight": HEIGHT, "imageWidth": WIDTH}
    path.write_text(json.dumps({**plain, **size, **more}))


def png(mask: BoolMask) -> str:
    data = BytesIO()
    Image.fromarray(mask).save(data, format="PNG")
    return b64encode(data.getvalue()).decode()


def test_all_splits_are_read() -> None:
    masks = {(frame, 1): rectangle(frame, 1, 8, 8) for frame in (0, 2, 4)}
    check_same(joined(through(read, masks, "labelme", Selection(shares=(50, 25, 25)))), named(masks))


def test_makers_come_from_the_flag(tmp_path: Path) -> None:
    folder = export(follower(tmp_path), source(tmp_path), "labelme", tmp_path / "out").folder
    made = [(each.frame, each.name, each.person) for each in read(folder, source(tmp_path))]
    assert made == [(1, "dog", False), (1, "cat", True), (2, "dog", False)]
    assert len(list(read(folder / "clip" / "00001.json", source(tmp_path)))) == 2


def test_every_kind_of_shape(tmp_path: Path) -> None:
    """The masks are those of `labelme.utils.shape_to_mask`, worked out by hand: outlines count."""
    write(
        tmp_path / "b.json",
        shape("poly", [[2, 2], [6, 2], [6, 5], [2, 5]], "polygon"),
        shape("box", [[9.5, 8], [3, 1.25]], "rectangle"),
        shape("dot", [[7.5, 3.25]], "point"),
        shape("disc", [[10, 6], [10, 8]], "circle"),
        shape("mask", [[4.0, 1.0], [6.0, 2.0]], "mask", mask=png(np.array([[1, 0, 1], [0, 1, 0]], np.bool_))),
    )
    found = {each.name: each for each in read(tmp_path, images(tmp_path, "a", "b"))}
    assert {each.frame for each in found.values()} == {1}
    assert {each.person for each in found.values()} == {None}
    assert found.pop("box").box == (3, 1.25, 9.5, 8)
    assert found.pop("dot").points == ((7.5, 3.25),)
    masks = joined(list(found.values()))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    assert np.array_equal(masks[1, "poly"], rectangle(2, 2, 6, 5))
    reach = np.hypot(x - 10, y - 6)
    assert masks[1, "disc"][reach <= 2].all() and not masks[1, "disc"][reach > 2 + math.sqrt(0.5)].any()
    spots = np.zeros((HEIGHT, WIDTH), np.bool_)
    spots[1, [4, 6]] = spots[2, 5] = True
    assert np.array_equal(masks[1, "mask"], spots)


def test_a_group_is_an_instance_and_its_shapes_are_parts(tmp_path: Path) -> None:
    def square(x: int, group: int | None, label: str = "person") -> dict[str, Any]:
        return shape(label, [[x, 2], [x + 2, 2], [x + 2, 4], [x, 4]], "polygon", group_id=group)

    write(tmp_path / "0.json", square(0, 1), square(4, 2), square(8, None), square(0, 7, "dog"), square(12, None))
    write(tmp_path / "1.json", square(0, 1), square(4, 1))
    wanted = {
        (0, "person 1"): rectangle(0, 2, 2, 4),
        (0, "person 2"): rectangle(4, 2, 6, 4),
        (0, "person"): rectangle(8, 2, 10, 4),
        (0, "person 3"): rectangle(12, 2, 14, 4),
        (0, "dog"): rectangle(0, 2, 2, 4),
        (1, "person 1"): rectangle(0, 2, 2, 4) | rectangle(4, 2, 6, 4),
    }
    check_same(joined(list(read(tmp_path, source(tmp_path)))), wanted)
    write(tmp_path / "2.json", square(0, None, "person 1"))
    assert "both be named person 1" in refused(read, tmp_path, source(tmp_path))


TRIANGLE: list[list[float]] = [[1, 1], [5, 1], [5, 5]]


def bomb(width: int, height: int) -> str:
    return b64encode(png_of_size(width, height)).decode()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (shape("x", [[1, 1], [5, 5]], "line"), "a line has no inside"),
        (shape("x", TRIANGLE, "linestrip"), "a linestrip has no inside"),
        (shape("x", TRIANGLE, "\x1b[2J"), "has no inside"),
        (shape("x", TRIANGLE[:2], "polygon"), "2 points are no polygon"),
        (shape("x", TRIANGLE, "rectangle"), "3 points are no rectangle"),
        (shape("x", [[1, 1], [1e9, 1], [5, 5]], "polygon"), "far beyond"),
        (shape("x", [[1, 1], [1e9, 1]], "circle"), "far outside"),
        (shape("x", [[0, 0], [3, 3]], "mask", mask=bomb(100_000, 100_000)), "not the size of its box"),
        (shape("x", [[0, 0], [3, 3]], "mask", mask=bomb(4, 4)), "not a PNG that can be read"),
        (shape("x", [[0, 0], [3, 3]], "mask", mask="%%%"), "not base 64"),
        (shape("x", [[0, 0], [3, 3]], "mask"), "not a PNG"),
        (shape("x", [[0, 0], [WIDTH, 3]], "mask", mask=bomb(WIDTH + 1, 4)), "outside the frame"),
        (shape("x", [[-1, 0], [3, 3]], "mask", mask=bomb(5, 4)), "outside the frame"),
        (shape("x", [[3, 3], [0, 0]], "mask", mask=bomb(4, 4)), "outside the frame"),
    ],
)
def test_a_bad_shape_is_turned_down(tmp_path: Path, bad: object, words: str) -> None:
    write(tmp_path / "00000.json", shape("x", TRIANGLE, "polygon"), bad)
    sentence = refused(read, tmp_path, source(tmp_path))
    assert "00000.json, shape 2" in sentence and words in sentence


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"shapes": [{"label": "x", "points": [[NaN, 1]], "shape_type": "point"}]}',
        b'{"shapes": [{"label": "x", "points": [[1e999, 1]], "shape_type": "point"}]}',
        b'{"shapes": [{"label": 3, "points": []}]}',
        b'{"shapes": [{"label": "\xff", "points": []}]}',
        b'{"shapes": ' + b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_labelme_file_is_turned_down(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "00000.json").write_bytes(content)
    sentence = refused(read, tmp_path, source(tmp_path))
    assert "00000.json" in sentence and "not a Labelme file" in sentence


def test_other_sizes_frames_and_links_are_turned_down(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    write(folder / "00000.json", imageWidth=10**30)
    assert f"{10**30}x{HEIGHT}" in refused(read, folder, source(tmp_path))
    write(folder / "00000.json", imageWidth=-WIDTH)
    assert f"-{WIDTH}x{HEIGHT}" in refused(read, folder, source(tmp_path))
    (folder / "00000.json").rename(folder / "00005.json")
    assert "00005.json" in refused(read, folder, source(tmp_path))
    (folder / "00005.json").unlink()
    write(tmp_path / "secret.json", shape("x", TRIANGLE, "polygon"))
    (folder / "00000.json").symlink_to(tmp_path / "secret.json")
    assert "leads out" in refused(read, folder, source(tmp_path))
