"""Exchanged labels are found where they are, and objects that merely meet raise no question."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samannot_tui.masks.painting import stroke
from samannot_tui.masks.rle import BoolMask, Rle, encode
from samannot_tui.review.swaps import Swap, describe_swap, find_swaps
from samannot_tui.session.state import Label, State

WIDTH, HEIGHT, FRAMES = 160, 60, 40
Place = Callable[[int], tuple[float, float]]
Scene = list[tuple[int, dict[int, BoolMask]]]


def scene(*objects: tuple[Place, float], solid: bool = True) -> Scene:
    """Discs (centre by frame, radius), labelled 1, 2 and so on; solid ones cover those after them."""
    frames: Scene = []
    for frame in range(FRAMES):
        masks, covered = {}, np.zeros((HEIGHT, WIDTH), np.bool_)
        for label, (place, radius) in enumerate(objects, 1):
            disc = stroke(np.zeros_like(covered), [place(frame)], radius, paint=True)
            masks[label] = disc & ~covered
            covered |= disc & solid
        frames.append((frame, masks))
    return frames


def exchanged(frames: Scene, at: int, first: int = 1, second: int = 2) -> Scene:
    """The same masks with two labels' names exchanged from a frame on."""
    names = {first: second, second: first}
    return [
        (frame, {names.get(label, label) if frame >= at else label: mask for label, mask in masks.items()})
        for frame, masks in frames
    ]


def swaps(frames: Scene) -> list[Swap]:
    def encoded() -> Iterator[tuple[int, dict[int, Rle]]]:
        for frame, masks in frames:
            yield frame, {label: encode(mask) for label, mask in masks.items()}

    return list(find_swaps(encoded()))


def moving(x: float, speed: float, y: float = 30, sinking: float = 0) -> Place:
    return lambda frame: (x + speed * frame, y + sinking * frame)


@pytest.mark.parametrize("at", [1, 2, 5, 20, 39])
@pytest.mark.parametrize("speed", [0, 1, 3])
def test_an_exchange_is_found_at_its_frame(at: int, speed: float) -> None:
    beside = scene((moving(20, speed), 10), (moving(42, speed), 10))
    (found,) = swaps(exchanged(beside, at))
    assert (found.frame, found.labels) == (at, (1, 2))
    assert 0.5 < found.score <= 1


def test_only_the_two_that_exchanged_are_named_and_an_exchange_back_is_found_too() -> None:
    three = scene((moving(20, 1), 9), (moving(45, 1), 9), (moving(70, 1), 9))
    found = swaps(exchanged(exchanged(three, 15, 2, 3), 18, 2, 3))
    assert [(each.frame, each.labels) for each in found] == [(15, (2, 3)), (18, (2, 3))]


def test_objects_that_are_fast_beside_their_size_are_followed_by_their_motion() -> None:
    """From frame to frame neither overlaps its own old place."""
    fast = scene((moving(5, 3.5), 1.5), (moving(5, 3.5, y=36), 1.5))
    assert swaps(fast) == []
    assert [each.frame for each in swaps(exchanged(fast, 20))] == [20]


def test_an_exchange_behind_another_object_is_found_when_both_are_seen_again() -> None:
    """The second object vanishes behind the first one, and comes out under the first one's name."""
    hidden = range(16, 22)
    meeting = scene((moving(20, 3), 10), (moving(134, -3), 10))
    frames = [(frame, {k: m for k, m in masks.items() if k == 1 or frame not in hidden}) for frame, masks in meeting]
    assert swaps(frames) == []
    assert [each.frame for each in swaps(exchanged(frames, 22))] == [22]


speeds = st.floats(0.5, 6)


@settings(max_examples=60, deadline=None)
@given(speeds, speeds, st.floats(-12, 12), st.floats(7, 12), st.floats(7, 12), st.booleans())
def test_objects_that_cross_are_left_alone(
    left: float, right: float, apart: float, first: float, second: float, swapped_depth: bool
) -> None:
    """They meet in the middle frame at any speed, one before or beside the other."""
    objects = [
        (moving(80 - left * 20, left, 30 - apart / 2), first),
        (moving(80 + right * 20, -right, 30 + apart / 2), second),
    ]
    assert swaps(scene(*(reversed(objects) if swapped_depth else objects))) == []


@pytest.mark.parametrize("solid", [True, False])
def test_objects_that_change_places_within_one_frame_are_left_alone(solid: bool) -> None:
    """At frame 20 each is where the other was at frame 19."""
    left, right = moving(76 - 8 * 19, 8), moving(84 + 8 * 19, -8)
    assert left(20) == right(19) and right(20) == left(19)
    assert swaps(scene((left, 10), (right, 10), solid=solid)) == []


@settings(max_examples=60, deadline=None)
@given(st.floats(0.5, 10), st.floats(8, 12), st.floats(2, 24))
def test_objects_that_meet_and_turn_around_are_left_alone(speed: float, radius: float, nearest: float) -> None:
    def left(frame: int) -> tuple[float, float]:
        return 80 - nearest / 2 - speed * abs(frame - 20), 30

    def right(frame: int) -> tuple[float, float]:
        return 80 + nearest / 2 + speed * abs(frame - 20), 30

    assert swaps(scene((left, radius), (right, radius), solid=False)) == []


def test_objects_keep_their_own_motion_after_an_exchange() -> None:
    passing = scene((moving(80 - 8 * 20, 8), 10), (moving(80 + 8 * 20, -8), 10))
    found = swaps(exchanged(exchanged(passing, 22), 23))
    assert [each.frame for each in found] == [22, 23]


def test_one_frame_that_is_off_is_no_motion() -> None:
    off = scene((lambda frame: (40 if frame != 17 else 32, 30), 12), (moving(66, 0), 12))
    assert swaps(off) == []
    assert [each.frame for each in swaps(exchanged(off, 18))] == [18]


def test_two_labels_on_one_object_are_no_exchange() -> None:
    one = scene((moving(20, 2), 10))
    assert swaps([(frame, {1: masks[1], 2: masks[1]}) for frame, masks in one]) == []


def test_a_label_that_was_gone_for_long_is_a_new_one() -> None:
    beside = exchanged(scene((moving(30, 0), 10), (moving(52, 0), 10)), 20)
    assert swaps([each for each in beside if not 10 <= each[0] < 20]) == []


def test_the_question_names_both_and_drives_no_terminal() -> None:
    state = State(labels={1: Label(1, "left\x1b child"), 2: Label(2, "pillow")})
    assert describe_swap(Swap(57, (1, 2), 0.8), state) == (
        r"left\x1b child and pillow may have exchanged places at frame 57."
    )
