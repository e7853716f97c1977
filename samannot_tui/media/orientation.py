"""The eight ways in which a camera can be held, as FFmpeg's display matrix tells them."""

import struct
from dataclasses import dataclass
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame

from samannot_tui.media.source import RgbFrame


@dataclass(frozen=True)
class Orientation:
    """How to turn a decoded picture upright: swap its axes if `transposed`, then step through both.

    `rows` and `columns` are 1, or -1 to mirror.
    """

    transposed: bool = False
    rows: int = 1
    columns: int = 1

    def upright(self, image: RgbFrame) -> RgbFrame:
        """`image`, shape (height, width, 3), turned and mirrored."""
        if self == Orientation():
            return image
        turned = image.transpose(1, 0, 2) if self.transposed else image
        return np.ascontiguousarray(turned[:: self.rows, :: self.columns])


def orientation_of(frame: VideoFrame) -> Orientation:
    """What the display matrix of a frame says; upright if it has none or none of quarter turns.

    Source: `libavutil/display.h`: nine fixed-point numbers a b u c d v x y w with x' = a x + c y and
    y' = b x + d y.
    """
    # Asking a frame for its side data makes a reference cycle in PyAV, which keeps its pixels in memory
    # until the garbage collector comes by: to be asked of few frames only.
    data = cast(SideData | None, frame.side_data.get(Type.DISPLAYMATRIX.name))
    if data is None:
        return Orientation()
    matrix = struct.unpack("=9i", bytes(data)[:36])
    a, b, c, d = (int(np.sign(matrix[at])) for at in (0, 1, 3, 4))
    if abs(a) == abs(d) == 1 and b == c == 0:
        return Orientation(False, d, a)
    if abs(b) == abs(c) == 1 and a == d == 0:
        return Orientation(True, b, c)
    return Orientation()
