"""What a picture costs on the wire and in time, and what is left of it: `python -m tests.bench.bench_graphics`.

Frames of the DAVIS sequences under ../shared/data, scaled to the view; textual-image, the baseline, encodes the
same pictures in the same run. KB (1000 bytes) as written to the terminal, PSNR in dB against the frame scaled by
Lanczos' filter and without what the black bars make easy, ms of one core. Means over the frames; the worst
frame's in brackets.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image
from rich.color import ColorSystem
from rich.console import Console
from textual.geometry import Region
from textual_image.renderable.halfcell import Image as HalfCells

from samannot_tui.graphics.encode import encode
from samannot_tui.graphics.pictures import CellPicture, Encoded, KittyPicture, StampPicture
from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.compose import compose
from samannot_tui.render.layers import Layer, Tint
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.tui.drawing import LabelRequest, PictureRequest
from samannot_tui.tui.stacking import Stacker
from samannot_tui.tui.terse import terse
from samannot_tui.tui.widgets.canvas_cells import CellRows
from samannot_tui.tui.widgets.canvas_graphics import KittyWire, StampWire
from samannot_tui.tui.widgets.canvas_layout import Placement
from tests.graphics.decoders import SIXEL2PNG, cell_screen, iterm_screen, kitty_screen, psnr, sixel_screen

Result = TypeVar("Result")
DAVIS = Path(__file__).resolve().parents[3] / "shared" / "data" / "davis" / "JPEGImages"
FRAMES = (5, 30)
KITTY = Target("kitty", 150, 50, (8, 16))
SIXEL = Target("sixel", 100, 25, (8, 18))
CELLS = Target("cells", 140, 45, (2, 4))
ON_CELL = (8, 16)
"""Screen pixels of a cell, for the fidelity of pictures of cells."""


@dataclass(frozen=True)
class Contest:
    """One line of the table, filled frame by frame."""

    name: str
    target: Target
    quality: Quality
    wanted: str
    kilobytes: list[float] = field(default_factory=list)
    decibels: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def line(self) -> str:
        kilobytes = f"{np.mean(self.kilobytes):6.0f} [{max(self.kilobytes):4.0f}]"
        decibels = f"{np.mean(self.decibels):5.1f} [{min(self.decibels):4.1f}]" if self.decibels else "          -"
        return f"{self.name:34}{kilobytes}  {decibels}  {np.mean(self.milliseconds):6.1f}   {self.wanted}"


def contests() -> list[Contest]:
    at_rest = "<= 160 KB, >= 36 dB, <= 25 ms"
    return [
        Contest("kitty, textual-image", replace(KITTY, by_library=True), "rest", "(baseline)"),
        Contest("kitty, two layers, gamma", replace(KITTY, blending="gamma"), "rest", at_rest),
        Contest("kitty, two layers, linear", replace(KITTY, blending="linear"), "rest", at_rest),
        Contest("kitty, one palette", KITTY, "rest", "<= 300 KB, <= 25 ms"),
        Contest("kitty, scrubbing, two layers", replace(KITTY, blending="linear"), "scrub", "<= 40 KB"),
        Contest("kitty, scrubbing, one palette", KITTY, "scrub", "<= 40 KB"),
        Contest("OSC 1337", replace(KITTY, protocol="iterm"), "rest", "<= 100 KB"),
        Contest("OSC 1337, scrubbing", replace(KITTY, protocol="iterm"), "scrub", "<= 35 KB"),
        Contest("sixel, textual-image", replace(SIXEL, by_library=True), "rest", "(baseline)"),
        Contest("sixel", SIXEL, "rest", "<= 240 KB, >= 32 dB"),
        Contest("sixel, scrubbing", SIXEL, "scrub", "<= 80 KB"),
        Contest("cells, true colour", CELLS, "rest", "<= 90 KB"),
        Contest("cells, 256 colours", replace(CELLS, colours=256), "rest", "<= 90 KB"),
        Contest("cells, true colour, scrubbing", CELLS, "scrub", ""),
        Contest("cells, 256 colours, scrubbing", replace(CELLS, colours=256), "scrub", ""),
        Contest("cells, glimpse", CELLS, "glimpse", ""),
    ]


def run(contest: Contest, frame: RgbFrame) -> None:
    height, width = frame.shape[:2]
    viewport = Viewport((width, height), contest.target.pixel_size)
    picture = compose(frame, [], "original", viewport)
    encoded, seconds = best_of(3, lambda: encode(picture, viewport, contest.target, contest.quality))
    contest.milliseconds.append(seconds * 1e3)
    contest.kilobytes.append(written(encoded) / 1e3)
    seen = screen(encoded)
    if seen is not None:
        shown = viewport.resized((seen.shape[1], seen.shape[0])).target
        part = seen[shown.y : shown.y + shown.height, shown.x : shown.x + shown.width]
        ideal = Image.fromarray(frame).resize((shown.width, shown.height), Image.Resampling.LANCZOS)
        contest.decibels.append(psnr(part, np.asarray(ideal)))


def run_half_cells(contest: Contest, frame: RgbFrame) -> None:
    """textual-image's own pictures of text, as Rich writes them; their fidelity is not looked at."""
    columns, rows = contest.target.columns, contest.target.rows
    height, width = frame.shape[:2]
    fitting = min(columns, round(2 * rows * width / height))

    def print_picture() -> str:
        console = Console(file=StringIO(), force_terminal=True, color_system="truecolor", width=columns, height=rows)
        with console.capture() as capture:
            console.print(HalfCells(Image.fromarray(frame), width=fitting, height="auto"))
        return capture.get()

    text, seconds = best_of(3, print_picture)
    contest.milliseconds.append(seconds * 1e3)
    contest.kilobytes.append(len(text.encode()) / 1e3)


def best_of(times: int, action: Callable[[], Result]) -> tuple[Result, float]:
    """The result and the least processor time in seconds."""
    least = float("inf")
    for _ in range(times):
        start = time.process_time()
        result = action()
        least = min(least, time.process_time() - start)
    return result, least


def written(encoded: Encoded) -> int:
    """Bytes that the canvas writes to show the picture in place of another."""
    target = encoded.target
    if isinstance(encoded, CellPicture):
        rows = CellRows()
        rows.replace(encoded)
        strips = [(0, y, rows.strip(y, target.columns)) for y in range(target.rows)]
        return len(terse(strips, ColorSystem.TRUECOLOR).encode())
    wire = KittyWire() if isinstance(encoded, KittyPicture) else StampWire()
    return len(wire.update(encoded, Placement(Region(1, 1, target.columns, target.rows))))


def screen(encoded: Encoded) -> RgbFrame | None:
    """What is seen, at the target's size; None where there is nothing to decode it with."""
    match encoded:
        case KittyPicture():
            return kitty_screen(encoded)
        case CellPicture(target=target):
            size = target.columns * ON_CELL[0], target.rows * ON_CELL[1]
            return np.asarray(cv2.resize(cell_screen(encoded), size, interpolation=cv2.INTER_NEAREST), np.uint8)
        case StampPicture(target=Target(protocol="iterm")):
            return iterm_screen(encoded)
        case _:
            return sixel_screen(encoded) if SIXEL2PNG else None


@dataclass(frozen=True)
class Change:
    """One line of the table of changes: what is asked for, and what the terminal may be sent for it at most."""

    name: str
    request: PictureRequest
    wanted: str


def changes(start: PictureRequest) -> list[Change]:
    """A session's steps, each after the one before it."""
    fish = start.labels[0]
    marked = replace(start, labels=(replace(fish, prompts=(PointPrompt(400, 200),)),))
    changed = replace(marked, labels=(replace(marked.labels[0], record=1),))
    pointed = replace(changed, crosshair=(300.0, 100.0))
    return [
        Change("overlay off", replace(start, view="original"), "<= 4000"),
        Change("overlay on again", start, "<= 4000"),
        Change("masks alone", replace(start, view="masks"), "<= 4000"),
        Change("overlay again", start, "<= 4000"),
        Change("a prompt added", marked, "<= 1000"),
        Change("the mask changed", changed, "<= 4000"),
        Change("the crosshair appears", pointed, "<= 1000"),
        Change("another frame, scrubbing", replace(pointed, frame=1, quality="scrub"), "<= 40000"),
        Change("a frame seen before", pointed, "<= 400"),
    ]


def print_changes() -> None:
    """Bytes to the terminal for everything but frames: masks of DAVIS' dog over its frames."""
    files = [DAVIS / "dog" / f"{number:05}.jpg" for number in FRAMES]
    pictures = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    annotations = [DAVIS.parent / "Annotations" / "dog" / f"{number:05}.png" for number in FRAMES]
    if not annotations[0].is_file():
        print(f"changes skipped: {annotations[0]} is not there")
        return
    masks = [np.asarray(Image.open(file)) > 0 for file in annotations]
    target = replace(KITTY, blending="linear")
    label = LabelRequest(1, "dog", 0, (), hidden=False, pending=False)
    start = PictureRequest(0, target, "rest", 1.0, None, "overlay", Tint(), True, None, None, (label,))
    viewport = Viewport((pictures[0].shape[1], pictures[0].shape[0]), target.pixel_size)
    stacker, wire, here = Stacker(), KittyWire(), Placement(Region(30, 1, target.columns, target.rows))

    def bytes_for(request: PictureRequest) -> int:
        def layer_of(wanted: LabelRequest) -> Layer:
            return Layer(wanted.label, wanted.name, masks[wanted.record or 0], wanted.prompts)

        return len(wire.update(stacker.picture(request, viewport, lambda: pictures[request.frame], layer_of), here))

    print(f"\n{'kitty, a change':34}{'bytes':>6}   wanted\n{'the first picture':34}{bytes_for(start):6}")
    for change in changes(start):
        print(f"{change.name:34}{bytes_for(change.request):6}   {change.wanted}")


def frames() -> Iterator[RgbFrame]:
    for folder in sorted(DAVIS.iterdir()):
        for number in FRAMES:
            yield np.asarray(Image.open(folder / f"{number:05}.jpg").convert("RGB"))


def main() -> None:
    if not DAVIS.is_dir():
        print(f"skipped: {DAVIS} is not there")
        return
    if SIXEL2PNG is None:
        print("no fidelity of sixels: sixel2png (libsixel) is not installed", file=sys.stderr)
    cv2.setNumThreads(1)
    table = contests()
    half_cells = Contest("cells, textual-image", CELLS, "rest", "(baseline)")
    for frame in frames():
        run_half_cells(half_cells, frame)
        for contest in table:
            run(contest, frame)
    print(f"{'':34}{'KB':>6} [most]  {'PSNR':>5} [low]   {'ms':>6}   wanted")
    for contest in [*table, half_cells]:
        print(contest.line())
    print_changes()


if __name__ == "__main__":
    main()
