"""`export SESSION --format NAME ... --out DIR`."""

from pathlib import Path

import click
from click.core import ParameterSource

from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.formats.registry import FORMATS
from samannot_tui.text import printable

format_option = click.option(
    "--format",
    "formats",
    multiple=True,
    default=("davis",),
    show_default=True,
    metavar="NAME",
    help=f"{', '.join(FORMATS)}, or an installed exporter; repeatable.",
)


@click.command("export")
@click.argument("session", type=click.Path(path_type=Path))
@format_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Each format gets a folder in it.")
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@click.option("--labels", multiple=True, metavar="NAME|ID", help="Export these labels alone; repeatable.")
@click.option("--frames", metavar="A..B", help="Export these frames alone, both included; A.. and ..B will do.")
@click.option("--every", type=click.IntRange(1), default=1, metavar="N", help="Export each Nth frame, from A on.")
@click.option(
    "--only",
    type=click.Choice(["satisfactory", "unsatisfactory"]),
    help="Export the masks alone that a person judged so, as they are now.",
)
@click.option(
    "--split", metavar="80/10/10", help="Per cent for train, val and test, each a folder, by whole blocks of frames."
)
@click.option("--zip", "zipped", is_flag=True, help="An archive for each format instead of a folder.")
@click.option(
    "--script",
    type=click.Path(path_type=Path),
    help="A Python file with a function export(annotation, folder), for quantities of your own. It is run.",
)
@json_option
@click.pass_context
def command(
    context: click.Context,
    session: Path,
    formats: tuple[str, ...],
    out: Path,
    media: Path | None,
    labels: tuple[str, ...],
    frames: str | None,
    every: int,
    only: str | None,
    split: str | None,
    zipped: bool,
    script: Path | None,
    as_json: bool,
) -> None:
    """Write a session's masks as a dataset.

    What an earlier export wrote there is replaced in one go; other files are left alone. A split gives whole
    blocks of frames to train, val and test, so that neighbouring frames never lie in two of them.
    """
    from samannot_tui.formats.selection import Selection, parse_frames, parse_shares
    from samannot_tui.jobs.export import check_formats, export_session
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.session.reviews import Standing

    if script is not None and context.get_parameter_source("formats") is ParameterSource.DEFAULT:
        formats = ()
    first, last = parse_frames(frames) if frames is not None else (0, None)
    shares = parse_shares(split) if split is not None else None
    selection = Selection(labels, first, last, every, shares, Standing[only.upper()] if only else None)
    check_formats(formats, script)
    opened = open_session(session, media)
    for notice in opened.notices:
        say(notice)
    progress = Progress("exporting frame")
    try:
        summaries = export_session(opened, formats, out, progress, script=script, selection=selection, zipped=zipped)
    finally:
        progress.finish()
        opened.close()
    lines = []
    for summary in summaries:
        lines.append(f"{summary.format}: {summary.frames} frames, {summary.labels} labels: {printable(summary.folder)}")
        if summary.hidden_pixels:
            hidden = ", ".join(f"label {label}: {count}" for label, count in summary.hidden_pixels.items())
            lines.append(f"  pixels under a smaller instance, so not in the masks: {hidden}")
        lines += [f"  {notice}" for notice in summary.notices]
    exports = {
        summary.format: {
            "folder": summary.folder,
            "frames": summary.frames,
            "files": summary.files,
            "hidden_pixels": {str(label): count for label, count in summary.hidden_pixels.items()},
            "notices": summary.notices,
        }
        for summary in summaries
    }
    print_result({"session": session, "exports": exports}, lines, as_json=as_json)
