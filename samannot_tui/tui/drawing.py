"""From the place to an encoded picture: decode, masks, compose, encode. All of it runs in one worker thread."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
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
from samannot_tui.tui.crops import Crops
from samannot_tui.tui.edited import EditedMasks
from samannot_tui.tui.piecing import Piecer
from samannot_tui.tui.place import Place
from samannot_tui.tui.sheet import SheetRequest, number_of
from samannot_tui.tui.sheet_page import sheet_page
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
        sheet: a contact sheet in place of the frame; then there are no labels, and coordinates are its own pixels.
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
    sheet: SheetRequest | None = None

    @property
    def picture(self) -> Hashable:
        """What lies under masks and marks: the frame's number, or the sheet."""
        return self.frame if self.sheet is None else self.sheet

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
        missing: how many crops of a contact sheet were not there yet.
    """

    encoded: "Encoded"
    quality: Quality
    size: int
    missing: int = 0


def request_for(place: Place, target: Target) -> PictureRequest:
    """What the canvas should show now. Cheap; called on the event loop."""
    page = sheet_page(place, target)
    return _frame_request(place, target) if page is None else _sheet_request(page, place, target)


def _sheet_request(page: SheetRequest, place: Place, target: Target) -> PictureRequest:
    """The page with the cursor as a box around its crop."""
    at = number_of([cell.frame for cell in page.cells], place.frame)
    x, y, width, height = page.grid(target.pixel_size).place(at)
    return PictureRequest(
        frame=page.cells[0].frame,
        target=target,
        quality="rest",
        zoom=1.0,
        center=None,
        view="original",
        tint=Tint(),
        names=False,
        crosshair=None,
        draft=BoxPrompt(x + 1, y + 1, x + width - 2, y + height - 2),
        labels=(),
        sheet=page,
    )


def _frame_request(place: Place, target: Target) -> PictureRequest:
    records = place.live.on_frame(place.frame)
    labels = tuple(
        LabelRequest(
            label=label.id,
            name=label.name,
            record=records.get(label.id),
            prompts=tuple(placed.prompt for placed in place.state.prompts_on(place.frame, label.id)),
            # What is judged is seen, and a review hides nothing for good.
            hidden=label.hidden and not (place.is_reviewing and label.id == place.label),
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
        self._crops = Crops(self._size, self._cache.get, follower.read)
        self._page: RgbFrame
        self._stacker = Stacker()
        self._piecer = Piecer()

    def draw(self, request: PictureRequest) -> Drawn:
        """The picture, encoded for the request's target.

        Raises:
            InputError: the media can no longer be read, or a mask is damaged.
        """
        from samannot_tui.render.compose import compose
        from samannot_tui.render.viewport import Viewport

        missing = 0
        if request.sheet is not None:
            self._page, missing = self._crops.page(request.sheet, request.target.pixel_size)
            # How complete it is, not how often it was asked for, tells pages apart that are kept.
            request = replace(request, sheet=replace(request.sheet, asked=-missing))
        size = self._size if request.sheet is None else request.target.pixel_size
        viewport = Viewport(size, request.target.pixel_size, request.zoom, request.center)
        # Only the masks on the screen are kept: moving the crosshair needs them again, another frame does not.
        shown = {wanted.record for wanted in request.labels}
        self._masks = {record: mask for record, mask in self._masks.items() if record in shown}

        def composed() -> RgbFrame:
            layers = [self._layer(wanted) for wanted in request.labels]
            return compose(self._under(request), layers, request.view, viewport, request.marks, request.tint)

        encoded: Encoded
        if request.target.stacks:
            request = self._stacker.best_at_hand(request, viewport)
            encoded = self._stacker.picture(request, viewport, lambda: self._under(request), self._layer)
            sent = _frame_bytes(encoded, request.stripes)
        else:
            encoded, sent = self._piecer.picture(request, viewport, composed)
        is_whole = request.target.by_library or request.stripes[-1:] == (rows_of(request.target),)
        return Drawn(encoded, LADDER[-1] if is_whole else request.quality, sent, missing)

    def _under(self, request: PictureRequest) -> RgbFrame:
        """What masks and marks lie on."""
        return self._cache.get(request.frame) if request.sheet is None else self._page

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
