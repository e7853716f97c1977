"""Sessions that no program of ours has written: opened as far as they make sense, or refused in a sentence."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from samannot_tui.appendlog import seal
from samannot_tui.errors import InputError
from samannot_tui.masks.rle import Rle, decode
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import JudgedMasks, SampledFrame
from samannot_tui.session.history import read_history, told
from samannot_tui.session.plan import LabelPlan, Pass, Plan
from samannot_tui.session.prompts import MaskPrompt, PointPrompt
from samannot_tui.session.recorded import Recorded
from samannot_tui.session.repair import repair
from samannot_tui.session.store import Session
from samannot_tui.session.subject import Subject, subject
from tests.session.support import ENGINE, FRAMES, HEIGHT, WIDTH, make_session

DEEP = b"[" * 100_000 + b"]" * 100_000
RUN_OF_NO_LABEL = Plan("forward", 0, (Pass("forward", 0, 1, (LabelPlan(9, 0, (), ()),)),), (), "off", None, (), ())

RUN_OF_NOTHING = Plan("forward", 0, (), (), "off", None, (), ())
RUN_OF_NO_RANGE = msgspec.structs.replace(RUN_OF_NOTHING, passes=(Pass("forward", 1, 0, ()),))


def with_event(folder: Path, body: bytes) -> Path:
    session = make_session(folder)
    session.submit(cmd.AddLabel("dog"))
    session.close()
    with (session.folder / "journal.jsonl").open("ab") as file:
        file.write(seal(body))
        file.write(seal(b'{"type":"BarrierSet","seq":3,"at":"","frame":1}'))
    return session.folder


def event(each: ev.Event) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(each, seq=2))


@pytest.mark.parametrize(
    "body",
    [
        b'{"type":"SettingChanged","seq":2,"at":"","name":"engine","value":' + DEEP + b"}",
        event(ev.PromptAdded(label=9, frame=0, prompt=PointPrompt(1, 1))),
        event(ev.PromptAdded(label=1, frame=0, prompt=MaskPrompt(Rle((10**6, 10**6), "0")))),
        event(ev.PromptAdded(label=1, frame=0, prompt=MaskPrompt(Rle((HEIGHT, WIDTH), "zzz")))),
        event(ev.FeatureSet(label=9, name="a", frame=0, value="b")),
        event(ev.MaskEdited(label=9, frame=0, record=1)),
        event(ev.RunStarted(plan=RUN_OF_NO_LABEL, engine=ENGINE)),
        event(ev.RunStarted(plan=msgspec.structs.replace(RUN_OF_NOTHING, start=FRAMES), engine=ENGINE)),
        event(ev.RunStarted(plan=RUN_OF_NO_RANGE, engine=ENGINE)),
        event(ev.RunProgressed(run=1, log_length=0)),
        event(ev.RunEnded(run=2, outcome="finished")),
        event(ev.PromptRemoved(prompt=0)),
        event(ev.PromptRemoved(prompt=1)),
        event(ev.PromptRemoved(prompt=2)),
        event(ev.PromptRemoved(prompt=99)),
        event(ev.MediaRebound(path="\\nonsense")),
        event(ev.MarkedAbsent(label=9, first=0, last=1, record=1)),
        event(ev.MarkedAbsent(label=1, first=0, last=FRAMES, record=1)),
        event(ev.MasksReassigned(kind="swap", label=1, other=9, first=0, last=1)),
        event(ev.MasksReassigned(kind="swap", label=1, other=256, first=0, last=1)),
        event(ev.MasksReassigned(kind="swap", label=1, other=1, first=0, last=1)),
        event(ev.MasksReassigned(kind="merge", label=1, other=1, first=2, last=1)),
        event(ev.MasksCleared(labels=(1,), first=2, last=1)),
        event(ev.ReviewMarked(label=1, first=2, last=1, verdict="satisfactory")),
        event(ev.ReviewMarked(label=1, first=0, last=FRAMES, verdict="satisfactory")),
        event(ev.ReviewMarked(label=1, first=0, last=1, verdict="satisfactory", masks=(JudgedMasks(0, 2, 1),))),
        event(ev.ReviewMarked(label=1, first=0, last=9, verdict="satisfactory", masks=(JudgedMasks(0, 9, 1, -1),))),
        event(ev.ReviewWithdrawn(label=256, first=0, last=1)),
        event(ev.SampleDrawn(seed=1, frames=(SampledFrame(FRAMES, 1),))),
        event(ev.BarrierSet(frame=0, step=5)),
        event(ev.BarrierSet(frame=0, step=0)),
        event(ev.Undone(target=7)),
        event(ev.Redone(target=1)),
    ],
)
def test_an_event_that_cannot_be_is_damage(tmp_path: Path, body: bytes) -> None:
    session = Session.open(with_event(tmp_path, body))
    assert session.read_only is not None and "line 2" in session.read_only
    assert list(session.state.labels) == [1] and not session.state.prompts and not session.state.runs
    session.close()


@pytest.mark.parametrize("named", [0, 1, 2, 99])
def test_what_names_no_prompt_is_damage_though_it_was_undone(tmp_path: Path, named: int) -> None:
    """The fold passes over it, but who tells what was done would look for the prompt."""
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    session.close()
    removed, undone = ev.PromptRemoved(seq=2, prompt=named), ev.Undone(seq=3, target=2)
    with (session.folder / "journal.jsonl").open("ab") as file:
        file.writelines(seal(msgspec.json.encode(each)) for each in (removed, undone))
    state, damage = read_history(session.folder)
    assert damage is not None and "line 2" in damage
    assert [words for _, words in told(state.history)] == ["the label dog"]
    repair(session.folder, tmp_path / "new.samannot")
    again = Session.open(tmp_path / "new.samannot")
    assert again.read_only is None
    again.close()


def test_a_run_of_nothing_is_about_no_frames(tmp_path: Path) -> None:
    session = Session.open(with_event(tmp_path, event(ev.RunStarted(plan=RUN_OF_NOTHING, engine=ENGINE))))
    assert subject(session.state.event(2), session.state) == Subject((), None, 0)
    session.close()


def test_what_made_no_sense_until_it_was_undone_cannot_be_gone_through(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    session.close()
    ghost, undone = ev.LabelRenamed(seq=2, label=7, name="ghost"), ev.Undone(seq=3, target=2)
    with (session.folder / "journal.jsonl").open("ab") as file:
        file.writelines(seal(msgspec.json.encode(each)) for each in (ghost, undone))
    session = Session.open(session.folder, read_only="for a look")
    with pytest.raises(InputError, match="up to event 2 contradict each other"):
        list(Recorded(session).walk())
    session.close()


def record(**changes: object) -> bytes:
    rle = {"size": [HEIGHT, WIDTH], "counts": "0"}
    fields = {"id": 1, "frame": 0, "label": 1, "rle": rle, "object_score": 1.0, "quality": 1.0}
    return msgspec.json.encode(fields | {"source": "edited", "run": None} | changes)


@pytest.mark.parametrize(
    "body",
    [
        b'{"lost":"many"}',
        b'{"lost":1000000}',
        b'{"lost":-1}',
        record(frame=FRAMES),
        record(label=0),
        record(label=256),
        record(id=2),
        record()[:-1] + b',"more":' + DEEP + b"}",
    ],
)
def test_a_line_that_is_no_record_is_refused_in_a_sentence(tmp_path: Path, body: bytes) -> None:
    session = make_session(tmp_path)
    session.close()
    (session.folder / "masks.jsonl").write_bytes(seal(body))
    with pytest.raises(InputError, match=r"line 1.*repair"):
        Session.open(session.folder)


def test_a_record_without_a_mask_is_refused_when_it_is_read(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.close()
    (session.folder / "masks.jsonl").write_bytes(seal(record(rle=5)))
    again = Session.open(session.folder)
    with pytest.raises(InputError, match="not a mask record"):
        again.masks.read(1)
    again.close()


def test_an_edit_names_a_mask_of_its_own_cell(tmp_path: Path) -> None:
    folder = with_event(tmp_path, event(ev.MaskEdited(label=1, frame=3, record=1)))
    (folder / "masks.jsonl").write_bytes(seal(record(frame=5)))
    session = Session.open(folder)
    assert not session.live.on_frame(3) and not session.live.on_frame(5)
    session.close()


@pytest.mark.parametrize("changes", [{"frame_count": 2**30}, {"media_path": "\\nonsense"}, {"media_path": "a\0b"}])
def test_an_impossible_manifest_is_refused_in_a_sentence(tmp_path: Path, changes: dict[str, object]) -> None:
    session = make_session(tmp_path)
    session.close()
    path = session.folder / "session.json"
    path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes()) | changes))
    with pytest.raises(InputError, match=r"session\.json"):
        Session.open(session.folder)


@pytest.mark.parametrize("name", ["cache", "lock"])
def test_odd_things_in_the_folder_are_no_traceback(tmp_path: Path, name: str) -> None:
    session = make_session(tmp_path)
    session.close()
    place = session.folder / name
    place.rmdir() if name == "cache" else place.unlink()
    place.write_text("") if name == "cache" else place.mkdir()
    try:
        again = Session.open(session.folder)
    except InputError as error:
        assert "cannot be opened" in str(error)
    else:
        assert again.read_only is not None
        again.close()


def changed_by_an_editor(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def reformatted(data: bytes) -> bytes:
    return data.replace(b'":', b'": ')


@pytest.mark.parametrize("change", [changed_by_an_editor, reformatted])
def test_a_journal_changed_throughout_is_not_taken_for_a_torn_tail(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    session = make_session(tmp_path)
    for name in ("dog", "cat", "bird"):
        session.submit(cmd.AddLabel(name))
    session.close()
    path = session.folder / "journal.jsonl"
    path.write_bytes(changed := change(path.read_bytes()))
    again = Session.open(session.folder)
    assert again.read_only is not None and "damaged at line 1" in again.read_only
    again.close()
    assert path.read_bytes() == changed


@pytest.mark.parametrize("counts", ["0" * 3 + "o" * 12 + "0", "oooooooG1", "g" + "o" * 7 + "O"])
def test_numbers_longer_than_coco_can_read_are_refused(counts: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        decode(Rle((9, 9), counts))
