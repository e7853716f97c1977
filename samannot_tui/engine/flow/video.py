"""The video as the engine sees it: prepared pictures and the flow between them, the latest few kept."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from samannot_tui.engine.flow.flow import DenseFlow
from samannot_tui.engine.flow.grid import Float, Grid
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.media.source import FrameSource

_PICTURES = 4
_FLOWS = 4

Key = TypeVar("Key")
Value = TypeVar("Value")


class Video:
    """Everything is a pure function of the frames: what is kept changes the speed, never a result."""

    def __init__(self, frames: FrameSource) -> None:
        self.grid = Grid((frames.info.height, frames.info.width))
        self.frame_count = frames.info.frame_count
        self._frames = frames
        self._dense = DenseFlow()
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._flows: OrderedDict[tuple[int, int], Float] = OrderedDict()

    def picture(self, frame: int) -> Picture:
        """The prepared frame.

        Raises:
            IndexError, samannot_tui.errors.InputError: as `FrameSource.read`.
        """
        return _kept(self._pictures, frame, _PICTURES, lambda: Picture(self._frames.read(frame), self.grid))

    def flow(self, origin: int, target: int) -> Float:
        """Where each pixel of frame `origin` lies in frame `target`: see `DenseFlow.between`."""
        return _kept(
            self._flows,
            (origin, target),
            _FLOWS,
            lambda: self._dense.between(self.picture(origin), self.picture(target)),
        )

    def has(self, frame: int) -> bool:
        return 0 <= frame < self.frame_count


def _kept(store: OrderedDict[Key, Value], key: Key, limit: int, make: Callable[[], Value]) -> Value:
    if key not in store:
        store[key] = make()
        while len(store) > limit:
            store.popitem(last=False)
    store.move_to_end(key)
    return store[key]
