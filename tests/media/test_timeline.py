"""Numbering frames by what packets tell."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.media.packets import UNKNOWN, PacketTable
from samannot_tui.media.timeline import (
    Entry,
    average_fps,
    build_timeline,
    frame_times,
    presentation_order,
)


def table(
    pts: list[int],
    key: list[int],
    hidden: tuple[int, ...] = (),
    dts: list[int] | None = None,
    irregular: bool = False,
) -> PacketTable:
    count = len(pts)
    flags = np.zeros(count, np.bool_)
    flags[key] = True
    shown = np.ones(count, np.bool_)
    shown[list(hidden)] = False
    return PacketTable(
        pts=np.array(pts, np.int64),
        dts=np.array(range(count) if dts is None else dts, np.int64),
        pos=np.arange(count, dtype=np.int64),
        size=np.ones(count, np.int64),
        key=flags,
        shown=shown,
        irregular=irregular,
        cut=False,
    )


def order_of(packets: PacketTable, reorders: bool = True) -> list[int] | None:
    order = presentation_order(packets, reorders)
    return None if order is None else order.tolist()


def test_b_frames_come_in_the_order_of_their_time_stamps() -> None:
    assert order_of(table([0, 30, 10, 20, 60, 40, 50], [0])) == [0, 2, 3, 1, 5, 6, 4]


def test_a_codec_without_b_frames_needs_no_time_stamps() -> None:
    assert order_of(table([UNKNOWN] * 3, [0]), reorders=False) == [0, 1, 2]


def test_negative_time_stamps() -> None:
    assert order_of(table([-20, 10, -10, 0], [0])) == [0, 2, 3, 1]


@pytest.mark.parametrize(
    "packets",
    [
        table([0, UNKNOWN, 10], [0]),
        table([0, 10, 10], [0]),
        table([0, 10, 20], [0], dts=[0, 10, 5]),
        table([0, 10, 20], [0], irregular=True),
    ],
    ids=["unknown", "twice", "jumping back", "irregular"],
)
def test_what_only_decoding_can_tell(packets: PacketTable) -> None:
    assert order_of(packets) is None


def test_missing_dts_say_nothing_against_pts() -> None:
    assert order_of(table([0, 20, 10], [0], dts=[UNKNOWN, UNKNOWN, 0])) == [0, 2, 1]


def test_hidden_packets_have_no_number() -> None:
    packets = table([0, 10, 20, 30], [0], hidden=(0, 1))
    order = presentation_order(packets, True)
    assert order is not None and order.tolist() == [2, 3]
    timeline = build_timeline(packets, order)
    assert timeline.frame.tolist() == [-1, -1, 0, 1]
    assert timeline.entries == [Entry(0, 0)]


def test_frames_shown_before_a_key_need_the_key_before() -> None:
    """An open group of pictures: packets 5 and 6 follow key 4 but are shown before it."""
    packets = table([0, 30, 10, 20, 60, 40, 50, 70], [0, 4])
    order = presentation_order(packets, True)
    assert order is not None
    timeline = build_timeline(packets, order)
    assert timeline.entries == [Entry(0, 0), Entry(4, 6)]
    assert [timeline.entry_before(frame) for frame in range(8)] == [0, 0, 0, 0, 0, 0, 1, 1]


def test_a_hidden_key_stands_for_the_first_frame_of_its_group() -> None:
    packets = table([0, 10, 20, 30, 40], [0, 2], hidden=(0, 1, 2))
    order = presentation_order(packets, True)
    assert order is not None
    assert build_timeline(packets, order).entries == [Entry(0, 0)]


def test_an_entry_that_gives_its_frames_late_is_believed_later() -> None:
    packets = table(list(range(30)), [0, 10, 20])
    timeline = build_timeline(packets, np.arange(30))
    timeline.correct(Entry(10, 10), 15)
    assert timeline.entries == [Entry(0, 0), Entry(10, 15), Entry(20, 20)]
    assert [timeline.entry_before(frame) for frame in (14, 15, 20)] == [0, 1, 2]
    timeline.correct(Entry(10, 15), 20)
    assert timeline.entries == [Entry(0, 0), Entry(20, 20)]


@st.composite
def streams(draw: st.DrawFn) -> PacketTable:
    """Groups of pictures, open or closed, in decode order: a key, then its packets in any order."""
    pts: list[int] = []
    keys: list[int] = []
    for size in draw(st.lists(st.integers(1, 6), min_size=1, max_size=8)):
        keys.append(len(pts))
        numbers = draw(st.permutations(range(len(pts), len(pts) + size)))
        pts += [number * 40 for number in numbers]
    return table(pts, keys)


@given(streams())
def test_every_frame_can_be_reached_from_its_entry(packets: PacketTable) -> None:
    order = presentation_order(packets, True)
    assert order is not None
    timeline = build_timeline(packets, order)
    assert sorted(timeline.ordinal) == list(range(len(packets)))
    assert (timeline.frame[timeline.ordinal] == np.arange(len(packets))).all()
    for frame in range(len(timeline)):
        entry = timeline.entries[timeline.entry_before(frame)]
        assert entry.frame <= frame and entry.ordinal <= timeline.ordinal[frame]


def test_times_come_from_sound_time_stamps_else_from_the_rate() -> None:
    order = np.arange(3)
    sound = frame_times(table([5, 6, 9], [0]), order, Fraction(1, 10), 30.0)
    assert sound.tolist() == pytest.approx([0, 0.1, 0.4])
    assert frame_times(table([5, 6, 6], [0]), order, Fraction(1, 10), 10.0).tolist() == pytest.approx([0, 0.1, 0.2])
    assert frame_times(table([5, UNKNOWN, 6], [0]), order, Fraction(1, 10), None)[1] == pytest.approx(0.04)


def test_the_average_rate_is_exact_where_the_container_knows_it() -> None:
    ntsc = 30000 / 1001
    milliseconds = np.round(np.arange(300) * 1000 / ntsc) / 1000
    assert average_fps(milliseconds, ntsc) == ntsc
    assert average_fps(np.array([0, 1, 4.0]), 25.0) == 0.5
    assert average_fps(np.array([0.0]), None) == 25.0
