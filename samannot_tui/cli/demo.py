"""`demo`: the main job on the sample clip, in the app or headless."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from samannot_tui.cli.comparison import print_comparison
from samannot_tui.cli.engine_info import engine_json, engine_words
from samannot_tui.cli.open import graphics_option, open_app
from samannot_tui.cli.options import EngineOptions, engine_options, resource_log_option
from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.graphics.terminal import Requested
from samannot_tui.session.settings import Settings
from samannot_tui.text import printable


@click.command("demo")
@click.option("--headless", is_flag=True, help="Do the whole job without a screen and print the result.")
@engine_options
@graphics_option
@resource_log_option
@json_option
def command(headless: bool, graphics: Requested, resource_log: Path | None, as_json: bool, **options: Any) -> None:
    """Show the whole job on the sample clip.

    On a terminal the app opens with the sample's prompts set: press > to propagate them. Headless, the
    masks are made and exported: that shows whether an installation works, and how fast. Either way it ends by
    comparing them with the ground truth, and with the reference masks, which the flow engine made.
    """
    engine = EngineOptions(**options)
    if headless or as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _headless(engine, resource_log, as_json)
    else:
        _in_the_app(engine, graphics, resource_log)


def _headless(options: EngineOptions, resource_log: Path | None, as_json: bool) -> None:
    from samannot_tui.jobs.demo import compare_with_sample
    from samannot_tui.jobs.export import export_session
    from samannot_tui.jobs.export_request import ExportRequest
    from samannot_tui.jobs.propagate import propagate, whole_video
    from samannot_tui.jobs.resource_log import logging_resources
    from samannot_tui.jobs.sample import sample_folder
    from samannot_tui.jobs.track import prompted_session

    sample = sample_folder()
    say(options.resolve(Settings()).sentence)
    with logging_resources(resource_log, say) as follow:
        out = Path(tempfile.mkdtemp(prefix="samannot-demo-"))
        opened = prompted_session(sample / "clip.mp4", sample / "prompts.json", out)
        progress = Progress("frame")
        try:
            options.apply(opened.session)
            follow(opened.session)
            done = propagate(opened, whole_video(opened), progress)
            davis, png = export_session(opened, ExportRequest(("davis", "png"), out))
        finally:
            progress.finish()
            opened.close()
    comparison = compare_with_sample(opened.session.folder)
    assert done.engine is not None and comparison is not None, "the sample's prompts give every label a mask"
    j, iou = comparison.truth.j, comparison.reference.pooled.iou
    speed = done.frames / done.seconds
    lines = [
        f"engine: {engine_words(done.engine)}",
        f"{done.masks} masks on {done.frames} frames in {done.seconds:.1f} s: {speed:.1f} frames/s",
        f"mean J {j:.2f}",
        f"IoU with the reference masks {iou:.2f}",
        f"session: {printable(opened.session.folder)}",
        f"davis:   {printable(davis.folder)}",
        f"png:     {printable(png.folder)}",
        f"look at it: samannot-tui open {printable(opened.session.folder)}",
    ]
    result = {
        "engine": engine_json(done.engine),
        "mean_j": j,
        "reference_iou": iou,
        "masks": done.masks,
        "frames": done.frames,
        "seconds": round(done.seconds, 3),
        "frames_per_second": round(speed, 3),
        "session": opened.session.folder,
        "exports": {"davis": davis.folder, "png": png.folder},
    }
    print_result(result, lines, as_json=as_json)


def _in_the_app(options: EngineOptions, graphics: Requested, resource_log: Path | None) -> None:
    from samannot_tui.jobs.demo import open_sample
    from samannot_tui.jobs.resource_log import logging_resources

    options.changes()  # refuses what cannot be before anything is made
    with logging_resources(resource_log, say) as follow:
        opened = open_sample()
        follow(opened.session)
        open_app(opened, options, graphics)
    print_comparison(opened.session.folder)
