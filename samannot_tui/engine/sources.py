"""What a label can start from: its prompts, a person's edited masks and the live masks of other frames."""

from collections.abc import Sequence

from samannot_tui.masks.index import RecordSource
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.plan import Source
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State


def computes(prompts: Sequence[PlacedPrompt]) -> bool:
    """Whether a frame's prompt set gives a mask: negative points need a base or something positive beside them."""
    return any(
        placed.base is not None or not isinstance(placed.prompt, PointPrompt) or placed.prompt.positive
        for placed in prompts
    )


def prompt_source(frame: int, prompts: Sequence[PlacedPrompt]) -> Source:
    """The source that a frame's prompt set is."""
    return Source(frame, tuple(placed.seq for placed in prompts), prompts[0].base)


class Sources:
    """The sources of any label, as the annotation stands now. An absent instance's mask is no source."""

    def __init__(self, state: State, live: LiveMasks) -> None:
        self._state = state
        self._live = live

    def mask_on(self, frame: int, label: int) -> Source | None:
        """The live mask as a source; None where there is none or the instance is absent."""
        record = self._live.record(frame, label)
        return Source(frame, record=record) if record and self._live.index.object_score[record] > 0 else None

    def is_absent(self, frame: int, label: int) -> bool:
        """Whether the instance was looked for and not found."""
        return self._live.record(frame, label) is not None and self.mask_on(frame, label) is None

    def is_edited(self, frame: int, label: int) -> bool:
        """Whether the live mask is a person's."""
        record = self._live.record(frame, label)
        return record is not None and bool(self._live.index.source[record] == RecordSource.EDITED)

    def prompted(self, frame: int, label: int) -> Source | None:
        """The frame's prompts as a source; None where there are none or they compute nothing.

        Points that a run handed over count while blocks hand over points, and once a person has touched them.
        """
        prompts = self._state.prompts_on(frame, label)
        if self._state.settings.transition != "points" and any(each.auto is not None for each in prompts):
            return None
        return prompt_source(frame, prompts) if computes(prompts) else None

    def is_mute(self, frame: int, label: int) -> bool:
        """Whether there are prompts on the frame that compute nothing."""
        prompts = self._state.prompts_on(frame, label)
        return bool(prompts) and not computes(prompts)

    def on(self, frame: int, label: int) -> Source | None:
        """What a person gave on this frame: the prompts or the edited mask, whichever came later."""
        prompted = self.prompted(frame, label)
        if not self.is_edited(frame, label):
            return prompted
        edited_at = self._live.edited_at(self._live.record(frame, label) or 0)
        return prompted if prompted and prompted.prompts[-1] > edited_at else self.mask_on(frame, label)

    def frames_given(self, label: int) -> list[int]:
        """Frames on which a person gave something, rising; not all of it need be a source."""
        return sorted({*self._state.prompted_frames(label), *self._live.edited_frames(label).tolist()})

    def first(self, label: int) -> int | None:
        """The first frame of the whole video on which a person gave the label a source, or a barrier has its mask."""
        given = (
            frame
            for frame in self.frames_given(label)
            if self.on(frame, label) and all(each.auto is None for each in self._state.prompts_on(frame, label))
        )
        barriers = (frame for frame in self._state.barriers if self.mask_on(frame, label))
        return min((*given, *barriers), default=None)
