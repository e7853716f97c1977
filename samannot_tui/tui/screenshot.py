"""What a person sees, as a PNG file. It takes a while: for a thread, never for the event loop."""

from collections.abc import Callable
from io import BytesIO

from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import decode
from samannot_tui.media.source import RgbFrame
from samannot_tui.tui.drawing import PictureRequest, layer_of
from samannot_tui.tui.edited import with_edits


def screenshot(
    request: PictureRequest, read_frame: Callable[[int], RgbFrame], read_mask: Callable[[int], MaskRecord]
) -> bytes:
    """A request's picture at the video's resolution, magnified by a whole number where it is zoomed: a PNG file.

    Raises:
        InputError: the media can no longer be read, or a mask is damaged.
    """
    # They import OpenCV, which must not hold up the first paint.
    from PIL import Image

    from samannot_tui.render.compose import compose
    from samannot_tui.render.viewport import Viewport

    frame = read_frame(request.frame)
    frame_size = (frame.shape[1], frame.shape[0])
    viewport = Viewport(frame_size, request.target.pixel_size, request.zoom, request.center).exact
    layers = []
    for wanted in request.labels:
        mask = None if wanted.record is None else decode(read_mask(wanted.record).rle)
        layers.append(layer_of(wanted, with_edits(mask, wanted.edits, frame.shape[:2])))
    file = BytesIO()
    picture = compose(frame, layers, request.view, viewport, request.marks, request.tint)
    Image.fromarray(picture).save(file, format="PNG")
    return file.getvalue()
