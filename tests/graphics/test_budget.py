from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.coding.budget import within_budget


@given(
    st.floats(1e3, 1e6), st.floats(1e3, 1e6), st.floats(1, 50), st.floats(1, 4), st.floats(0.2, 2), st.floats(0.7, 1.5)
)
def test_a_picture_is_no_coarser_than_its_room_demands(
    size: float, room: float, finest: float, times: float, power: float, truth: float
) -> None:
    made: list[float] = []

    def make(coarseness: float) -> float:
        made.append(coarseness)
        return size * (coarseness / finest) ** (-power * truth)

    result = within_budget(make, lambda made: made, room, finest=finest, coarsest=times * finest, power=power)
    assert made[0] == finest and len(made) <= 3 and all(finest <= each <= times * finest for each in made)
    assert result <= room * 1.02 or made[-1] == times * finest or truth < 0.9
    assert (len(made) == 1) == (size <= room or times == 1)
    if result < 0.8 * room and truth <= 1:
        assert len(made) == 1, "not coarser than necessary"
