"""`cvat`: CVAT's XML 1.1 for video, with masks; made to be uploaded to a task of the same video.

annotations.xml: as CVAT has no tracks of masks, it writes and reads each mask as a track of its own: one frame with
it, then one where it is outside. The label is the label's name and `group_id` its ID, by which an instance's masks
belong together; `source` is "manual" for a person's mask, "semi-auto" for one that a model made from prompts there,
"auto" for one that it carried there, and the attribute `made_by` says "person" or "model". Frames have the
media's numbers. A label that is absent has no mask. Overlaps stay, the smaller mask in front (`z_order`).
Source: CVAT's `dataset_manager/formats/cvat.py`; https://docs.cvat.ai/docs/manual/advanced/xml_format/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

import numpy as np

from samannot_tui.formats.coco_parts import MADE_BY
from samannot_tui.formats.job import ExportJob
from samannot_tui.masks.geometry import bounding_box
from samannot_tui.masks.log import MaskRecord, SourceName
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import BoolMask, area, decode
from samannot_tui.session.state import Label
from samannot_tui.text import printable

SOURCES: dict[SourceName, str] = {"prompted": "semi-auto", "propagated": "auto", "edited": "manual"}


class _Xml:
    """An XML file that is written element by element; numbers are written as text."""

    def __init__(self, file: BinaryIO) -> None:
        self._generator = XMLGenerator(file, "utf-8")
        self._generator.startDocument()

    @contextmanager
    def element(self, tag: str, **attributes: object) -> Iterator[None]:
        written = {attribute: str(value) for attribute, value in attributes.items()}
        self._generator.startElement(tag, AttributesImpl(written))
        yield
        self._generator.endElement(tag)

    def text(self, tag: str, value: object, **attributes: object) -> None:
        """An element with text alone."""
        with self.element(tag, **attributes):
            self._generator.characters(str(value))

    def new_line(self) -> None:
        self._generator.characters("\n")


def write(job: ExportJob) -> int:
    """Write the annotated frames' masks; returns how many frames there are.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    with job.file("annotations.xml").open("wb") as file:
        xml = _Xml(file)
        with xml.element("annotations"):
            xml.text("version", "1.1")
            with xml.element("meta"), xml.element("task"):
                _write_task(xml, job)
            xml.new_line()
            numbers = count()
            for frame in job.each(job.part.frames):
                records = {label: record for label, record in job.records(frame).items() if area(record.rle)}
                from_behind = sorted(records, key=lambda label: (-area(records[label].rle), label))
                for label, record in records.items():
                    with xml.element(
                        "track",
                        id=next(numbers),
                        label=printable(job.labels[label].name),
                        source=SOURCES[record.source],
                        group_id=label,
                    ):
                        _write_mask(xml, record, frame, job.follower.manifest.frame_count, from_behind.index(label))
                    xml.new_line()
    return len(job.part.frames)


def _write_task(xml: _Xml, job: ExportJob) -> None:
    height, width = job.size
    frame_count = job.follower.manifest.frame_count
    facts = {"name": job.video, "size": frame_count, "mode": "interpolation", "start_frame": 0}
    for name, value in {**facts, "stop_frame": frame_count - 1}.items():
        xml.text(name, value)
    with xml.element("labels"):
        for label in job.labels.values():
            with xml.element("label"):
                _write_label(xml, label)
    with xml.element("original_size"):
        xml.text("width", width)
        xml.text("height", height)


def _write_label(xml: _Xml, label: Label) -> None:
    xml.text("name", printable(label.name))
    xml.text("color", "#{:02x}{:02x}{:02x}".format(*voc_color(label.id)))
    xml.text("type", "mask")
    with xml.element("attributes"), xml.element("attribute"):
        xml.text("name", "made_by")
        xml.text("mutable", "False")
        xml.text("input_type", "select")
        xml.text("default_value", "model")
        xml.text("values", "person\nmodel")


def _write_mask(xml: _Xml, record: MaskRecord, frame: int, frame_count: int, z_order: int) -> None:
    """What a track of one mask holds: its frame, and the next one, if there is one, where it is outside."""
    placed = _placed(decode(record.rle))
    for outside, number in enumerate((frame, frame + 1)):
        if number < frame_count:
            shown = {"frame": number, "keyframe": 1, "outside": outside, "occluded": 0}
            with xml.element("mask", **shown, **placed, z_order=z_order):
                xml.text("attribute", MADE_BY[record.source], name="made_by")


def _placed(mask: BoolMask) -> dict[str, object]:
    """A mask's box, and in it the lengths of its runs row by row, background first."""
    box = bounding_box(mask)
    assert box is not None, "empty masks are not written"
    x0, y0, x1, y1 = box
    pixels = mask[y0 : y1 + 1, x0 : x1 + 1].ravel()
    edges = np.flatnonzero(np.diff(pixels, prepend=False)).tolist()
    lengths = np.diff([0, *edges, pixels.size]).tolist()
    rle = ", ".join(map(str, lengths))
    return {"rle": rle, "left": x0, "top": y0, "width": x1 - x0 + 1, "height": y1 - y0 + 1}
