"""`open MEDIA|SESSION`, and the start screen without a command."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from samannot_tui.cli.comparison import print_comparison
from samannot_tui.cli.options import EngineOptions, engine_options, resource_log_option
from samannot_tui.cli.output import say
from samannot_tui.errors import InputError
from samannot_tui.graphics.terminal import REQUESTS, Requested
from samannot_tui.session import commands as cmd

if TYPE_CHECKING:
    from samannot_tui.jobs.opening import Opened
    from samannot_tui.session.schema import Schema

graphics_option = click.option(
    "--graphics",
    type=click.Choice(REQUESTS),
    default="auto",
    envvar="SAMANNOT_GRAPHICS",
    show_default=True,
    help="How pictures are drawn; also SAMANNOT_GRAPHICS.",
)


@click.command("open")
@click.argument("target", metavar="MEDIA|SESSION", type=click.Path(path_type=Path))
@click.option("--session", type=click.Path(path_type=Path), help="The video's session; by default beside the video.")
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@click.option(
    "--schema",
    type=click.Path(path_type=Path),
    help="What labels and features are to be, as TOML or JSON; see `check`.",
)
@engine_options
@graphics_option
@resource_log_option
def command(
    target: Path,
    session: Path | None,
    media: Path | None,
    schema: Path | None,
    graphics: Requested,
    resource_log: Path | None,
    **options: Any,
) -> None:
    """Annotate a video, an image folder or a session.

    A video's session is NAME.samannot beside it, and is made when there is none.
    """
    from samannot_tui.jobs.opening import open_target
    from samannot_tui.jobs.resource_log import logging_resources
    from samannot_tui.session.schema import load_schema

    require_terminal()
    engine = EngineOptions(**options)
    engine.changes()  # refuses what cannot be before anything is made
    loaded = None if schema is None else load_schema(schema)
    with logging_resources(resource_log, say) as follow:
        opened = open_target(target, session=session, media=media)
        follow(opened.session)
        open_app(opened, engine, graphics, loaded)


@click.command()
@graphics_option
def start(graphics: Requested) -> None:
    """Ask what to open, then open it."""
    from samannot_tui.jobs.demo import open_sample
    from samannot_tui.jobs.opening import open_target
    from samannot_tui.jobs.sample import sample_clip
    from samannot_tui.tui.start import run_start_screen

    require_terminal()
    target = run_start_screen()
    if target == sample_clip():
        opened = open_sample()
        open_app(opened, EngineOptions(), graphics)
        print_comparison(opened.session.folder)
    elif target is not None:
        open_app(open_target(target), EngineOptions(), graphics)


def require_terminal() -> None:
    """Refuse to start the app where there is no terminal to show it.

    Raises:
        InputError: stdin or stdout is not a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("The app needs a terminal; without one, use `track`, `propagate` and `export`.")


def open_app(opened: "Opened", options: EngineOptions, graphics: Requested, schema: "Schema | None" = None) -> None:
    """Run the app on what was opened, with the engine and the schema asked for, and close that afterwards.

    Raises as `EngineOptions.apply` and `tui.app.run_app`.
    """
    from samannot_tui.tui.app import run_app

    try:
        options.apply(opened.session)
        if schema is not None and schema != opened.session.state.schema:
            opened.session.submit(cmd.AdoptSchema(schema))
        run_app(opened.session, opened.source, graphics)
    finally:
        opened.close()
    for notice in opened.notices:
        say(notice)
