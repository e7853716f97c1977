"""`export SESSION --format NAME ... --out DIR`."""

from pathlib import Path

import click

from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.text import printable

format_option = click.option(
    "--format", "formats", multiple=True, default=("davis",), show_default=True, help="png or davis; repeatable."
)


@click.command("export")
@click.argument("session", type=click.Path(path_type=Path))
@format_option
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Each format gets a folder in it.")
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@json_option
def command(session: Path, formats: tuple[str, ...], out: Path, media: Path | None, as_json: bool) -> None:
    """Write a session's masks as a dataset.

    What an earlier export wrote there is replaced in one go; other files are left alone.
    """
    from samannot_tui.jobs.export import check_formats, export_session
    from samannot_tui.jobs.opening import open_session

    check_formats(formats)
    opened = open_session(session, media)
    for notice in opened.notices:
        say(notice)
    progress = Progress("exporting frame")
    try:
        summaries = export_session(opened, formats, out, progress)
    finally:
        progress.finish()
        opened.close()
    lines = []
    for summary in summaries:
        lines.append(f"{summary.format}: {summary.frames} frames, {summary.labels} labels: {printable(summary.folder)}")
        if summary.hidden_pixels:
            hidden = ", ".join(f"label {label}: {count}" for label, count in summary.hidden_pixels.items())
            lines.append(f"  pixels under a smaller instance, so not in the masks: {hidden}")
    exports = {
        summary.format: {
            "folder": summary.folder,
            "frames": summary.frames,
            "files": summary.files,
            "hidden_pixels": {str(label): count for label, count in summary.hidden_pixels.items()},
        }
        for summary in summaries
    }
    print_result({"session": session, "exports": exports}, lines, as_json=as_json)
