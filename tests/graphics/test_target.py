from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.target import Target
from samannot_tui.graphics.terminal import Answers, Terminal

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
    assert Target("iterm", 100, 40, (8, 17)).pixel_size == (800, 680)
    assert Target("cells", 100, 40, (2, 4)).pixel_size == (200, 160)
    assert Target("kitty", 100, 40, (8, 17)).origin == (0, 0)


def test_a_limited_picture_is_in_the_middle() -> None:
    target = Target("sixel", 200, 60, (10, 20), (1000, 1000))
    assert target.pixel_size == (1000, 996)
    assert target.origin == (50, 5)


def test_a_target_knows_what_matters_of_its_terminal_alone() -> None:
    answers = Answers(
        name="kitty(0.41.1)", cell=(8, 17), sixel_colours=64, sixel_limit=(900, 600), colours="16", answered=True
    )

    def details(terminal: Terminal) -> tuple[object, ...]:
        target = Target.on(terminal, 100, 40, (9, 18))
        assert (target.columns, target.rows, target.cell) == (100, 40, (9, 18))
        return target.protocol, target.limit, target.colours, target.blending, target.by_library

    assert details(Terminal("kitty", "", answers)) == ("kitty", None, None, "linear", False)
    assert details(Terminal("sixel", "", answers)) == ("sixel", (900, 600), 64, None, False)
    assert details(Terminal("iterm", "", answers)) == ("iterm", None, None, None, False)
    assert details(Terminal("cells", "", answers)) == ("cells", None, 16, None, False)
    assert details(Terminal("kitty", "", answers, by_library=True))[-1] is True
