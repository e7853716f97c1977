"""`propagate SESSION`."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from samannot_tui.cli.engine_info import engine_json
from samannot_tui.cli.options import EngineOptions, engine_options, resource_log_option
from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.cli.run_options import RunOptions, run_options
from samannot_tui.text import printable


@click.command("propagate")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--media", type=click.Path(path_type=Path), help="Where the session's video is now, if it was moved.")
@run_options
@engine_options
@resource_log_option
@json_option
def command(session: Path, media: Path | None, resource_log: Path | None, as_json: bool, **options: Any) -> None:
    """Run a session's prompts over its video.

    Without --from the whole of it: every label goes forward from its first prompt to the end and backward to the
    start, block after block. With --from, what the app runs from that frame: to the end of its block, over --frames
    frames, or over --all blocks. Barriers and masks that a person made stay as they are.
    """
    from samannot_tui.jobs.opening import open_session
    from samannot_tui.jobs.propagate import announced, propagate
    from samannot_tui.jobs.resource_log import logging_resources

    wanted = RunOptions(**{name: options.pop(name) for name in [each.name for each in fields(RunOptions)]})
    engine = EngineOptions(**options)
    with logging_resources(resource_log, say) as follow:
        opened = open_session(session, media)
        progress = Progress("frame")
        try:
            for notice in opened.notices:
                say(notice)
            state = opened.session.state
            resolved = engine.resolve(state.settings)
            asked = wanted.labels_asked_for(state) or tuple(state.labels)
            engine.apply(opened.session)
            say(resolved.sentence)
            follow(opened.session)
            if request := wanted.request(state):
                say(announced(opened, request))
            done = propagate(opened, wanted.requests(opened), progress)
        finally:
            progress.finish()
            opened.close()
    for notice in done.notices:
        say(notice)
    without = [label for label in sorted(asked) if label not in done.labels]
    result = {
        "session": session,
        "engine": engine_json(done.engine),
        "runs": done.runs,
        "frames": done.frames,
        "masks": done.masks,
        "labels_without_source": without,
        "notices": list(done.notices),
    }
    lines = [f"{done.masks} masks in {done.runs} runs"]
    if without:
        names = ", ".join(printable(state.labels[label].name) for label in without)
        lines.append(f"nothing to start from, left alone: {names}")
    print_result(result, lines, as_json=as_json)
