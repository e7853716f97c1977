"""`track MEDIA --prompts FILE --out DIR`."""

from pathlib import Path
from typing import Any

import click

from samannot_tui.cli.engine_info import engine_json
from samannot_tui.cli.export import format_option
from samannot_tui.cli.options import EngineOptions, engine_options, resource_log_option
from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.errors import InputError
from samannot_tui.session.settings import Settings
from samannot_tui.text import printable


@click.command("track")
@click.argument("media", type=click.Path(path_type=Path))
@click.option("--prompts", required=True, type=click.Path(path_type=Path), help="Labels and prompts, as JSON.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Gets NAME.samannot and the exports.")
@format_option
@engine_options
@resource_log_option
@json_option
def command(
    media: Path,
    prompts: Path,
    out: Path,
    formats: tuple[str, ...],
    resource_log: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Segment a video from a prompts file: both directions from each prompt, then export.

    The prompts file is JSON, in pixels, x right, y down:

    \b
    {"labels": [{"id": 1, "name": "dog"}],
     "prompts": [{"label": 1, "frame": 0, "box": [x0, y0, x1, y1]},
                 {"label": 1, "frame": 0, "points": [[x, y, 1], [x, y, 0]]},
                 {"label": 1, "frame": 0, "mask": "first.png"}]}
    """
    from samannot_tui.jobs.export import check_formats, export_session
    from samannot_tui.jobs.export_request import ExportRequest
    from samannot_tui.jobs.propagate import propagate, whole_video
    from samannot_tui.jobs.resource_log import logging_resources
    from samannot_tui.jobs.track import discard_untouched, prompted_session
    from samannot_tui.session.crowding import crowded_cells

    check_formats(formats)
    engine = EngineOptions(**options)
    resolved = engine.resolve(Settings())
    with logging_resources(resource_log, say) as follow:
        opened = prompted_session(media, prompts, out)
        notices = crowded_cells(opened.session.state)
        progress = Progress("frame")
        try:
            for notice in (*opened.notices, *notices):
                say(notice)
            engine.apply(opened.session)
            say(resolved.sentence)
            follow(opened.session)
            done = propagate(opened, whole_video(opened), progress)
            summaries = export_session(opened, ExportRequest(formats, out))
        except InputError:
            discard_untouched(opened)
            raise
        finally:
            progress.finish()
            opened.close()
    for notice in done.notices:
        say(notice)
    lines = [
        f"{done.masks} masks in {done.seconds:.1f} s",
        f"session: {printable(opened.session.folder)}",
        *(f"{summary.format}: {printable(summary.folder)}" for summary in summaries),
    ]
    result = {
        "session": opened.session.folder,
        "engine": engine_json(done.engine),
        "masks": done.masks,
        "seconds": round(done.seconds, 3),
        "notices": [*notices, *done.notices],
        "exports": {summary.format: summary.folder for summary in summaries},
    }
    print_result(result, lines, as_json=as_json)
