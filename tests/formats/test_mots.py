"""MOTS: the pictures and the text say the same, without overlaps, read as MOTS tools read them."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from PIL import Image
from pycocotools import mask as coco

from samannot_tui.formats.labelmap import flatten
from samannot_tui.masks.rle import BoolMask
from tests.formats.golden_files import check_golden
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import HEIGHT, WIDTH, pixels


def test_the_file_is_the_golden_one(tmp_path: Path) -> None:
    folder = check_golden(tmp_path, "mots", "instances_txt/clip.txt")
    with Image.open(folder / "instances" / "clip" / "00001.png") as image:
        assert image.mode == "I;16"
        assert image.getpixel((1, 1)) == 1001


def read_text(path: Path) -> dict[tuple[int, int], BoolMask]:
    """(frame, label) -> mask, as `load_txt` of mots_tools reads the lines."""
    found = {}
    for line in path.read_text().splitlines():
        frame, value, kind, height, width, counts = line.split(" ")
        assert (int(value) // 1000, int(kind), int(height), int(width)) == (1, 1, HEIGHT, WIDTH)
        rle = {"size": [int(height), int(width)], "counts": counts.encode()}
        found[int(frame), int(value) % 1000] = coco.decode(rle).astype(bool)
    return found


@settings(deadline=None, max_examples=40)
@given(annotations)
def test_pictures_and_text_hold_the_visible_pixels(masks: Masks) -> None:
    with TemporaryDirectory() as place:
        summary = exported(Path(place), masks, "mots")
        text = read_text(summary.folder / "instances_txt" / "clip.txt")
        pictures = {int(path.stem): pixels(path) for path in (summary.folder / "instances" / "clip").iterdir()}
    hidden: Counter[int] = Counter()
    assert set(pictures) == {frame for frame, _ in masks}
    for frame, picture in pictures.items():
        flat, covered = flatten(
            {label: mask for (where, label), mask in masks.items() if where == frame}, (HEIGHT, WIDTH)
        )
        hidden.update(covered)
        assert np.array_equal(picture, np.where(flat, 1000 + flat.astype(int), 0))
        visible = {label: text[frame, label] for label in range(256) if (frame, label) in text}
        assert set(visible) == set(np.unique(flat[flat > 0]).tolist())
        assert all(np.array_equal(mask, flat == label) for label, mask in visible.items())
    assert summary.hidden_pixels == hidden
