"""`replay SESSION`."""

from pathlib import Path

import click

from samannot_tui.cli.output import json_option
from samannot_tui.errors import InputError


@click.command("replay")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@click.option("--verify", is_flag=True, help="Make all masks again and compare them with the recorded ones.")
@click.option("--exact", is_flag=True, help="With --verify: equal to the pixel, not only IoU 0.99 or more.")
@click.option("--checkpoint", metavar="NAME|PATH", help="Weights for SAM 2; with --verify, the recorded ones.")
@json_option
def command(
    session: Path, media: Path | None, verify: bool, exact: bool, checkpoint: str | None, as_json: bool
) -> None:
    """Do again what a session's journal says; the session itself stays as it is."""
    if exact and not verify:
        raise InputError("--exact goes with --verify.")
    if not verify:
        raise InputError("Say what to do: --verify.")
    from samannot_tui.cli.verify import print_verification

    print_verification(session, media, checkpoint, exact=exact, as_json=as_json)
