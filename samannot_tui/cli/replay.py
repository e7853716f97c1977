"""`replay SESSION`: everything that was done in a session, event by event."""

from pathlib import Path

import click

from samannot_tui.cli.open import graphics_option, require_terminal
from samannot_tui.cli.options import past_seq, then_options
from samannot_tui.cli.output import say
from samannot_tui.graphics.terminal import Requested


@click.command("replay")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@then_options
@graphics_option
def command(session: Path, media: Path | None, until: int | None, at: str | None, graphics: Requested) -> None:
    """Play a session's journal in the workspace.

    Space plays, with long pauses cut; the arrows step from event to event, `.` and `,` change the speed, n goes to
    the next deed, > to the next run, g to an event's number or a time. Begins before the first event, or with --until
    or --at where they say. Read-only: nothing in the session changes, and others may work on it meanwhile.
    """
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.session.past import Past
    from samannot_tui.tui.app import run_replay
    from samannot_tui.tui.replay_client import REPLAY

    require_terminal()
    opened = open_session(session, media, read_only=REPLAY, takes_grey=True)
    try:
        past = Past(opened.session.history())
        seq = 0 if until is None and at is None else past_seq(past, until, at)
        run_replay(opened.session, opened.source, graphics, past, seq)
    finally:
        opened.close()
    for notice in opened.notices:
        say(notice)
