"""Pictures of layers, each of which is made once and kept as long as there is room.

A layer asked for again is the same object, and the canvas then shows what the terminal has already.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from samannot_tui.graphics.kept import TERMINAL_BYTES, Kept
from samannot_tui.graphics.quality import LADDER
from samannot_tui.graphics.stripes import Piece, pieces, rows_of
from samannot_tui.session.prompts import PointPrompt

if TYPE_CHECKING:
    # They import OpenCV, which must not hold up the first paint.
    from samannot_tui.graphics.pictures import KittyLayer, KittyPicture
    from samannot_tui.graphics.target import Target
    from samannot_tui.media.source import RgbFrame
    from samannot_tui.render.layers import Layer, Tint
    from samannot_tui.render.viewport import Viewport
    from samannot_tui.tui.drawing import LabelRequest, PictureRequest

FRAME_LEVELS = 10
"""Layers of the frame have levels below this, all others lie higher."""
PROMPTS_LEVEL, POINTS_LEVEL, SELECTED_LEVEL, NAMES_LEVEL, DRAFT_LEVEL, CROSSHAIR_LEVEL = range(20, 26)


class Stacker:
    """Used from one thread."""

    def __init__(self) -> None:
        self._kept: Kept[Hashable, tuple[KittyLayer, ...]] = Kept(TERMINAL_BYTES)
        self._target: Target | None = None
        self._passing: dict[Hashable, tuple[KittyLayer, ...]] = {}
        """The last masks with a stroke in the making: kept, all of them would push the frames out."""

    def best_at_hand(self, request: "PictureRequest", viewport: "Viewport") -> "PictureRequest":
        """With the best quality of the frame that need not be made; as it is if that asked for is better.

        What was made for another target is forgotten: the terminal does not hold it any more.
        """
        if request.target != self._target:
            self._target = request.target
            self._kept.clear()
        for quality in reversed(LADDER[LADDER.index(request.quality) + 1 :]):
            if (request.target, viewport, *_frame_key(request.picture, Piece(quality))) in self._kept:
                return replace(request, quality=quality, stripes=())
        return request

    def picture(
        self,
        request: "PictureRequest",
        viewport: "Viewport",
        read_frame: "Callable[[], RgbFrame]",
        layer_of: "Callable[[LabelRequest], Layer]",
    ) -> "KittyPicture":
        """The picture, of the kept layers where there are any.

        `read_frame` and `layer_of` are asked only for what has to be made, and may raise InputError.
        """
        from samannot_tui.graphics.pictures import KittyPicture

        stack = _Stack(request, viewport, read_frame, layer_of)
        layers: list[KittyLayer] = []
        for key, make in stack.parts():
            layers += self._layers((request.target, viewport, *key), make)
        if request.stripes[-1:] == (rows_of(request.target),) and request.view != "masks":
            self._keep_whole(request, viewport)
        return KittyPicture(request.target, viewport, tuple(layers))

    def _layers(self, key: Hashable, make: "Callable[[], tuple[KittyLayer, ...]]") -> "tuple[KittyLayer, ...]":
        found = self._passing.get(key, self._kept.get(key))
        if found is None:
            found = make()
            self._keep(key, found)
        return found

    def _keep(self, key: Hashable, layers: "tuple[KittyLayer, ...]") -> None:
        if any(layer.passing for layer in layers):
            self._passing = {key: layers}
            return
        self._kept.put(key, layers, sum(layer.pixel_bytes for layer in layers))
        for old in self._kept.beyond_budget(1):
            self._kept.drop(old)

    def _keep_whole(self, request: "PictureRequest", viewport: "Viewport") -> None:
        """All stripes are there: from now on they are the frame in the best quality."""
        best = LADDER[-1]
        stripes = [
            (request.target, viewport, *_frame_key(request.picture, piece))
            for piece in pieces(best, request.stripes, rows_of(request.target))
        ]
        layers = [layer for key in stripes for layer in self._kept.drop(key)]
        whole = (request.target, viewport, *_frame_key(request.picture, Piece(best)))
        self._kept.put(whole, tuple(layers), sum(layer.pixel_bytes for layer in layers))


def _frame_key(picture: Hashable, piece: Piece) -> tuple[Hashable, ...]:
    return "frame", picture, piece


Part = tuple[tuple[Hashable, ...], "Callable[[], tuple[KittyLayer, ...]]"]


class _Stack:
    """One picture's parts: what each depends on, and how to make it."""

    def __init__(
        self,
        request: "PictureRequest",
        viewport: "Viewport",
        read_frame: "Callable[[], RgbFrame]",
        layer_of: "Callable[[LabelRequest], Layer]",
    ) -> None:
        self._request = request
        self._viewport = viewport
        self._read_frame = read_frame
        self._layer_of = layer_of
        self._shown = [label for label in request.labels if not label.hidden]

    def parts(self) -> Iterator[Part]:
        """In any order; none for what the view leaves out."""
        request, view = self._request, self._request.view
        if view != "masks":
            for piece in pieces(request.quality, request.stripes, rows_of(request.target)):
                yield _frame_key(request.picture, piece), partial(self._frame, piece)
        masked = [label for label in self._shown if label.record is not None or label.edits]
        if masked and view in ("overlay", "masks"):
            records = tuple((label.label, label.record, label.edits) for label in masked)
            yield ("masks", self._tint, records), partial(self._masks, masked)
            if request.names:
                for label in masked:
                    yield ("name", label.label, label.name, label.record, label.edits), partial(self._name, label)
        if view in ("prompts", "overlay"):
            yield from self._prompts()
            if request.selected is not None:
                yield ("selected", request.selected), self._selected
        if request.draft is not None:
            yield ("draft", request.draft), self._draft
        if request.crosshair is not None:
            yield ("crosshair", request.crosshair, request.brush), self._crosshair

    def _frame(self, piece: Piece) -> "tuple[KittyLayer, ...]":
        from samannot_tui.graphics.backends import kitty
        from samannot_tui.graphics.cut import cut_of

        return kitty.encode(cut_of(self._composed, self._viewport, self._request.target, piece), piece.quality)

    @cached_property
    def _composed(self) -> "RgbFrame":
        from samannot_tui.render.compose import compose

        return compose(self._read_frame(), [], "original", self._viewport)

    def _masks(self, masked: "list[LabelRequest]") -> "tuple[KittyLayer, ...]":
        from samannot_tui.graphics.overlays import mask_layer

        layers = [self._layer_of(label) for label in masked]
        layer = mask_layer(layers, self._viewport, self._request.target, self._tint)
        return (replace(layer, passing=any(label.edits for label in masked)),)

    @property
    def _tint(self) -> "Tint":
        from samannot_tui.render.layers import Tint

        return Tint(100, outline=False) if self._request.view == "masks" else self._request.tint

    def _name(self, label: "LabelRequest") -> "tuple[KittyLayer, ...]":
        from samannot_tui.render.names import draw_names

        layers = [self._layer_of(label)]
        return self._mark(lambda picture: draw_names(picture, layers, self._viewport), NAMES_LEVEL)

    def _prompts(self) -> Iterator[Part]:
        from samannot_tui.render.layers import Layer
        from samannot_tui.render.markers import draw_prompts

        for label in self._shown:
            for prompt in label.prompts:
                layers = [Layer(label.label, label.name, prompts=(prompt,), pending=label.pending)]
                draw = partial(draw_prompts, layers=layers, viewport=self._viewport)
                level = POINTS_LEVEL if isinstance(prompt, PointPrompt) else PROMPTS_LEVEL
                yield ("prompt", label.label, prompt, label.pending), partial(self._mark, draw, level)

    def _selected(self) -> "tuple[KittyLayer, ...]":
        from samannot_tui.render.markers import draw_selected

        prompt = self._request.selected
        assert prompt is not None
        return self._mark(lambda picture: draw_selected(picture, prompt, self._viewport), SELECTED_LEVEL)

    def _draft(self) -> "tuple[KittyLayer, ...]":
        from samannot_tui.render.markers import draw_draft

        draft = self._request.draft
        assert draft is not None
        return self._mark(lambda picture: draw_draft(picture, draft, self._viewport), DRAFT_LEVEL)

    def _crosshair(self) -> "tuple[KittyLayer, ...]":
        from samannot_tui.render.markers import draw_brush, draw_crosshair

        at, brush = self._request.crosshair, self._request.brush
        assert at is not None

        def draw(picture: "RgbFrame") -> None:
            draw_crosshair(picture, at, self._viewport)
            if brush is not None:
                draw_brush(picture, at, brush, self._viewport)

        return self._mark(draw, CROSSHAIR_LEVEL)

    def _mark(self, draw: "Callable[[RgbFrame], None]", level: int) -> "tuple[KittyLayer, ...]":
        from samannot_tui.graphics.overlays import mark_layer

        return mark_layer(draw, self._viewport, self._request.target, level)
