"""`replay SESSION`: everything that was done in a session, event by event; or the engine's part of it done again."""

from pathlib import Path
from typing import Any, get_args

import click

from samannot_tui.cli.open import graphics_option, require_terminal
from samannot_tui.cli.options import EngineOptions, past_seq, then_options
from samannot_tui.cli.output import json_option, say
from samannot_tui.engine.registry import engine_names
from samannot_tui.errors import InputError
from samannot_tui.graphics.terminal import Requested
from samannot_tui.session.settings import Precision


@click.command("replay")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@then_options
@graphics_option
@click.option("--verify", is_flag=True, help="Make all masks again and compare them with the recorded ones.")
@click.option("--exact", is_flag=True, help="With --verify: equal to the pixel, not only IoU 0.99 or more.")
@click.option("--out", type=click.Path(path_type=Path), metavar="NEW", help="Make a new session on another engine.")
@click.option("--engine", type=click.Choice(engine_names()), help="With --out: what makes the masks there.")
@click.option("--checkpoint", metavar="NAME|PATH", help="Weights for SAM 2; with --verify, those of then.")
@click.option("--image-size", type=int, metavar="N", help="With --out: side in pixels that SAM 2 sees frames at.")
@click.option("--precision", type=click.Choice(get_args(Precision)), help="With --out: arithmetic of SAM 2.")
@json_option
def command(
    session: Path,
    media: Path | None,
    until: int | None,
    at: str | None,
    graphics: Requested,
    verify: bool,
    exact: bool,
    out: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Play a session's journal in the workspace.

    Space plays, with long pauses cut; the arrows step from event to event, `.` and `,` change the speed, n goes to
    the next deed, > to the next run, g to an event's number or a time. Begins before the first event, or with --until
    or --at where they say. Read-only: nothing in the session changes, and others may work on it meanwhile.

    --verify makes every run and prediction again from what was recorded of it, and compares the masks: it passes where
    each has IoU 0.99 or more, or, with --exact, the same pixels. Ends with 1 where one differs.

    --out makes a new session in which people did the same at the same times, but another engine made the masks:
    edits stay as they are, runs and predictions are made anew, and verdicts, which are of the old masks, are left out.
    """
    given = {name for name, value in options.items() if value is not None}
    given |= {name for name, value in (("until", until), ("at", at)) if value is not None}
    given |= {name for name, value in (("exact", exact), ("json", as_json)) if value}
    if verify and out is not None:
        raise InputError("--verify and --out exclude each other; give one of them.")
    if verify:
        _refuse(given - {"exact", "json", "checkpoint"}, "--verify takes the whole journal and the engines of then")
        from samannot_tui.cli.verify import print_verification

        print_verification(session, media, options["checkpoint"], exact=exact, as_json=as_json)
    elif out is not None:
        _refuse(given - {"json", *options}, "--out does the whole journal again")
        from samannot_tui.cli.replay_on import print_replay

        if options["engine"] is None and options["checkpoint"] is not None:
            options["engine"] = "sam2"
        print_replay(session, media, out, EngineOptions(**options), as_json=as_json)
    else:
        _refuse(given - {"until", "at"}, "the player shows what there is; give --verify or --out NEW too")
        _play(session, media, until, at, graphics)


def _refuse(given: set[str], why: str) -> None:
    """Raises: InputError: there are options that make no sense."""
    for name in sorted(given):
        raise InputError(f"--{name.replace('_', '-')} has no meaning here: {why}.")


def _play(session: Path, media: Path | None, until: int | None, at: str | None, graphics: Requested) -> None:
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
