"""What an annotation may not do that has a schema: each rule kept, and each broken."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.conformity import Finding, check, check_names, objection
from samannot_tui.session.schema import FeatureRule, LabelClass, Schema
from samannot_tui.session.store import Session
from tests.session.support import HEIGHT, WIDTH, make_session

SCHEMA = Schema(
    (LabelClass("child", 4, "forbidden"), LabelClass("pillow")),
    (FeatureRule("posture", ("standing", "jumping"), ("child",)), FeatureRule("remark")),
    True,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = make_session(tmp_path)
    yield made
    made.close()


def put(session: Session, label: int, frame: int, top: int, left: int, height: int, width: int) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[top : top + height, left : left + width] = True
    new = NewMask(frame=frame, label=label, rle=encode(mask), object_score=1.0, quality=1.0, source="edited", run=None)
    (record,) = session.append_masks([new])
    session.submit(cmd.EditMask(label, frame, record))


def found(session: Session, schema: Schema = SCHEMA) -> list[Finding]:
    return check(schema, session.state, session.live, session.masks.read)


def test_an_annotation_that_follows_has_no_findings(session: Session) -> None:
    session.submit(cmd.AddLabel("child 1"))
    session.submit(cmd.AddLabel("pillow"))
    session.submit(cmd.SetFeature(1, "posture", 0, "jumping"))
    session.submit(cmd.SetFeature(1, "presence", 0, "visible"))
    session.submit(cmd.SetFeature(1, "presence", 6, "out of frame"))
    session.submit(cmd.SetFeature(2, "remark", 3, "whatever"))
    put(session, 1, 5, 1, 1, 2, 2)
    put(session, 1, 6, 0, 0, 0, 0)
    put(session, 2, 5, 0, 0, 1, 1)
    assert found(session) == []


def test_a_value_is_judged_by_itself(session: Session) -> None:
    for name in ("child 1", "pillow", "dog"):
        session.submit(cmd.AddLabel(name))
    child, pillow, dog = session.state.labels.values()
    assert objection(SCHEMA, child, "posture", "jumping") is None
    assert objection(SCHEMA, child, "remark", "whatever") is None
    assert objection(SCHEMA, child, "posture", "lying") == (
        "posture of child 1 is lying; the schema allows standing, jumping."
    )
    assert objection(SCHEMA, pillow, "posture", "lying") == "pillow has the feature posture, which is not for pillow."
    assert objection(SCHEMA, dog, "colour", "red") == "dog has the feature colour, which the schema does not know."


def test_names_features_and_values(session: Session) -> None:
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.AddLabel("pillow 2"))
    session.submit(cmd.SetFeature(1, "posture", 4, "lying"))
    session.submit(cmd.SetFeature(1, "posture", 9, "jumping"))
    session.submit(cmd.SetFeature(2, "posture", 2, "standing"))
    session.submit(cmd.SetFeature(2, "colour", 7, "red"))
    session.submit(cmd.SetFeature(2, "shape", 7, "round"))
    session.submit(cmd.ClearFeature(2, "shape", 7))
    findings = check_names(SCHEMA, session.state)
    assert [(each.where, each.sentence) for each in findings] == [
        ("label 1", "dog is of no class; begin its name with one of the schema's classes: child, pillow."),
        ("label 1, frame 4", "posture of dog is lying; the schema allows standing, jumping."),
        ("label 2, frame 2", "pillow 2 has the feature posture, which is not for pillow."),
        ("label 2, frame 7", "pillow 2 has the feature colour, which the schema does not know."),
    ]
    assert found(session) == findings


def test_small_masks_are_told_by_stretches(session: Session) -> None:
    session.submit(cmd.AddLabel("child"))
    for frame, width in ((2, 3), (3, 1), (5, 4), (8, 2), (9, 0), (10, 3)):
        put(session, 1, frame, 3, 3, 1, width)
    assert [(each.frames, each.sentence) for each in found(session)] == [
        ((2, 3), "child covers fewer than 4 pixels (the smallest mask has 1)."),
        ((8, 8), "child covers fewer than 4 pixels (the smallest mask has 2)."),
        ((10, 10), "child covers fewer than 4 pixels (the smallest mask has 3)."),
    ]


@pytest.mark.parametrize(
    ("top", "left", "at_edge"),
    [(0, 5, True), (HEIGHT - 3, 5, True), (5, 0, True), (5, WIDTH - 3, True), (1, 1, False)],
)
def test_masks_at_the_edge(session: Session, top: int, left: int, at_edge: bool) -> None:
    session.submit(cmd.AddLabel("child"))
    put(session, 1, 4, top, left, 3, 3)
    expected = [((4, 4), "child touches the frame's edge, which its class forbids.")] if at_edge else []
    assert [(each.frames, each.sentence) for each in found(session)] == expected


def test_presence_and_masks_may_not_contradict(session: Session) -> None:
    session.submit(cmd.AddLabel("pillow"))
    session.submit(cmd.SetFeature(1, "presence", 2, "visible"))
    session.submit(cmd.SetFeature(1, "presence", 6, "out of frame"))
    for frame, size in ((0, 0), (1, 2), (3, 0), (4, 2), (6, 0), (7, 2), (8, 2)):
        put(session, 1, frame, 1, 1, size, size)
    assert [(each.where, each.sentence) for each in found(session)] == [
        ("label 1, frames 7 to 8", "pillow is out of frame, but has a mask."),
        ("label 1, frame 3", "pillow is visible, but its mask is empty."),
    ]
    without = Schema(SCHEMA.classes)
    assert [each.sentence for each in found(session, without)] == [
        "pillow has the feature presence, which the schema does not know."
    ]
