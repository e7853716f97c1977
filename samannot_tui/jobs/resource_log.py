"""`--resource-log FILE`: what the machine and the program used while they worked, as CSV for a spreadsheet."""

import csv
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from samannot_tui.errors import InputError
from samannot_tui.monitor import Monitor, memory_of_app, memory_of_workers
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import now
from samannot_tui.session.store import Session
from samannot_tui.text import printable

if TYPE_CHECKING:
    from _csv import Writer

READINGS_A_SECOND = 5
COLUMNS = (
    "time",  # RFC 3339 UTC
    "elapsed_s",
    "cpu_percent",
    "ram_used_bytes",
    "ram_total_bytes",
    "app_rss_bytes",
    "worker_rss_bytes",
    "gpu_percent",
    "vram_used_bytes",
    "vram_total_bytes",
    "disk_free_bytes",
    "event",
)

Follow = Callable[[Session], None]


@contextmanager
def logging_resources(path: Path | None, say: Callable[[str], None]) -> Iterator[Follow]:
    """Make the log and yield a function to be called once with the session, from which on it is written.

    Where it is not called, no file is left behind; with `path` None there is none at all. A field that could not
    be read is empty. No field begins as a formula does, so that a spreadsheet shows them all as they are.

    Args:
        say: told in a sentence if the log could not be written to its end; the work goes on.

    Raises:
        InputError: the file exists or cannot be made.
    """
    if path is None:
        yield lambda session: None
        return
    log = _ResourceLog(path)
    try:
        yield log.follow
    finally:
        log.close()
        if log.problem is not None:
            say(log.problem)


class _ResourceLog:
    """The file, and from `follow` to `close` a thread that writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _create(path)
        self._session: Session | None = None
        self._marks: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="resource log", daemon=True)
        self._started_at = 0.0
        self.problem: str | None = None

    def follow(self, session: Session) -> None:
        self._session = session
        self._started_at = time.monotonic()
        session.subscribe(self._on_events)
        self._thread.start()

    def close(self) -> None:
        if self._session is None:
            self._file.close()
            self._path.unlink(missing_ok=True)
            return
        self._session.unsubscribe(self._on_events)
        self._marks.put(None)
        self._thread.join()

    def _on_events(self, events: tuple[AnyEvent, ...]) -> None:
        for event in events:
            mark = _mark(event)
            if mark:
                self._marks.put(mark)

    def _write(self) -> None:
        assert self._session is not None, "the thread starts with a session"
        usage = _Usage(self._session.folder)
        try:
            with self._file as file:
                writer = _writer(file)
                used: list[int | float | None] = []
                for mark in self._ticks():
                    # The processor's load since a moment ago is noise: a mark stands beside the latest reading.
                    used = used if mark else usage.read()
                    writer.writerow([now(), f"{time.monotonic() - self._started_at:.3f}", *used, mark])
                    file.flush()
        except OSError as error:
            self.problem = f"{printable(self._path)} ends before its time: {error.strerror}."
        finally:
            usage.close()

    def _ticks(self) -> Iterator[str]:
        """What to write in a line's last column, when it is time for the line: marks at once, else at a steady beat."""
        yield ""
        due = time.monotonic() + 1 / READINGS_A_SECOND
        while True:
            try:
                mark = self._marks.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                mark, due = "", max(due + 1 / READINGS_A_SECOND, time.monotonic())
            if mark is None:
                return
            yield mark


class _Usage:
    """Reads what a line holds between its time and its event."""

    def __init__(self, folder: Path) -> None:
        self._monitor = Monitor(folder)

    def read(self) -> list[int | float | None]:
        machine = self._monitor.read()
        return [
            machine.cpu_percent,
            machine.ram_used,
            machine.ram_total,
            memory_of_app(),
            memory_of_workers(),
            machine.gpu_percent,
            machine.vram_used,
            machine.vram_total,
            machine.disk_free,
        ]

    def close(self) -> None:
        self._monitor.close()


def _create(path: Path) -> TextIO:
    try:
        file = path.open("x", encoding="ascii", newline="")
        _writer(file).writerow(COLUMNS)
        file.flush()
    except FileExistsError as error:
        raise InputError(f"{printable(path)} exists already; give the resource log another name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise InputError(f"{printable(path)} cannot be written: {reason}; give the log another place.") from error
    return file


def _writer(file: TextIO) -> "Writer":
    return csv.writer(file, lineterminator="\n")


def _mark(event: AnyEvent) -> str | None:
    match event:
        case ev.RunStarted(seq=run, plan=plan):
            first = min(sweep.first for sweep in plan.passes)
            last = max(sweep.last for sweep in plan.passes)
            return f"run {run} started {plan.direction} {first}..{last}"
        case ev.RunEnded(run=run, outcome=outcome):
            return f"run {run} ended {outcome}"
        case _:
            return None
