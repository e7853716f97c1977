"""The journal's clock: what counts as work, as waiting and as a pause."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.review.worktime import WorkTime, work_time
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.prompts import PointPrompt
from tests.session.support import ENGINE, plan

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
POINT = PointPrompt(1, 1)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def added(seq: int, seconds: float, label: int = 1, auto: int | None = None) -> ev.PromptAdded:
    return ev.PromptAdded(seq=seq, at=at(seconds), label=label, frame=0, prompt=POINT, auto=auto)


def started(seq: int, seconds: float, *labels: int) -> ev.RunStarted:
    return ev.RunStarted(seq=seq, at=at(seconds), plan=plan(labels, 0, 9), engine=ENGINE)


def of(*events: AnyEvent, pause: float = 60) -> WorkTime:
    return work_time(events, pause)


def test_the_time_before_an_action_is_work_on_its_label() -> None:
    time = of(added(1, 0), added(2, 5), added(3, 12, label=2), ev.BarrierSet(seq=4, at=at(15), frame=3))
    assert dict(time.on_label) == {1: 5, 2: 7}
    assert (time.on_none, time.annotating, time.waiting, time.paused) == (3, 15, 0, 0)


def test_a_long_gap_is_cut_and_counted() -> None:
    time = of(added(1, 0), added(2, 3600), added(3, 3620))
    assert (time.annotating, time.paused, time.pauses) == (80, 3540, 1)


def test_a_run_is_waited_for_and_told_apart() -> None:
    time = of(
        added(1, 0),
        started(2, 4, 1, 2),
        ev.RunProgressed(seq=3, at=at(30), run=2, log_length=9),
        ev.RunEnded(seq=4, at=at(44), run=2, outcome="finished"),
        added(5, 50, label=2),
    )
    assert dict(time.on_label) == {1: 2, 2: 8}
    assert (time.waiting, time.paused) == (40, 0)


def test_who_goes_on_while_a_run_goes_on_does_not_wait() -> None:
    time = of(
        started(1, 0, 1),
        added(2, 10, label=2),
        added(3, 25, label=2),
        ev.RunEnded(seq=4, at=at(30), run=1, outcome="finished"),
    )
    assert (dict(time.on_label), time.waiting) == ({2: 25}, 5)


def test_a_run_that_was_cut_off_does_not_go_on_until_somebody_opens_the_session() -> None:
    time = of(
        started(1, 0, 1),
        ev.RunProgressed(seq=2, at=at(20), run=1, log_length=9),
        ev.RunEnded(seq=3, at=at(86_400), run=1, outcome="failed"),
    )
    assert (time.waiting, time.paused, time.pauses) == (80, 86_320, 1)


def test_what_an_engine_does_is_nobodys_work() -> None:
    predicted = ev.MaskPredicted(seq=2, at=at(2), label=1, frame=0, record=1, prompts=(1,))
    time = of(added(1, 0), predicted, added(3, 3, auto=2), ev.EventLost(seq=4, at=at(4)), added(5, 6, label=2))
    assert dict(time.on_label) == {2: 6}


def test_undoing_is_work_on_what_is_undone() -> None:
    time = of(
        added(1, 0, label=3),
        ev.Undone(seq=2, at=at(2), target=1),
        ev.Redone(seq=3, at=at(5), target=1),
        ev.PromptRemoved(seq=4, at=at(9), prompt=1),
    )
    assert dict(time.on_label) == {3: 9}


def test_judging_is_no_work_on_the_annotation() -> None:
    marked = ev.ReviewMarked(seq=2, at=at(7), label=1, first=0, last=9, verdict="satisfactory")
    time = of(added(1, 0), marked, added(3, 9))
    assert (time.annotating, time.judging) == (2, 7)


@pytest.mark.parametrize("wrong", ["", "yesterday", "2026-13-45T00:00:00Z", "9" * 99])
def test_a_time_that_cannot_be_read_is_no_time(wrong: str) -> None:
    unreadable = ev.BarrierSet(seq=2, at=wrong, frame=1)
    assert of(added(1, 0), unreadable, added(3, 5)).annotating == 5


def test_a_clock_that_was_set_back_or_says_no_zone() -> None:
    zoneless = ev.BarrierSet(seq=3, at=at(-90).removesuffix("Z"), frame=1)
    time = of(added(1, 0), added(2, -100), zoneless)
    assert (time.annotating, time.on_none) == (10, 10)


@given(
    st.lists(st.tuples(st.floats(0, 500), st.sampled_from(["point", "barrier", "run", "end", "judge"])), max_size=30),
    st.floats(1, 100),
)
def test_no_second_is_lost_or_counted_twice(gaps: list[tuple[float, str]], pause: float) -> None:
    """From the first event to the last but for what a run that never ended went on."""
    events: list[AnyEvent] = []
    now, run = 0.0, None
    for seq, (gap, kind) in enumerate(gaps, 1):
        now = round(now + gap, 3)
        if kind == "run" and run is None:
            run = seq
            events.append(started(seq, now, 1, 2))
        elif kind == "end" and run is not None:
            events.append(ev.RunEnded(seq=seq, at=at(now), run=run, outcome="finished"))
            run = None
        elif kind == "judge":
            events.append(ev.ReviewMarked(seq=seq, at=at(now), label=1, first=0, last=1, verdict="satisfactory"))
        else:
            events.append(added(seq, now) if kind == "point" else ev.BarrierSet(seq=seq, at=at(now), frame=1))
    end = len(gaps) + 1
    events.append(ev.BarrierSet(seq=end, at=at(now), frame=1))
    time = work_time(events, pause)
    span = datetime.fromisoformat(events[-1].at) - datetime.fromisoformat(events[0].at)
    told = time.annotating + time.judging + time.waiting + time.paused
    assert told == pytest.approx(span.total_seconds(), abs=0.01)
