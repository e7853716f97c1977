"""A video's frames as an engine reads them: decoded ahead in the direction of travel, within a bound of bytes."""

from collections.abc import Iterator
from pathlib import Path

from samannot_tui.media.cache import FrameCache
from samannot_tui.media.source import FrameSource, MediaInfo, Picture, RgbFrame

CACHE_BYTES = 64 * 2**20


class CachedFrames:
    """A FrameSource over another, which it owns; travelling backward does not decode from a keyframe every time."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._cache = FrameCache(source, CACHE_BYTES)
        self.path: Path = source.path
        self.info: MediaInfo = source.info
        self.notices: tuple[str, ...] = source.notices

    def read(self, frame: int) -> RgbFrame:
        return self._cache.get(frame)

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        yield frame, lambda: self.read(frame)

    def time(self, frame: int) -> float:
        return self._source.time(frame)

    def stem(self, frame: int) -> str:
        return self._source.stem(frame)

    def close(self) -> None:
        self._cache.close()
        self._source.close()
