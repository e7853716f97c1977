"""Reading Labelme: a JSON file for each frame, named as its picture is.

Polygons, circles and masks are masks, drawn as Labelme draws them; rectangles are boxes, points are points. Shapes
of one label and group are parts of one instance; a label with several groups is several instances, with the group
behind the name. Shapes without a group are numbered on their frame, which says nothing of which is which from frame
to frame. Pictures in the files (`imageData`) are passed over. Whether a person made a shape is told by our own files
alone. Lost: that a label is absent.
Source: Labelme's `_label_file.py` and `utils/shape.py`.
"""

import binascii
import math
from base64 import b64decode
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image, ImageDraw

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import by_frame, dataset_root, files_of, folder_of, parts_of, read_inside
from samannot_tui.formats.foreign_shapes import Instance, Numbers, check_near, check_outline, instance_names
from samannot_tui.formats.labelmap_reader import decoded, png_size
from samannot_tui.formats.reading import FoundObject, FrameNames, require_size, shown
from samannot_tui.masks.rle import BoolMask, encode
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

_CORNERS = {"polygon": None, "rectangle": 2, "circle": 2, "point": 1, "mask": 2}
"""How many points a shape has, of those that can be taken; None for three or more."""


class _Shape(msgspec.Struct, frozen=True):
    label: str
    points: tuple[tuple[float, float], ...]
    shape_type: str = "polygon"
    group_id: int | str | None = None
    flags: dict[str, Any] | None = None
    mask: str | None = None

    @property
    def instance(self) -> Instance:
        return self.label, "" if self.group_id is None else str(self.group_id)


class _File(msgspec.Struct, frozen=True):
    shapes: tuple[_Shape, ...]
    imageWidth: int | None = None  # noqa: N815
    imageHeight: int | None = None  # noqa: N815


def read(path: Path, media: FrameSource) -> Iterator[FoundObject]:
    """The shapes of a folder of JSON files, of the media's folder in an export, or of one file.

    Raises:
        InputError: a file is damaged, of another size or of no frame of the media, or a shape is of a kind that no
            mask, box or point is.
    """
    root = dataset_root(path)
    parts = [[path]] if path.is_file() else [_files(part, media) for part in parts_of(root)]
    names = instance_names(shape.instance for files in parts for file in files for shape in _content(file, root).shapes)
    frames, taken = FrameNames(media), set(names.values())
    for frame, file in (each for files in parts for each in by_frame(files, frames.frame)):
        content, numbers = _content(file, root), Numbers(taken)
        if content.imageWidth is not None and content.imageHeight is not None:
            require_size(content.imageWidth, content.imageHeight, media.info, printable(file))
        for number, shape in enumerate(content.shapes, 1):
            where = f"{printable(file)}, shape {number}"
            name = names[shape.instance]
            yield _found(shape, frame, name if shape.instance[1] else numbers.name(frame, name), media, where)


def _files(part: Path, media: FrameSource) -> list[Path]:
    return files_of(folder_of(part, media, ".json", ()), ".json")


def _content(file: Path, root: Path) -> _File:
    try:
        return msgspec.json.decode(read_inside(file, root).removeprefix(BOM_UTF8), type=_File)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputError(f"{printable(file)} is not a Labelme file ({printable(error)}); mend or remove it.") from error


def _found(shape: _Shape, frame: int, name: str, media: FrameSource, where: str) -> FoundObject:
    kind, points = shape.shape_type, shape.points
    if kind not in _CORNERS:
        raise InputError(f"{where}: a {shown(kind)} has no inside to take; make it a polygon, or remove it.")
    if len(points) != _CORNERS[kind] and (kind != "polygon" or len(points) < 3):
        raise InputError(f"{where}: {len(points)} points are no {kind}; mend or remove it.")
    person = (shape.flags or {}).get("made_by_person")
    person = person if isinstance(person, bool) else None
    if kind == "point":
        return FoundObject(frame, name, points=points, person=person)
    if kind == "rectangle":
        (x0, x1), (y0, y1) = map(sorted, zip(*points, strict=True))
        return FoundObject(frame, name, box=(x0, y0, x1, y1), person=person)
    if kind == "polygon":
        check_outline(points, media, where)
    elif kind == "circle":
        check_near(points, media, where)
    if kind == "mask":
        return FoundObject(frame, name, encode(_placed(shape, media, where)), person=person)
    drawn = _drawn(kind, points, media)
    return FoundObject(frame, name, encode(drawn) if drawn.any() else None, person=person)


def _drawn(kind: str, points: tuple[tuple[float, float], ...], media: FrameSource) -> BoolMask:
    """A polygon or circle with its inside, drawn by Pillow as in Labelme."""
    image = Image.new("L", (media.info.width, media.info.height))
    draw = ImageDraw.Draw(image)
    if kind == "polygon":
        draw.polygon(list(points), fill=1, outline=1)
    else:
        (x, y), rim = points
        radius = math.dist((x, y), rim)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=1, outline=1)
    return np.asarray(image).astype(np.bool_)


def _placed(shape: _Shape, media: FrameSource, where: str) -> BoolMask:
    """A shape's own mask at its place in the frame."""
    (x0, y0), (x1, y1) = ((int(x), int(y)) for x, y in shape.points)
    mask = np.zeros((media.info.height, media.info.width), np.bool_, order="F")  # as runs are counted
    target = mask[y0 : y1 + 1, x0 : x1 + 1] if 0 <= x0 <= x1 and 0 <= y0 <= y1 else mask[:0]
    if target.shape != (y1 - y0 + 1, x1 - x0 + 1):
        raise InputError(f"{where}: the mask's box lies outside the frame; mend or remove it.")
    try:
        data = b64decode(shape.mask or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"{where}: its mask is not base 64; mend or remove it.") from error
    where = f"{where}: its mask"
    if png_size(data, where) != (target.shape[1], target.shape[0]):
        raise InputError(f"{where} has not the size of its box; mend or remove it.")
    _, pixels = decoded(data, where)
    if pixels.ndim != 2:
        raise InputError(f"{where} has colours; mend or remove it.")
    target[...] = pixels.astype(np.bool_)
    return mask
