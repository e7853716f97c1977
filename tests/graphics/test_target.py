from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.target import Target

cells = st.tuples(st.integers(1, 40), st.integers(1, 60))


@given(
    st.integers(1, 400), st.integers(1, 200), cells, st.none() | st.tuples(st.integers(1, 4000), st.integers(1, 4000))
)
def test_a_sixel_picture_ends_on_a_band_inside_its_cells(
    columns: int, rows: int, cell: tuple[int, int], limit: tuple[int, int] | None
) -> None:
    target = Target("sixel", columns, rows, cell, limit)
    width, height = target.pixel_size
    assert height % 6 == 0
    assert width <= columns * cell[0] and height <= rows * cell[1]
    assert limit is None or (width <= limit[0] and height <= limit[1])
    column, row = target.origin
    assert column >= 0 and row >= 0
    assert column * cell[0] + width <= columns * cell[0] and row * cell[1] + height <= rows * cell[1]


def test_other_protocols_fill_their_cells() -> None:
    assert Target("kitty", 100, 40, (8, 17)).pixel_size == (800, 680)
    assert Target("cells", 100, 40, (1, 2)).pixel_size == (100, 80)
    assert Target("kitty", 100, 40, (8, 17)).origin == (0, 0)


def test_a_limited_picture_is_in_the_middle() -> None:
    target = Target("sixel", 200, 60, (10, 20), (1000, 1000))
    assert target.pixel_size == (1000, 996)
    assert target.origin == (50, 5)
