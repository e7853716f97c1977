"""`report SESSION [--out FILE.html]`: what a session is worth, on one page."""

from pathlib import Path

import click
import msgspec

from samannot_tui.cli.options import pause_option
from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.text import printable


@click.command("report")
@click.argument("session", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The page; by default NAME-report.html beside the session."
)
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@pause_option
@json_option
def command(session: Path, out: Path | None, media: Path | None, pause: int, as_json: bool) -> None:
    """Write a session's quality report: one HTML page.

    For each instance: presence, area, scores, flags and verdicts over time, the frames most worth a look, and what
    it has cost. Flags are computed first where the app has not done so yet, which takes about as long as playing the
    video. The page needs no network and runs no script. --json prints all of it but the pictures, too.
    """
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.jobs.reporting.report import check_place, make_report, report_place, write_report

    place = out or report_place(session)
    check_place(place)
    opened = open_session(session, media)
    for notice in opened.notices:
        say(notice)
    progress = Progress("reporting", unit="steps")
    try:
        report, pictures = make_report(opened, pause=pause, progress=progress)
    finally:
        progress.finish()
        opened.close()
    for notice in report.notices:
        say(notice)
    write_report(report, pictures, place)
    print_result({"report": place, **msgspec.to_builtins(report)}, [f"report: {printable(place)}"], as_json=as_json)
