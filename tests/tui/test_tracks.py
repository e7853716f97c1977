"""The timeline's arrays, over any video length and screen width."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.masks.index import MaskIndex
from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State, fold
from samannot_tui.tui.tracks import column_of, frame_at, tracks

SIZES = st.tuples(st.integers(1, 500), st.integers(1, 200))


@given(SIZES, st.data())
def test_clicking_where_the_cursor_is_goes_to_its_column(size: tuple[int, int], data: st.DataObject) -> None:
    frame_count, columns = size
    frame = data.draw(st.integers(0, frame_count - 1))
    column = column_of(frame, frame_count, columns)
    assert 0 <= column < columns
    assert column_of(frame_at(column, frame_count, columns), frame_count, columns) == column
    if frame_count <= columns:
        assert frame_at(column, frame_count, columns) == frame


@given(SIZES, st.integers(-50, 300))
def test_a_click_anywhere_is_a_frame(size: tuple[int, int], column: int) -> None:
    assert 0 <= frame_at(column, *size) < size[0]


def _state(frame_count: int, frames: set[int]) -> tuple[State, LiveMasks]:
    events: list[ev.AnyEvent] = [ev.LabelAdded(label=1, name="dog"), ev.LabelAdded(label=2, name="cat")]
    for frame in sorted(frames):
        events.append(ev.PromptAdded(label=2, frame=frame, prompt=PointPrompt(0, 0)))
        events.append(ev.BarrierSet(frame=frame))
    state = fold(_numbered(events))
    return state, LiveMasks(MaskIndex(), frame_count, state)


def _numbered(events: list[ev.AnyEvent]) -> list[ev.AnyEvent]:
    return [type(event)(**{**_fields(event), "seq": seq}) for seq, event in enumerate(events, 1)]


def _fields(event: ev.AnyEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@given(SIZES, st.data())
def test_every_prompt_and_barrier_is_seen_at_its_cursor(size: tuple[int, int], data: st.DataObject) -> None:
    frame_count, columns = size
    frames = data.draw(st.sets(st.integers(0, frame_count - 1), max_size=5))
    state, live = _state(frame_count, frames)
    shown = tracks(state, live, frame_count, 1, 0, columns)
    at = {column_of(frame, frame_count, columns) for frame in frames}
    assert set(np.flatnonzero(shown.barriers)) == at
    assert at <= set(np.flatnonzero(shown.prompts))
    assert not shown.active_prompts.any()
    assert (tracks(state, live, frame_count, 2, 0, columns).active_prompts == shown.prompts).all()


def test_a_frame_wider_than_a_column_is_marked_whole() -> None:
    state, live = _state(4, {1})
    shown = tracks(state, live, 4, None, 0, 8)
    assert np.flatnonzero(shown.prompts).tolist() == [2, 3]
    assert np.flatnonzero(shown.barriers).tolist() == [2]


def test_blocks() -> None:
    state, live = _state(250, set())
    shown = tracks(state, live, 250, None, 120, 50)
    assert np.flatnonzero(shown.block).tolist() == list(range(20, 40))
    assert np.flatnonzero(shown.block_start).tolist() == [20, 40]
