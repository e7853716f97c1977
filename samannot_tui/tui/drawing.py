"""From the place to an encoded picture: decode, masks, compose, encode. All of it runs in one worker thread."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from samannot_tui.graphics.quality import Quality
from samannot_tui.graphics.target import Target
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.cache import FrameCache
from samannot_tui.media.source import FrameSource, RgbFrame
from samannot_tui.session.follower import Follower
from samannot_tui.session.prompts import BoxPrompt, Prompt
from samannot_tui.session.view import ViewName
from samannot_tui.tui.place import Place
from samannot_tui.tui.stacking import FRAME_LEVELS, Stacker

if TYPE_CHECKING:
    # They import OpenCV, which must not hold up the first paint.
    from samannot_tui.graphics.pictures import Encoded
    from samannot_tui.render.layers import Layer

CACHE_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class LabelRequest:
    """A label on the frame: as `render.layers.Layer`, its mask still a record id."""

    label: int
    name: str
    record: int | None
    prompts: tuple[Prompt, ...]
    hidden: bool
    pending: bool


@dataclass(frozen=True)
class PictureRequest:
    """All that a picture depends on: two equal requests give the same picture."""

    frame: int
    target: Target
    quality: Quality
    zoom: float
    center: tuple[float, float] | None
    view: ViewName
    names: bool
    crosshair: tuple[float, float] | None
    draft: BoxPrompt | None
    labels: tuple[LabelRequest, ...]


@dataclass(frozen=True)
class Drawn:
    """A picture, encoded.

    Attributes:
        quality: at least what was asked for; better where that was at hand.
        size: bytes that the frame takes on the wire when it is sent, 0 where that is not known.
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
        )
        for label in place.state.labels.values()
    )
    mode = place.mode
    draft = BoxPrompt(*mode.corner, mode.x, mode.y) if mode and mode.corner else None
    crosshair = (mode.x, mode.y) if mode else None
    kept = place.kept
    return PictureRequest(
        kept.frame, target, "rest", kept.zoom, kept.center, kept.view, kept.names, crosshair, draft, labels
    )


def layer_of(wanted: LabelRequest, mask: BoolMask | None) -> "Layer":
    """What is drawn of a label, given the mask that its record id stands for."""
    from samannot_tui.render.layers import Layer

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
        self._stacker = Stacker()

    def draw(self, request: PictureRequest) -> Drawn:
        """The picture, encoded for the request's target.

        Raises:
            InputError: the media can no longer be read, or a mask is damaged.
        """
        from samannot_tui.graphics.encode import encode
        from samannot_tui.graphics.pictures import StampPicture
        from samannot_tui.render.compose import compose
        from samannot_tui.render.layers import Marks
        from samannot_tui.render.viewport import Viewport

        viewport = Viewport(self._size, request.target.pixel_size, request.zoom, request.center)
        # Only the masks on the screen are kept: moving the crosshair needs them again, another frame does not.
        shown = {wanted.record for wanted in request.labels}
        self._masks = {record: mask for record, mask in self._masks.items() if record in shown}
        if request.target.stacks:
            request = replace(request, quality=self._stacker.best_at_hand(request, viewport))
            stack = self._stacker.picture(request, viewport, lambda: self._cache.get(request.frame), self._layer)
            size = sum(len(layer.payload) for layer in stack.layers if layer.level < FRAME_LEVELS)
            return Drawn(stack, request.quality, size)
        layers = [self._layer(wanted) for wanted in request.labels]
        marks = Marks(request.names, request.crosshair, request.draft)
        picture = compose(self._cache.get(request.frame), layers, request.view, viewport, marks)
        encoded = encode(picture, viewport, request.target, request.quality)
        return Drawn(encoded, request.quality, len(encoded.commands) if isinstance(encoded, StampPicture) else 0)

    def frame(self, number: int) -> RgbFrame:
        """A frame, as `FrameCache.get`. From any thread."""
        return self._cache.get(number)

    def close(self) -> None:
        self._cache.close()

    def _layer(self, wanted: LabelRequest) -> "Layer":
        return layer_of(wanted, None if wanted.record is None else self._mask(wanted.record))

    def _mask(self, record: int) -> BoolMask:
        if record not in self._masks:
            self._masks[record] = decode(self._follower.read(record).rle)
        return self._masks[record]
