"""An engine that has had nothing to do for long lets its memory go, and comes back when it is needed."""

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from samannot_tui.engine.conductor import Conductor
from samannot_tui.engine.planner import RunRequest
from samannot_tui.engine.reports import Ended, Ready, Released
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.session import commands as cmd
from tests.engine.studio import Studio


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def conductor(studio: Studio, clock: Clock) -> Iterator[Conductor]:
    made = Conductor(studio.session, studio.video, EngineSpec("toy"), studio.reports.append, studio.command, clock)
    yield made
    made.close()


def run(conductor: Conductor, request: RunRequest) -> None:
    future: Future[Ended] = Future()
    conductor.run(request, future)
    while not future.done():
        conductor.receive()
    assert future.result().outcome == "finished"


def test_it_is_let_go_after_the_minutes_that_are_set_and_goes_on_afterwards(
    studio: Studio, clock: Clock, conductor: Conductor
) -> None:
    studio.session.submit(cmd.ChangeSetting("idle_minutes", 2))
    assert conductor.seconds_to_tick() is None
    studio.box(1, 0, x=5)
    run(conductor, RunRequest(0, "forward", (1,)))
    assert conductor.seconds_to_tick() == 120
    clock.now += 119
    conductor.tick()
    assert not studio.reported(Released)
    clock.now += 1
    conductor.tick()
    assert len(studio.reported(Released)) == 1 and conductor.connection is None
    run(conductor, RunRequest(10, "forward", (1,)))
    assert len(studio.reported(Ready)) == 2
    assert list(studio.session.state.runs.values())[-1].plan.transition == "carry"


def test_work_starts_the_time_anew(studio: Studio, clock: Clock, conductor: Conductor) -> None:
    studio.session.submit(cmd.ChangeSetting("idle_minutes", 2))
    conductor.warm()
    conductor.receive()
    clock.now += 100
    conductor.predict(0, 1)
    assert conductor.seconds_to_tick() == 120


def test_with_none_set_it_is_kept(studio: Studio, clock: Clock, conductor: Conductor) -> None:
    studio.session.submit(cmd.ChangeSetting("idle_minutes", 0))
    conductor.warm()
    conductor.receive()
    clock.now += 10**6
    assert conductor.seconds_to_tick() is None
