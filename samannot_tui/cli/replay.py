"""`replay SESSION`."""

from pathlib import Path
from typing import Any, get_args

import click

from samannot_tui.cli.options import EngineOptions
from samannot_tui.cli.output import json_option
from samannot_tui.engine.registry import engine_names
from samannot_tui.errors import InputError
from samannot_tui.session.settings import Precision


@click.command("replay")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@click.option("--verify", is_flag=True, help="Make all masks again and compare them with the recorded ones.")
@click.option("--exact", is_flag=True, help="With --verify: equal to the pixel, not only IoU 0.99 or more.")
@click.option("--out", type=click.Path(path_type=Path), metavar="NEW", help="Make a new session on another engine.")
@click.option("--engine", type=click.Choice(engine_names()), help="With --out: what makes the masks there.")
@click.option("--checkpoint", metavar="NAME|PATH", help="Weights for SAM 2; with --verify, those of then.")
@click.option("--image-size", type=int, metavar="N", help="With --out: side in pixels that SAM 2 sees frames at.")
@click.option("--precision", type=click.Choice(get_args(Precision)), help="With --out: arithmetic of SAM 2.")
@json_option
def command(
    session: Path, media: Path | None, verify: bool, exact: bool, out: Path | None, as_json: bool, **options: Any
) -> None:
    """Do again what a session's journal says; the session itself stays as it is.

    --verify makes every run and prediction again from what was recorded of it, and compares the masks: it passes where
    each has IoU 0.99 or more, or, with --exact, the same pixels. Ends with 1 where one differs.

    --out makes a new session in which people did the same at the same times, but another engine made the masks:
    edits stay as they are, runs and predictions are made anew, and verdicts, which are of the old masks, are left out.
    """
    if exact and not verify:
        raise InputError("--exact goes with --verify.")
    if verify == (out is not None):
        raise InputError("Say what to do: --verify, or --out NEW for a new session.")
    if out is not None:
        from samannot_tui.cli.replay_on import print_replay

        if options["engine"] is None and options["checkpoint"] is not None:
            options["engine"] = "sam2"
        print_replay(session, media, out, EngineOptions(**options), as_json=as_json)
        return
    from samannot_tui.cli.verify import print_verification

    checkpoint = options.pop("checkpoint")
    for name in (name for name, value in options.items() if value is not None):
        raise InputError(f"--{name.replace('_', '-')} goes with --out; --verify takes the engines that are recorded.")
    print_verification(session, media, checkpoint, exact=exact, as_json=as_json)
