"""`demo`: the main job on the sample clip, in the app or headless."""

import sys
import tempfile
import time
from pathlib import Path

import click

from samannot_tui.cli.open import graphics_option, open_app
from samannot_tui.cli.options import EngineOptions, engine_option
from samannot_tui.cli.output import Progress, json_option, print_result
from samannot_tui.graphics.terminal import Requested
from samannot_tui.text import printable


@click.command("demo")
@click.option("--headless", is_flag=True, help="Do the whole job without a screen and print the result.")
@engine_option
@graphics_option
@json_option
def command(headless: bool, engine: str | None, graphics: Requested, as_json: bool) -> None:
    """Show the whole job on the sample clip.

    On a terminal the app opens with the sample's prompts set: press > to propagate them. Headless, the
    masks are made, exported and compared with the ground truth.
    """
    if headless or as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _headless(engine or "auto", as_json)
    else:
        _in_the_app(engine, graphics)


def _headless(engine: str, as_json: bool) -> None:
    from samannot_tui.jobs.export import export_session
    from samannot_tui.jobs.propagate import propagate
    from samannot_tui.jobs.sample import sample_folder
    from samannot_tui.jobs.track import prompted_session
    from samannot_tui.review.evaluate import evaluate

    sample = sample_folder()
    out = Path(tempfile.mkdtemp(prefix="samannot-demo-"))
    opened = prompted_session(sample / "clip.mp4", sample / "prompts.json", out)
    progress = Progress("frame")
    try:
        began = time.monotonic()
        done = propagate(opened, engine, progress)
        seconds = time.monotonic() - began
        davis, png = export_session(opened, ("davis", "png"), out)
    finally:
        progress.finish()
        opened.close()
    report = evaluate(davis.folder, sample / "ground_truth")
    frames = opened.session.manifest.frame_count
    lines = [
        f"{done.masks} masks on {frames} frames in {seconds:.1f} s",
        f"mean J {report.j:.2f}",
        f"session: {printable(opened.session.folder)}",
        f"davis:   {printable(davis.folder)}",
        f"png:     {printable(png.folder)}",
        f"look at it: samannot-tui open {printable(opened.session.folder)}",
    ]
    result = {
        "mean_j": report.j,
        "masks": done.masks,
        "seconds": round(seconds, 3),
        "session": opened.session.folder,
        "exports": {"davis": davis.folder, "png": png.folder},
    }
    print_result(result, lines, as_json=as_json)


def _in_the_app(engine: str | None, graphics: Requested) -> None:
    from samannot_tui.jobs.demo import open_sample

    opened = open_sample()
    EngineOptions(engine, block_size=None, transition=None).apply(opened.session)
    open_app(opened, graphics)
