"""What a person draws, kept in a session: always on the mask as it is by then."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.masks.edits import Fill, MaskEdit, Polygon, Stroke, edited
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.session.commands import AddLabel, MarkAbsent
from samannot_tui.session.editing import edit_mask
from samannot_tui.session.events import MaskEdited
from samannot_tui.session.store import Session
from tests.session.support import HEIGHT, WIDTH, make_session

EMPTY = np.zeros((HEIGHT, WIDTH), np.bool_)
DAB = Stroke(((4, 4),), 2.0, paint=True)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    session = make_session(tmp_path)
    session.submit(AddLabel("koi"))
    return session


def mask_on(session: Session, frame: int) -> BoolMask:
    record = session.live.record(frame, 1)
    assert record is not None
    return decode(session.masks.read(record).rle)


def test_edits_come_one_on_top_of_the_other(session: Session) -> None:
    ring = (DAB, Polygon(((1, 1), (10, 1), (10, 9), (1, 9)), paint=True), Stroke(((6, 6),), 1.0, paint=False))
    wanted, edits = EMPTY, (*ring, Fill(6, 6, paint=True), Fill(3, 3, paint=False))
    for edit in edits[:-1]:
        wanted = edited(wanted, edit)
        (event,) = edit_mask(session, 3, 1, edit)
        assert isinstance(event, MaskEdited)
        assert np.array_equal(mask_on(session, 3), wanted)
    assert session.live.is_present(3, 1)
    edit_mask(session, 3, 1, edits[-1])
    assert not session.live.is_present(3, 1), "a person has erased all of it"


def test_the_event_names_what_it_was_drawn_on(session: Session) -> None:
    (first,) = edit_mask(session, 0, 1, DAB)
    (second,) = edit_mask(session, 0, 1, Stroke(((9, 9),), 1.0, paint=True))
    assert isinstance(first, MaskEdited) and isinstance(second, MaskEdited)
    assert (first.base, second.base) == (None, first.record)


def test_where_an_instance_is_absent_the_mask_begins_empty(session: Session) -> None:
    session.submit(MarkAbsent(1, 0, 9))
    edit_mask(session, 5, 1, DAB)
    assert np.array_equal(mask_on(session, 5), edited(EMPTY, DAB))
    assert session.live.is_present(5, 1) and not session.live.is_present(4, 1)


def test_what_changes_nothing_is_no_event_and_no_record(session: Session) -> None:
    edit_mask(session, 0, 1, DAB)
    records, steps = session.masks.index.count, len(session.history())
    assert edit_mask(session, 0, 1, DAB) == ()
    assert edit_mask(session, 1, 1, Stroke(((4, 4),), 2.0, paint=False)) == ()
    assert (session.masks.index.count, len(session.history())) == (records, steps)


@pytest.mark.parametrize(
    ("frame", "label", "edit", "told"),
    [
        (0, 2, DAB, "There is no label 2"),
        (30, 1, DAB, "There is no frame 30"),
        (0, 1, Fill(4, 4, paint=True), "reaches the frame's border"),
        (0, 1, Fill(4, 4, paint=False), "There is no mask at 4,4"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    session: Session, frame: int, label: int, edit: MaskEdit, told: str
) -> None:
    with pytest.raises(InputError, match=told):
        edit_mask(session, frame, label, edit)
    assert session.masks.index.count == 0


def test_edits_from_several_threads_all_count(session: Session) -> None:
    dabs = [Stroke(((x, y),), 0.5, paint=True) for x in range(WIDTH) for y in range(0, HEIGHT, 2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda dab: edit_mask(session, 0, 1, dab), dabs))
    wanted = EMPTY.copy()
    wanted[::2] = True
    assert np.array_equal(mask_on(session, 0), wanted)
