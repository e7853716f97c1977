"""A person's edits of masks, from what was drawn to the event that keeps it."""

from collections.abc import Sequence

import numpy as np

from samannot_tui.masks.edits import MaskEdit, edited
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import decode, encode
from samannot_tui.session.commands import EditMask
from samannot_tui.session.decide_masks import ABSENT_SCORE
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.situation import Situation, require_frame, require_label
from samannot_tui.session.state import State
from samannot_tui.session.store import Session

PRESENT_SCORE = 10.0
"""A logit: a person is sure."""


def edit_mask(session: Session, frame: int, label: int, edit: MaskEdit) -> tuple[AnyEvent, ...]:
    """Draw on a label's mask of a frame as it is now, on an empty one where it has none or is absent.

    Nobody changes that mask in between, so that edits which follow each other at once all count. A mask of which
    no pixel is left says "absent".

    Returns:
        The MaskEdited; nothing where the mask is as it was before.

    Raises:
        InputError: there is no such label or frame, the edit makes no sense there, or the session is read-only.
        JobError: the disk failed; nothing changed.
    """

    def plan(state: State, live: LiveMasks) -> Sequence[EditMask]:
        require_label(label, state)
        require_frame(frame, Situation(state, live, session.manifest, session.masks))
        record = live.record(frame, label) if live.is_present(frame, label) else None
        size = session.manifest.height, session.manifest.width
        before = np.zeros(size, np.bool_) if record is None else decode(session.masks.read(record).rle)
        after = edited(before, edit)
        if np.array_equal(before, after):
            return ()
        made = NewMask(
            frame=frame,
            label=label,
            rle=encode(after),
            object_score=PRESENT_SCORE if after.any() else ABSENT_SCORE,
            quality=1.0,
            source="edited",
            run=None,
        )
        return [EditMask(label, frame, *session.append_masks([made]))]

    return session.submit_all(plan)
