"""What the message line says in a review: what was said of this frame, what is doubtful about it, and the keys."""

from samannot_tui.session.events import ReviewMarked
from samannot_tui.session.reviews import Standing, verdicts
from samannot_tui.tui.place import Place
from samannot_tui.tui.reviewing import REASONS, SHORT, verdict_in_words

ON_SHEET = "Enter shows it · z denser · y good · n bad · m part"
KEYS = "y good · n bad · m part · Enter mend · space plays"


def review_hint(place: Place) -> str:
    """Beside how far the review is."""
    review, label = place.review, place.label
    assert review is not None
    if review.asks:
        return " · ".join((*(f"{key} {SHORT.get(words, words)}" for key, words in REASONS.items()), "o other", "Esc"))
    parts = []
    if place.part_from is not None:
        parts.append(f"from frame {place.part_from} to here")
    if review.sample is None and label is not None:  # who checks judges anew
        parts.append(_said(place, label))
        parts.append(place.why_doubtful(place.frame))
    if place.sheet is not None:
        parts.insert(0, f"frame {place.frame}")
    return " · ".join(filter(None, (*parts, KEYS if place.sheet is None else ON_SHEET)))


def _said(place: Place, label: int) -> str:
    said = verdicts(place.state, place.live, label)
    standing, mark = Standing(int(said.standing[place.frame])), int(said.marks[place.frame])
    event = place.state.event(mark) if mark else None
    return verdict_in_words(standing, event if isinstance(event, ReviewMarked) else None)
