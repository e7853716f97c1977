"""What a quality report says: plain data, the same for the page and for JSON."""

import msgspec

from samannot_tui.jobs.reporting.bins import Series, Strip
from samannot_tui.review.stats import InstanceStats, SessionStats

SATISFACTORY, UNSATISFACTORY, CHANGED = "satisfactory", "unsatisfactory", "changed since"
"""What is said of frames: by a person, or that its mask is another one since."""


class Doubtful(msgspec.Struct, frozen=True):
    """A flag of one label: see `review.flags`. `doubt` is 0 to 1, `words` say why."""

    frame: int
    doubt: float
    words: str


class Verdict(msgspec.Struct, frozen=True):
    """What a person said of frames `first`..`last`, as it stands: `standing` in these words, who, when and why."""

    first: int
    last: int
    standing: str
    by: str
    at: str
    reason: str


class Crop(msgspec.Struct, frozen=True):
    """A frame that is most worth a look: why, and its picture, the number of one of the report's pictures.

    `picture` is None where the video could not be read there.
    """

    frame: int
    why: str
    picture: int | None


class InstanceReport(msgspec.Struct, frozen=True):
    """One label.

    Attributes:
        color: its colour in masks, #rrggbb.
        presence: "model" and "person" are masks by their maker, "absent" those without pixels.
        verdicts: SATISFACTORY, UNSATISFACTORY and CHANGED.
        verdict_frames: the same, in frames.
        verdicts_said: how many stretches of frames there is a verdict on; `said` the first of them, frames rising.
        area: of the masks in pixels, nothing where it is absent.
        score: probability that the object is there, from the object score (a logit) of what a model made here, also
            where that is "absent". Imported masks have none: a detector's score may be anything.
        quality: predicted quality of the masks that a model made here.
        doubt: the largest doubt of each bin.
        flags: how many; `most_doubtful` the first of them.
    """

    color: str
    stats: InstanceStats
    presence: Strip
    verdicts: Strip
    verdict_frames: dict[str, int]
    verdicts_said: int
    said: tuple[Verdict, ...]
    area: Series
    score: Series
    quality: Series
    doubt: tuple[float, ...]
    flags: int
    most_doubtful: tuple[Doubtful, ...]
    worst: tuple[Crop, ...]


class EngineUsed(msgspec.Struct, frozen=True):
    """An engine that made masks: `weights` the SHA-256 of its weights file, None where it has none."""

    name: str
    version: str
    weights: str | None
    runs: int


class QualityReport(msgspec.Struct, frozen=True):
    """A session's quality report.

    Attributes:
        session: its folder's name. video: the media's.
        event, at: the last event that it has seen, and when that was.
        frames, width, height, fps: of the video. `bin_frames`: frames in each bin of all series and strips.
        flagged: how many masks have a flag.
        notices: sentences about what the report could not show.
    """

    session: str
    video: str
    event: int
    at: str
    frames: int
    width: int
    height: int
    fps: float
    bin_frames: int
    flagged: int
    engines: tuple[EngineUsed, ...]
    stats: SessionStats
    instances: tuple[InstanceReport, ...]
    notices: tuple[str, ...]
