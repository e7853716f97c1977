"""The worker process: one video, one engine, prompts in and masks out until the program goes away.

Its standard output and error are a log file; the person hears of a failure through `Failed`.
"""

import faulthandler
import math
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal, cast

from samannot_tui.engine.contract import Engine, FrameResult, LabelResult, Tracker
from samannot_tui.engine.frames import CachedFrames
from samannot_tui.engine.job import JobPass, to_prompt_set, to_track_pass
from samannot_tui.engine.memories import MemoryFolder
from samannot_tui.engine.protocol import (
    Channel,
    Done,
    Failed,
    LabelMask,
    Open,
    Opened,
    PeerGoneError,
    Request,
    Segment,
    Segmented,
    Steer,
    Steered,
    Track,
    Tracked,
)
from samannot_tui.engine.registry import make_engine
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.rle import encode
from samannot_tui.media.open import open_media
from samannot_tui.text import printable

MakeEngine = Callable[[EngineSpec], Engine]

# Of all processes here, the kernel should give up this one first when memory runs out: it loses least.
_OOM_SCORE = 500


def main() -> None:
    """Serve the program whose pipe is the file descriptor in the last argument."""
    serve(int(sys.argv[-1]), make_engine)


def serve(descriptor: int, make: MakeEngine) -> None:
    """Answer requests that arrive on `descriptor` until it closes."""
    # The terminal's Ctrl-C is for the program, which ends the run between two frames.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    _volunteer_for_oom()
    channel: Channel[Request] = Channel(Connection(descriptor), Request)
    inbox: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(channel, inbox), daemon=True).start()
    opening = inbox.get()
    assert isinstance(opening, Open), "the first request opens the video"
    try:
        server = _Server(channel, inbox, opening, make)
    except Exception as error:
        channel.send(_failure("open", 0, error))
        return
    server.run()


def _volunteer_for_oom() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text(str(_OOM_SCORE))
    except OSError:
        print("the kernel's out-of-memory score could not be set; going on without", file=sys.stderr)


def _receive(channel: Channel[Request], inbox: "queue.SimpleQueue[Request]") -> None:
    """Take requests in while the engine is busy, and leave at once, mid-frame too, when the program has gone."""
    try:
        while True:
            inbox.put(channel.receive())
    except PeerGoneError:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


class _Server:
    """The engine with its video, and the requests still to be answered."""

    def __init__(
        self, channel: Channel[Request], inbox: "queue.SimpleQueue[Request]", opening: Open, make: MakeEngine
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        source = open_media(Path(os.fsdecode(opening.media)))
        self._size = source.info.height, source.info.width
        engine = make(opening.engine)
        self._memories = MemoryFolder(Path(os.fsdecode(opening.cache)), engine.info)
        self._tracker: Tracker = engine.open(CachedFrames(source))
        channel.send(Opened(engine.info, source.notices + engine.notices))

    def run(self) -> None:
        while True:
            match self._inbox.get():
                case Segment() as request:
                    self._segment(request)
                case Track() as request:
                    self._track(request)
                case Steer() | Open():
                    # The run that it was meant for is over.
                    pass

    def _segment(self, request: Segment) -> None:
        try:
            (result,) = self._tracker.segment([to_prompt_set(request.prompts, self._size)])
            self._channel.send(Segmented(request.ticket, self._encoded(result)))
        except ValueError as error:
            self._channel.send(Failed("ticket", request.ticket, printable(error), True))
        except Exception as error:
            self._channel.send(_failure("ticket", request.ticket, error))

    def _track(self, request: Track) -> None:
        try:
            finished = all(self._sweep(request.run, number, sweep) for number, sweep in enumerate(request.passes))
        except Exception as error:
            self._channel.send(_failure("run", request.run, error))
        else:
            self._channel.send(Done(request.run, finished))

    def _sweep(self, run: int, number: int, sweep: JobPass) -> bool:
        """Track one pass; False when the run was ended."""
        self._recall(sweep)
        frames = self._tracker.propagate(to_track_pass(sweep, self._size))
        at, ended = None, False
        try:
            for result in frames:
                masks = tuple(self._encoded(each) for each in result.results)
                self._channel.send(Tracked(run, number, result.frame, masks))
                at, ended = result.frame, self._ended(run)
                if ended:
                    break
        finally:
            cast(Generator[FrameResult], frames).close()
        if at is not None:
            self._remember(run, sweep, at)
        return not ended

    def _recall(self, sweep: JobPass) -> None:
        for each in sweep.labels:
            if each.continues:
                run, frame = each.continues.run, each.continues.frame
                arrays = self._memories.read(run, sweep.direction, frame, each.label)
                try:
                    self._tracker.restore(each.label, arrays)
                except ValueError as error:
                    self._memories.forget(run, sweep.direction, each.label)
                    raise InputError(
                        f"The engine's memory of frame {frame} is damaged ({printable(error)}); "
                        "run again to go on from the mask there."
                    ) from error

    def _remember(self, run: int, sweep: JobPass, frame: int) -> None:
        """Keep what the pass leaves behind; where that fails, the next block goes on from the mask."""
        for each in sweep.labels:
            started = each.start <= frame if sweep.direction == "forward" else each.start >= frame
            if started and frame != sweep.ahead:
                try:
                    self._memories.keep(run, sweep.direction, frame, each.label, self._tracker.snapshot(each.label))
                except OSError as error:
                    print(f"the memory of label {each.label} at frame {frame} is not kept: {error}", file=sys.stderr)

    def _ended(self, run: int) -> bool:
        """Between two frames: answer what has come in, wait while paused; True when the run is to end."""
        paused = False
        while True:
            try:
                request = self._inbox.get(block=paused)
            except queue.Empty:
                return False
            match request:
                case Segment():
                    self._segment(request)
                case Steer(run=steered, order="end") if steered == run:
                    return True
                case Steer(run=steered, order=order) if steered == run:
                    paused = order == "pause"
                    self._channel.send(Steered(run, paused))
                case Steer():
                    # The run that it was meant for is over.
                    pass
                case Track() | Open():
                    raise RuntimeError(f"{type(request).__name__} came in the middle of run {run}")

    def _encoded(self, result: LabelResult) -> LabelMask:
        if result.mask.shape != self._size:
            raise RuntimeError(f"the engine made a mask of shape {result.mask.shape}, the video has {self._size}")
        score, quality = float(result.object_score), float(result.quality)
        if not (math.isfinite(score) and math.isfinite(quality)):
            raise RuntimeError(f"the engine scored label {result.label} with {score} and {quality}")
        if not result.mask.any():
            score = min(score, 0.0)
        return LabelMask(result.label, encode(result.mask), score, min(max(quality, 0.0), 1.0), result.source)


def _failure(what: Literal["open", "ticket", "run"], number: int, error: Exception) -> Failed:
    """The failure as the person is told it; its traceback goes to the log."""
    if isinstance(error, PeerGoneError):
        # Nobody is left to be told.
        os._exit(0)
    traceback.print_exception(error)
    if isinstance(error, InputError):
        return Failed(what, number, str(error), True)
    if isinstance(error, JobError):
        return Failed(what, number, str(error), False)
    if isinstance(error, MemoryError):
        return Failed(what, number, "The engine ran out of memory; close other programs, then do it again.", False)
    return Failed(what, number, f"The engine failed ({type(error).__name__}: {printable(error)}).", False)
