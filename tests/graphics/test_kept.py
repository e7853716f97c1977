from samannot_tui.graphics.kept import Kept


def filled(budget: int, costs: dict[str, int]) -> Kept[str, str]:
    kept = Kept[str, str](budget)
    for key, cost in costs.items():
        kept.put(key, key.upper(), cost)
    return kept


def trim(kept: Kept[str, str], needed: int) -> list[str]:
    return [kept.drop(key) for key in kept.beyond_budget(needed)]


def test_what_was_not_asked_for_the_longest_goes_first() -> None:
    kept = filled(10, {"a": 4, "b": 4, "c": 4, "d": 4})
    assert kept.get("a") == "A" and kept.peek("b") == "B"
    assert trim(kept, 1) == ["B", "C"]
    assert [*kept] == ["d", "a"] and kept.get("b") is None and "c" not in kept


def test_what_is_needed_stays_beyond_the_budget() -> None:
    kept = filled(1, {"a": 4, "b": 4, "c": 4})
    assert trim(kept, 2) == ["A"] and [*kept] == ["b", "c"]


def test_nothing_goes_within_the_budget_and_clearing_frees_it() -> None:
    kept = filled(10, {"a": 5, "b": 5})
    assert trim(kept, 0) == []
    kept.clear()
    kept.put("c", "C", 10)
    assert trim(kept, 0) == [] and [*kept] == ["c"]
