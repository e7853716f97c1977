"""The crosshair, the box in the making, and typed coordinates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import Rle
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt
from samannot_tui.tui.prompting import (
    Extent,
    Mode,
    PromptMode,
    box_between,
    describe,
    nearest_prompt,
    parse_prompt,
    placed,
)

EXTENT = Extent(854, 480)


@pytest.mark.parametrize(
    ("text", "positive", "prompt"),
    [
        ("120,340", True, PointPrompt(120, 340, True)),
        ("120,340", False, PointPrompt(120, 340, False)),
        ("-120,340", True, PointPrompt(120, 340, False)),
        ("+120,340", False, PointPrompt(120, 340, True)),
        ("-0,0", True, PointPrompt(0, 0, False)),
        (" 1.5 , 2 ", True, PointPrompt(1.5, 2, True)),
        ("10,20 90,80", False, BoxPrompt(10, 20, 90, 80)),
        ("90,80 10,20", True, BoxPrompt(10, 20, 90, 80)),
        ("10, 20; 90, 80", True, BoxPrompt(10, 20, 90, 80)),
    ],
)
def test_typed_prompts(text: str, positive: bool, prompt: object) -> None:
    assert parse_prompt(text, positive, EXTENT) == prompt


@pytest.mark.parametrize("text", ["", "12", "a,b", "1,2,3", "1,2 3", "1,2 3,4 5,6", "1e3,2", "nan,1", "1,\x1b[2J"])
def test_what_is_no_prompt_is_refused_with_the_syntax(text: str) -> None:
    with pytest.raises(InputError, match="type x,y for a point") as refusal:
        parse_prompt(text, True, EXTENT)
    assert "\x1b" not in str(refusal.value)


@pytest.mark.parametrize("text", ["854,0", "0,480", "0,0 854,10", "5,-3"])
def test_outside_the_frame_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(InputError, match="x goes from 0 to 853, y from 0 to 479"):
        parse_prompt(text, True, EXTENT)


def test_a_box_needs_an_area() -> None:
    with pytest.raises(InputError, match="no width or no height"):
        box_between((5, 5), (5, 9))


@given(st.integers(0, 853), st.integers(0, 479), st.booleans())
def test_typing_what_the_crosshair_shows_places_the_same_point(x: int, y: int, positive: bool) -> None:
    _, prompt = placed(PromptMode("point", x, y, positive))
    assert prompt == parse_prompt(f"{x},{y}", positive, EXTENT)


@given(
    st.integers(1, 4000),
    st.integers(1, 4000),
    st.lists(
        st.tuples(st.sampled_from([(-1, 0), (1, 0), (0, -1), (0, 1)]), st.sampled_from(["coarse", "medium", "fine"]))
    ),
)
def test_the_crosshair_stays_on_the_frame(width: int, height: int, moves: list[tuple[tuple[int, int], str]]) -> None:
    extent = Extent(width, height)
    mode: Mode = PromptMode("point", width // 2, height // 2)
    for (dx, dy), size in moves:
        mode = extent.moved(mode, dx, dy, size)  # type: ignore[arg-type]
        assert extent.holds(mode.x, mode.y)
        assert mode.x == int(mode.x)
        assert mode.y == int(mode.y)


def test_steps_shrink_from_coarse_to_fine() -> None:
    assert [EXTENT.step(size) for size in ("coarse", "medium", "fine")] == [20, 5, 1]


def test_two_corners_make_a_box() -> None:
    first, nothing = placed(PromptMode("box", 90, 20))
    assert nothing is None
    assert first.corner == (90, 20)
    after, box = placed(PromptMode("box", 10, 80, corner=first.corner))
    assert box == BoxPrompt(10, 20, 90, 80)
    assert after.corner is None


def _placed(seq: int, prompt: PointPrompt | BoxPrompt | MaskPrompt) -> PlacedPrompt:
    return PlacedPrompt(seq, 1, 0, prompt, None)


def test_the_nearest_prompt() -> None:
    point, box = _placed(1, PointPrompt(10, 10)), _placed(2, BoxPrompt(100, 100, 200, 200))
    mask = _placed(3, MaskPrompt(Rle((2, 2), "04")))
    assert nearest_prompt([], 0, 0) is None
    assert nearest_prompt([point, box, mask], 12, 12) is point
    assert nearest_prompt([point, box, mask], 99, 150) is box
    assert nearest_prompt([mask], 0, 0) is mask


def test_of_two_prompts_on_one_spot_the_later_is_taken() -> None:
    earlier, later = _placed(4, PointPrompt(5, 5)), _placed(9, PointPrompt(5, 5, False))
    assert nearest_prompt([earlier, later], 0, 0) is later


def test_a_click_inside_a_box_is_as_far_from_it_as_from_its_outline() -> None:
    box, point = _placed(1, BoxPrompt(0, 0, 100, 100)), _placed(2, PointPrompt(60, 50))
    assert nearest_prompt([box, point], 50, 50) is point


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        (PointPrompt(1, 2), "positive point 1,2"),
        (PointPrompt(1.5, 2, False), "negative point 1.5,2"),
        (BoxPrompt(1, 2, 3, 4), "box 1,2 3,4"),
        (MaskPrompt(Rle((2, 2), "04")), "mask prompt"),
    ],
)
def test_prompts_in_words(prompt: PointPrompt | BoxPrompt | MaskPrompt, words: str) -> None:
    assert describe(prompt) == words
