"""A small engine for tests, exact and predictable, and a worker process that uses it.

A prompt set is the union of its masks, boxes and 3x3 squares at positive points, on top of its base, less
3x3 squares at negative points. Tracking moves a mask one pixel to the right for every frame forward and to
the left for every frame backward. `quality` is the frame's first pixel over 255, so that a test sees which
frame was read. The engine's name says how it behaves: "toy", or "toy:key=value,..." with

    seconds=S     takes S seconds a frame
    hold=F        from frame F on waits until the file GATE (gate=GATE) is there
    raise=F       raises RuntimeError at frame F
    nan=F         scores NaN at frame F
    die=F         ends its process at frame F
    step=N        moves masks N pixels a frame
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from samannot_tui.engine.contract import Arrays, FrameResult, LabelResult, PromptSet, TrackPass
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.engine.worker import serve
from samannot_tui.errors import InputError
from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import FrameSource
from samannot_tui.session.events import EngineInfo


def main() -> None:
    serve(int(sys.argv[-1]), ToyEngine)


class ToyEngine:
    notices: tuple[str, ...] = ()

    def __init__(self, spec: EngineSpec) -> None:
        kind, _, options = spec.engine.partition(":")
        if kind != "toy":
            raise InputError(f"There is no engine {spec.engine}.")
        self.options = dict(option.split("=") for option in options.split(",") if option)
        self.info = EngineInfo(name="toy", version="1", settings=self.options)

    def open(self, frames: FrameSource) -> "ToyTracker":
        print("toy engine says hello")
        return ToyTracker(frames, self.options)


class ToyTracker:
    def __init__(self, frames: FrameSource, options: dict[str, str]) -> None:
        self._frames = frames
        self._options = options
        self._memory: dict[int, BoolMask] = {}

    def segment(self, prompts: Sequence[PromptSet]) -> tuple[LabelResult, ...]:
        time.sleep(float(self._options.get("seconds", 0)))
        return tuple(self._result(each.frame, each.label, self._mask(each), "prompted") for each in prompts)

    def propagate(self, sweep: TrackPass) -> Iterator[FrameResult]:
        forward = sweep.direction == "forward"
        frames = range(sweep.first, sweep.last + 1) if forward else range(sweep.last, sweep.first - 1, -1)
        carried = {each.label for each in sweep.labels if each.carried}
        self._memory = {label: mask for label, mask in self._memory.items() if label in carried}
        assert set(self._memory) == carried, "a label is carried that the engine does not remember"
        for frame in frames:
            self._misbehave(frame)
            results = []
            for each in sweep.labels:
                if frame < each.start if forward else frame > each.start:
                    continue
                given = [prompts for prompts in each.prompts if prompts.frame == frame]
                if not given and each.label not in self._memory:
                    continue
                step = int(self._options.get("step", 1)) * (1 if forward else -1)
                moved = np.roll(self._memory[each.label], step, axis=1) if not given else None
                mask = self._mask(given[0]) if moved is None else moved
                self._memory[each.label] = mask
                results.append(self._result(frame, each.label, mask, "prompted" if given else "propagated"))
            yield FrameResult(frame, tuple(results))

    def snapshot(self, label: int) -> Arrays:
        if label not in self._memory:
            raise ValueError(f"the toy holds no memory of label {label}")
        return {"mask": self._memory[label]}

    def restore(self, label: int, arrays: Arrays) -> None:
        if "mask" not in arrays:
            raise ValueError("the toy's memory lacks its mask")
        self._memory[label] = arrays["mask"].astype(np.bool_)

    def close(self) -> None:
        self._frames.close()

    def _misbehave(self, frame: int) -> None:
        time.sleep(float(self._options.get("seconds", 0)))
        while frame >= int(self._options.get("hold", 1000)) and not Path(self._options["gate"]).exists():
            time.sleep(0.005)
        if self._options.get("raise") == str(frame):
            raise RuntimeError("the toy broke\x1b[2J")
        if self._options.get("die") == str(frame):
            os._exit(3)

    def _mask(self, prompts: PromptSet) -> BoolMask:
        info = self._frames.info
        mask = np.zeros((info.height, info.width), np.bool_)
        for given in (prompts.mask, prompts.base):
            if given is not None:
                mask |= given
        for x0, y0, x1, y1 in prompts.boxes:
            mask[round(y0) : round(y1) + 1, round(x0) : round(x1) + 1] = True
        for x, y, positive in prompts.points:
            mask[max(round(y) - 1, 0) : round(y) + 2, max(round(x) - 1, 0) : round(x) + 2] = positive
        return mask

    def _result(self, frame: int, label: int, mask: BoolMask, source: str) -> LabelResult:
        quality = float(self._frames.read(frame)[0, 0, 0]) / 255
        score = float("nan") if self._options.get("nan") == str(frame) else 3.0
        return LabelResult(label, mask, score, quality, source)  # type: ignore[arg-type]
