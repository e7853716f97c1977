"""Series and strips as SVG paths. Every plot is WIDTH wide and runs over all frames of the video."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, log10

from samannot_tui.jobs.reporting.bins import Series, Strip

WIDTH = 880.0
_STEPS = (1, 2, 5, 10)
_LEAST_FPS = 1e-3  # below, a stranger's video has no times worth showing


@dataclass(frozen=True)
class Tick:
    """`place` in the plot's units along its axis; `under` is a second line of text."""

    place: float
    text: str
    under: str = ""


@dataclass(frozen=True)
class Curve:
    """`band` encloses all values of each bin, `line` joins the means."""

    band: str
    line: str


@dataclass(frozen=True)
class Frames:
    """The horizontal axis: frames from 0, in bins of `bin_frames`, the last of which may be shorter."""

    count: int
    bin_frames: int

    def edge(self, number: int) -> float:
        """Where bin `number` begins; for one past the last, where the plot ends."""
        return min(number * self.bin_frames, self.count) / self.count * WIDTH

    def ticks(self, fps: float) -> list[Tick]:
        """Frame numbers, and the time that they are at."""
        step = max(1, round(_nice(self.count / 8)))
        clock = _tenths if step < 10 * fps else _clock
        return [
            Tick((frame + 0.5) / self.count * WIDTH, str(frame), clock(frame / fps) if fps >= _LEAST_FPS else "")
            for frame in range(0, self.count, step)
        ]


def strip_paths(frames: Frames, strip: Strip, height: float) -> dict[str, str]:
    """Kind -> path, for kinds that occur: a bar cut at the bins, whose kinds share the height as they share the bin."""
    paths: dict[str, list[str]] = {kind: [] for kind in strip}
    below = [0.0] * len(next(iter(strip.values()), ()))
    for kind, shares in strip.items():
        tops = [(start * height, share * height) for start, share in zip(below, shares, strict=True)]
        below = [start + share for start, share in zip(below, shares, strict=True)]
        for first, end in _alike(tops):
            top, tall = tops[first]
            if tall > 0:
                left, right = frames.edge(first), frames.edge(end)
                paths[kind].append(f"M{left:.1f} {top:.1f}H{right:.1f}v{tall:.1f}H{left:.1f}z")
    return {kind: "".join(parts) for kind, parts in paths.items() if parts}


def bars(frames: Frames, values: Sequence[float], height: float) -> str:
    """A bar for each bin with a value above 0, standing on the plot's foot; 1 is as high as the plot."""
    parts = []
    for first, end in _alike(values):
        if values[first] > 0:
            left, right = frames.edge(first), frames.edge(end)
            right = max(right, left + 1.5)  # a single frame of many is still to be seen
            parts.append(f"M{left:.1f} {height:.1f}V{height * (1 - values[first]):.1f}H{right:.1f}V{height:.1f}z")
    return "".join(parts)


def curve(frames: Frames, values: Series, top: float, height: float) -> Curve:
    """A series between 0, at the plot's foot, and `top`."""

    def place(value: float) -> str:
        return f"{height * (1 - value / top):.1f}"

    bands, lines = [], []
    for first, end in _present(values.mean):
        edges = [f"{frames.edge(number):.1f}" for number in range(first, end + 1)]
        above = [f"V{place(values.largest[n] or 0)}H{edges[n - first + 1]}" for n in range(first, end)]
        under = [f"V{place(values.smallest[n] or 0)}H{edges[n - first]}" for n in reversed(range(first, end))]
        bands.append(f"M{edges[0]} {place(values.largest[first] or 0)}{''.join(above)}{''.join(under)}z")
        means = [place(values.mean[n] or 0) for n in range(first, end)]
        middles = [f"{(frames.edge(n) + frames.edge(n + 1)) / 2:.1f}" for n in range(first, end)]
        points = "".join(f"L{x} {y}" for x, y in zip(middles, means, strict=True))
        lines.append(f"M{edges[0]} {means[0]}{points}L{edges[-1]} {means[-1]}")
    return Curve("".join(bands), "".join(lines))


def value_ticks(largest: float, height: float) -> tuple[float, list[Tick]]:
    """The top of an axis from 0 that holds `largest`, and its ticks."""
    largest = max(largest, 1)
    step = _nice(largest / 3)
    count = -(-largest // step)
    top = step * count
    return top, [Tick(height * (1 - n / count), f"{n * step:,.10g}") for n in range(int(count) + 1)]


def largest_of(values: Series) -> float:
    """The largest value of all; 0 where there is none."""
    return max((value for value in values.largest if value is not None), default=0.0)


def _nice(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def _tenths(seconds: float) -> str:
    return f"{seconds:.1f} s"


def _clock(seconds: float) -> str:
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours}:{minutes:02}:{int(seconds) % 60:02}" if hours else f"{minutes}:{int(seconds) % 60:02}"


def _alike(values: Sequence[object]) -> Iterator[tuple[int, int]]:
    """(first, end) of each stretch of equal neighbours."""
    first = 0
    for end in range(1, len(values) + 1):
        if end == len(values) or values[end] != values[first]:
            yield first, end
            first = end


def _present(values: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """(first, end) of each stretch with values."""
    there = [value is not None for value in values]
    return (stretch for stretch in _alike(there) if there[stretch[0]])
