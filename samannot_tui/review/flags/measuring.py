"""Measuring masks: by themselves, against each other, and against the pixels of the video."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco

from samannot_tui.masks.rle import Rle, decode
from samannot_tui.media.source import FrameSource
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.glimpse import Colours, Flow, Glimpse, Soft, fit, likeness
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.shapes import shape_of

Read = Callable[[int], Rle]
"""The mask of a record; raises InputError where it is damaged."""


def measure_masks(annotation: Annotation, measures: Measures, read: Read) -> Iterator[int]:
    """Measure the masks not known yet, and how far those of one frame overlap; after each frame its number.

    Raises:
        InputError: a mask is damaged.
    """
    measures.make_room(annotation.index.count)
    frames = np.zeros(annotation.frame_count, np.bool_)
    for records in annotation.records.values():
        present = annotation.is_present(records)
        stranger = measures["company"][records] != annotation.company
        frames |= present & (~(measures["known"][records] > 0) | (stranger & (annotation.company > 0)))
    for frame in np.flatnonzero(frames).tolist():
        _measure_frame(frame, annotation, measures, read)
        yield frame


def _measure_frame(frame: int, annotation: Annotation, measures: Measures, read: Read) -> None:
    records = annotation.on_frame(frame)
    masks = {record: read(record) for record in records.values()}
    for record, rle in masks.items():
        if not measures["known"][record]:
            measures.set_shape(record, shape_of(rle))
    company = int(annotation.company[frame])
    if company:
        measures.set_shared(list(masks), _shares(list(masks.values())), company)


def _shares(masks: list[Rle]) -> list[float]:
    """Of each mask the share of its pixels that the one which covers most of them covers, too."""
    encoded = [{"size": list(rle.size), "counts": rle.counts.encode("ascii")} for rle in masks]
    # Of a crowd COCO's "IoU" is the intersection over the first mask's area.
    shared = coco.iou(encoded, encoded, [1] * len(encoded))
    np.fill_diagonal(shared, 0)
    found: list[float] = shared.max(axis=1).tolist()
    return found


def measure_pixels(
    annotation: Annotation, measures: Measures, read: Read, source: FrameSource, anchors: dict[int, Colours]
) -> Iterator[int]:
    """Measure how masks fit those of the frame before, and how like their anchors they look; after each frame its
    number.

    Args:
        source: nobody else's meanwhile; read with rising frame numbers, anchors first.
        anchors: the colours of anchor records, which are added to.

    Raises:
        InputError: a mask is damaged, or the video cannot be read.
    """
    measures.make_room(annotation.index.count)
    yield from _measure_anchors(annotation, measures, read, source, anchors)
    chain = _Chain(source, read)
    anchored = {label: annotation.anchors(label) for label in annotation.records}
    for frame in np.flatnonzero(_pixels_wanted(annotation, measures)).tolist():
        before = annotation.on_frame(frame - 1) if frame else {}
        if before:
            chain.look(frame - 1)  # first, so that the video is read forward
        for label, record in annotation.on_frame(frame).items():
            anchor = int(anchored[label][frame])
            if anchor in anchors and measures["anchor"][record] != anchor:
                glimpse, soft = chain.look(frame), chain.coverage(frame, record)
                measures.set_likeness(record, anchor, likeness(glimpse.colours(soft), anchors[anchor]))
            if label in before and measures["before"][record] != before[label]:
                then, now = chain.coverage(frame - 1, before[label]), chain.coverage(frame, record)
                measures.set_warped(record, before[label], fit(then, now, chain.flow_back(frame)))
        yield frame


def _measure_anchors(
    annotation: Annotation, measures: Measures, read: Read, source: FrameSource, anchors: dict[int, Colours]
) -> Iterator[int]:
    wanted: dict[int, set[int]] = {}
    for label, records in annotation.records.items():
        of_label = annotation.anchors(label)
        stale = annotation.is_present(records) & (measures["anchor"][records] != of_label)
        for record in np.unique(of_label[stale]).tolist():
            if record and record not in anchors:
                wanted.setdefault(int(annotation.index.frame[record]), set()).add(record)
    for frame, found in sorted(wanted.items()):
        glimpse = Glimpse.of(source.read(frame))
        for record in found:
            anchors[record] = glimpse.colours(glimpse.coverage(decode(read(record))))
        yield frame


def _pixels_wanted(annotation: Annotation, measures: Measures) -> npt.NDArray[np.bool_]:
    """The frames on which something is to be measured against pixels."""
    frames = np.zeros(annotation.frame_count, np.bool_)
    for label, records in annotation.records.items():
        present = annotation.is_present(records)
        anchors = annotation.anchors(label)
        before = np.concatenate([[0], np.where(present[:-1], records[:-1], 0)])
        unlike = (anchors > 0) & (measures["anchor"][records] != anchors)
        unfit = (before > 0) & (measures["before"][records] != before)
        frames |= present & (unlike | unfit)
    return frames


class _Chain:
    """A frame and the one before: small, and with masks, each read once."""

    def __init__(self, source: FrameSource, read: Read) -> None:
        self._source = source
        self._read = read
        self._glimpses: dict[int, Glimpse] = {}
        self._soft: dict[tuple[int, int], Soft] = {}
        self._flow: tuple[int, Flow] | None = None

    def look(self, frame: int) -> Glimpse:
        if frame not in self._glimpses:
            self._glimpses = {at: each for at, each in self._glimpses.items() if at == frame - 1}
            self._soft = {cell: each for cell, each in self._soft.items() if cell[0] == frame - 1}
            self._glimpses[frame] = Glimpse.of(self._source.read(frame))
        return self._glimpses[frame]

    def coverage(self, frame: int, record: int) -> Soft:
        if (frame, record) not in self._soft:
            glimpse = self.look(frame)
            self._soft[frame, record] = glimpse.coverage(decode(self._read(record)))
        return self._soft[frame, record]

    def flow_back(self, frame: int) -> Flow:
        if self._flow is None or self._flow[0] != frame:
            self._flow = frame, self.look(frame).flow_to(self._glimpses[frame - 1])
        return self._flow[1]
