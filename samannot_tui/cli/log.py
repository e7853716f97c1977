"""`log SESSION`: what was done, and when."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from samannot_tui.cli.output import say
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent

TYPES = tuple(each.__name__ for each in get_args(ev.AnyEvent))
LINES_AT_ONCE = 500


@click.command("log")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--label", "labels", multiple=True, metavar="NAME|ID", help="What is about this label; repeatable.")
@click.option("--frame", type=click.IntRange(0), metavar="N", help="What is about this frame.")
@click.option(
    "--type",
    "types",
    multiple=True,
    type=click.Choice(TYPES, case_sensitive=False),
    metavar="NAME",
    help=f"Events of this type; repeatable: {', '.join(TYPES)}.",
)
@click.option("--since", metavar="TIME", help="From then on: 2026-11-21T14:05:30, local time, or with Z for UTC.")
@click.option("--before", metavar="TIME", help="What was done before then.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print each event as one JSON object a line, as the journal has it."
)
def command(
    session: Path,
    labels: tuple[str, ...],
    frame: int | None,
    types: tuple[str, ...],
    since: str | None,
    before: str | None,
    as_json: bool,
) -> None:
    """Print a session's history: when, the event's number, and what was done.

    Times are local. How a run got on is left out unless asked for with --type RunProgressed, or with --json.
    The numbers are those that `replay --until` and `export --until` take. Nothing in the session is touched.
    """
    from samannot_tui.formats.selection import Selection
    from samannot_tui.session.history import read_history, told
    from samannot_tui.session.subject import subject
    from samannot_tui.session.times import local_time, seconds_of, typed_moment

    state, damage = read_history(session)
    wanted = set(Selection(labels).label_ids(state)) if labels else None
    first = None if since is None else typed_moment(since)
    end = None if before is None else typed_moment(before)

    def is_wanted(event: AnyEvent, moment: float) -> bool:
        if types and type(event).__name__ not in types:
            return False
        if not types and not as_json and isinstance(event, ev.RunProgressed):
            return False
        if (first is not None and moment < first) or (end is not None and moment >= end):
            return False
        if wanted is None and frame is None:
            return True
        about = subject(event, state)
        if wanted is not None and wanted.isdisjoint(about.labels):
            return False
        return frame is None or (about.frames is not None and about.frames[0] <= frame <= about.frames[1])

    def lines() -> Iterator[str]:
        for (event, words), moment in zip(told(state.history), seconds_of(state.history), strict=True):
            if is_wanted(event, moment):
                yield _json(event, words) if as_json else f"{local_time(moment)}  {event.seq:>6}  {words}"

    every_line = lines()
    while some := list(islice(every_line, LINES_AT_ONCE)):
        click.echo("\n".join(some))
    if damage is not None:
        say(damage)


def _json(event: AnyEvent, words: str) -> str:
    """The event as the journal has it, in ASCII, so that no name in it drives a terminal; `words` say what it was."""
    fields: dict[str, Any] = msgspec.to_builtins(event)
    return json.dumps({**fields, "words": words})
