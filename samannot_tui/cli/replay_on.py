"""What `replay SESSION --out NEW` does and prints."""

from pathlib import Path

from samannot_tui.cli.engine_info import engine_json, engine_words
from samannot_tui.cli.options import EngineOptions
from samannot_tui.cli.output import Progress, print_result, say
from samannot_tui.jobs.opening import damage, open_session
from samannot_tui.jobs.replaying import ENGINE_SETTINGS, replay_on
from samannot_tui.text import printable

REPLAYING = "it is done again in another session, which changes nothing here"


def print_replay(session: Path, media: Path | None, out: Path, options: EngineOptions, *, as_json: bool) -> None:
    """Make a new session of the old one's human input and print what came of it.

    Raises:
        InputError: the session, its video or the options cannot be used, or there is something at `out`.
        JobError: the engine or the disk failed.
    """
    opened = open_session(session, media, read_only=REPLAYING)
    progress = Progress("replaying")
    try:
        for notice in (*opened.notices, *damage(opened.session, REPLAYING)):
            say(notice)
        settings = options.changed(opened.session.state.settings)
        resolved = options.resolve(settings)
        say(resolved.sentence)
        wanted = {name: getattr(settings, name) for name in ENGINE_SETTINGS}
        done = replay_on(opened, out, resolved.spec, wanted, progress)
    finally:
        progress.finish()
        opened.close()
    for notice in done.notices:
        say(notice)
    result = {
        "session": out,
        "engine": engine_json(done.engine),
        "runs": done.runs,
        "predictions": done.predictions,
        "masks": done.masks,
        "notices": list(done.notices),
    }
    lines = [
        f"{done.masks} masks in {done.runs} runs and {done.predictions} predictions by {engine_words(done.engine)}",
        f"session: {printable(out)}",
    ]
    print_result(result, lines, as_json=as_json)
