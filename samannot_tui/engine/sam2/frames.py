"""A frame becomes the network's input, bit for bit as upstream's image loader makes it."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from samannot_tui.media.source import FrameSource, RgbFrame

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)
_EXPECTED = 2  # the frame that the network is about to take, and the next


def _levels() -> npt.NDArray[np.float32]:
    """Normalised values float32 (3, 256) of all bytes: as upstream, divided in float64, the rest in float32."""
    bytes_as_shares = (np.arange(256) / 255.0).astype(np.float32)
    mean, std = np.array(_MEAN, np.float32)[:, None], np.array(_STD, np.float32)[:, None]
    return (bytes_as_shares - mean) / std


_LEVELS = _levels()


def image_tensor(frame: RgbFrame, image_size: int) -> Tensor:
    """A frame uint8 (height, width, 3), RGB, as float32 (1, 3, image_size, image_size) on the CPU."""
    # Pillow's bicubic filter; OpenCV's never gives the same bits.
    square = np.asarray(Image.fromarray(frame).resize((image_size, image_size)))
    planes = np.empty((1, 3, image_size, image_size), np.float32)
    for channel in range(3):
        np.take(_LEVELS[channel], square[:, :, channel], out=planes[0, channel])
    return torch.from_numpy(planes)


class Images:
    """Frames as the network's input; the one that is expected next is made while the network is at work."""

    def __init__(self, frames: FrameSource, image_size: int) -> None:
        self._frames = frames
        self._image_size = image_size
        # One thread, so that frames are asked for in the order of travel.
        self._maker = ThreadPoolExecutor(1, "sam2-images")
        self._expected: dict[int, Future[Tensor]] = {}

    def expect(self, frame: int) -> None:
        """Have the image of a frame made; of those that nobody takes, the oldest is forgotten."""
        if frame not in self._expected:
            self._expected[frame] = self._maker.submit(self._make, frame)
        if len(self._expected) > _EXPECTED:
            del self._expected[next(iter(self._expected))]

    def take(self, frame: int) -> Tensor:
        """The image of a frame, as `image_tensor` makes it; raises as `FrameSource.read` does."""
        made = self._expected.pop(frame, None) or self._maker.submit(self._make, frame)
        return made.result()

    def _make(self, frame: int) -> Tensor:
        return image_tensor(self._frames.read(frame), self._image_size)

    def close(self) -> None:
        self._expected.clear()
        self._maker.shutdown(cancel_futures=True)
