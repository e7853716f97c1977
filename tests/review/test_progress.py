"""How far a review is, reckoned from verdicts alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from samannot_tui.review.progress import NEARBY, Track, Tracks, likely_share, next_open, spots, tracks
from samannot_tui.session import commands as cmd
from samannot_tui.session.reviews import Standing
from samannot_tui.session.store import Session
from tests.session.test_reviews import edit, session

__all__ = ["session"]

GOOD, BAD, CHANGED, NONE = Standing.SATISFACTORY, Standing.UNSATISFACTORY, Standing.CHANGED, Standing.NONE


def track(standing: list[Standing], frames: list[int] | None = None, label: int = 1) -> Track:
    return Track(label, np.array(range(len(standing)) if frames is None else frames), np.array(standing, np.uint8))


def test_what_is_open_is_parted_by_verdicts_alone() -> None:
    standing = [NONE, GOOD, CHANGED, NONE, NONE, BAD, NONE]
    assert track(standing).open_stretches() == [(0, 0), (2, 4), (6, 6)]
    assert track(standing, [0, 2, 4, 6]).open_stretches() == [(0, 6)], "frames without a mask part nothing"
    assert track([GOOD] * 3).open_stretches() == []


@given(st.lists(st.sampled_from(list(Standing)), min_size=1, max_size=40))
def test_judged_and_open_are_the_whole_track(standing: list[Standing]) -> None:
    shown = track(standing)
    in_stretches = {frame for first, last in shown.open_stretches() for frame in range(first, last + 1)}
    assert len(in_stretches) + shown.judged == len(standing)
    assert in_stretches == {frame for frame in range(len(standing)) if shown.is_open(frame)}


def test_a_verdict_is_as_long_as_it_was_said() -> None:
    marks = np.array([0, 7, 7, 9, 7], np.int32)
    shown = track([NONE, GOOD, GOOD, BAD, GOOD])
    found = [shown.stretch_at(frame, marks) for frame in range(5)]
    assert found == [None, (1, 2), (1, 2), (3, 3), (4, 4)]


def test_the_worst_of_neighbours_is_the_spot() -> None:
    frames = np.array([3, 3 + NEARBY, 3 + 2 * NEARBY, 30])
    assert spots(frames, np.array([0.5, 0.9, 0.6, 0.2], np.float32)) == [3 + NEARBY, 30]
    assert spots(frames[:0], np.zeros(0, np.float32)) == []


def test_the_next_track_is_found_round_about() -> None:
    one, two, three = track([NONE], label=1), track([GOOD], label=2), track([CHANGED], label=5)
    assert next_open([one, two, three], 1) is three
    assert next_open([one, two, three], 5) is one
    assert next_open([two], None) is None


@pytest.mark.parametrize(("good", "judged"), [(0, 1), (1, 1), (18, 20), (20, 20), (3, 1000)])
def test_the_likely_share_is_wilsons(good: int, judged: int) -> None:
    expected = stats.binomtest(good, judged).proportion_ci(0.95, "wilson")
    assert likely_share(good, judged) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_tracks_found_anew_are_those_found_from_nothing(session: Session) -> None:
    going_on = Tracks()
    for change in (
        cmd.MarkReview(1, 5, 14, "satisfactory"),
        cmd.MarkReview(2, 6, 7, "unsatisfactory"),
        None,
        cmd.Undo(),
        cmd.Redo(),
        cmd.WithdrawReview(1, 5, 6),
        cmd.ClearMasks((2,), 5, 14),
        cmd.Undo(),
        cmd.AddLabel("bird"),
    ):
        before = {track.label: track for track in going_on.of(session.state, session.live)}
        if change is None:
            edit(session, 7)
        else:
            session.submit(change)
        found, afresh = going_on.of(session.state, session.live), tracks(session.state, session.live)
        assert [track.label for track in found] == [track.label for track in afresh]
        for one, other in zip(found, afresh, strict=True):
            assert one.frames.tolist() == other.frames.tolist() and one.standing.tolist() == other.standing.tolist()
        assert any(before.get(track.label) is track for track in found), "what is as it was is not found again"
