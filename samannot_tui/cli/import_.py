"""`import SESSION --format NAME PATH`."""

import math
from dataclasses import asdict
from pathlib import Path

import click

from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.errors import InputError
from samannot_tui.formats.registry import READABLE
from samannot_tui.text import printable


@click.command("import")
@click.argument("session", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "format_name", required=True, metavar="NAME", help=f"{', '.join(READABLE)}.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["masks", "prompts"]),
    help="Masks alone, or everything as prompts. Without it masks become masks, boxes and points prompts.",
)
@click.option("--map", "mapping", multiple=True, metavar="THEIRS=OURS", help="Which label a name means; repeatable.")
@click.option("--frames", metavar="A..B", help="Import these frames alone, both included; A.. and ..B will do.")
@click.option("--every", type=click.IntRange(1), default=1, metavar="N", help="Import each Nth frame, from A on.")
@click.option("--min-score", type=float, metavar="X", help="Leave out what a model was less sure of. [deeplabcut: 0.6]")
@click.option(
    "--made-by",
    type=click.Choice(["model", "person"]),
    default="model",
    show_default=True,
    help="Whose the masks are where the format does not say. Runs start from a person's and never overwrite them.",
)
@click.option("--replace", is_flag=True, help="Where the session has masks or prompts already, take the file's.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@json_option
def command(
    session: Path,
    path: Path,
    format_name: str,
    kind: str | None,
    mapping: tuple[str, ...],
    frames: str | None,
    every: int,
    min_score: float | None,
    made_by: str,
    replace: bool,
    dry_run: bool,
    media: Path | None,
    as_json: bool,
) -> None:
    """Take masks, boxes or points of another annotation into a session.

    Names are matched with labels; names that are new become labels. What will be done is said before anything is
    written; all of it is one undo step. Without --replace, nothing that the session has is changed.
    """
    from samannot_tui.formats.selection import parse_frames
    from samannot_tui.jobs.importing import Import, Wishes
    from samannot_tui.jobs.opening import open_session

    if min_score is not None and math.isnan(min_score):
        raise InputError("--min-score nan is no score; give a number.")
    first, last = parse_frames(frames) if frames is not None else (0, None)
    wishes = Wishes(
        as_prompts=None if kind is None else kind == "prompts",
        mapping=_parsed(mapping),
        first=first,
        last=last,
        every=every,
        minimum_score=min_score,
        by_person=made_by == "person",
        replace=replace,
    )
    opened = open_session(session, media)
    progress = Progress("importing mask")
    try:
        for notice in opened.notices:
            say(notice)
        if opened.session.read_only and not dry_run:
            raise InputError(opened.session.read_only)
        say(f"looking through {path}")
        found = Import(opened, format_name, path, wishes)
        for sentence in found.plan.sentences():
            say(sentence)
        if not dry_run:
            found.carry_out(progress)
    finally:
        progress.finish()
        opened.close()
    result = {"session": session, "format": format_name, "path": path, "dry_run": dry_run, **asdict(found.plan)}
    done = "nothing was written" if dry_run else f"imported {printable(path)}; one undo takes all of it back"
    print_result(result, [done], as_json=as_json)


def _parsed(mapping: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for each in mapping:
        theirs, equals, ours = each.partition("=")
        if not equals or not ours or theirs in pairs:
            raise InputError(f"--map {printable(each)} is not THEIRS=OURS, each of theirs once.")
        pairs[theirs] = ours
    return pairs
