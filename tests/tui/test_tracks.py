"""The timeline's arrays, over any video length, part of it and screen width."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.engine.stale import stale_blocks
from samannot_tui.masks.index import MaskIndex
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.live import LiveMasks, MaskKind
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State, fold
from samannot_tui.tui.tracks import Tracks, Window, facts, spanned, tracks, window_size
from samannot_tui.tui.widgets.timeline_rows import BARRIER, video_row
from tests.engine.scene import Scene
from tests.engine.scene import frames as numbers
from tests.session.support import ENGINE, FRAMES, make_session, new_mask, plan

SIZES = st.tuples(st.integers(1, 500), st.integers(1, 200))


@given(SIZES, st.data())
def test_clicking_where_the_cursor_is_goes_to_its_column(size: tuple[int, int], data: st.DataObject) -> None:
    frame_count, columns = size
    first = data.draw(st.integers(0, frame_count - 1))
    window = Window(first, frame_count - first)
    frame = data.draw(st.integers(first, frame_count - 1))
    column = window.column_of(frame, columns)
    assert 0 <= column < columns
    assert window.column_of(window.frame_at(column, columns), columns) == column
    if window.count <= columns:
        assert window.frame_at(column, columns) == frame


@given(SIZES, st.integers(-50, 300))
def test_a_click_anywhere_is_a_frame(size: tuple[int, int], column: int) -> None:
    assert 0 <= Window(0, size[0]).frame_at(column, size[1]) < size[0]


@given(st.integers(1, 500), st.lists(st.tuples(st.integers(0, 499), st.integers(0, 9)), min_size=1, max_size=20))
def test_a_window_lies_in_the_video_and_shows_the_frame(frame_count: int, moves: list[tuple[int, int]]) -> None:
    window = Window(0, frame_count)
    for drawn, zoom in moves:
        frame = min(drawn, frame_count - 1)
        window = window.showing(frame, frame_count)
        assert window.showing(frame, frame_count) == window
        before = (frame - window.first) / window.count
        window = window.resized(window_size(2**zoom, frame_count), frame, frame_count)
        assert 0 <= window.first <= frame < window.first + window.count <= frame_count
        if window.first > 0 and window.first + window.count < frame_count:
            assert abs((frame - window.first) / window.count - before) <= 1 / window.count


def _state(frame_count: int, frames: set[int]) -> tuple[State, LiveMasks]:
    events: list[ev.AnyEvent] = [ev.LabelAdded(label=1, name="dog"), ev.LabelAdded(label=2, name="cat")]
    for frame in sorted(frames):
        events.append(ev.PromptAdded(label=2, frame=frame, prompt=PointPrompt(0, 0)))
        events.append(ev.BarrierSet(frame=frame))
        events.append(ev.FeatureSet(label=2, frame=frame, name="posture", value="lying"))
    state = fold(_numbered(events))
    return state, LiveMasks(MaskIndex(), frame_count, state)


def _numbered(events: list[ev.AnyEvent]) -> list[ev.AnyEvent]:
    return [type(event)(**{**_fields(event), "seq": seq}) for seq, event in enumerate(events, 1)]


def _fields(event: ev.AnyEvent) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@given(SIZES, st.data())
def test_every_prompt_barrier_and_feature_is_seen_at_its_cursor(size: tuple[int, int], data: st.DataObject) -> None:
    frame_count, columns = size
    window = Window(data.draw(st.integers(0, frame_count - 1)), data.draw(st.integers(1, frame_count)))
    window = Window(window.first, min(window.count, frame_count - window.first))
    frames = data.draw(st.sets(st.integers(0, frame_count - 1), max_size=5))
    state, live = _state(frame_count, frames)
    shown = tracks(facts(state, live, 1), window, columns)
    at = {window.column_of(each, columns) for each in frames if window.first <= each < window.first + window.count}
    assert set(np.flatnonzero(shown.barriers)) == at
    assert at <= set(np.flatnonzero(shown.prompts))
    assert not shown.active_prompts.any() and not shown.features.any()
    of_cat = tracks(facts(state, live, 2), window, columns)
    assert (of_cat.active_prompts == shown.prompts).all() and (of_cat.features == shown.barriers).all()


def test_a_frame_wider_than_a_column_is_marked_whole() -> None:
    state, live = _state(4, {1})
    shown = tracks(facts(state, live, None), Window(0, 4), 8)
    assert np.flatnonzero(shown.prompts).tolist() == [2, 3]
    assert np.flatnonzero(shown.barriers).tolist() == [2]


def test_blocks_begin_where_they_are_wide_enough_to_tell() -> None:
    state, live = _state(250, set())
    known = facts(state, live, None)
    assert np.flatnonzero(tracks(known, Window(0, 250), 50).block_start).tolist() == [20, 40]
    assert np.flatnonzero(tracks(known, Window(150, 100), 50).block_start).tolist() == [25]
    assert not tracks(known, Window(0, 250), 9).block_start.any()


@given(SIZES, st.data())
def test_a_span_takes_the_columns_of_its_frames(size: tuple[int, int], data: st.DataObject) -> None:
    frame_count, columns = size
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, frame_count - 1)] * 2)))
    window = Window(0, frame_count)
    shown = spanned(first, last, window, columns)
    assert shown[window.column_of(first, columns)] and shown[window.column_of(last, columns)]
    for column in np.flatnonzero(~shown):
        assert not first <= window.frame_at(int(column), columns) <= last


@pytest.fixture
def annotated(tmp_path: Path) -> tuple[State, LiveMasks]:
    """Label 1 has a run's masks on 0 to 3, of which a person drew 2; it is absent on 5 and 6. Label 2 has frame 5."""
    session = make_session(tmp_path)
    for name in ("dog", "cat"):
        session.submit(cmd.AddLabel(name))
    (started,) = session.submit(cmd.StartRun(plan((1, 2), 0, 9), ENGINE))
    session.append_masks([new_mask(frame, 1, run=started.seq) for frame in range(4)])
    session.append_masks([new_mask(5, 2, run=started.seq)])
    session.submit(cmd.ProgressRun(started.seq, session.masks.length))
    session.submit(cmd.EndRun(started.seq, "finished"))
    session.submit(cmd.EditMask(1, 2, *session.append_masks([new_mask(2, 1, source="edited")])))
    session.submit(cmd.MarkAbsent(1, 5, 6))
    session.close()
    return session.state, session.live


def _shown(annotated: tuple[State, LiveMasks], active: int | None, columns: int) -> Tracks:
    return tracks(facts(*annotated, active), Window(0, FRAMES), columns)


NONE, ABSENT, MODEL, EDITED = MaskKind


def test_a_persons_masks_a_models_and_absence_are_told_apart(annotated: tuple[State, LiveMasks]) -> None:
    shown = _shown(annotated, 1, FRAMES)
    rest = [NONE] * (FRAMES - 7)
    assert shown.active_masks.tolist() == [MODEL, MODEL, EDITED, MODEL, NONE, ABSENT, ABSENT, *rest]
    assert shown.masks.tolist() == [MODEL, MODEL, EDITED, MODEL, NONE, MODEL, ABSENT, *rest]
    assert _shown(annotated, 2, FRAMES).active_masks.tolist() == [NONE] * 5 + [MODEL, NONE, *rest]
    assert not _shown(annotated, None, FRAMES).active_masks.any()


def test_a_wide_column_shows_the_most_that_it_holds_and_whether_all_frames_have_it(
    annotated: tuple[State, LiveMasks],
) -> None:
    shown = _shown(annotated, 1, FRAMES // 2)
    assert shown.active_masks[:4].tolist() == [MODEL, EDITED, ABSENT, ABSENT]
    assert shown.active_whole[:4].tolist() == [True, True, False, False]


def test_blocks_are_done_begun_open_or_stale_and_barriers_cross_them_on_short_screens() -> None:
    scene = Scene(transition="mask")
    scene.point(1, 0)
    for start in (0, 10):
        scene.run({1: numbers(start, start + 9)}, plan=scene.plan(start))
    scene.barrier(35)
    state, live = scene.state(), scene.live()
    frame_count = live.frame_count
    before = tracks(facts(state, live, 1, stale_blocks(state, live)), Window(0, frame_count), frame_count)
    assert not before.stale.any()
    scene.edit(1, 9)
    state, live = scene.state(), scene.live()
    after = tracks(facts(state, live, 1, stale_blocks(state, live)), Window(0, frame_count), frame_count)
    assert np.flatnonzero(after.stale).tolist() == list(range(10, 20))
    bare = np.zeros(frame_count, np.bool_)
    glyphs = "".join(segment.text for segment in video_row(after, bare, None, barriers=False).segments())
    assert glyphs[:30] == "█" * 10 + "╳" * 10 + "▏" + "░" * 9
    crossed = list(video_row(after, bare, None, barriers=True).segments())
    assert [segment.text for segment in crossed if segment.style == BARRIER] == ["┃"]
