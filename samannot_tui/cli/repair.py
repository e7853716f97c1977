"""`repair SESSION --out NEW`."""

from pathlib import Path

import click

from samannot_tui.cli.output import json_option, print_result
from samannot_tui.session.repair import repair
from samannot_tui.text import printable


@click.command("repair", help="Save what is good of a damaged SESSION into a new one; the old one is left as it is.")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The new session's folder.")
@json_option
def command(session: Path, out: Path, as_json: bool) -> None:
    report = repair(session, out)
    lines = [
        f"Kept {report.events} events and {report.masks} masks, lost {report.lost_events} and {report.lost_masks}.",
        f"session: {printable(out)}",
    ]
    result = {
        "session": out,
        "events": report.events,
        "lost_events": report.lost_events,
        "masks": report.masks,
        "lost_masks": report.lost_masks,
    }
    print_result(result, lines, as_json=as_json)
