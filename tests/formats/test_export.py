"""What the exports hold, pixel by pixel, and what they refuse."""

import json
import sys
from itertools import count
from pathlib import Path
from subprocess import run

import msgspec
import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.export import export, safe_name
from samannot_tui.formats.registry import FORMATS
from samannot_tui.masks.palette import voc_color
from samannot_tui.review.evaluate import evaluate
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.formats.support import (
    FRAMES,
    HEIGHT,
    INFO,
    WIDTH,
    ArraySource,
    annotated,
    edit,
    follower,
    pixels,
    rectangle,
    tree,
)


@pytest.fixture
def source(tmp_path: Path) -> ArraySource:
    return ArraySource(tmp_path / "clip.mp4")


def test_davis_writes_every_frame_of_the_media(tmp_path: Path, source: ArraySource) -> None:
    summary = export(follower(tmp_path), source, "davis", tmp_path / "out")
    folder = tmp_path / "out" / "davis" / "Annotations" / "clip"
    assert [path.name for path in sorted(folder.iterdir())] == [f"{frame:05}.png" for frame in range(FRAMES)]
    for frame in (0, 3, 4):
        assert not pixels(folder / f"{frame:05}.png").any()
    assert np.array_equal(pixels(folder / "00002.png"), rectangle(2, 1, 11, 8))
    assert (summary.format, summary.folder) == ("davis", tmp_path / "out" / "davis")
    assert (summary.frames, summary.files, summary.labels) == (FRAMES, FRAMES + 1, 2)


def test_a_pixel_is_its_label_id_and_has_its_voc_colour(tmp_path: Path, source: ArraySource) -> None:
    export(follower(tmp_path), source, "davis", tmp_path / "out")
    with Image.open(tmp_path / "out/davis/Annotations/clip/00001.png") as image:
        assert (image.mode, image.size) == ("P", (WIDTH, HEIGHT))
        assert (image.getpixel((1, 1)), image.getpixel((12, 10))) == (1, 2)
        colors = image.convert("RGB")
        assert (colors.getpixel((1, 1)), colors.getpixel((12, 10))) == (voc_color(1), voc_color(2))
        assert image.getpalette()[3 * 255 :] == list(voc_color(255))  # type: ignore[index]


def test_the_smaller_mask_is_on_top_and_hidden_pixels_are_counted(tmp_path: Path, source: ArraySource) -> None:
    """The cat (16 pixels) covers the dog's (80 pixels) corner of 2x2 pixels on one frame."""
    summary = export(follower(tmp_path), source, "davis", tmp_path / "out")
    ids = pixels(tmp_path / "out/davis/Annotations/clip/00001.png")
    assert (ids == 2).sum() == 16
    assert (ids == 1).sum() == 80 - 4
    assert summary.hidden_pixels == {1: 4}


def test_of_two_equally_large_masks_the_higher_id_is_on_top(tmp_path: Path, source: ArraySource) -> None:
    session = annotated(tmp_path)
    for label in (2, 1):
        edit(session, 0, label, rectangle(0, 0, 3, 3))
    summary = export(Follower(session), source, "davis", tmp_path / "out")
    assert set(np.unique(pixels(tmp_path / "out/davis/Annotations/clip/00000.png"))) == {0, 2}
    assert summary.hidden_pixels == {1: 4 + 16}


def test_labels_hidden_from_view_are_exported(tmp_path: Path, source: ArraySource) -> None:
    session = annotated(tmp_path)
    assert session.state.labels[2].hidden
    export(Follower(session), source, "png", tmp_path / "out")
    assert (pixels(tmp_path / "out/png/masks/00001.png") == 2).any()
    labels = json.loads((tmp_path / "out/png/labels.json").read_bytes())["labels"]
    assert labels == [
        {"id": 1, "name": "dog", "color": [128, 0, 0]},
        {"id": 2, "name": "cat", "color": [0, 128, 0]},
    ]


def test_png_writes_the_annotated_frames_alone_absent_ones_included(tmp_path: Path, source: ArraySource) -> None:
    summary = export(follower(tmp_path), source, "png", tmp_path / "out")
    names = {"00001.png", "00002.png", "00003.png"}
    for part in ("masks", "frames"):
        assert {path.name for path in (tmp_path / "out" / "png" / part).iterdir()} == names
    assert not pixels(tmp_path / "out/png/masks/00003.png").any()
    for frame in (1, 2, 3):
        assert np.array_equal(pixels(tmp_path / f"out/png/frames/{frame:05}.png"), source.read(frame))
    assert (summary.frames, summary.files) == (3, 7)


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_export_says_who_made_which_mask(tmp_path: Path, source: ArraySource, format_name: str) -> None:
    export(follower(tmp_path), source, format_name, tmp_path / "out")
    content = json.loads((tmp_path / "out" / format_name / "labels.json").read_bytes())
    assert (content["video"], content["width"], content["height"]) == ("clip", WIDTH, HEIGHT)
    assert content["frames"] == [
        {
            "frame": 1,
            "name": "00001",
            "masks": {"1": "prompted", "2": "edited"},
            "verdicts": {"1": "satisfactory"},
        },
        {"frame": 2, "name": "00002", "masks": {"1": "propagated"}, "verdicts": {"1": "unsatisfactory"}},
        {"frame": 3, "name": "00003", "masks": {"1": "propagated"}, "verdicts": {"1": "unsatisfactory"}},
    ]


def test_images_of_a_folder_keep_their_stems_and_its_name(tmp_path: Path) -> None:
    info = msgspec.structs.replace(INFO, kind="folder")
    stems = tuple(f"img {number}" for number in (1, 2, 10, 20, 100))
    source = ArraySource(tmp_path / "dog.v2", info, stems)
    export(follower(tmp_path), source, "davis", tmp_path / "out")
    folder = tmp_path / "out" / "davis" / "Annotations" / "dog.v2"
    assert {path.stem for path in folder.iterdir()} == set(stems)


def test_a_stem_that_is_not_utf8_survives(tmp_path: Path) -> None:
    stems = ("a", "b\udcff", "c", "d", "e")
    source = ArraySource(tmp_path / "clip", stems=stems)
    export(follower(tmp_path), source, "png", tmp_path / "out")
    assert (tmp_path / "out/png/masks/b\udcff.png").is_file()
    frames = json.loads((tmp_path / "out/png/labels.json").read_bytes())["frames"]
    assert frames[0]["name"] == "b\\xff"
    before = tree(tmp_path / "out")
    export(Follower(Session.open(tmp_path / "clip.samannot")), source, "png", tmp_path / "out")
    assert tree(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("clip.mp4", "clip"),
        ("a.b.mp4", "a.b"),
        ("鳥 2.mkv", "鳥 2"),
        ("...", "video"),
        ("a\\b:c?.mp4", "a_b_c_"),
        ("\x1b[2J\udcff.mp4", "_x1b[2J_udcff"),
        ("x" * 250 + ".mp4", "x" * 200),
        ("é" * 125 + ".mp4", "é" * 100),
    ],
)
def test_the_videos_name_is_one_safe_part_of_a_path(tmp_path: Path, name: str, safe: str) -> None:
    assert safe_name(ArraySource(tmp_path / name)) == safe


def test_an_export_scores_perfectly_against_itself(tmp_path: Path, source: ArraySource) -> None:
    summary = export(follower(tmp_path), source, "davis", tmp_path / "out")
    report = evaluate(summary.folder, summary.folder)
    assert (report.jf, report.pooled.pixel_accuracy, len(report.videos[0].objects)) == (1.0, 1.0, 2)


def test_progress_counts_the_frames(tmp_path: Path, source: ArraySource) -> None:
    calls: list[tuple[int, int]] = []
    export(follower(tmp_path), source, "png", tmp_path / "out", lambda *counts: calls.append(counts))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_a_range_marked_absent_is_exported_as_empty_masks_of_a_persons(tmp_path: Path, source: ArraySource) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.MarkAbsent(1, 2, 4))
    export(Follower(session), source, "png", tmp_path / "out")
    names = [entry["name"] for entry in json.loads((tmp_path / "out/png/labels.json").read_bytes())["frames"]]
    assert names == ["00001", "00002", "00003", "00004"]
    for name in names[1:]:
        (mask,) = [path for path in tree(tmp_path / "out/png") if path.startswith("masks") and name in path]
        assert not pixels(tmp_path / "out/png" / mask).any()
    made = json.loads((tmp_path / "out/png/labels.json").read_bytes())["frames"][3]["masks"]
    assert made == {"1": "edited"}


def test_cancelling_leaves_nothing(tmp_path: Path, source: ArraySource) -> None:
    done: list[int] = []
    with pytest.raises(JobError, match="cancelled"):
        export(
            follower(tmp_path),
            source,
            "davis",
            tmp_path / "out",
            lambda frames, total: done.append(frames),
            lambda: len(done) == 2,
        )
    assert done == [1, 2]
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_can_be_cancelled_to_the_last(tmp_path: Path, source: ArraySource, format_name: str) -> None:
    """Asked as often as it takes, it ends at the last time, too."""
    questions = count(1)
    copy = follower(tmp_path)
    export(copy, source, format_name, tmp_path / "out", cancelled=lambda: next(questions) < 0)
    before, last = tree(tmp_path / "out"), next(questions) - 1
    assert last >= 3, "once a frame"
    again = count(1)
    with pytest.raises(JobError, match="cancelled"):
        export(copy, source, format_name, tmp_path / "out", cancelled=lambda: next(again) == last)
    assert tree(tmp_path / "out") == before


def test_an_unknown_format_is_a_sentence(tmp_path: Path, source: ArraySource) -> None:
    with pytest.raises(InputError, match=r"no format gif; formats are png, davis, .*\."):
        export(follower(tmp_path), source, "gif", tmp_path / "out")


def test_nothing_annotated_is_a_sentence(tmp_path: Path, source: ArraySource) -> None:
    session = Session.create(tmp_path / "clip.samannot", tmp_path / "clip.mp4", INFO)
    session.submit(cmd.AddLabel("dog"))
    with pytest.raises(InputError, match="Nothing is annotated"):
        export(Follower(session), source, "png", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_video_is_a_sentence(tmp_path: Path) -> None:
    shorter = ArraySource(tmp_path / "other.mp4", msgspec.structs.replace(INFO, frame_count=4))
    with pytest.raises(InputError, match=r"other\.mp4 has 4 frames of 20x12 pixels, the session is of 5 frames"):
        export(follower(tmp_path), shorter, "davis", tmp_path / "out")


def test_the_table_of_formats_imports_none_of_them() -> None:
    code = "import sys, samannot_tui.formats.registry; sys.exit('numpy' in sys.modules or 'PIL' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
