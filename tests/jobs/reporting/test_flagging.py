"""Flags for a report: measured where the app has not done so yet, and kept for the next time."""

from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.reporting.flagging import find_doubts
from samannot_tui.masks.rle import BoolMask
from samannot_tui.media.source import MediaInfo, RgbFrame
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from tests.formats.support import HEIGHT, WIDTH, ArraySource, rectangle
from tests.formats.support import new_mask as mask_of
from tests.session.support import ENGINE, plan

INFO = MediaInfo(kind="video", frame_count=30, fps=25.0, width=WIDTH, height=HEIGHT, fingerprint="0" * 16)
STEADY, SCRAPS = rectangle(2, 2, 12, 9), rectangle(0, 0, 0, 0) | rectangle(5, 5, 5, 5) | rectangle(15, 11, 15, 11)


class Unreadable(ArraySource):
    def read(self, frame: int) -> RgbFrame:
        raise InputError("clip.mp4 is gone.")


def tracked(folder: Path, bad: int) -> Session:
    """A label whose mask is steady for 30 frames, but in scraps on frame `bad`; and one that is absent throughout."""
    session = Session.create(folder / "clip.samannot", folder / "clip.mp4", INFO)
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.AddLabel("ghost"))
    run = session.submit(cmd.StartRun(plan((1,), 0, 29), ENGINE))[0].seq
    masks: list[BoolMask] = [SCRAPS if frame == bad else STEADY for frame in range(30)]
    session.append_masks([mask_of(frame, 1, mask, "propagated", run) for frame, mask in enumerate(masks)])
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    session.submit(cmd.MarkAbsent(2, 0, 29))
    return session


def test_what_is_in_scraps_is_flagged_and_said_why(tmp_path: Path) -> None:
    session = tracked(tmp_path, bad=20)
    found, notices = find_doubts(Opened(session, ArraySource(tmp_path, INFO), ()), Follower(session))
    assert notices == ()
    assert int(np.argmax(found[1].flagged)) == 20
    (flag,) = found[1].describe([20])
    assert flag.doubt == pytest.approx(found[1].flagged[20]) and "pieces" in flag.words
    assert not found[2].flagged.any()


def test_the_second_time_nothing_is_measured_again(tmp_path: Path) -> None:
    session = tracked(tmp_path, bad=20)
    first, _ = find_doubts(Opened(session, ArraySource(tmp_path, INFO), ()), Follower(session))
    second, notices = find_doubts(Opened(session, Unreadable(tmp_path, INFO), ()), Follower(session))
    assert notices == ()
    np.testing.assert_array_equal(first[1].flagged, second[1].flagged)


def test_without_the_video_the_masks_themselves_still_tell(tmp_path: Path) -> None:
    session = tracked(tmp_path, bad=20)
    found, notices = find_doubts(Opened(session, Unreadable(tmp_path, INFO), ()), Follower(session))
    assert notices == ("Flags that need the video's pixels are missing: clip.mp4 is gone.",)
    assert found[1].flagged[20] > 0


def test_the_sessions_own_threshold_holds(tmp_path: Path) -> None:
    session = tracked(tmp_path, bad=20)
    opened = Opened(session, ArraySource(tmp_path, INFO), ())
    counts = []
    for percent in (1, 50, 99):
        session.submit(cmd.ChangeSetting("flag_doubt", percent))
        found, _ = find_doubts(opened, Follower(session))
        flagged = found[1].flagged
        assert not np.any((flagged > 0) & (flagged < percent / 100))
        counts.append(np.count_nonzero(flagged))
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[2]


def test_several_are_described_in_the_order_they_are_asked_for(tmp_path: Path) -> None:
    session = tracked(tmp_path, bad=20)
    session.submit(cmd.ChangeSetting("flag_doubt", 1))
    found, _ = find_doubts(Opened(session, ArraySource(tmp_path, INFO), ()), Follower(session))
    frames = np.flatnonzero(found[1].flagged).tolist()[::-1]
    assert len(frames) > 1
    assert [flag.frame for flag in found[1].describe(frames)] == frames
