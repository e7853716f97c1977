"""Runs and predictions on a session: the worker's one employer, in a thread of its own."""

import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from multiprocessing import Pipe
from multiprocessing.connection import wait
from pathlib import Path

from samannot_tui.engine.conductor import Conductor
from samannot_tui.engine.foresee import Foreseen
from samannot_tui.engine.planner import RunRequest, plan_run
from samannot_tui.engine.process import WORKER_COMMAND, open_log
from samannot_tui.engine.reports import Ended, Failed, RunnerEvent
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import JobError
from samannot_tui.session.plan import Plan
from samannot_tui.session.store import Session
from samannot_tui.text import printable


class Runner:
    """Runs an engine on a session's video. All methods may be called from any thread and return at once,
    except `run_and_wait`, `wait_idle` and `close`.

    Masks go into the session as they come; whoever subscribes to the session sees them as events.
    """

    def __init__(
        self,
        session: Session,
        media_path: Path,
        engine: EngineSpec,
        listener: Callable[[RunnerEvent], None],
        command: Sequence[str] = WORKER_COMMAND,
    ) -> None:
        """Make a runner; its worker process starts when first needed.

        Args:
            engine: what `engine.registry.resolve` gives.
            listener: called in the runner's thread with what happens; must return at once.
            command: how to start a worker, see `engine.process.WorkerProcess`.
        """
        self._session = session
        self._listener = listener
        self._conductor = Conductor(session, media_path, engine, self._tell, command)
        self._orders: deque[Callable[[], None]] = deque()
        self._futures: set[Future[Ended]] = set()
        self._lock = threading.Lock()
        self._idle = threading.Event()
        self._idle.set()
        self._closing = False
        self._wake, self._alarm = Pipe(duplex=False)
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)
        self._thread.start()

    def warm(self) -> None:
        """Start the worker, so that it is ready when it is needed."""
        self._order(self._conductor.warm)

    def predict(self, frame: int, label: int) -> None:
        """Make the mask of this frame's prompts for a label; it becomes a MaskPredicted event.

        Asked again before it was begun, it is made once, of the prompts as they are by then; a mask whose
        prompts have changed meanwhile is dropped.
        """
        self._order(lambda: self._conductor.predict(frame, label))

    def plan(self, request: RunRequest) -> Plan:
        """The plan of the first run of `request`, if it were started now.

        Raises:
            InputError: it would be refused, and why.
        """
        with self._conductor.annotation.latest() as now:
            return plan_run(now.state, now.live, now.manifest.frame_count, request, self._conductor.memories)

    def foresee(self, request: RunRequest) -> Foreseen:
        """What all the runs of `request` would do, if it were started now.

        Raises:
            InputError: it would be refused, and why.
        """
        return self._conductor.foresee(request)

    def run(self, request: RunRequest) -> "Future[Ended]":
        """Start a run, or the chain of runs that a request beyond its block is.

        The future gets how the last one ended, or the InputError or JobError for which it never began.
        """
        future: Future[Ended] = Future()
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        self._order(lambda: self._conductor.run(request, future))
        return future

    def run_and_wait(self, request: RunRequest) -> Ended:
        """Run to the end.

        Raises:
            InputError: the run was refused (`NothingToRunError` where it had nothing to do).
            JobError: the engine could not be started.
        """
        return self.run(request).result()

    def pause(self) -> None:
        """Hold the run after the frame that it is at."""
        self._order(lambda: self._conductor.steer("pause"))

    def resume(self) -> None:
        self._order(lambda: self._conductor.steer("resume"))

    def end(self) -> None:
        """End the run after the frame that it is at; what is finished is kept."""
        self._order(lambda: self._conductor.steer("end"))

    def wait_idle(self, timeout: float | None = None) -> bool:
        """Wait until no run goes on and no prediction is pending; False when `timeout` seconds were not enough."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """End a run, keeping what is finished, and stop the worker. May be called twice; before the session closes."""
        with self._lock:
            if not self._closing:
                self._closing = True
                self._alarm.send_bytes(b"!")
        self._thread.join()
        self._wake.close()
        self._alarm.close()

    def _order(self, order: Callable[[], None]) -> None:
        with self._lock:
            if self._closing:
                raise JobError("The engine has been stopped; open the session again.")
            self._orders.append(order)
            self._idle.clear()
            if len(self._orders) == 1:
                self._alarm.send_bytes(b"!")

    def _work(self) -> None:
        try:
            while not self._closing:
                self._step()
            self._carry_out_orders()
            self._conductor.close()
        except Exception:
            self._collapse(traceback.format_exc())
        finally:
            self._idle.set()

    def _step(self) -> None:
        connection = self._conductor.connection
        watched = [self._wake] if connection is None else [self._wake, connection]
        ready = wait(watched, self._conductor.seconds_to_tick())
        if self._wake in ready:
            self._wake.recv_bytes()
        self._carry_out_orders()
        # An order may have replaced the worker that was ready.
        if connection in ready and connection is self._conductor.connection:
            self._conductor.receive()
        self._conductor.tick()
        with self._lock:
            if self._conductor.idle and not self._orders:
                self._idle.set()

    def _carry_out_orders(self) -> None:
        while True:
            with self._lock:
                if not self._orders:
                    return
                order = self._orders.popleft()
            order()

    def _tell(self, report: RunnerEvent) -> None:
        try:
            self._listener(report)
        except Exception:
            # A screen that cannot show a report must not cost the run.
            self._log(traceback.format_exc())

    def _log(self, story: str) -> None:
        with open_log(self._session.folder / "cache") as log:
            log.write(story.encode(errors="backslashreplace"))

    def _collapse(self, story: str) -> None:
        """This program has a defect: say so, log it, and keep what the run has finished."""
        with self._lock:
            self._closing = True
        cache = printable(self._session.folder / "cache")
        sentence = f"The engine's runner stopped on a defect of this program; see {cache}/engine.log."
        self._tell(Failed(sentence))
        try:
            self._log(story)
            self._conductor.close()
        finally:
            for future in list(self._futures):
                future.set_exception(JobError(sentence))
