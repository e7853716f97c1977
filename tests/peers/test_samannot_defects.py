"""Every defect of SAMannot (read at 5abbadc) that can show in what exists here, each ruled out through real code.

Those of the planner alone are in `tests/engine/test_peer_defects.py`. The studio's video has 50 frames in blocks of
ten; the toy engine moves a mask by one pixel a frame and writes the frame that it read into a mask's quality.
"""

import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.video import plan_video
from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.export import export
from samannot_tui.jobs.export import export_session
from samannot_tui.jobs.export_request import ExportRequest
from samannot_tui.jobs.opening import Opened
from samannot_tui.masks.geometry import centroid
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.masks.skeleton import skeleton_points
from samannot_tui.media.folder import IMAGE_SUFFIXES
from samannot_tui.media.open import open_media
from samannot_tui.monitor import Monitor
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.follower import Follower
from samannot_tui.session.lock import WriterLock, acquire
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from tests.engine.studio import FRAMES, HEIGHT, WIDTH, Studio
from tests.formats.support import tree
from tests.media.videos import Recipe, number_of, numbered


def run_everything(studio: Studio) -> None:
    runner = studio.runner()
    session = studio.session
    for request in plan_video(session.state, session.live, FRAMES):
        assert runner.run_and_wait(request).outcome == "finished"


def exported(studio: Studio, out: Path, name: str = "png") -> Path:
    source = open_media(studio.video)
    (summary,) = export_session(Opened(studio.session, source, ()), ExportRequest((name,), out))
    source.close()
    return summary.folder


def reopened(studio: Studio) -> Session:
    studio.session.close()
    studio.session = Session.open(studio.session.folder)
    return studio.session


# Wrong data


def test_the_first_frame_of_a_video_is_not_dropped(tmp_path: Path) -> None:
    source = open_media(numbered(tmp_path / "clip.mp4", Recipe("libx264"), 25))
    assert source.info.frame_count == 25
    assert [number_of(source.read(frame)) for frame in range(25)] == list(range(25))
    source.close()


def test_later_blocks_are_not_shifted_and_masks_land_on_the_frames_that_were_read(studio: Studio) -> None:
    studio.box(1, 0, x=0)
    run_everything(studio)
    index = studio.session.live.index
    assert studio.frames(1) == list(range(FRAMES))
    for frame in range(FRAMES):
        record = studio.session.live.record(frame, 1) or 0
        assert index.quality[record] == pytest.approx(5 * frame / 255)
        assert studio.left_edge(1, frame) == frame


def test_the_last_block_of_an_image_folder_is_not_lost(tmp_path: Path, video: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    for number, image in enumerate(sorted(video.iterdir())[:25]):
        assert image.suffix in IMAGE_SUFFIXES
        (folder / f"{number}.png").symlink_to(image)
    studio = Studio(tmp_path, folder)
    studio.box(1, 3, x=5)
    runner = studio.runner()
    for request in plan_video(studio.session.state, studio.session.live, 25):
        assert runner.run_and_wait(request).outcome == "finished"
    assert studio.frames(1) == list(range(25))
    studio.close()


def test_opening_a_session_keeps_its_barriers_and_each_blocks_own_prompts(studio: Studio) -> None:
    studio.session.submit(cmd.ChangeSetting("transition", "off"))
    studio.box(1, 0, x=0)
    studio.box(1, 20, x=40)
    studio.session.submit(cmd.SetBarrier(25))
    prompts = dict(studio.session.state.prompts)
    session = reopened(studio)
    assert session.state.barriers == {25} and session.state.prompts == prompts
    assert studio.runner().run_and_wait(RunRequest(20, "forward")).outcome == "finished"
    assert studio.frames(1) == [20, 21, 22, 23, 24] and studio.left_edge(1, 24) == 44


def test_a_run_keeps_the_masks_of_labels_that_are_not_in_it(studio: Studio) -> None:
    studio.box(1, 0, x=0)
    studio.box(2, 0, x=20)
    runner = studio.runner()
    assert runner.run_and_wait(RunRequest(0, "forward", (2,))).outcome == "finished"
    before = {frame: studio.session.live.record(frame, 2) for frame in range(10)}
    assert runner.run_and_wait(RunRequest(0, "forward", (1,))).outcome == "finished"
    assert {frame: studio.session.live.record(frame, 2) for frame in range(10)} == before and all(before.values())


@pytest.mark.parametrize("transition", ["carry", "mask", "points"])
def test_renaming_before_a_block_change_sends_nothing_to_another_label(studio: Studio, transition: str) -> None:
    studio.session.submit(cmd.ChangeSetting("transition", transition))
    studio.box(1, 0, x=0)
    studio.box(2, 0, x=30)
    runner = studio.runner()
    assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    for label, name in ((1, "a while"), (2, "dog"), (1, "cat")):
        studio.session.submit(cmd.RenameLabel(label, name))
    assert runner.run_and_wait(RunRequest(10, "forward")).outcome == "finished"
    assert max(studio.columns(1, 15)) < 30 < min(studio.columns(2, 15))


def test_bird1_in_block_10_is_not_bird11_in_block_0(studio: Studio) -> None:
    studio.session.submit(cmd.ChangeSetting("block_size", 4))
    studio.session.submit(cmd.RenameLabel(1, "bird1"))
    for number in range(3, 12):
        studio.session.submit(cmd.AddLabel(f"bird{number}"))
    studio.box(11, 0, x=0)
    studio.box(1, 40, x=40)
    runner = studio.runner()
    for start in (0, 40):
        assert runner.run_and_wait(RunRequest(start, "forward")).outcome == "finished"
    assert (studio.frames(11), studio.frames(1)) == ([0, 1, 2, 3], [40, 41, 42, 43])
    assert studio.left_edge(1, 43) == 43 and studio.left_edge(11, 3) == 3


def test_points_handed_over_do_not_pile_up_when_a_block_is_visited_again(studio: Studio) -> None:
    studio.session.submit(cmd.ChangeSetting("transition", "points"))
    studio.box(1, 0, x=5)
    runner = studio.runner()
    counts = []
    for _ in range(3):
        assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
        counts.append(len(studio.session.state.prompts_on(10, 1)))
    assert counts[0] > 0 and len(set(counts)) == 1


def test_a_ring_or_a_dot_hands_a_point_over_and_never_more_than_eight() -> None:
    """A one-pixel or ring skeleton gave none, and there was no cap."""
    y, x = np.mgrid[:64, :64]
    distance = np.hypot(y - 32, x - 32)
    dot = np.zeros((64, 64), np.bool_)
    dot[5, 7] = True
    comb = (x % 4 == 0) | (y == 32)
    for mask in ((distance < 24) & (distance > 20), dot, comb):
        points = skeleton_points(mask)
        assert 1 <= len(points) <= 8 and all(mask[py, px] for px, py in points)


def test_features_set_out_of_order_hold_until_the_next_change(studio: Studio) -> None:
    for frame, value in ((20, "sleeps"), (5, "sits"), (12, "jumps"), (5, "stands")):
        studio.session.submit(cmd.SetFeature(1, "posture", frame, value))
    feature = reopened(studio).state.features[1]["posture"]
    assert [feature.at(frame) for frame in (4, 5, 11, 12, 19, 20, 49)] == [
        None, (5, "stands"), (5, "stands"), (12, "jumps"), (12, "jumps"), (20, "sleeps"), (20, "sleeps")
    ]  # fmt: skip


def test_a_centres_x_is_its_column() -> None:
    mask = np.zeros((10, 40), np.bool_)
    mask[2, 30:33] = True
    assert centroid(mask) == (31.0, 2.0)


def test_frame_numbers_in_an_export_are_the_videos(studio: Studio, tmp_path: Path) -> None:
    """They counted annotated frames only."""
    studio.edit(1, 7)
    studio.edit(1, 41)
    entries = json.loads((exported(studio, tmp_path) / "labels.json").read_bytes())["frames"]
    assert [(entry["frame"], entry["name"]) for entry in entries] == [(7, "00007"), (41, "00041")]


def test_only_negative_clicks_stop_no_run_and_no_export(studio: Studio, tmp_path: Path) -> None:
    studio.point(1, 3, 10, positive=False)
    studio.box(2, 0, x=5)
    assert studio.runner().run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    files = tree(exported(studio, tmp_path, "davis"))
    assert len([name for name in files if name.endswith(".png")]) == FRAMES


def test_prompts_on_later_frames_of_a_run_are_used(studio: Studio) -> None:
    studio.box(1, 0, x=0)
    studio.box(1, 6, x=40)
    assert studio.runner().run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    assert (studio.left_edge(1, 5), studio.left_edge(1, 9)) == (5, 43)


def test_a_barrier_that_a_run_starts_on_is_not_overwritten(studio: Studio) -> None:
    studio.box(1, 0, x=0)
    runner = studio.runner()
    assert runner.run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    studio.session.submit(cmd.SetBarrier(4))
    kept = studio.session.live.record(4, 1)
    studio.box(1, 6, x=40)
    for direction in ("forward", "backward", "both"):
        assert runner.run_and_wait(RunRequest(4, direction)).outcome == "finished"  # type: ignore[arg-type]
        assert studio.session.live.record(4, 1) == kept


def test_a_hole_that_yolo_cannot_hold_is_in_coco(studio: Studio, tmp_path: Path) -> None:
    """Its datasets had outer outlines alone. In YOLO there is no other way, but here is another format."""
    ring = np.zeros((HEIGHT, WIDTH), np.bool_)
    ring[4:20, 10:30] = True
    ring[8:16, 15:25] = False
    made = NewMask(frame=3, label=1, rle=encode(ring), object_score=1.0, quality=1.0, source="edited", run=None)
    (record,) = studio.session.append_masks([made])
    studio.session.submit(cmd.EditMask(1, 3, record))
    assert len((exported(studio, tmp_path, "yolo") / "labels" / "00003.txt").read_text().splitlines()) == 1
    coco = COCO(exported(studio, tmp_path, "coco") / "annotations.json")
    assert np.array_equal(coco.annToMask(coco.anns[1]), ring)


# Lost work


def sessions_beside(folder: Path, studio: Studio) -> dict[str, bytes]:
    return {name: data for name, data in tree(folder).items() if ".samannot" in name and not name.endswith("lock")}


def test_an_export_without_a_name_deletes_no_session(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty session name made the export delete every session."""
    studio.edit(1, 7)
    monkeypatch.chdir(tmp_path)
    before = sessions_beside(tmp_path, studio)
    for out in ("", ".", " "):
        exported(studio, Path(out))
        after = sessions_beside(tmp_path, studio)
        assert {name: after[name] for name in before if not name.endswith("journal.jsonl")} == {
            name: data for name, data in before.items() if not name.endswith("journal.jsonl")
        }
        assert all(after[name].startswith(data) for name, data in before.items())


def test_cancelling_wipes_neither_the_session_nor_what_was_exported(studio: Studio, tmp_path: Path) -> None:
    studio.edit(1, 7)
    folder = exported(studio, tmp_path / "out")
    studio.edit(1, 8)
    session, written = sessions_beside(tmp_path, studio), tree(folder)
    source = open_media(studio.video)
    with pytest.raises(JobError, match="cancelled"):
        export(Follower(studio.session), source, "png", tmp_path / "out", cancelled=lambda: True)
    source.close()
    assert tree(folder) == written and sessions_beside(tmp_path, studio) == session


def test_making_a_session_where_one_is_deletes_nothing(studio: Studio, tmp_path: Path) -> None:
    before = sessions_beside(tmp_path, studio)
    source = open_media(studio.video)
    with pytest.raises(InputError, match="exists already"):
        Session.create(studio.session.folder, studio.video, source.info)
    source.close()
    assert sessions_beside(tmp_path, studio) == before


def test_a_session_that_is_only_opened_and_closed_is_left_as_it_was(studio: Studio, tmp_path: Path) -> None:
    """Saving before a load truncated the file."""
    studio.box(1, 0, x=0)
    studio.edit(1, 7)
    studio.session.close()
    before = sessions_beside(tmp_path, studio)
    for _ in range(2):
        reopened(studio).close()
    assert sessions_beside(tmp_path, studio) == before


def test_a_second_opener_cannot_write_over_the_first(studio: Studio) -> None:
    second = Session.open(studio.session.folder)
    assert second.read_only is not None
    with pytest.raises(InputError, match="Read-only"):
        second.submit(cmd.AddLabel("bird"))
    second.close()
    assert not isinstance(acquire(studio.session.folder / "lock"), WriterLock), "the first one has it still"


# Cost


def test_the_engines_memory_is_carried_in_backward_runs_too(studio: Studio) -> None:
    """The memory window was not applied in backward runs."""
    studio.box(1, 15, x=40)
    runner = studio.runner()
    for start in (15, 9):
        assert runner.run_and_wait(RunRequest(start, "backward")).outcome == "finished"
    assert list(studio.session.state.runs.values())[-1].plan.transition == "carry"
    assert studio.frames(1) == list(range(16)) and studio.left_edge(1, 0) == 25


# Trust


class Payload:
    """Unpickled, it makes the folder that it names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self._folder),)


@pytest.mark.parametrize(
    "name", ["session.json", "journal.jsonl", "masks.jsonl", "view.json", "cache/memory.safetensors"]
)
def test_opening_a_session_runs_no_code_of_its_own(studio: Studio, tmp_path: Path, name: str) -> None:
    """Sessions were pickles."""
    studio.edit(1, 7)
    studio.session.close()
    trap = tmp_path / "sprung"
    (studio.session.folder / name).write_bytes(pickle.dumps(Payload(trap)) + b"\n")
    try:
        reopened(studio).close()
    except InputError as error:
        assert str(error)
    assert not trap.exists()


def test_no_file_of_a_session_is_a_pickle(studio: Studio, tmp_path: Path) -> None:
    studio.box(1, 0, x=0)
    run_everything(studio)
    studio.session.close()
    for name, data in tree(studio.session.folder).items():
        assert not data.startswith(b"\x80"), name


def test_without_an_nvidia_driver_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoDriver:
        def nvmlInit(self) -> None:  # noqa: N802
            raise RuntimeError("NVML Shared Library Not Found")

    monkeypatch.setitem(sys.modules, "pynvml", NoDriver())
    reading = Monitor().read()
    assert reading.gpu_name is None and reading.ram_total


def test_an_error_of_the_engine_is_told_and_writes_no_empty_masks(studio: Studio) -> None:
    """Every inference error was swallowed into an empty result."""
    studio.box(1, 0, x=0)
    ended = studio.runner("toy:raise=4").run_and_wait(RunRequest(0, "forward"))
    assert ended.outcome == "failed" and "the toy broke" in ended.reason
    assert studio.frames(1) == [0, 1, 2, 3] and all(studio.mask(1, frame).any() for frame in range(4))
    recorded = studio.session.history()[-1]
    assert isinstance(recorded, ev.RunEnded) and recorded.outcome == "failed" and "the toy broke" in recorded.reason


def test_who_made_a_mask_is_exported(studio: Studio, tmp_path: Path) -> None:
    """Promised in the paper, absent in the code: human and model tags."""
    studio.session.submit(cmd.AddPrompt(1, 0, PointPrompt(10, 10)))
    studio.edit(1, 3)
    studio.session.submit(cmd.MarkAbsent(1, 5, 6))
    assert studio.runner().run_and_wait(RunRequest(0, "forward")).outcome == "finished"
    folder = exported(studio, tmp_path)
    entries = json.loads((folder / "labels.json").read_bytes())["frames"]
    made = [entry["masks"]["1"] for entry in entries]
    assert made == ["prompted", *["propagated"] * 2, "edited", "propagated", "edited", "edited", *["propagated"] * 3]
