"""`stats SESSION`: what an annotation has cost, in the figures of the SAM 2 data engine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from samannot_tui.cli.options import pause_option
from samannot_tui.cli.output import json_option, print_result, say
from samannot_tui.text import printable, time_spent

if TYPE_CHECKING:
    from samannot_tui.review.stats import SessionStats

COUNTING = "counting changes nothing"


@click.command("stats")
@click.argument("session", type=click.Path(path_type=Path))
@pause_option
@json_option
def command(session: Path, pause: int, as_json: bool) -> None:
    """Say what an annotation has cost its people.

    The figures are those of the SAM 2 data engine (arXiv 2408.00714, table 1), which are shown beside them: work per
    frame and instance, the share of frames that a person prompted or drew on, clicks (points) per clicked frame.
    Work is the time between two things that a person did, gaps cut at --pause; what was undone since was work too.
    Waiting for a run is told apart. Imported prompts are nobody's clicks.
    """
    from samannot_tui.jobs.opening import damage
    from samannot_tui.review.stats import session_stats
    from samannot_tui.session.store import Session

    opened = Session.open(session, read_only=COUNTING)
    try:
        stats = session_stats(opened.state, opened.live, opened.history(), pause)
    finally:
        opened.close()
    for notice in damage(opened, COUNTING):
        say(notice)
    result = {"session": session, **msgspec.to_builtins(stats)}
    print_result(result, _lines(stats), as_json=as_json)


def _lines(stats: "SessionStats") -> list[str]:
    from samannot_tui.review.stats import SAM2_PHASES

    lines = [
        f"{len(stats.instances)} instances, {stats.masks} masks on {stats.frames} frames, "
        f"{_percent(stats.model_share)} made by a model",
        f"work {time_spent(stats.seconds)}, of that {time_spent(stats.on_none_s)} on no one instance; judging "
        f"{time_spent(stats.judging_s)}; waiting for runs {time_spent(stats.waiting_s)}",
        f"gaps longer than {stats.pause_s:g} s: {stats.pauses}, cut by {time_spent(stats.paused_s)}",
        "",
        f"{'':24}{'prompts':>8}{'s/frame & instance':>20}{'edited frames':>15}{'clicks/clicked frame':>22}",
        _row(
            "all",
            stats.prompts_per_instance,
            stats.seconds_per_frame_and_instance,
            stats.edited_share,
            stats.clicks_per_clicked_frame,
        ),
    ]
    lines += [
        _row(
            f"{each.label} {printable(each.name)}",
            each.prompts,
            each.seconds_per_frame,
            each.edited_share,
            each.clicks_per_clicked_frame,
        )
        for each in stats.instances
    ]
    return [*lines, *(_row(f"SAM 2's {phase}", None, *figures) for phase, *figures in SAM2_PHASES)]


def _row(name: str, prompts: float | None, seconds: float | None, edited: float | None, clicks: float | None) -> str:
    return f"{name[:23]:24}{_number(prompts):>8}{_number(seconds):>20}{_percent(edited):>15}{_number(clicks):>22}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
