"""Looking for flags beside the annotating: in a thread of its own, which gives way to everything else."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import Rle, encode
from samannot_tui.media.source import FrameSource
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.board import Board
from samannot_tui.review.flags.find import Doubts, doubts
from samannot_tui.session.live import NO_RECORD
from samannot_tui.session.manifest import Manifest

if TYPE_CHECKING:
    # It imports OpenCV, which must hold up nobody but the thread.
    from samannot_tui.review.flags.glimpse import Colours

TELL_SECONDS = 1.0
LONGEST_REST = 0.05
"""Seconds; after each frame the thread rests for as long as that took, so that others get at the processor."""


@dataclass(frozen=True)
class Trouble:
    """Why flags are missing, as a sentence."""

    sentence: str


FlagNews = Board | Trouble


class _SupersededError(Exception):
    """There is a newer annotation, or nobody wants to know any more."""


class Flagger:
    """Measures what is new in an annotation, and tells a listener, in its thread, what is flagged.

    What the masks themselves tell comes first, then what they tell together, then what takes the video's pixels. The
    listener gets a Board at once, about every second while there is more to measure, and a complete one at the end.
    """

    def __init__(
        self,
        cache: Path,
        video: Manifest,
        open_source: Callable[[], FrameSource],
        read: Callable[[int], Rle],
        listener: Callable[[FlagNews], None],
        *,
        writable: bool,
    ) -> None:
        """Args:
        cache: the session's cache folder, in which nothing is kept unless `writable`.
        video: the facts of it.
        read: the mask of a record; raises InputError where it is damaged.
        """
        self._cache = cache
        self._writable = writable
        self._video = video
        self._open_source = open_source
        self._read_mask = read
        self._listener = listener
        self._news = threading.Condition()
        self._wanted: Annotation | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="flags", daemon=True)
        self._thread.start()

    def look(self, annotation: Annotation) -> None:
        """Look at this annotation, and no more at those before it."""
        with self._news:
            self._wanted = annotation
            self._news.notify()

    def close(self) -> None:
        """Keep what was measured, and end. Blocks until then; may be called twice."""
        with self._news:
            self._is_closing = True
            self._news.notify()
        self._thread.join()

    def _work(self) -> None:
        annotation = self._next()
        if annotation is None:
            return
        self._begin(annotation)
        try:
            while annotation is not None:
                with suppress(_SupersededError):
                    self._look_through(annotation)
                annotation = self._next()
        finally:
            self._keep()
            if self._source is not None:
                self._source.close()

    def _next(self) -> Annotation | None:
        """The newest annotation, waited for; None where there will be none."""
        with self._news:
            self._news.wait_for(lambda: self._wanted is not None or self._is_closing)
            wanted, self._wanted = self._wanted, None
            return None if self._is_closing else wanted

    def _begin(self, annotation: Annotation) -> None:
        from samannot_tui.jobs.flag_cache import read_flag_cache

        records, frames = annotation.index.count, self._video.frame_count
        self._measures, self._exchanges = read_flag_cache(self._cache, records, frames)
        self._colours: dict[int, Colours] = {}
        self._source: FrameSource | None = None
        self._nothing = encode(np.zeros((self._video.height, self._video.width), np.bool_))
        self._told: set[str] = set()
        self._records = 0
        self._doubts: dict[int, Doubts] = {}
        self._doubts_of: Annotation | None = None
        self._fresh: set[int] = set()
        self._stepped = self._told_last = time.monotonic()
        self._tell_again = TELL_SECONDS

    def _look_through(self, annotation: Annotation) -> None:
        from samannot_tui.review.flags.measuring import measure_masks

        self._measures.make_room(annotation.index.count)
        self._records = annotation.index.count
        self._stepped = time.monotonic()
        self._tell(annotation, is_complete=False)
        for frame in measure_masks(annotation, self._measures, self._read):
            self._step(annotation, frame)
        swaps = self._exchanges.swaps
        self._exchanges.search(annotation, self._read, lambda: self._step(annotation, None))
        if self._exchanges.swaps != swaps:
            self._fresh.update(annotation.records)
        try:
            self._look_at_pixels(annotation)
        except InputError as error:
            self._complain(str(error))
        self._tell(annotation, is_complete=True)
        self._keep()

    def _look_at_pixels(self, annotation: Annotation) -> None:
        from samannot_tui.review.flags.measuring import measure_pixels

        if self._source is None:
            self._source = self._open_source()
        for frame in measure_pixels(annotation, self._measures, self._read, self._source, self._colours):
            self._step(annotation, frame)

    def _read(self, record: int) -> Rle:
        """A mask; one that is damaged is as good as empty, which will be flagged."""
        try:
            return self._read_mask(record)
        except InputError as error:
            self._complain(str(error))
            return self._nothing

    def _complain(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._listener(Trouble(sentence))

    def _step(self, annotation: Annotation, frame: int | None) -> None:
        """Something was measured on a frame: rest, and tell when it is time to."""
        if frame is not None:
            self._fresh.update(annotation.on_frame(frame))
        if self._wanted is not None or self._is_closing:
            raise _SupersededError
        time.sleep(min(time.monotonic() - self._stepped, LONGEST_REST))
        if time.monotonic() - self._told_last > self._tell_again:
            self._tell(annotation, is_complete=False)
        self._stepped = time.monotonic()

    def _tell(self, annotation: Annotation, *, is_complete: bool) -> None:
        began = time.monotonic()
        swaps = self._exchanges.swaps
        known: dict[int, Doubts] = {}
        for label in annotation.records:
            if label in self._fresh or not self._is_as_told(label, annotation):
                known[label] = doubts(label, annotation, self._measures, swaps)
            else:
                known[label] = self._doubts[label]
        self._fresh.clear()
        self._doubts, self._doubts_of = known, annotation
        self._listener(Board(annotation, self._measures, swaps, known, is_complete))
        self._told_last = time.monotonic()
        self._tell_again = max(TELL_SECONDS, 4 * (self._told_last - began))

    def _is_as_told(self, label: int, annotation: Annotation) -> bool:
        """Whether the label's masks, and those that they may overlap, are those that were told of last."""
        before = self._doubts_of
        if before is None or label not in before.records:
            return False
        records = annotation.records[label]
        own = records != NO_RECORD
        return np.array_equal(before.records[label], records) and np.array_equal(
            before.company[own], annotation.company[own]
        )

    def _keep(self) -> None:
        """The cache may be lost: a full disk is no reason to disturb anyone."""
        from samannot_tui.jobs.flag_cache import write_flag_cache

        if self._writable and self._records:
            with suppress(OSError):
                write_flag_cache(self._cache, self._measures, self._exchanges, self._records)
