"""Which frames a report shows of a label."""

from collections.abc import Mapping

import numpy as np

from samannot_tui.jobs.reporting.content import SATISFACTORY, UNSATISFACTORY, Doubtful, Verdict
from samannot_tui.jobs.reporting.doubts import LabelDoubts, most_doubtful
from samannot_tui.jobs.reporting.worst import worst_frames

FRAMES = 240


def doubts(by_frame: Mapping[int, float]) -> LabelDoubts:
    flagged = np.zeros(FRAMES, np.float32)
    flagged[list(by_frame)] = list(by_frame.values())
    return LabelDoubts(flagged, lambda frames: [Doubtful(frame, by_frame[frame], "2 pieces") for frame in frames])


def said(first: int, last: int, standing: str = UNSATISFACTORY, reason: str = "") -> Verdict:
    return Verdict(first, last, standing, "Anna", "", reason)


SURE = np.full(FRAMES, 0.9, np.float32)


def test_first_what_a_person_objects_to_then_what_is_flagged_then_what_the_model_doubts() -> None:
    confidence = SURE.copy()
    confidence[200] = 0.1
    confidence[40] = np.nan
    verdicts = [said(20, 60, reason="a leg"), said(61, 99, SATISFACTORY)]
    found = worst_frames(1, doubts({150: 0.9, 100: 0.95, 50: 0.6}), verdicts, confidence, labels=1)
    assert [(each.frame, each.why) for each in found[:2]] == [
        (50, "unsatisfactory: a leg; 2 pieces (doubt 0.60)"),
        (20, "unsatisfactory: a leg"),
    ]
    assert [each.frame for each in found] == [50, 20, 31, 100, 150, 200]
    assert (found[3].why, found[5].why) == ("2 pieces (doubt 0.95)", "confidence 0.10")


def test_the_least_confident_come_last() -> None:
    confidence = SURE.copy()
    confidence[200], confidence[7] = 0.1, np.nan
    found = worst_frames(1, doubts({100: 0.5}), [], confidence, labels=1)
    assert [(each.frame, each.why) for each in found[:2]] == [(100, "2 pieces (doubt 0.50)"), (200, "confidence 0.10")]
    assert 7 not in [each.frame for each in found]


def test_they_are_not_all_of_one_stretch() -> None:
    found = worst_frames(1, doubts(dict.fromkeys(range(100, 120), 0.9) | {30: 0.5}), [], SURE, labels=1)
    assert [each.frame for each in found][:3] == [100, 111, 30]


def test_many_labels_get_one_each() -> None:
    assert len(worst_frames(1, doubts({9: 0.9}), [], SURE, labels=255)) == 1


def test_the_most_doubtful_come_first_and_of_equals_the_earlier() -> None:
    assert most_doubtful(doubts({5: 0.5, 3: 0.5, 9: 0.7}).flagged) == [9, 3, 5]
