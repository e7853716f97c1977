"""The sample clip, opened in the app, and how what was made of it compares with the sample's masks."""

from dataclasses import dataclass
from pathlib import Path

from samannot_tui.jobs.comparing import compare_where_annotated
from samannot_tui.jobs.opening import Opened, open_session
from samannot_tui.jobs.sample import demo_folder, sample_clip, sample_folder
from samannot_tui.jobs.track import prompted_session
from samannot_tui.review.evaluate import ObjectScore, Report
from samannot_tui.session.location import SUFFIX, is_session
from samannot_tui.session.store import Session


def open_sample() -> Opened:
    """The demo's own session of the sample clip; the first time it is made, with the sample's prompts.

    Raises:
        InputError: the sample is missing from this installation, or the session cannot be used.
    """
    session = demo_folder() / f"clip{SUFFIX}"
    if is_session(session):
        return open_session(session, sample_clip())
    return prompted_session(sample_clip(), sample_folder() / "prompts.json", demo_folder())


@dataclass(frozen=True)
class Comparison:
    """A session of the sample clip beside the sample's masks, on the frames that it has annotated.

    Attributes:
        annotated, frames: how many frames are annotated, of how many.
        names: ID -> name of the labels that have masks.
        truth: against `ground_truth/`, what is really there.
        reference: against `reference/`, which the flow engine made from the sample's prompts.
    """

    annotated: int
    frames: int
    names: dict[int, str]
    truth: Report
    reference: Report

    def against(self, report: Report) -> list[ObjectScore]:
        """The scores of those instances of the sample that have masks."""
        return [each for video in report.videos for each in video.objects if each.id in self.names]


def compare_with_sample(folder: Path) -> Comparison | None:
    """How a session of the sample clip compares; None where no instance of the sample has a mask.

    Raises:
        InputError: the sample is missing from this installation, or the session cannot be read.
    """
    session = Session.open(folder, read_only="the session is compared")
    try:
        truth = compare_where_annotated(session, sample_folder() / "ground_truth")
        reference = compare_where_annotated(session, sample_folder() / "reference")
        if truth is None or reference is None:
            return None
        state, live = session.state, session.live
        names = {label.id: label.name for label in state.labels.values() if len(live.frames(label.id))}
        annotated = len(live.annotated_frames())
        found = Comparison(annotated, session.manifest.frame_count, names, truth, reference)
    finally:
        session.close()
    return found if found.against(truth) else None
