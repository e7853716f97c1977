from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.quality import LADDER, Quality
from samannot_tui.graphics.stripes import Piece, next_bound, pieces, rows_of
from samannot_tui.graphics.target import Target

row_counts = st.integers(1, 80)


@given(row_counts, st.floats(0, 1e5), st.floats(0, 1e6))
def test_stripes_cover_all_rows_and_none_takes_more_room_than_a_row_must(
    rows: int, bytes_a_row: float, room: float
) -> None:
    bounds = [0]
    while bounds[-1] < rows:
        bounds.append(next_bound(bounds[-1], rows, bytes_a_row, room))
    heights = [bottom - top for top, bottom in pairwise(bounds)]
    assert all(height >= 1 for height in heights) and bounds[-1] == rows
    assert all(height == 1 or height * bytes_a_row <= room * 1.001 for height in heights)
    assert max(heights) - min(heights) <= 1, "no sliver is left for the end"


@given(row_counts, st.floats(1, 1e5), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_room_never_makes_a_stripe_smaller(rows: int, bytes_a_row: float, one: float, other: float) -> None:
    less, more = sorted((one, other))
    assert next_bound(0, rows, bytes_a_row, less) <= next_bound(0, rows, bytes_a_row, more)


@given(st.sampled_from(LADDER), st.sets(st.integers(1, 30)), st.integers(30, 40))
def test_the_pieces_show_every_row_once_in_its_best_quality(quality: Quality, bounds: set[int], rows: int) -> None:
    parts = pieces(quality, tuple(sorted(bounds)), rows)
    shown: dict[int, Quality] = {}
    for part in parts:
        first, end = part.rows or (0, rows)
        shown |= dict.fromkeys(range(first, end), part.quality)
    refined = max(bounds, default=0)
    assert shown == {row: LADDER[-1] if row < refined else quality for row in range(rows)}
    assert (Piece(quality) in parts) == (refined < rows)


def test_a_picture_smaller_than_its_target_has_fewer_rows() -> None:
    assert rows_of(Target("kitty", 80, 24, (8, 17))) == 24
    assert rows_of(Target("sixel", 80, 24, (8, 17))) == 24
    assert rows_of(Target("sixel", 80, 24, (8, 17), limit=(200, 100))) == 6
