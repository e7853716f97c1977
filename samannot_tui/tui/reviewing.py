"""The review as the screen shows it: where it is, and what there is to say of that. No textual, no session."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from samannot_tui.review.progress import Tally, Track, Tracks
from samannot_tui.session.events import ReviewMarked, SampleDrawn
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.reviews import Standing
from samannot_tui.session.state import State
from samannot_tui.text import printable
from samannot_tui.tui.sheet import Sheet

REASONS: dict[str, str] = {
    "d": "drifted",
    "w": "wrong instance",
    "l": "leaks",
    "m": "missing parts",
    "a": "should be absent",
}
"""Why a mask is not satisfactory, by the key that says so; o is for words of one's own."""
SHORT = {"wrong instance": "wrong one", "missing parts": "missing", "should be absent": "absent"}
"""What stands for the longer ones where there is little room."""
STANDING_GLYPHS = {
    Standing.NONE: "",
    Standing.SATISFACTORY: "✓",
    Standing.UNSATISFACTORY: "✗",
    Standing.CHANGED: "≠",
}


@dataclass
class Review:
    """A review under way.

    Attributes:
        sample: the frames drawn that are judged one by one; None where tracks are.
        marked: (label, frame) where the part to be judged begins; None for all of the track.
        asks: is the key of a reason waited for?
        sheet: the contact sheet, None while the frame is shown.
        left_at: (label, frame) that was left to mend something; None while the review goes on.
    """

    sample: SampleDrawn | None = None
    marked: tuple[int, int] | None = None
    asks: bool = False
    sheet: Sheet | None = None
    left_at: tuple[int, int] | None = None
    _known: tuple[int, list[Track]] | None = None
    _tracks: Tracks = field(default_factory=Tracks)

    @property
    def is_on(self) -> bool:
        """Do keys judge? Else they annotate, until the person comes back."""
        return self.left_at is None

    def tracks(self, state: State, live: LiveMasks) -> list[Track]:
        """As `review.progress.tracks`; found once for each state of the annotation, since every key asks."""
        if self._known is None or self._known[0] != state.last_seq:
            self._known = state.last_seq, self._tracks.of(state, live)
        return self._known[1]


def track_of(tracks: Sequence[Track], label: int | None) -> Track | None:
    """The label's track."""
    return next((track for track in tracks if track.label == label), None)


def progress_in_words(tracks: Sequence[Track], label: int | None, spots: Sequence[int]) -> str:
    """ "track 2/5 · 3 doubtful left · 60 % judged"; `spots` are those of the label."""
    total = sum(len(track.frames) for track in tracks)
    share = sum(track.judged for track in tracks) / total if total else 0.0
    parts = [f"{int(100 * share)} % judged"]
    track = track_of(tracks, label)
    if track is not None:
        left = sum(track.is_open(spot) for spot in spots)
        if spots:
            parts.insert(0, f"{left} doubtful left")
        parts.insert(0, f"track {tracks.index(track) + 1}/{len(tracks)}")
    return " · ".join(parts)


def sample_in_words(sample: SampleDrawn, frame: int, label: int | None, tally: Tally) -> str:
    """ "check 7/20 · 5 of 6 good"."""
    places = [n for n, cell in enumerate(sample.frames, 1) if (cell.frame, cell.label) == (frame, label)]
    at = places[0] if places else "–"
    return f"check {at}/{len(sample.frames)} · {tally.satisfactory} of {tally.judged} good"


def verdict_in_words(standing: Standing, said: ReviewMarked | None) -> str:
    """What was said of the mask that is shown: "✗ drifted (ann)"; "" for nothing."""
    if standing == Standing.CHANGED:
        return f"{STANDING_GLYPHS[standing]} changed since it was judged"
    if said is None:
        return ""
    by = f" ({printable(said.by)})" if said.by else ""
    return f"{STANDING_GLYPHS[standing]} {printable(said.reason or said.verdict)}{by}"
