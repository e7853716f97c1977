"""The pictures on a contact sheet, made a few at a time: no other picture waits long for them."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from samannot_tui.graphics.kept import Kept
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import decode, extent
from samannot_tui.media.source import RgbFrame
from samannot_tui.render.layers import Layer
from samannot_tui.session.reviews import Standing
from samannot_tui.tui.sheet import SheetCell, SheetRequest

if TYPE_CHECKING:
    # It imports OpenCV, which must not hold up the first paint.
    from samannot_tui.render.sheet import Box

KEPT_BYTES = 64 * 1024**2
AT_A_TIME = 0.4
"""Seconds after which a page is shown as far as it goes."""
PLAIN, GOOD, BAD, DOUBTFUL = (70, 70, 70), (46, 159, 77), (255, 59, 48), (255, 159, 10)


class Crops:
    """Used from one thread."""

    def __init__(
        self,
        frame_size: tuple[int, int],
        read_frame: Callable[[int], RgbFrame],
        read_mask: Callable[[int], MaskRecord],
    ) -> None:
        """`frame_size` is (width, height) in pixels."""
        self._frame_size = frame_size
        self._read_frame = read_frame
        self._read_mask = read_mask
        self._kept: Kept[object, RgbFrame] = Kept(KEPT_BYTES)
        self._boxes: dict[int, Box | None] = {}

    def page(self, sheet: SheetRequest, size: tuple[int, int]) -> tuple[RgbFrame, int]:
        """The page as a picture of (width, height) pixels, and how many of its crops are still to be made.

        Raises:
            InputError: the media can no longer be read, or a mask is damaged.
        """
        import numpy as np

        from samannot_tui.render.sheet import edge_of, put, zoom_for

        grid = sheet.grid(size)
        inside = tuple(max(1, side - 2 * edge_of(grid.crop_size[1])) for side in grid.crop_size)
        crop_size = inside[0], inside[1]
        page: RgbFrame = np.zeros((size[1], size[0], 3), np.uint8)
        boxes = [box for cell in sheet.cells if (box := self._box(cell.record))]
        zoom = zoom_for(boxes, self._frame_size, crop_size)
        until, made, missing = monotonic() + AT_A_TIME, 0, 0
        for number, cell in enumerate(sheet.cells):
            key = sheet.label, cell.frame, cell.record, crop_size, zoom
            picture = self._kept.get(key)
            if picture is None and (not made or monotonic() < until):
                picture = self._crop(sheet, cell, crop_size, zoom)
                self._keep(key, picture)
                made += 1
            missing += picture is None
            put(page, picture, grid.place(number), _edge(cell), _words(cell))
        return page, missing

    def _crop(self, sheet: SheetRequest, cell: SheetCell, size: tuple[int, int], zoom: float) -> RgbFrame:
        from samannot_tui.render.sheet import crop

        mask = None if cell.record is None else decode(self._read_mask(cell.record).rle)
        layer = Layer(sheet.label, sheet.name, mask)
        return crop(self._read_frame(cell.frame), layer, self._box(cell.record), size, zoom)

    def _box(self, record: int | None) -> "Box | None":
        if record is None:
            return None
        if record not in self._boxes:
            self._boxes[record] = extent(self._read_mask(record).rle)[1]
        return self._boxes[record]

    def _keep(self, key: object, picture: RgbFrame) -> None:
        self._kept.put(key, picture, picture.nbytes)
        for old in self._kept.beyond_budget(1):
            self._kept.drop(old)


def _edge(cell: SheetCell) -> tuple[int, int, int]:
    match cell.standing:
        case Standing.SATISFACTORY:
            return GOOD
        case Standing.UNSATISFACTORY:
            return BAD
        case Standing.CHANGED:
            return DOUBTFUL
        case Standing.NONE:
            return DOUBTFUL if cell.doubtful else PLAIN


def _words(cell: SheetCell) -> str:
    """The frame's number, and in letters what the edge says in colour."""
    said = {Standing.SATISFACTORY: " good", Standing.UNSATISFACTORY: " bad", Standing.CHANGED: " changed"}
    return f"{cell.frame}{said.get(cell.standing, '')}{' ?' if cell.doubtful else ''}"
