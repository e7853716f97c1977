"""Label maps read back: ours, DAVIS's own, and hostile ones."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.formats.davis_reader import read
from samannot_tui.formats.export import export
from samannot_tui.formats.labelmap import save_label_map
from samannot_tui.formats.registry import require_readable
from samannot_tui.formats.selection import Selection
from samannot_tui.masks.palette import VOC_PALETTE
from samannot_tui.masks.rle import area
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.formats.reading_back import check_same, images, joined, refused, source, through, visible
from tests.formats.support import HEIGHT, WIDTH, ArraySource, edit, follower, rectangle

DAVIS = Path(__file__).parents[3] / "shared" / "data" / "davis"


def label_map(**boxes: tuple[int, int, int, int]) -> "np.typing.NDArray[np.uint8]":
    """Values (as `v7`) with the box that each fills."""
    flat = np.zeros((HEIGHT, WIDTH), np.uint8)
    for value, box in boxes.items():
        flat[rectangle(*box)] = int(value[1:])
    return flat


@pytest.mark.parametrize("format_name", ["davis", "png"])
def test_all_splits_are_read(format_name: str) -> None:
    masks = {(frame, 1): rectangle(frame, 1, 8, 8) for frame in (0, 2, 4)}
    check_same(joined(through(read, masks, format_name, Selection(shares=(50, 25, 25)))), visible(masks))


def test_makers_come_from_labels_json(tmp_path: Path) -> None:
    folder = export(follower(tmp_path), source(tmp_path), "davis", tmp_path / "out").folder
    made = [(each.frame, each.name, each.person) for each in read(folder, source(tmp_path))]
    assert made == [(1, "dog", False), (1, "cat", True), (2, "dog", False)]
    inside = folder / "Annotations" / "clip"
    assert [each.name for each in read(inside, source(tmp_path))] == ["dog", "cat", "dog"]


def test_a_plain_folder_has_numbers_for_names_and_255_is_void(tmp_path: Path) -> None:
    save_label_map(tmp_path / "0.png", label_map(v7=(0, 0, 3, 3), v255=(5, 5, 6, 6)))
    save_label_map(tmp_path / "frame_000002.png", label_map(v7=(1, 0, 3, 3)))
    (tmp_path / "notes.txt").write_text("no picture")
    found = list(read(tmp_path, source(tmp_path)))
    assert [(each.frame, each.name, each.person) for each in found] == [(0, "7", None), (2, "7", None)]
    check_same(joined(found), {(0, "7"): rectangle(0, 0, 3, 3), (2, "7"): rectangle(1, 0, 3, 3)})


def test_a_grey_mask_of_0_and_255_is_one_label(tmp_path: Path) -> None:
    Image.fromarray(label_map(v255=(2, 2, 9, 9))).save(tmp_path / "00001.png")
    check_same(joined(list(read(tmp_path, source(tmp_path)))), {(1, "1"): rectangle(2, 2, 9, 9)})


def test_colours_of_the_voc_map_are_its_labels(tmp_path: Path) -> None:
    flat = label_map(v1=(0, 0, 3, 3), v200=(5, 5, 6, 6))
    Image.fromarray(np.array(VOC_PALETTE, np.uint8)[flat]).save(tmp_path / "00003.png")
    wanted = {(3, "1"): rectangle(0, 0, 3, 3), (3, "200"): rectangle(5, 5, 6, 6)}
    check_same(joined(list(read(tmp_path, source(tmp_path)))), wanted)
    Image.fromarray(np.full((HEIGHT, WIDTH, 3), 3, np.uint8)).save(tmp_path / "00003.png")
    assert "colours that are none of the VOC colour map" in refused(read, tmp_path, source(tmp_path))


def test_an_image_folder_is_matched_by_stems(tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    save_label_map(masks / "b.png", label_map(v1=(0, 0, 3, 3)))
    media = images(tmp_path, "a", "b")
    assert [each.frame for each in read(tmp_path, media)] == [1]
    save_label_map(masks / "c.png", label_map())
    assert "c.png" in refused(read, tmp_path, media)


def test_names_that_are_no_plain_text_come_back(tmp_path: Path) -> None:
    """Exports write them in text; a name with a drive's letter is one of a file all the same."""
    media = images(tmp_path, "a\udcff\\b", "c:d")
    session = Session.create(tmp_path / "clip.samannot", media.path, media.info)
    session.submit(cmd.AddLabel("a"))
    for frame in (0, 1):
        edit(session, frame, 1, rectangle(frame, 0, 3, 3))
    for format_name in ("png", "labelme"):
        folder = export(Follower(session), media, format_name, tmp_path / "out").folder
        reader = require_readable(format_name).load()
        assert [each.frame for each in reader(folder, media)] == [0, 1]


def test_two_pictures_of_one_frame_are_turned_down(tmp_path: Path) -> None:
    for name in ("left_01.png", "right_01.png"):
        save_label_map(tmp_path / name, label_map(v1=(0, 0, 3, 3)))
    assert "left_01.png and right_01.png are both frame 1" in refused(read, tmp_path, source(tmp_path))


def test_the_folder_of_the_video_is_taken_of_a_data_set(tmp_path: Path) -> None:
    for number, video in enumerate(("other", "clip"), 1):
        folder = tmp_path / "Annotations" / "480p" / video
        folder.mkdir(parents=True)
        save_label_map(folder / "00000.png", label_map(**{f"v{number}": (0, 0, 3, 3)}))
    assert [each.name for each in read(tmp_path, source(tmp_path))] == ["2"]
    assert "none is named else" in refused(read, tmp_path, ArraySource(tmp_path / "else.mp4"))


@pytest.mark.data
@pytest.mark.skipif(not DAVIS.is_dir(), reason="no DAVIS")
def test_davis_itself() -> None:
    media = open_media(DAVIS / "JPEGImages" / "dog")
    found = list(read(DAVIS, media))
    assert [each.frame for each in found] == list(range(media.info.frame_count))
    assert {each.name for each in found} == {"1"}
    for each in found[::20]:
        with Image.open(DAVIS / "Annotations" / "dog" / f"{each.frame:05}.png") as picture:
            assert each.mask is not None
            assert area(each.mask) == np.count_nonzero(picture)


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png_of_size(100_000, 100_000), "100000x100000 pixels"),
        (png_of_size(2**32 - 1, 1), "4294967295x1 pixels"),
        (png_of_size(0, 0), "0x0 pixels"),
        (png_of_size(WIDTH, HEIGHT), "not a PNG that can be read"),
        (b"", "not a PNG that can be read"),
        (b"GIF89a" + bytes(100), "not a PNG that can be read"),
        (png_of_size(WIDTH, HEIGHT)[:30], "not a PNG that can be read"),
    ],
)
def test_a_bad_picture_is_turned_down(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "00000.png").write_bytes(data)
    sentence = refused(read, tmp_path, source(tmp_path))
    assert "00000.png" in sentence and words in sentence


def test_pixels_of_another_kind_are_turned_down(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint16)).save(tmp_path / "00000.png")
    assert "I;16" in refused(read, tmp_path, source(tmp_path))


def test_what_leads_out_of_the_folder_is_turned_down(tmp_path: Path) -> None:
    save_label_map(tmp_path / "secret.png", label_map(v1=(0, 0, 3, 3)))
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "00000.png").symlink_to(tmp_path / "secret.png")
    assert "leads out of the dataset" in refused(read, folder, source(tmp_path))


def test_a_pipe_and_nothing_at_all_are_turned_down(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "00000.png")
    assert "not a regular file" in refused(read, tmp_path, source(tmp_path))
    assert "cannot be opened" in refused(read, tmp_path / "none", source(tmp_path))
    (tmp_path / "empty").mkdir()
    assert "no .png files" in refused(read, tmp_path / "empty", source(tmp_path))


def test_frames_and_labels_that_are_not_there_are_turned_down(tmp_path: Path) -> None:
    save_label_map(tmp_path / "00005.png", label_map(v1=(0, 0, 3, 3)))
    assert "0 to 4" in refused(read, tmp_path, source(tmp_path))
    (tmp_path / "00005.png").rename(tmp_path / "00004.png")
    (tmp_path / "labels.json").write_text('{"labels":[{"id":2,"name":"x","color":[0,0,0]}],"frames":[]}')
    assert "pixels of label 1" in refused(read, tmp_path, source(tmp_path))
    (tmp_path / "labels.json").write_text('{"labels":{}}')
    assert "labels.json" in refused(read, tmp_path, source(tmp_path))
