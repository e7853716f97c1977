"""`replay --out` on an afternoon's work: the same engine gives the same annotation, another one its own masks."""

from pathlib import Path

import pytest

from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError, JobError
from samannot_tui.jobs.opening import open_session
from samannot_tui.jobs.replaying import Replayed, replay_on
from samannot_tui.jobs.verifying import verify
from samannot_tui.masks.rle import Rle
from samannot_tui.session import events as ev
from samannot_tui.session.store import Session
from tests.engine.studio import TOY_COMMAND, Studio
from tests.jobs.afternoon import DOG, toy, work
from tests.jobs.test_verifying import fingerprint

Cells = dict[tuple[int, int], tuple[Rle, str]]


def replayed(studio: Studio, out: Path, engine: str = "toy") -> Replayed:
    opened = open_session(studio.session.folder, read_only="a test")
    try:
        return replay_on(opened, out, EngineSpec(engine), {"engine": "flow"}, lambda done, total: None, TOY_COMMAND)
    finally:
        opened.close()


def live_masks(session: Session) -> Cells:
    return {
        (frame, label): (read.rle, read.source)
        for frame in range(session.manifest.frame_count)
        for label, record in session.live.on_frame(frame).items()
        for read in [session.masks.read(record)]
    }


def annotation(session: Session) -> dict[str, object]:
    """All that people did, as it stands."""
    state = session.state
    return {
        "labels": state.labels,
        "features": state.features,
        "barriers": state.barriers,
        "block_size": (state.settings.block_size, state.settings.transition),
        "prompts": {
            (label, frame): [(each.prompt, each.auto is None) for each in state.prompts_on(frame, label)]
            for label in state.labels
            for frame in state.prompted_frames(label)
        },
        "steps": (len(state.steps), len(state.redoable)),
        "runs": [(run.plan.direction, run.plan.start, run.plan.transition, run.outcome) for run in state.runs.values()],
        "plans": [[(p.first, p.last, p.ahead) for p in run.plan.passes] for run in state.runs.values()],
    }


def test_on_the_same_engine_nothing_is_different(studio: Studio, tmp_path: Path) -> None:
    work(studio)
    before = fingerprint(studio.session.folder)
    done = replayed(studio, tmp_path / "again.samannot")
    assert fingerprint(studio.session.folder) == before
    assert done.notices == ()
    again = Session.open(tmp_path / "again.samannot")
    try:
        assert again.read_only is None and again.notices == ()
        assert annotation(again) == annotation(studio.session)
        assert live_masks(again) == live_masks(studio.session)
        assert done.masks == sum(again.masks.index.run[1 : again.masks.index.count + 1] > 0) + done.predictions
        assert again.media_file() == studio.session.media_file()
    finally:
        again.close()


def test_people_did_it_when_they_did_it(studio: Studio, tmp_path: Path) -> None:
    work(studio)
    replayed(studio, tmp_path / "again.samannot")
    again = Session.open(tmp_path / "again.samannot")
    try:
        kinds = (ev.LabelAdded, ev.PromptAdded, ev.MaskEdited, ev.RunStarted, ev.RunEnded, ev.MaskPredicted, ev.Undone)
        then, now = (
            [
                (event.at, type(event))
                for event in session.history()
                if isinstance(event, kinds) and getattr(event, "auto", None) is None
            ]
            for session in (studio.session, again)
        )
        assert now == then
        told = again.history()[-1]
        assert isinstance(told, ev.SessionReplayed) and told.events == len(studio.session.history())
        assert told.source == "../clip.samannot" and told.at > studio.session.history()[-1].at
        assert again.state.settings.engine == "flow", "the settings for whoever goes on"
    finally:
        again.close()


def test_the_new_session_verifies(studio: Studio, tmp_path: Path) -> None:
    work(studio)
    replayed(studio, tmp_path / "again.samannot", "toy:step=2")
    opened = open_session(tmp_path / "again.samannot", read_only="a test")
    checks = verify(opened, lambda done, total: None, make_spec=toy, command=TOY_COMMAND)
    opened.close()
    assert len(checks) > 10 and all(check.is_exact for check in checks)


def test_another_engine_makes_its_own_masks_and_leaves_edits_alone(studio: Studio, tmp_path: Path) -> None:
    work(studio)
    replayed(studio, tmp_path / "again.samannot", "toy:step=2")
    again = Session.open(tmp_path / "again.samannot")
    try:
        ours, theirs = live_masks(studio.session), live_masks(again)
        assert theirs.keys() == ours.keys()
        edited = {cell for cell, (_, source) in ours.items() if source == "edited"}
        assert edited and all(theirs[cell] == ours[cell] for cell in edited)
        assert sum(theirs[cell] != ours[cell] for cell in ours) > len(ours) // 2
        assert {run.engine.settings["step"] for run in again.state.runs.values()} == {"2"}
        made = [event.engine for event in again.history() if isinstance(event, ev.MaskPredicted)]
        assert all(engine and engine.settings == {"step": "2"} for engine in made)
    finally:
        again.close()


def test_what_cannot_be_made_leaves_nothing_behind(studio: Studio, tmp_path: Path) -> None:
    work(studio)
    out = tmp_path / "again.samannot"
    with pytest.raises(JobError, match="toy broke"):
        replayed(studio, out, "toy:raise=21")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.samannot", "gate"]


def test_what_is_there_is_not_replaced_and_what_a_kill_left_is(studio: Studio, tmp_path: Path) -> None:
    studio.box(DOG, 4, x=5)
    with pytest.raises(InputError, match="exists already"):
        replayed(studio, studio.session.folder)
    part = tmp_path / ".again.samannot.part"
    replayed(studio, part)
    replayed(studio, tmp_path / "again.samannot")
    assert not part.exists()
    (tmp_path / "again.samannot").rename(part)
    busy = Session.open(part)
    with pytest.raises(InputError, match="is being made: process"):
        replayed(studio, tmp_path / "again.samannot")
    busy.close()
