"""The report as one HTML file, which needs nothing beside it: no network, no script."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from samannot_tui.jobs.reporting.content import InstanceReport, QualityReport
from samannot_tui.jobs.reporting.draw import (
    WIDTH,
    Curve,
    Frames,
    Tick,
    bars,
    curve,
    largest_of,
    strip_paths,
    value_ticks,
)
from samannot_tui.review.stats import SAM2_PHASES
from samannot_tui.text import printable, time_spent

GENERATOR = "samannot-tui report"
STRIP, FLAGS, AREA, SCORE = 16.0, 28.0, 90.0, 70.0
"""Heights of the plots."""


@dataclass(frozen=True)
class Plots:
    """One label's plots; `presence` and `verdicts` are paths by kind."""

    presence: dict[str, str]
    verdicts: dict[str, str]
    doubt: str
    area: Curve
    area_ticks: list[Tick]
    score: Curve
    quality: Curve


def page(report: QualityReport, pictures: Sequence[bytes]) -> Iterator[str]:
    """The page, piece by piece.

    Args:
        pictures: JPEG files, which the report's crops name by number.
    """
    environment = Environment(
        loader=PackageLoader("samannot_tui.jobs.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        printable=printable, percent=_percent, number=_number, time=time_spent, data_url=_data_url
    )
    style = files("samannot_tui.jobs.reporting").joinpath("report.css").read_text("utf-8")
    frames = Frames(report.frames, report.bin_frames)
    yield from environment.get_template("report.html.jinja").generate(
        report=report,
        pictures=pictures,
        plots=lambda instance: _plots(frames, instance),
        frame_ticks=frames.ticks(report.fps),
        width=WIDTH,
        heights={"strip": STRIP, "flags": FLAGS, "area": AREA, "score": SCORE},
        phases=SAM2_PHASES,
        generator=GENERATOR,
        style=style,
        # The one style sheet is allowed by its content: no other can be smuggled in.
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _plots(frames: Frames, instance: InstanceReport) -> Plots:
    top, ticks = value_ticks(largest_of(instance.area), AREA)
    return Plots(
        presence=strip_paths(frames, instance.presence, STRIP),
        verdicts=strip_paths(frames, instance.verdicts, STRIP),
        doubt=bars(frames, instance.doubt, FLAGS),
        area=curve(frames, instance.area, top, AREA),
        area_ticks=ticks,
        score=curve(frames, instance.score, 1, SCORE),
        quality=curve(frames, instance.quality, 1, SCORE),
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _data_url(jpeg: bytes) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
