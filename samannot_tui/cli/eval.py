"""`eval --pred DIR --gt DIR`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from samannot_tui.cli.output import Progress, json_option, print_result, say
from samannot_tui.text import printable

if TYPE_CHECKING:
    from samannot_tui.review.agreement import Agreement
    from samannot_tui.review.evaluate import Report


@click.command("eval")
@click.option("--pred", required=True, type=click.Path(path_type=Path), help="Predicted masks, or a session.")
@click.option("--gt", required=True, type=click.Path(path_type=Path), help="Ground truth masks, or a session.")
@json_option
def command(pred: Path, gt: Path, as_json: bool) -> None:
    """Compare masks with ground truth, or two sessions of one video.

    Each is a session, or a folder of palette PNGs named by frame, or holds one such folder for each video, directly
    or under Annotations/. J, F and J&F follow DAVIS 2017: the mean over frames without a video's first and last, for
    each object, then over objects. The pooled figures follow SAMannot, over every image.

    Of two sessions (two annotators, or before and after) the instances are matched by what they cover, whatever
    their IDs and names; J and F are means over all frames that both have annotated.
    """
    from samannot_tui.jobs.comparing import compare
    from samannot_tui.review.evaluate import Report

    progress = Progress("comparing", unit="steps")
    try:
        report = compare(pred, gt, progress)
    finally:
        progress.finish()
    lines = _scores(report) if isinstance(report, Report) else _agreement(report)
    if not as_json:
        for notice in report.notices:
            say(notice)
    print_result(msgspec.to_builtins(report), lines, as_json=as_json)


def _scores(report: "Report") -> list[str]:
    lines = []
    for video in report.videos:
        lines.append(f"{printable(video.name)}: J {video.j:.3f}  F {video.f:.3f}  J&F {video.jf:.3f}")
        if len(video.objects) > 1:
            lines += [f"  object {each.id}: J {each.j:.3f}  F {each.f:.3f}" for each in video.objects]
    pooled = report.pooled
    lines.append(f"mean J {report.j:.3f}  mean F {report.f:.3f}  J&F {report.jf:.3f}")
    lines.append(f"pooled IoU {pooled.iou:.4f}  Dice {pooled.dice:.4f}  pixel accuracy {pooled.pixel_accuracy:.4f}")
    return lines


def _agreement(report: "Agreement") -> list[str]:
    lines = [
        f"{report.frames} frames annotated by both, {report.frames_only_pred} by --pred alone, "
        f"{report.frames_only_gt} by --gt alone"
    ]
    for each in report.instances:
        alone = f"; {each.only_pred} only in --pred, {each.only_gt} only in --gt"
        lines.append(
            f"  {each.pred.id} {printable(each.pred.name)} with {each.gt.id} {printable(each.gt.name)}: "
            f"J {each.j:.3f}  F {each.f:.3f} on {each.frames} frames{alone if each.only_pred or each.only_gt else ''}"
        )
    lines.append(f"mean J {report.j:.3f}  mean F {report.f:.3f}  J&F {report.jf:.3f}")
    return lines
