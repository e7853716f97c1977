"""A folder of images: order, orientation, pixel formats, and sentences for what does not fit."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.media.folder import FolderSource
from samannot_tui.media.source import RgbFrame


def shade(value: int, size: tuple[int, int] = (8, 6)) -> Image.Image:
    return Image.new("RGB", size, (value, value // 2, 7))


def shades(source: FolderSource) -> list[int]:
    return [int(source.read(frame)[0, 0, 0]) for frame in range(source.info.frame_count)]


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        FolderSource(folder)
    return str(caught.value)


def test_natural_order_any_case_and_stems(tmp_path: Path) -> None:
    for value, name in enumerate(["f1.png", "f2.BMP", "f9.Tif", "f10.PNG", "f11.webp", "f100.tiff"]):
        save = {"lossless": True} if name.endswith("webp") else {}
        shade(value * 10).save(tmp_path / name, **save)
    source = FolderSource(tmp_path)
    assert shades(source) == [0, 10, 20, 30, 40, 50]
    assert [source.stem(frame) for frame in range(6)] == ["f1", "f2", "f9", "f10", "f11", "f100"]
    info = source.info
    assert (info.kind, info.frame_count, info.fps, info.width, info.height) == ("folder", 6, 25.0, 8, 6)
    assert source.time(5) == 0.2


def test_every_image_becomes_a_frame_the_last_included(tmp_path: Path) -> None:
    for value in range(101):
        shade(value).save(tmp_path / f"{value:05d}.png")
    assert shades(FolderSource(tmp_path)) == list(range(101))


def test_equal_numbers_written_differently_have_one_order(tmp_path: Path) -> None:
    for value, name in enumerate(["a1", "a01", "a001"]):
        shade(value).save(tmp_path / f"{name}.png")
    assert [FolderSource(tmp_path).stem(frame) for frame in range(3)] == ["a001", "a01", "a1"]


def test_everything_else_in_the_folder_is_ignored(tmp_path: Path) -> None:
    shade(5).save(tmp_path / "1.png")
    (tmp_path / ".hidden.png").write_bytes(b"no image")
    (tmp_path / "._1.png").write_bytes(b"no image")
    (tmp_path / "Thumbs.db").write_bytes(b"no image")
    (tmp_path / "2.png").mkdir()
    assert shades(FolderSource(tmp_path)) == [5]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    for value in range(12):
        shade(value).save(tmp_path / os.fsdecode(b"\xe9%d.png" % value))
    source = FolderSource(tmp_path)
    assert shades(source) == list(range(12))
    assert os.fsencode(source.stem(11)) == b"\xe911"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, suffix: str) -> None:
    quadrants = np.zeros((32, 48, 3), np.uint8)
    quadrants[:16, :24], quadrants[:16, 24:], quadrants[16:, :24] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    stored = {1: lambda image: image, 2: np.fliplr, 3: lambda image: np.rot90(image, 2), 4: np.flipud}
    stored |= {5: _transposed, 6: lambda image: np.rot90(image, 1)}
    stored |= {7: lambda image: np.rot90(_transposed(image), 2), 8: lambda image: np.rot90(image, 3)}
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.ascontiguousarray(stored[orientation](quadrants)))
    options = {"jpg": {"quality": 100, "subsampling": 0}, "webp": {"lossless": True}}.get(suffix, {})
    image.save(tmp_path / f"1.{suffix}", exif=exif, **options)
    source = FolderSource(tmp_path)
    assert (source.info.width, source.info.height) == (48, 32)
    np.testing.assert_allclose(source.read(0), quadrants.astype(int), atol=4)


def _transposed(image: RgbFrame) -> RgbFrame:
    return image.transpose(1, 0, 2)


def test_grey_palette_and_transparency_become_rgb(tmp_path: Path) -> None:
    Image.new("L", (4, 3), 90).save(tmp_path / "1.png")
    palette = Image.new("P", (4, 3), 1)
    palette.putpalette([0, 0, 0, 12, 34, 56])
    palette.save(tmp_path / "2.png")
    Image.new("RGBA", (4, 3), (1, 2, 3, 0)).save(tmp_path / "3.png")
    Image.new("LA", (4, 3), (70, 10)).save(tmp_path / "4.png")
    Image.new("1", (4, 3), 1).save(tmp_path / "5.png")
    source = FolderSource(tmp_path)
    assert [source.read(frame)[2, 3].tolist() for frame in range(5)] == [
        [90, 90, 90],
        [12, 34, 56],
        [1, 2, 3],
        [70, 70, 70],
        [255, 255, 255],
    ]
    assert all(source.read(frame).shape == (3, 4, 3) for frame in range(5))


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_keep_their_upper_eight(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 255, 256], [0x1234, 0xFF00, 0xFFFF]], np.uint16)
    Image.fromarray(values).save(tmp_path / f"1.{suffix}")
    assert FolderSource(tmp_path).read(0)[:, :, 1].tolist() == [[0, 0, 1], [0x12, 255, 255]]


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    Image.new("F", (4, 3), 0.5).save(tmp_path / "1.tif")
    with pytest.raises(InputError, match=r"1\.tif has 32-bit pixels"):
        FolderSource(tmp_path).read(0)


def test_frames_are_the_caller_s_own(tmp_path: Path) -> None:
    shade(5).save(tmp_path / "1.png")
    source = FolderSource(tmp_path)
    source.read(0)[:] = 99
    assert source.read(0)[0, 0, 0] == 5


def test_another_size_is_named(tmp_path: Path) -> None:
    shade(1).save(tmp_path / "1.png")
    shade(2, (8, 7)).save(tmp_path / "2.png")
    assert "2.png is 8x7 pixels but 1.png is 8x6" in refusal(tmp_path)


def test_two_images_of_one_stem_are_named(tmp_path: Path) -> None:
    shade(1).save(tmp_path / "7.png")
    shade(1).save(tmp_path / "7.jpg")
    assert "two images for one frame, 7.jpg and 7.png" in refusal(tmp_path)


def test_what_is_no_image_is_named_when_the_folder_is_opened(tmp_path: Path) -> None:
    shade(1).save(tmp_path / "1.png")
    (tmp_path / "2.png").write_text("no image")
    assert "2.png is broken or not an image" in refusal(tmp_path)


def test_an_image_broken_further_on_is_named_when_it_is_read(tmp_path: Path) -> None:
    for name in "123":
        Image.effect_noise((64, 64), 50).save(tmp_path / f"{name}.png")
    data = (tmp_path / "2.png").read_bytes()
    (tmp_path / "2.png").write_bytes(data[: len(data) // 2])
    source = FolderSource(tmp_path)
    with pytest.raises(InputError, match=r"2\.png is broken or not an image"):
        source.read(1)
    assert source.read(2).shape == (64, 64, 3)


def test_a_dangling_link_does_not_shift_the_frames(tmp_path: Path) -> None:
    shade(1).save(tmp_path / "1.png")
    (tmp_path / "2.png").symlink_to(tmp_path / "gone.png")
    assert "2.png is not a file that can be read" in refusal(tmp_path)


def test_a_format_that_could_run_a_program_is_not_tried(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 6\n%%EndComments\nshowpage\n")
    assert "1.png is broken or not an image" in refusal(tmp_path)


def test_an_image_changed_while_open_is_named(tmp_path: Path) -> None:
    shade(1).save(tmp_path / "1.png")
    source = FolderSource(tmp_path)
    shade(1, (9, 9)).save(tmp_path / "1.png")
    with pytest.raises(InputError, match=r"1\.png changed its size to 9x9"):
        source.read(0)


@pytest.mark.parametrize("frame", [-1, 1])
def test_no_such_frame(tmp_path: Path, frame: int) -> None:
    shade(1).save(tmp_path / "1.png")
    source = FolderSource(tmp_path)
    for ask in (source.read, source.time, source.stem):
        with pytest.raises(IndexError):
            ask(frame)


def test_the_fingerprint_follows_names_and_content_not_the_place(tmp_path: Path) -> None:
    def fingerprint(folder: str, *images: tuple[str, int]) -> str:
        (tmp_path / folder).mkdir()
        for name, value in images:
            shade(value).save(tmp_path / folder / name)
        return FolderSource(tmp_path / folder).info.fingerprint

    first = fingerprint("a", ("1.png", 1), ("2.png", 2))
    assert fingerprint("b", ("1.png", 1), ("2.png", 2)) == first
    assert fingerprint("c", ("1.png", 1), ("3.png", 2)) != first
    assert fingerprint("d", ("1.png", 1), ("2.png", 9)) != first
    assert fingerprint("e", ("1.png", 1)) != first
