"""Taking in an import: one step, which makes nothing live that a run or a stranger's numbers could upset."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session.describe import describe_step
from samannot_tui.session.events import RecordSpan
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from tests.session.support import ENGINE, act, annotation, import_command, make_session, new_mask, plan


def test_an_import_is_one_step(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    before = annotation(session)
    assert act(session, ("import", 1, 4))
    assert session.live.edited_frames(1).tolist() == [4]
    assert session.live.frames(1).tolist() == [4, 5]
    assert describe_step(session.state.steps[-1], session.state) == "the import of theirs.json"
    session.submit(cmd.Undo())
    assert annotation(session) == before
    session.close()


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"planned_at": 0}, "changed since"),
        ({"labels": (9,)}, "no label 9"),
        ({"prompts": (cmd.NewPrompt(9, 0, PointPrompt(1, 1)),)}, "no label 9"),
        ({"prompts": (cmd.NewPrompt(1, 99, PointPrompt(1, 1)),)}, "no frame 99"),
        ({"prompts": (cmd.NewPrompt(1, 1, BoxPrompt(1, 1, 1, 1)),)}, "no area"),
        ({"removed": (77,)}, "gone already"),
        ({"cleared": (cmd.ClearMasks((1,), 20, 21),)}, "no mask to clear"),
        ({"records": (RecordSpan(1, 99),)}, "no such mask records"),
        ({"new_labels": ("dog",)}, "already called dog"),
        ({"new_labels": ("a", "a ")}, "a name of its own"),
        ({"new_labels": ("a\x1b",)}, "control characters"),
        ({"new_labels": tuple(map(str, range(255)))}, "at most 255 labels"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path, changes: dict[str, Any], match: str) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    (record,) = session.append_masks([new_mask(2, 1, source="edited")])
    before, history = annotation(session), session.history()
    command = import_command(session, 1, 2, RecordSpan(record, record))
    with pytest.raises(InputError, match=match):
        session.submit(msgspec.structs.replace(command, **changes))
    assert (annotation(session), session.history()) == (before, history)
    session.submit(command)
    session.close()


def test_no_import_while_a_run_goes_on(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.StartRun(plan((1,), 0, 9), ENGINE))
    (record,) = session.append_masks([new_mask(2, 1)])
    with pytest.raises(InputError, match="run is going on"):
        session.submit(import_command(session, 1, 2, RecordSpan(record, record)))
    session.close()
