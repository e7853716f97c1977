"""What a change costs: only the layers that it touches are made, the others are the very same objects."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from samannot_tui.graphics.pictures import KittyLayer
from samannot_tui.graphics.target import Target
from samannot_tui.masks.edits import Stroke
from samannot_tui.render.layers import Layer, Polyline, Tint
from samannot_tui.render.viewport import Viewport
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.tui.drawing import LabelRequest, PictureRequest
from samannot_tui.tui.edited import with_edits
from samannot_tui.tui.stacking import (
    CROSSHAIR_LEVEL,
    DRAFT_LEVEL,
    NAMES_LEVEL,
    POINTS_LEVEL,
    PROMPTS_LEVEL,
    SELECTED_LEVEL,
    Stacker,
)

TARGET = Target("kitty", 75, 25, (8, 16), blending="linear")
VIEWPORT = Viewport((400, 225), TARGET.pixel_size)
FRAME = np.random.default_rng(0).integers(100, 256, (225, 400, 3), np.uint8)
MASK = np.zeros((225, 400), np.bool_)
MASK[50:150, 100:200] = True
DAB = Stroke(((300.0, 100.0),), 40.0, paint=True)
FISH = LabelRequest(1, "fish", 7, (PointPrompt(150, 100), BoxPrompt(99, 49, 201, 151)), hidden=False, pending=False)
REQUEST = PictureRequest(
    frame=0,
    target=TARGET,
    quality="rest",
    zoom=1.0,
    center=None,
    view="overlay",
    tint=Tint(),
    names=True,
    crosshair=None,
    draft=None,
    labels=(FISH,),
)
FRAME_LEVELS = [0, 1]
ALL_LEVELS = [*FRAME_LEVELS, 10, PROMPTS_LEVEL, POINTS_LEVEL, NAMES_LEVEL]


@pytest.fixture
def layers_of() -> Callable[[PictureRequest], set[KittyLayer]]:
    stacker = Stacker()

    def layer_of(label: LabelRequest) -> Layer:
        return Layer(label.label, label.name, with_edits(MASK, label.edits, MASK.shape), label.prompts)

    return lambda request: set(stacker.picture(request, VIEWPORT, lambda: FRAME, layer_of).layers)


LayersOf = Callable[[PictureRequest], set[KittyLayer]]


def levels(layers: set[KittyLayer]) -> list[int]:
    return sorted(layer.level for layer in layers)


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        ("original", FRAME_LEVELS),
        ("prompts", [*FRAME_LEVELS, PROMPTS_LEVEL, POINTS_LEVEL]),
        ("overlay", ALL_LEVELS),
        ("masks", [10, NAMES_LEVEL]),
    ],
)
def test_each_view_has_its_layers(layers_of: LayersOf, view: object, wanted: list[int]) -> None:
    assert levels(layers_of(replace(REQUEST, view=view))) == wanted


@pytest.mark.parametrize(
    ("changed", "new", "gone"),
    [
        (replace(REQUEST, view="original"), [], ALL_LEVELS[2:]),
        (replace(REQUEST, names=False), [], [NAMES_LEVEL]),
        (replace(REQUEST, tint=Tint(30)), [10], [10]),
        (replace(REQUEST, tint=Tint(outline=False)), [10], [10]),
        (replace(REQUEST, crosshair=(10.0, 20.0)), [CROSSHAIR_LEVEL], []),
        (replace(REQUEST, crosshair=(10.0, 20.0), brush=30.0), [CROSSHAIR_LEVEL], []),
        (replace(REQUEST, draft=BoxPrompt(1, 2, 30, 40)), [DRAFT_LEVEL], []),
        (replace(REQUEST, selected=FISH.prompts[0]), [SELECTED_LEVEL], []),
        (replace(REQUEST, draft=Polyline(((1, 2), (30, 40), (9, 90)))), [DRAFT_LEVEL], []),
        (replace(REQUEST, labels=(replace(FISH, edits=(DAB,)),)), [10, NAMES_LEVEL], [10, NAMES_LEVEL]),
        (replace(REQUEST, labels=(replace(FISH, record=8),)), [10, NAMES_LEVEL], [10, NAMES_LEVEL]),
        (replace(REQUEST, labels=(replace(FISH, name="koi"),)), [NAMES_LEVEL], [NAMES_LEVEL]),
        (replace(REQUEST, labels=(replace(FISH, hidden=True),)), [], ALL_LEVELS[2:]),
        (
            replace(REQUEST, labels=(replace(FISH, prompts=(*FISH.prompts, PointPrompt(5, 5))),)),
            [POINTS_LEVEL],
            [],
        ),
        (replace(REQUEST, frame=1), FRAME_LEVELS, FRAME_LEVELS),
        (replace(REQUEST, quality="scrub"), FRAME_LEVELS, FRAME_LEVELS),
    ],
)
def test_only_what_changed_is_made_anew(
    layers_of: LayersOf, changed: PictureRequest, new: list[int], gone: list[int]
) -> None:
    before, after = layers_of(REQUEST), layers_of(changed)
    assert levels(after - before) == new and levels(before - after) == gone
    assert layers_of(REQUEST) == before


def test_another_size_shares_nothing(layers_of: LayersOf) -> None:
    before = layers_of(REQUEST)
    assert not before & layers_of(replace(REQUEST, target=replace(TARGET, blending="gamma")))


def test_what_is_at_hand_needs_neither_frame_nor_masks() -> None:
    stacker = Stacker()

    def refuse(label: LabelRequest) -> Layer:
        raise AssertionError

    first = stacker.picture(REQUEST, VIEWPORT, lambda: FRAME, lambda label: Layer(1, "", MASK))
    assert stacker.picture(REQUEST, VIEWPORT, lambda: pytest.fail("read"), refuse).layers == first.layers


def test_stripes_are_made_one_by_one_and_are_the_frame_once_all_are_there(layers_of: LayersOf) -> None:
    rough = replace(REQUEST, quality="glimpse", view="original")
    base = layers_of(rough)
    one = layers_of(replace(rough, stripes=(10,)))
    two = layers_of(replace(rough, stripes=(10, 17)))
    whole = layers_of(replace(rough, stripes=(10, 17, 25)))
    assert base < one < two and not whole & base
    assert two - base < whole and len(whole) == 6
    assert sorted({layer.area for layer in whole if layer.area}) == [(0, 0, 75, 10), (0, 10, 75, 7), (0, 17, 75, 8)]
    assert layers_of(replace(rough, quality="rest")) == whole


def test_what_the_terminal_has_dropped_is_not_at_hand() -> None:
    """It drops what was made for another size."""
    stacker, glimpse = Stacker(), replace(REQUEST, quality="glimpse", labels=())
    other = replace(glimpse, target=replace(TARGET, columns=60))
    for request in (replace(glimpse, quality="rest"), other):
        viewport = Viewport((400, 225), request.target.pixel_size)
        assert stacker.best_at_hand(request, viewport) == request
        stacker.picture(request, viewport, lambda: FRAME, lambda label: Layer(1, "fish"))
    assert stacker.best_at_hand(glimpse, VIEWPORT).quality == "glimpse"


def test_a_frame_made_of_stripes_is_the_best_at_hand() -> None:
    stacker = Stacker()
    rough = replace(REQUEST, quality="glimpse", view="original")
    assert stacker.best_at_hand(rough, VIEWPORT) == rough
    stacker.picture(replace(rough, stripes=(25,)), VIEWPORT, lambda: FRAME, lambda label: pytest.fail("masks"))
    assert stacker.best_at_hand(rough, VIEWPORT) == replace(rough, quality="rest")


def test_a_long_stroke_pushes_nothing_out(layers_of: LayersOf) -> None:
    before = {layer.level: layer for layer in layers_of(REQUEST)}
    points: tuple[tuple[float, float], ...] = ()
    for x in range(50):
        points = (*points, (float(x), 9.0))
        drawn = layers_of(replace(REQUEST, labels=(replace(FISH, edits=(Stroke(points, 2.0, paint=True),)),)))
        (masks,) = (layer for layer in drawn if layer.level == 10)
        assert masks.passing and masks != before[10]
    assert not any(layer.passing for layer in layers_of(REQUEST))
    assert all(layer is before[layer.level] for layer in layers_of(REQUEST) if layer.level != PROMPTS_LEVEL)
