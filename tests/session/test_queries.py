"""Where the keys go next, against a search through every frame; what is suggested for a feature."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.queries import Mark, features_at, next_marked, previous_marked, suggested_values
from samannot_tui.session.schema import FeatureRule, LabelClass, Schema
from samannot_tui.session.store import Session
from tests.session.support import FRAMES, act, frames, make_session


def plainly(mark: Mark, session: Session, label: int | None) -> list[int]:
    """Every frame with the mark, found frame by frame."""
    labels = [1, 2] if label is None else [label]
    state, live = session.state, session.live
    masked = [any(live.record(frame, each) for each in labels) for frame in range(FRAMES)]
    match mark:
        case "prompt":
            return [frame for frame in range(FRAMES) if any(state.prompts_on(frame, each) for each in labels)]
        case "mask":
            return [frame for frame in range(FRAMES) if masked[frame]]
        case "gap":
            return [f for f in range(1, FRAMES) if masked[f - 1] and not masked[f] and any(masked[f:])]
        case "barrier":
            return sorted(state.barriers)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 2), frames), max_size=8),
    st.lists(st.tuples(st.integers(1, 2), frames), max_size=12),
    st.sets(frames, max_size=4),
)
def test_next_and_previous_are_what_a_search_finds(
    prompts: list[tuple[int, int]], masks: list[tuple[int, int]], barriers: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session = make_session(Path(folder))
        for deed in (cmd.AddLabel("one"), cmd.AddLabel("two"), cmd.SetBarriers(tuple(barriers))):
            act(session, deed)
        for label, frame in prompts:
            session.submit(cmd.AddPrompt(label, frame, PointPrompt(1, 1)))
        for label, frame in masks:
            act(session, ("edit", label, frame))
        if prompts:
            session.submit(cmd.RemovePrompt(next(iter(session.state.prompts))))
        marks: tuple[Mark, ...] = ("prompt", "mask", "gap", "barrier")
        for mark in marks:
            for label in (None, 1, 2):
                all_marked = plainly(mark, session, label)
                for frame in range(FRAMES):
                    after, before = [f for f in all_marked if f > frame], [f for f in all_marked if f < frame]
                    asked = (mark, session.state, session.live, frame, label)
                    assert next_marked(*asked) == (min(after) if after else None)
                    assert previous_marked(*asked) == (max(before) if before else None)
        session.close()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = make_session(tmp_path)
    made.submit(cmd.AddLabel("dog"))
    made.submit(cmd.AddLabel("cat"))
    return made


def test_values_are_suggested_newest_first_and_the_labels_own_before_the_others(session: Session) -> None:
    for label, frame, value in ((1, 9, "sits"), (2, 0, "sleeps"), (1, 2, "jumps"), (2, 5, "sits"), (1, 7, "sits")):
        session.submit(cmd.SetFeature(label, "posture", frame, value))
    session.submit(cmd.SetFeature(1, "presence", 0, "visible"))
    session.submit(cmd.SetFeature(1, "posture", 12, "a slip"))
    session.submit(cmd.Undo())
    presence = ["visible", "occluded", "out of frame"]
    session.submit(cmd.SetFeature(2, "colour", 3, "grey"))
    assert suggested_values(session.state, 1) == {
        "presence": presence,
        "posture": ["sits", "jumps", "sleeps"],
        "colour": ["grey"],
    }
    assert suggested_values(session.state, 2) == {
        "colour": ["grey"],
        "posture": ["sits", "sleeps", "jumps"],
        "presence": presence,
    }


def test_a_schema_says_which_features_and_values_there_are(session: Session) -> None:
    classes = (LabelClass("dog"), LabelClass("cat"))
    rules = (FeatureRule("posture", ("lies", "stands")), FeatureRule("tag"), FeatureRule("claws", ("out",), ("cat",)))
    session.submit(cmd.SetFeature(1, "posture", 0, "a slip"))
    session.submit(cmd.SetFeature(1, "tag", 0, "A7"))
    session.submit(cmd.AdoptSchema(Schema(classes, rules)))
    assert suggested_values(session.state, 1) == {"tag": ["A7"], "posture": ["lies", "stands"]}
    assert suggested_values(session.state, 2) == {"tag": ["A7"], "posture": ["lies", "stands"], "claws": ["out"]}


def test_features_hold_from_the_frame_where_they_were_set(session: Session) -> None:
    session.submit(cmd.SetFeature(1, "posture", 4, "sits"))
    session.submit(cmd.SetFeature(1, "colour", 0, "brown"))
    session.submit(cmd.SetFeature(1, "posture", 9, "jumps"))
    assert features_at(session.state, 1, 3) == {"colour": (0, "brown")}
    assert features_at(session.state, 1, 9) == {"colour": (0, "brown"), "posture": (9, "jumps")}
    session.submit(cmd.RemoveFeature(1, "posture"))
    assert features_at(session.state, 1, 20) == {"colour": (0, "brown")} and features_at(session.state, 2, 20) == {}
