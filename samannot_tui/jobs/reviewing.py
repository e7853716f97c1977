"""Beginning a review, or an independent check of frames drawn at random."""

import random

from samannot_tui.errors import InputError
from samannot_tui.review.progress import tally, tracks
from samannot_tui.session.commands import DrawSample
from samannot_tui.session.events import SampleDrawn
from samannot_tui.session.store import Session

SEEDS = 2**31


def require_masks(session: Session) -> None:
    """Raises:
    InputError: there is nothing to review.
    """
    if not len(session.live.annotated_frames()):
        raise InputError("There are no masks to review yet; `open` or `propagate` makes some.")


def result_in_words(session: Session, sample: SampleDrawn | None) -> str:
    """What a review has come to: of a check, or of all tracks."""
    if sample is not None:
        return f"Check of {len(sample.frames)} frames: {tally(session.state, session.live, sample).words}."
    found = tracks(session.state, session.live)
    frames, good = sum(len(each.frames) for each in found), sum(each.satisfactory for each in found)
    judged = sum(each.judged for each in found)
    return f"{judged} of {frames} masks judged: {good} satisfactory, {judged - good} not."


def drawn_sample(session: Session, count: int, seed: int | None = None) -> SampleDrawn:
    """Frames to be judged one by one: those of the last check where it has as many and is not done, else new ones.

    Args:
        seed: draws anew, the same frames for the same seed.

    Raises:
        InputError: there are fewer annotated frames, or the session is read-only.
        JobError: the disk failed.
    """
    last = next(reversed(session.state.samples.values()), None)
    if (
        seed is None
        and last is not None
        and len(last.frames) == count
        and tally(session.state, session.live, last).open
    ):
        return last
    (drawn,) = session.submit(DrawSample(count, random.randrange(SEEDS) if seed is None else seed))
    assert isinstance(drawn, SampleDrawn), "that is what the command asks for"
    return drawn
