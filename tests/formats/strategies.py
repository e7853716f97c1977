"""Random masks for the formats' tests: holes, several parts, single pixels, lines, overlaps, nothing at all."""

from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samannot_tui.formats.export import ExportSummary, export
from samannot_tui.formats.selection import EVERYTHING, Selection
from samannot_tui.masks.rle import BoolMask
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.formats.support import FRAMES, HEIGHT, INFO, WIDTH, ArraySource, edit

Masks = dict[tuple[int, int], BoolMask]
"""(frame, label) -> mask."""
LABELS = 3


def _rectangles(boxes: list[tuple[int, int, int, int, bool]]) -> BoolMask:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x, y, width, height, filled in boxes:
        mask[y : y + height, x : x + width] = filled
    return mask


_boxes = st.tuples(
    st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.integers(1, 12), st.integers(1, 9), st.booleans()
)
masks = st.one_of(
    st.lists(_boxes, max_size=6).map(_rectangles), arrays(np.bool_, (HEIGHT, WIDTH), elements=st.booleans())
)
"""One mask: rectangles laid over each other, which fill and cut in turn, or noise."""
annotations: st.SearchStrategy[Masks] = st.dictionaries(
    st.tuples(st.integers(0, FRAMES - 1), st.integers(1, LABELS)), masks, min_size=1, max_size=8
)


def session_of(folder: Path, masks: Masks, block_size: int = 100) -> Session:
    """A session with LABELS labels "a", "b" and so on, and these masks, a person's."""
    session = Session.create(folder / "clip.samannot", folder / "clip.mp4", INFO)
    for number in range(LABELS):
        session.submit(cmd.AddLabel("abc"[number]))
    session.submit(cmd.ChangeSetting("block_size", block_size))
    for (frame, label), mask in masks.items():
        edit(session, frame, label, mask)
    return session


def exported(
    folder: Path, masks: Masks, format_name: str, selection: Selection = EVERYTHING, block_size: int = 100
) -> ExportSummary:
    """Export a session of these masks into `folder`/out."""
    session = session_of(folder, masks, block_size)
    source = ArraySource(folder / "clip.mp4")
    try:
        return export(Follower(session), source, format_name, folder / "out", selection=selection)
    finally:
        session.close()
