"""Pictures for protocols that do not stack: everything is drawn into the frame, and that encoded in pieces.

Pieces are made once and kept for as long as nothing in the picture changes, so that one that becomes finer
stripe by stripe is sent stripe by stripe.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from samannot_tui.graphics.pictures import CellPicture, Encoded, StampPicture
from samannot_tui.graphics.stripes import Piece, pieces, rows_of

if TYPE_CHECKING:
    # They import OpenCV, which must not hold up the first paint.
    from samannot_tui.graphics.backends.backend import Part
    from samannot_tui.media.source import RgbFrame
    from samannot_tui.render.viewport import Viewport
    from samannot_tui.tui.drawing import PictureRequest


class Piecer:
    """Used from one thread."""

    def __init__(self) -> None:
        self._content: PictureRequest | None = None
        self._picture: RgbFrame | None = None
        self._parts: dict[Piece, Part] = {}

    def picture(
        self, request: "PictureRequest", viewport: "Viewport", compose: "Callable[[], RgbFrame]"
    ) -> tuple[Encoded, int]:
        """The picture, and about how many bytes its last piece takes; `compose` may raise InputError."""
        from samannot_tui.graphics.cut import cut_of
        from samannot_tui.graphics.encode import encode_part, joined

        target, content = request.target, replace(request, quality="rest", stripes=())
        if self._picture is None or content != self._content:
            self._picture, self._content, self._parts = compose(), content, {}
        wanted = pieces(request.quality, request.stripes, rows_of(target))
        for piece in wanted:
            if piece not in self._parts:
                self._parts[piece] = encode_part(cut_of(self._picture, viewport, target, piece), piece.quality)
        encoded = joined([self._parts[piece] for piece in wanted], viewport, target)
        return encoded, _size(encoded, wanted[-1])


def _size(encoded: Encoded, last: Piece) -> int:
    match encoded:
        case StampPicture(stamps=stamps):
            return len(stamps[-1].commands)
        case CellPicture():
            return encoded.size(*(last.rows or (0, encoded.target.rows)))
        case _:
            return sum(len(layer.payload) for layer in encoded.layers)
