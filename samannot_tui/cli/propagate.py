"""`propagate SESSION`."""

from pathlib import Path
from typing import Any

import click

from samannot_tui.cli.engine_info import engine_json
from samannot_tui.cli.options import EngineOptions, engine_options, resource_log_option
from samannot_tui.cli.output import Progress, json_option, print_result, say


@click.command("propagate")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@engine_options
@resource_log_option
@json_option
def command(session: Path, media: Path | None, resource_log: Path | None, as_json: bool, **options: Any) -> None:
    """Run a session's prompts over its whole video.

    Every label goes forward from its first prompt to the end and backward to the start, block after block;
    barriers and masks that a person made stay as they are.
    """
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.jobs.propagate import propagate
    from samannot_tui.jobs.resource_log import logging_resources

    engine = EngineOptions(**options)
    with logging_resources(resource_log, say) as follow:
        opened = open_session(session, media)
        progress = Progress("frame")
        try:
            for notice in opened.notices:
                say(notice)
            resolved = engine.resolve(opened.session.state.settings)
            engine.apply(opened.session)
            say(resolved.sentence)
            follow(opened.session)
            done = propagate(opened, progress)
        finally:
            progress.finish()
            opened.close()
    for notice in done.notices:
        say(notice)
    result = {
        "session": session,
        "engine": engine_json(done.engine),
        "runs": done.runs,
        "masks": done.masks,
        "notices": list(done.notices),
    }
    print_result(result, [f"{done.masks} masks in {done.runs} runs"], as_json=as_json)
