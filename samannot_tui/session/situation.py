"""What a decision looks at, and the checks that decisions of several kinds share."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from samannot_tui.errors import InputError
from samannot_tui.masks.log import MaskLog
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.state import State
from samannot_tui.text import printable

LONGEST_NAME = 100


@dataclass(frozen=True)
class Situation:
    """All that a decision may look at.

    To `masks`, the mask log, it may append masks that its event then names; else they count for nothing. None in a
    draft, which has no masks.
    """

    state: State
    live: LiveMasks
    manifest: Manifest
    masks: MaskLog | None


def require_label(label: int, state: State) -> None:
    """Raises:
    InputError: there is no such label.
    """
    if label not in state.labels:
        raise InputError(f"There is no label {label}; add one first.")


def require_frame(frame: int, now: Situation) -> None:
    """Raises:
    InputError: there is no such frame.
    """
    if not 0 <= frame < now.manifest.frame_count:
        raise InputError(f"There is no frame {frame}; the video has frames 0 to {now.manifest.frame_count - 1}.")


def require_frames(first: int, last: int, now: Situation) -> None:
    """Raises:
    InputError: `first`..`last` are no frames of the video, or the wrong way round.
    """
    require_frame(first, now)
    require_frame(last, now)
    if first > last:
        raise InputError(f"Frames {first} to {last} are no range; give the smaller number first.")


def clean_text(text: str, what: str) -> str:
    """The text in composed form, without blanks around it; `what` it is begins a sentence.

    Raises:
        InputError: it is empty, too long or holds control characters.
    """
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise InputError(f"{what} cannot be empty.")
    if len(text) > LONGEST_NAME:
        raise InputError(f"{what} has {len(text)} characters; use at most {LONGEST_NAME}.")
    if printable(text) != text:
        raise InputError(f"{what} holds control characters ({printable(text)}); leave them out.")
    return text


def names_of(labels: Iterable[int], state: State) -> str:
    """The labels' names in words ("dog, cat and bird"); the number of one that an undo has taken away."""
    names = [printable(state.labels[each].name) if each in state.labels else f"label {each}" for each in labels]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def frames_in_words(first: int, last: int) -> str:
    """ "frame 12", or "frames 12 to 40"."""
    return f"frame {first}" if first == last else f"frames {first} to {last}"
