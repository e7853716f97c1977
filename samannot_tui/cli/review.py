"""`review SESSION [--sample N]`."""

from pathlib import Path

import click

from samannot_tui.cli.open import graphics_option, require_terminal
from samannot_tui.cli.output import say
from samannot_tui.errors import InputError
from samannot_tui.graphics.terminal import Requested


@click.command("review")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="Judge N frames drawn at random from all instances, one by one, for an estimate of how good the rest is.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), metavar="S", help="Draw the frames that S stands for.")
@graphics_option
def command(session: Path, media: Path | None, sample: int | None, seed: int | None, graphics: Requested) -> None:
    """Judge masks by keys: track by track, or frames drawn at random.

    Verdicts go into the session, with who gave them (SAMANNOT_REVIEWER, else the login name), and into exports;
    `export --only satisfactory` takes the good masks alone. A check that was not finished goes on.
    """
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.jobs.reviewing import drawn_sample, require_masks, result_in_words
    from samannot_tui.tui.app import run_app

    require_terminal()
    if seed is not None and sample is None:
        raise InputError("--seed goes with --sample N, which says how many frames to draw.")
    opened = open_session(session, media)
    try:
        require_masks(opened.session)
        drawn = None if sample is None else drawn_sample(opened.session, sample, seed)
        run_app(opened.session, opened.source, graphics, lambda workspace: workspace.begin_review(drawn))
        click.echo(result_in_words(opened.session, drawn))
    finally:
        opened.close()
    for notice in opened.notices:
        say(notice)
