"""From the place to an encoded picture: decode, masks, compose, encode. All of it runs in one worker thread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from samannot_tui.graphics.quality import LADDER, Quality
from samannot_tui.graphics.stripes import Bounds, rows_of
from samannot_tui.graphics.target import Target
from samannot_tui.masks.edits import MaskEdit
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.cache import FrameCache
from samannot_tui.media.source import FrameSource, RgbFrame
from samannot_tui.render.layers import Layer, Marks, Polyline, Tint
from samannot_tui.session.follower import Follower
from samannot_tui.session.prompts import BoxPrompt, Prompt
from samannot_tui.session.view import ViewName
from samannot_tui.tui.edited import EditedMasks
from samannot_tui.tui.piecing import Piecer
from samannot_tui.tui.place import Place
from samannot_tui.tui.stacking import FRAME_LEVELS, Stacker

if TYPE_CHECKING:
    # They import OpenCV, which must not hold up the first paint.
    from samannot_tui.graphics.pictures import Encoded, KittyPicture

CACHE_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class LabelRequest:
    """A label on the frame: as `render.layers.Layer`, its mask still a record id, and edits that come on top of it."""

    label: int
    name: str
    record: int | None
    prompts: tuple[Prompt, ...]
    hidden: bool
    pending: bool
    edits: tuple[MaskEdit, ...] = ()


@dataclass(frozen=True)
class PictureRequest:
    """All that a picture depends on: two equal requests give the same picture.

    Attributes:
        stripes: those of the best quality that lie over the picture of `quality`.
    """

    frame: int
    target: Target
    quality: Quality
    zoom: float
    center: tuple[float, float] | None
    view: ViewName
    tint: Tint
    names: bool
    crosshair: tuple[float, float] | None
    draft: BoxPrompt | Polyline | None
    labels: tuple[LabelRequest, ...]
    stripes: Bounds = ()
    selected: Prompt | None = None
    brush: float | None = None

    @property
    def marks(self) -> Marks:
        return Marks(self.names, self.crosshair, self.draft, self.selected, self.brush)


@dataclass(frozen=True)
class Drawn:
    """A picture, encoded.

    Attributes:
        quality: at least what was asked for; better where that was at hand. With its last stripe, a picture is
            wholly of the best.
        size: bytes that the frame, or its last stripe, takes on the wire when it is sent.
    """

    encoded: "Encoded"
    quality: Quality
    size: int


def request_for(place: Place, target: Target) -> PictureRequest:
    """What the canvas should show now. Cheap; called on the event loop."""
    records = place.live.on_frame(place.frame)
    labels = tuple(
        LabelRequest(
            label=label.id,
            name=label.name,
            record=records.get(label.id),
            prompts=tuple(placed.prompt for placed in place.state.prompts_on(place.frame, label.id)),
            hidden=label.hidden,
            pending=(place.frame, label.id) in place.pending,
            edits=place.edits_of(label.id),
        )
        for label in place.state.labels.values()
        if label.id == place.label or not place.kept.only_active
    )
    mode, kept, selected = place.mode, place.kept, place.selected
    return PictureRequest(
        frame=kept.frame,
        target=target,
        quality="rest",
        zoom=kept.zoom,
        center=kept.center,
        view=place.view,
        tint=Tint(kept.opacity, kept.outline),
        names=kept.names,
        crosshair=(mode.x, mode.y) if mode else None,
        draft=mode.draft if mode else None,
        labels=labels,
        selected=selected.prompt if selected else None,
        brush=mode.brush if mode else None,
    )


def layer_of(wanted: LabelRequest, mask: BoolMask | None) -> Layer:
    """What is drawn of a label, given its mask, edits included."""
    return Layer(
        label=wanted.label,
        name=wanted.name,
        mask=mask,
        prompts=wanted.prompts,
        hidden=wanted.hidden,
        pending=wanted.pending,
    )


class Drawer:
    """Makes pictures of one video. Used from one thread, but for `frame`."""

    def __init__(self, source: FrameSource, follower: Follower) -> None:
        self._cache = FrameCache(source, CACHE_BYTES)
        self._size = (source.info.width, source.info.height)
        self._follower = follower
        self._masks: dict[int, BoolMask] = {}
        self._edited = EditedMasks((source.info.height, source.info.width))
        self._stacker = Stacker()
        self._piecer = Piecer()

    def draw(self, request: PictureRequest) -> Drawn:
        """The picture, encoded for the request's target.

        Raises:
            InputError: the media can no longer be read, or a mask is damaged.
        """
        from samannot_tui.render.compose import compose
        from samannot_tui.render.viewport import Viewport

        viewport = Viewport(self._size, request.target.pixel_size, request.zoom, request.center)
        # Only the masks on the screen are kept: moving the crosshair needs them again, another frame does not.
        shown = {wanted.record for wanted in request.labels}
        self._masks = {record: mask for record, mask in self._masks.items() if record in shown}

        def composed() -> RgbFrame:
            layers = [self._layer(wanted) for wanted in request.labels]
            return compose(self._cache.get(request.frame), layers, request.view, viewport, request.marks, request.tint)

        encoded: Encoded
        if request.target.stacks:
            request = self._stacker.best_at_hand(request, viewport)
            encoded = self._stacker.picture(request, viewport, lambda: self._cache.get(request.frame), self._layer)
            size = _frame_bytes(encoded, request.stripes)
        else:
            encoded, size = self._piecer.picture(request, viewport, composed)
        is_whole = request.target.by_library or request.stripes[-1:] == (rows_of(request.target),)
        return Drawn(encoded, LADDER[-1] if is_whole else request.quality, size)

    def frame(self, number: int) -> RgbFrame:
        """A frame, as `FrameCache.get`. From any thread."""
        return self._cache.get(number)

    def close(self) -> None:
        self._cache.close()

    def _layer(self, wanted: LabelRequest) -> Layer:
        mask = None if wanted.record is None else self._mask(wanted.record)
        return layer_of(wanted, self._edited.mask(mask, wanted.edits) if wanted.edits else mask)

    def _mask(self, record: int) -> BoolMask:
        if record not in self._masks:
            self._masks[record] = decode(self._follower.read(record).rle)
        return self._masks[record]


def _frame_bytes(picture: "KittyPicture", stripes: Bounds) -> int:
    """What the frame's layers, or those of its last stripe, take on the wire."""
    last = [layer for layer in picture.layers if layer.level < FRAME_LEVELS]
    if stripes:
        last = [layer for layer in last if layer.area and layer.area.y + layer.area.height == stripes[-1]]
    return sum(len(layer.payload) for layer in last)
