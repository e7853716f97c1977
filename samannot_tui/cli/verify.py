"""What `replay SESSION --verify` does and prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from samannot_tui.cli.output import Progress, print_result, say
from samannot_tui.engine.models.folder import checkpoint_setting, find_checkpoint
from samannot_tui.errors import JobError
from samannot_tui.jobs.opening import damage, open_session
from samannot_tui.jobs.verifying import LEAST_IOU, EventCheck, verify
from samannot_tui.session import events as ev
from samannot_tui.session.recorded import Recorded
from samannot_tui.text import printable

VERIFYING = "it is verified, which changes nothing"
_WORST_TOLD = 5
_HEADS = ("event", "what", "frames", "labels", "min IoU", "mean IoU", "exact", "verdict")


def print_verification(
    session: Path, media: Path | None, checkpoint: str | None, *, exact: bool, as_json: bool
) -> None:
    """Verify a session and print how each run and prediction fared.

    Raises:
        InputError: the session or its video cannot be used, or an engine cannot run here.
        JobError: masks are not as they are recorded.
    """
    setting = None if checkpoint is None else checkpoint_setting(checkpoint)
    if setting is not None:
        find_checkpoint(setting)
    opened = open_session(session, media, read_only=VERIFYING)
    progress = Progress("verifying frame")
    try:
        notices = [*opened.notices, *damage(opened.session, VERIFYING)]
        for notice in notices:
            say(notice)
        recorded = Recorded(opened.session)
        checks = verify(opened, progress, checkpoint=setting)
    finally:
        progress.finish()
        opened.close()
    failed = [check for check in checks if not _passed(check, exact)]
    masks = [mask for check in checks for mask in check.masks]
    result = {
        "session": session,
        "passed": not failed,
        "asked_for": "exact" if exact else f"IoU >= {LEAST_IOU}",
        "masks": len(masks),
        "exact": sum(mask.exact for mask in masks),
        "has_lost_masks": recorded.lost,
        "least_iou": min((mask.iou for mask in masks), default=None),
        "differences": _differences(checks),
        "notices": notices,
        "checks": [_as_json(check, exact) for check in checks],
    }
    print_result(
        result, [*_table(checks, recorded, exact), *_remarks(checks, exact), *_summary(result)], as_json=as_json
    )
    if failed:
        asked = "equal to the pixel" if exact else f"with IoU {LEAST_IOU} or more"
        raise JobError(f"{_count(len(failed), 'run or prediction', 'runs or predictions')} did not come out {asked}.")


def _summary(result: dict[str, Any]) -> list[str]:
    lost = ["Some recorded masks are lost by damage; those are not compared."] if result["has_lost_masks"] else []
    return [*lost, f"{result['exact']} of {result['masks']} masks are equal to the pixel."]


def _passed(check: EventCheck, exact: bool) -> bool:
    return check.is_exact if exact else check.is_close


def _as_json(check: EventCheck, exact: bool) -> dict[str, Any]:
    return {
        "seq": check.seq,
        "type": "run" if check.is_run else "prediction",
        "passed": _passed(check, exact),
        "failure": check.failure or None,
        "differences": list(check.differences),
        "exact": check.exact,
        "masks": [
            {"frame": mask.frame, "label": mask.label, "iou": mask.iou, "exact": mask.exact} for mask in check.masks
        ],
    }


def _differences(checks: Sequence[EventCheck]) -> list[str]:
    """Each once."""
    return list(dict.fromkeys(difference for check in checks for difference in check.differences))


def _table(checks: Sequence[EventCheck], recorded: Recorded, exact: bool) -> list[str]:
    """A line for each run; predictions, of which there may be hundreds, together in one."""
    rows: list[tuple[str, ...]] = [_HEADS]
    predictions = [check for check in checks if not check.is_run]
    if predictions:
        rows.append(_row("", _count(len(predictions), "prediction", "predictions"), predictions, exact))
    for check in checks:
        started = recorded.events[check.seq - 1]
        if isinstance(started, ev.RunStarted):
            outcome = recorded.outcome(check.seq) or "cut off"
            what = f"run {started.plan.direction}" + ("" if outcome == "finished" else f", {outcome}")
            rows.append(_row(str(check.seq), what, [check], exact))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(seq: str, what: str, checks: Sequence[EventCheck], exact: bool) -> tuple[str, ...]:
    masks = [mask for check in checks for mask in check.masks]
    frames = sorted({mask.frame for mask in masks})
    labels = ",".join(str(label) for label in sorted({mask.label for mask in masks}))
    ious = [mask.iou for mask in masks]
    least, mean = (f"{min(ious):.4f}", f"{sum(ious) / len(ious):.4f}") if ious else ("-", "-")
    where = "-" if not frames else str(frames[0]) if len(frames) == 1 else f"{frames[0]}-{frames[-1]}"
    verdict = "passed" if all(_passed(check, exact) for check in checks) else "FAILED"
    return seq, what, where, labels or "-", least, mean, f"{sum(mask.exact for mask in masks)}/{len(masks)}", verdict


def _remarks(checks: Sequence[EventCheck], exact: bool) -> list[str]:
    """What explains the numbers: another engine, what could not be made again, and the masks that differ most."""
    lines = [f"Another engine than then: {difference}." for difference in _differences(checks)]
    lines += [f"Event {check.seq}: {check.failure}" for check in checks if check.failure]
    differing = [
        (mask.iou, check.seq, mask)
        for check in checks
        if not (check.failure or _passed(check, exact))
        for mask in check.masks
        if not mask.exact
    ]
    for iou, seq, mask in sorted(differing, key=lambda each: each[:2])[:_WORST_TOLD]:
        lines.append(f"Event {seq}: IoU {iou:.4f} on frame {mask.frame}, label {mask.label}.")
    return [printable(line) for line in lines]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
