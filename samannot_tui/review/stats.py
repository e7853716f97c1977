"""What an annotation has cost its people: the figures of the SAM 2 data engine, so that they can be compared.

Source: Ravi et al., SAM 2: Segment Anything in Images and Videos, arXiv 2408.00714, section 5.1, table 1: "the
average annotation time per frame, the average percent of edited frames per masklet, the number of manual clicks per
clicked frame". A masklet is one instance through a video, here a label. Theirs are of videos at 6 frames a second,
ours of every annotated frame of the video, so that a higher frame rate alone makes ours look better.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from samannot_tui.review.worktime import PAUSE_S, WorkTime, work_time
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.live import LiveMasks, MaskKind
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.state import State

SAM2_PHASES = (("phase 1, SAM", 37.8, 1.0, 4.80), ("phase 3, SAM 2", 4.5, 0.1904, 2.68))
"""Of table 1: phase, seconds per frame and masklet, share of edited frames, clicks per clicked frame."""


class InstanceStats(msgspec.Struct, frozen=True):
    """One label. Shares are 0 to 1; None where there is nothing to divide by.

    Attributes:
        masks: frames with a live result, of which on `present` the instance is seen and on the rest absent.
        by_model, by_person: who made those; a mask that an engine made of a person's prompts is the model's.
        model_share: of `masks`, those that a model made.
        points, boxes, mask_prompts: prompts that people gave here, those undone or removed since included; imported
            ones, which may be a detector's, are not counted.
        clicked_frames: frames on which a point was given, likewise.
        clicks_per_clicked_frame: points per clicked frame.
        edited_frames: annotated frames on which such a prompt stands or whose mask a person drew; frames that were
            marked absent do not count, since one key does that for many.
        edited_share: of `masks`, those on edited frames.
        seconds: work on this label, as `WorkTime.on_label` counts it.
        seconds_per_frame: of that, per mask.
    """

    label: int
    name: str
    masks: int
    present: int
    by_model: int
    by_person: int
    model_share: float | None
    points: int
    boxes: int
    mask_prompts: int
    clicked_frames: int
    clicks_per_clicked_frame: float | None
    edited_frames: int
    edited_share: float | None
    seconds: float
    seconds_per_frame: float | None

    @property
    def prompts(self) -> int:
        """All that were given."""
        return self.points + self.boxes + self.mask_prompts


class SessionStats(msgspec.Struct, frozen=True):
    """A session.

    Attributes:
        seconds: all work on the annotation, judging it and waiting for runs not included.
        on_none_s: of that, what led up to something that is about no label.
        judging_s, waiting_s, paused_s, pauses: as in `WorkTime`; `pause_s` is the longest gap that counts whole.
        frames: annotated frames. masks: results of all instances on them.
        seconds_per_frame_and_instance: `seconds` per mask.
        edited_share: mean of the instances' shares.
        clicks_per_clicked_frame: of all instances together; a frame counts for each instance clicked on it.
        model_share: of all masks.
        prompts_per_instance: over instances that have a mask or were given a prompt.
    """

    frames: int
    masks: int
    seconds: float
    on_none_s: float
    judging_s: float
    waiting_s: float
    paused_s: float
    pauses: int
    pause_s: float
    seconds_per_frame_and_instance: float | None
    edited_share: float | None
    clicks_per_clicked_frame: float | None
    model_share: float | None
    prompts_per_instance: float | None
    instances: tuple[InstanceStats, ...]


def session_stats(state: State, live: LiveMasks, history: Sequence[AnyEvent], pause: float = PAUSE_S) -> SessionStats:
    """The figures of an annotation.

    Args:
        history: every event, in order, undone ones included.
        pause: seconds, as for `work_time`.
    """
    time = work_time(history, pause)
    given = _Given(history)
    instances = tuple(_instance(label, state, live, given, time) for label in sorted(state.labels))
    masks = sum(each.masks for each in instances)
    used = [each for each in instances if each.masks or each.prompts]
    return SessionStats(
        frames=len(live.annotated_frames()),
        masks=masks,
        seconds=time.annotating,
        on_none_s=time.on_none,
        judging_s=time.judging,
        waiting_s=time.waiting,
        paused_s=time.paused,
        pauses=time.pauses,
        pause_s=pause,
        seconds_per_frame_and_instance=_ratio(time.annotating, masks),
        edited_share=_mean(each.edited_share for each in instances),
        clicks_per_clicked_frame=_ratio(
            sum(each.points for each in instances), sum(each.clicked_frames for each in instances)
        ),
        model_share=_ratio(sum(each.by_model for each in instances), masks),
        prompts_per_instance=_ratio(sum(each.prompts for each in used), len(used)),
        instances=instances,
    )


class _Given:
    """The prompts that people ever gave here, by label; `seqs` are those prompts themselves."""

    def __init__(self, history: Sequence[AnyEvent]) -> None:
        self.points: Counter[int] = Counter()
        self.boxes: Counter[int] = Counter()
        self.masks: Counter[int] = Counter()
        self.clicked: set[tuple[int, int]] = set()
        self.seqs: set[int] = set()
        imports = {event.step or event.seq for event in history if isinstance(event, ev.Imported)}
        for event in history:
            if isinstance(event, ev.PromptAdded) and event.auto is None and (event.step or event.seq) not in imports:
                self._add(event)
        self.clicked_frames = Counter(label for label, _ in self.clicked)

    def _add(self, event: ev.PromptAdded) -> None:
        self.seqs.add(event.seq)
        match event.prompt:
            case PointPrompt():
                self.points[event.label] += 1
                self.clicked.add((event.label, event.frame))
            case BoxPrompt():
                self.boxes[event.label] += 1
            case _:
                self.masks[event.label] += 1


def _instance(label: int, state: State, live: LiveMasks, given: _Given, time: WorkTime) -> InstanceStats:
    frames = live.frames(label)
    masks = len(frames)
    kinds = live.kinds(label)
    by_person = len(live.edited_frames(label))
    drawn = np.flatnonzero(kinds == MaskKind.EDITED)
    prompted = [
        frame
        for frame in state.prompted_frames(label)
        if any(each.seq in given.seqs for each in state.prompts_on(frame, label))
    ]
    edited = len(np.intersect1d(np.union1d(drawn, np.array(prompted, np.intp)), frames))
    seconds = time.on_label.get(label, 0.0)
    return InstanceStats(
        label=label,
        name=state.labels[label].name,
        masks=masks,
        present=int(np.count_nonzero(kinds >= MaskKind.MODEL)),
        by_model=masks - by_person,
        by_person=by_person,
        model_share=_ratio(masks - by_person, masks),
        points=given.points[label],
        boxes=given.boxes[label],
        mask_prompts=given.masks[label],
        clicked_frames=given.clicked_frames[label],
        clicks_per_clicked_frame=_ratio(given.points[label], given.clicked_frames[label]),
        edited_frames=edited,
        edited_share=_ratio(edited, masks),
        seconds=seconds,
        seconds_per_frame=_ratio(seconds, masks),
    )


def _ratio(amount: float, count: int) -> float | None:
    return amount / count if count else None


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return _ratio(sum(known), len(known))
