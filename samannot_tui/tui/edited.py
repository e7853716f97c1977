"""Masks as they will be once the edits on their way are kept: what a person draws is seen at once."""

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.masks.edits import MaskEdit, edited
from samannot_tui.masks.rle import BoolMask
from samannot_tui.tui.painting import news_since

Edits = tuple[MaskEdit, ...]


def with_edits(mask: BoolMask | None, edits: Edits, size: tuple[int, int]) -> BoolMask | None:
    """A mask, None for an empty one of `size` (height, width), after edits; those that make no sense are left out."""
    for edit in edits:
        try:
            mask = edited(np.zeros(size, np.bool_) if mask is None else mask, edit)
        except InputError:
            continue  # the person is told where it is refused
    return mask


class EditedMasks:
    """Remembers the last one, so that of a stroke that goes on only what is new is drawn. Used from one thread."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._base: BoolMask | None = None
        self._edits: Edits = ()
        self._mask: BoolMask | None = None

    def mask(self, base: BoolMask | None, edits: Edits) -> BoolMask | None:
        """As `with_edits`; of a `base` that is the very same array as last time, the last result is gone on with."""
        news = news_since(self._edits, edits) if base is self._base else None
        if news is None:
            self._mask, news = base, edits
        self._mask = with_edits(self._mask, news, self._size)
        self._base, self._edits = base, edits
        return self._mask
