from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region

from samannot_tui.tui.widgets.canvas_hole import Hole
from samannot_tui.tui.widgets.canvas_layout import uncovered

regions = st.builds(Region, st.integers(-5, 20), st.integers(-5, 20), st.integers(0, 15), st.integers(0, 15))


def cells(region: Region) -> set[tuple[int, int]]:
    return {(x, y) for y in region.line_range for x in region.column_range}


@given(regions, st.lists(regions, max_size=4))
def test_uncovered_is_exactly_the_rest(region: Region, covered: list[Region]) -> None:
    pieces = uncovered(region, covered)
    rest = cells(region).difference(*(cells(cover) for cover in covered))
    assert sum(piece.area for piece in pieces) == len(rest)
    assert set().union(*(cells(piece) for piece in pieces)) == rest


def test_a_hole_tells_only_what_is_really_painted() -> None:
    painted: list[str] = []
    hole = Hole(10, lambda: painted.append("x"))
    left, right = hole.divide([4, 10])
    assert (left.cell_length, right.cell_length) == (4, 6)
    assert hole.crop(2, 5).cell_length == 3 and hole.crop(8).cell_length == 2
    assert painted == []
    left.painted()
    hole.crop(5, 5).painted()
    assert painted == ["x"]
