from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.graphics.quality import LADDER, Quality, Sizes

sizes = st.dictionaries(st.sampled_from(LADDER), st.integers(1, 10**6))


@given(sizes, st.floats(0, 1e7))
def test_the_best_that_fits_is_chosen_and_the_least_where_none_does(known: dict[Quality, int], room: float) -> None:
    noted = Sizes()
    for quality, size in known.items():
        noted.note(quality, size)
    chosen = noted.best_within(room)
    assert noted.of(chosen) <= room or chosen == LADDER[0]
    assert all(noted.of(better) > room for better in LADDER[LADDER.index(chosen) + 1 :])


@given(sizes, st.floats(0, 1e7), st.floats(0, 1e7))
def test_more_room_never_makes_it_worse(known: dict[Quality, int], one: float, other: float) -> None:
    noted = Sizes()
    for quality, size in known.items():
        noted.note(quality, size)
    less, more = sorted((one, other))
    assert LADDER.index(noted.best_within(less)) <= LADDER.index(noted.best_within(more))


def test_what_was_not_sent_yet_is_reckoned_from_what_was() -> None:
    noted = Sizes()
    assert noted.of("rest") == 0 and noted.best_within(0) == "rest"
    noted.note("rest", 140_000)
    assert 5_000 < noted.of("glimpse") < noted.of("scrub") < 60_000
    noted.note("scrub", 30_000)
    noted.note("scrub", 40_000)
    assert 30_000 < noted.of("scrub") < 40_000
