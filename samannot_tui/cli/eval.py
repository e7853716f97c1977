"""`eval --pred DIR --gt DIR`."""

from pathlib import Path

import click
import msgspec

from samannot_tui.cli.output import json_option, print_result, say
from samannot_tui.text import printable


@click.command("eval")
@click.option("--pred", required=True, type=click.Path(path_type=Path), help="Predicted masks.")
@click.option("--gt", required=True, type=click.Path(path_type=Path), help="Ground truth masks.")
@json_option
def command(pred: Path, gt: Path, as_json: bool) -> None:
    """Compare masks with ground truth.

    Both are folders of palette PNGs named by frame, or hold one such folder for each video, directly or under
    Annotations/. J, F and J&F follow DAVIS 2017: the mean over frames without a video's first and last, for each
    object, then over objects. The pooled figures follow SAMannot, over every image.
    """
    from samannot_tui.review.evaluate import evaluate

    report = evaluate(pred, gt)
    lines = []
    for video in report.videos:
        lines.append(f"{printable(video.name)}: J {video.j:.3f}  F {video.f:.3f}  J&F {video.jf:.3f}")
        if len(video.objects) > 1:
            lines += [f"  object {each.id}: J {each.j:.3f}  F {each.f:.3f}" for each in video.objects]
    pooled = report.pooled
    lines.append(f"mean J {report.j:.3f}  mean F {report.f:.3f}  J&F {report.jf:.3f}")
    lines.append(f"pooled IoU {pooled.iou:.4f}  Dice {pooled.dice:.4f}  pixel accuracy {pooled.pixel_accuracy:.4f}")
    if not as_json:
        for notice in report.notices:
            say(notice)
    print_result(msgspec.to_builtins(report), lines, as_json=as_json)
