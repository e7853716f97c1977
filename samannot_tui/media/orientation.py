"""The eight ways in which a camera can be held, as FFmpeg's display matrix tells them."""

import struct
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame

from samannot_tui.media.source import RgbFrame


def upright(image: RgbFrame, frame: VideoFrame) -> RgbFrame:
    """Turn and mirror `image`, shape (height, width, 3), as the display matrix of its `frame` says.

    A matrix that is not a multiple of a quarter turn is ignored. Source: `libavutil/display.h`: nine 16.16
    and 2.30 fixed-point numbers a b u c d v x y w with x' = a x + c y and y' = b x + d y.
    """
    data = cast(SideData | None, frame.side_data.get(Type.DISPLAYMATRIX.name))
    if data is None:
        return image
    matrix = struct.unpack("=9i", bytes(data)[:36])
    a, b, c, d = (int(np.sign(matrix[at])) for at in (0, 1, 3, 4))
    if abs(a) == abs(d) == 1 and b == c == 0:
        turned = image[::d, ::a]
    elif abs(b) == abs(c) == 1 and a == d == 0:
        turned = image.transpose(1, 0, 2)[::b, ::c]
    else:
        return image
    return np.ascontiguousarray(turned)
