"""Pictures as a video file that plays everywhere."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np

from samannot_tui.media.source import RgbFrame

OPTIONS = {
    "crf": "18",  # hardly to be told from the original
    "preset": "veryfast",
    # The matrix by which FFmpeg turns RGB into YUV, for players would take another one for large pictures.
    "x264-params": "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}


class Film:
    """An MP4 file of pictures of one size, H.264 4:2:0; a context that ends with the whole file written.

    Sizes are made even, as 4:2:0 needs it: the last column or row is repeated.

    Raises:
        OSError: the disk failed, or the encoder cannot take such pictures.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float) -> None:
        """`size` is (height, width) in pixels, `fps` pictures a second."""
        self._padding = tuple((0, side % 2) for side in size)
        self._container = av.open(str(path), "w", format="mp4")
        self._stream = self._container.add_stream("libx264", Fraction(fps).limit_denominator(1001), options=OPTIONS)
        self._stream.height, self._stream.width = (side + side % 2 for side in size)
        self._stream.pix_fmt = "yuv420p"

    def __enter__(self) -> "Film":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._container:
            if error is None:
                self._container.mux(self._stream.encode(None))

    def add(self, picture: RgbFrame) -> None:
        """Add the next picture, uint8 (height, width, 3) RGB."""
        padded = np.pad(picture, (*self._padding, (0, 0)), mode="edge")
        self._container.mux(self._stream.encode(av.VideoFrame.from_ndarray(padded, format="rgb24")))
