"""Frames as a person types them."""

import re

from samannot_tui.engine.blocks import block_of
from samannot_tui.errors import InputError
from samannot_tui.session.plan import Span
from samannot_tui.text import printable
from samannot_tui.tui.place import Place

FRAMES_EXAMPLE = "Enter for this frame · 10..40 · block"
_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:\.\.\s*(\d{1,9})\s*)?", re.ASCII)


def parse_frames(text: str, place: Place) -> Span:
    """Nothing is the frame that is shown, `block` its block, `12` a frame, `10..40` both and all between.

    Raises:
        InputError: it is none of these, or not in the video.
    """
    if not text.strip():
        return Span(place.frame, place.frame)
    if text.strip().lower() == "block":
        return block_of(place.frame, place.state.settings.block_size, place.frame_count)
    match, last_of_all = _RANGE.fullmatch(text), place.frame_count - 1
    if match is None:
        raise InputError(f"“{printable(text.strip())}” is no range of frames: type 10..40, block, or nothing.")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    if first > last:
        raise InputError(f"Frames {first} to {last} are no range; give the smaller number first.")
    if last > last_of_all:
        raise InputError(f"There is no frame {last}; the video has frames 0 to {last_of_all}.")
    return Span(first, last)
