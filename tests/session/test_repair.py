"""`repair` loses the damaged lines and nothing else."""

from pathlib import Path

import pytest

from samannot_tui.appendlog import seal
from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session.repair import repair
from samannot_tui.session.store import Session
from tests.session.support import ENGINE, annotation, new_mask, plan
from tests.session.test_recovery import worked_session


def damage(path: Path, line: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(b'"type"', b'"tYpe"').replace(b'"frame"', b'"fr\x00me"')
    path.write_bytes(b"".join(lines))


def test_a_damaged_mask_costs_only_itself(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    before = annotation(session)["live"]
    session.close()
    damage(session.folder / "masks.jsonl", 3)
    report = repair(session.folder, tmp_path / "new.samannot")
    assert (report.lost_events, report.lost_masks, report.masks) == (0, 1, 5)
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None
    after = annotation(again)["live"]
    lost = {(f, n) for f, row in before.items() for n in row} - {(f, n) for f, row in after.items() for n in row}
    assert len(lost) == 1
    for frame, row in after.items():
        for label, record in row.items():
            assert before[frame][label] == record and again.masks.read(record).frame == frame
    assert again.media_file() == (tmp_path / "clip.mp4").resolve()
    again.submit(cmd.AddLabel("goes on"))
    again.close()


def test_a_damaged_event_costs_itself_and_what_needs_it(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    session.close()
    damage(session.folder / "journal.jsonl", 5)  # the prompt on the cat; its prediction then is of no prompt
    report = repair(session.folder, tmp_path / "new.samannot")
    assert report.lost_events == 1 and report.lost_masks == 0
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None
    assert set(again.state.prompts) == {3}
    assert again.live.record(0, 2) is None and again.live.record(1, 2) is not None
    assert again.state.features[1]["posture"].at(9) == (3, "jumping")
    again.close()


def test_a_lost_label_comes_back_with_its_prompts_and_masks(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    before = annotation(session)
    session.submit(cmd.AddLabel("bird"))
    session.close()
    damage(session.folder / "journal.jsonl", 2)
    report = repair(session.folder, tmp_path / "new.samannot")
    assert report.lost_events == 1
    again = Session.open(tmp_path / "new.samannot")
    assert [label.name for label in again.state.labels.values()] == ["dog", "recovered 2", "bird"]
    assert annotation(again)["live"] == before["live"] and again.state.prompts.keys() == before["prompts"].keys()
    again.close()


def test_repair_never_writes_over_anything(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    session.close()
    with pytest.raises(InputError, match="exists already"):
        repair(session.folder, session.folder)


def test_masks_lost_at_the_end_are_no_new_ones(tmp_path: Path) -> None:
    """A new mask must not get the number of a lost one, which events still name."""
    session = worked_session(tmp_path)
    edited = session.masks.index.count
    session.close()
    log = session.folder / "masks.jsonl"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-2]))
    assert Session.open(session.folder).read_only is not None
    report = repair(session.folder, tmp_path / "new.samannot")
    assert (report.masks, report.lost_masks) == (edited - 2, 2)
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None and again.live.record(4, 1) is None
    assert again.append_masks([new_mask(4, 1, source="edited")]) == [edited + 1]
    assert again.live.record(4, 1) is None
    (started,) = again.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))
    again.append_masks([new_mask(8, 1, run=started.seq)])
    again.submit(cmd.ProgressRun(started.seq, again.masks.length))
    assert again.live.record(8, 1) is not None
    again.close()


def test_a_record_that_cannot_be_is_given_up(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    session.close()
    log = session.folder / "masks.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    lines[2] = seal(lines[2].rsplit(b',"crc"', 1)[0].replace(b'"label":1', b'"label":0') + b"}")
    log.write_bytes(b"".join(lines))
    assert repair(session.folder, tmp_path / "new.samannot").lost_masks == 1
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None
    again.close()


def test_a_moved_video_is_still_found_from_the_repaired_session(tmp_path: Path) -> None:
    session = worked_session(tmp_path)
    session.submit(cmd.RebindMedia("../elsewhere/clip.mp4"))
    session.close()
    damage(session.folder / "masks.jsonl", 3)
    (tmp_path / "deep" / "down").mkdir(parents=True)
    repair(session.folder, tmp_path / "deep" / "down" / "new.samannot")
    again = Session.open(tmp_path / "deep" / "down" / "new.samannot")
    assert again.media_file() == (tmp_path / "elsewhere" / "clip.mp4").resolve()
    again.close()
