"""Reading CVAT's XML 1.1, for video (tracks) and for images.

Masks and polygons are masks, boxes are boxes, points are points. Shapes of one label and group are parts of one
instance; a track without a group is one by itself. A label with several instances has the group, or "track" and its
number, behind the name. A track that shows on a single frame is how CVAT writes a shape that is in no track: without
a group, these are numbered on their frame, which says nothing of which is which from frame to frame.
Between two boxes of a track that are some frames apart the box moves evenly, as in CVAT; behind the last one nothing
is drawn out. Polygons are filled as COCO's tools do, which CVAT uses for that; a turned box counts as the upright one
around it. CVAT's coordinates begin at the edge of a pixel, ours in its centre. Lost: that a label is absent.
Source: https://docs.cvat.ai/docs/manual/advanced/xml_format/; `TrackManager.get_interpolated_shapes` in CVAT.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
from defusedxml.ElementTree import iterparse

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parsing import mask_of
from samannot_tui.formats.foreign_files import dataset_root, open_inside, parts_of
from samannot_tui.formats.foreign_shapes import Instance, Numbers, frame_numbered, instance_names
from samannot_tui.formats.reading import FoundObject, FrameNames, require_size, shown
from samannot_tui.masks.rle import Rle, encode
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

Box = tuple[float, float, float, float]
_SHAPES = frozenset({"box", "polygon", "mask", "points"})
_OTHER_SHAPES = frozenset({"polyline", "cuboid", "ellipse", "skeleton"})
_PERSON = {"manual": True, "auto": False, "semi-auto": False}
"""Whether a person made a shape, by its `source`."""
_FEWEST_CORNERS = 3


@dataclass(frozen=True)
class _Shape:
    """A shape of a track or an image, which `where` names; `outside` ones are not seen."""

    frame: int
    outside: bool
    element: Element
    where: str


def read(path: Path, media: FrameSource) -> Iterator[FoundObject]:
    """The shapes of an XML file, or of `annotations.xml` in a folder.

    Raises:
        InputError: it is not CVAT's XML 1.1, has a DTD or entities, is of another size, or names a frame that the
            media does not have; or a shape is damaged, or of a kind that no mask, box or point is.
    """
    root = dataset_root(path)
    files = [path] if path.is_file() else [part / "annotations.xml" for part in parts_of(root)]
    frames = FrameNames(media)
    names = instance_names(
        instance
        for file in files
        for element in _elements(file, root)
        for instance in _instances(element, printable(file))
    )
    numbers = Numbers(set(names.values()))
    for file in files:
        for element in _elements(file, root):
            where = printable(file)
            if element.tag == "meta":
                _check_meta(element, media, where)
            elif element.tag == "track":
                yield from _of_track(element, names, numbers, media, where)
            elif element.tag == "image":
                yield from _of_image(element, names, numbers, media, frames, where)


def _elements(file: Path, root: Path) -> Iterator[Element]:
    """What lies directly in the file's root element, one at a time."""
    depth, top = 0, None
    with open_inside(file, root) as data:
        try:
            for event, element in iterparse(data, events=("start", "end"), forbid_dtd=True):
                top = element if top is None else top
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 1:
                    yield element
                    top.clear()
        except (SyntaxError, ValueError, LookupError) as error:
            raise InputError(f"{printable(file)} is not XML that is safe to read ({shown(error)}).") from error
    if top is None or top.tag != "annotations":
        raise InputError(f"{printable(file)} is not an annotation of CVAT.")


def _instances(element: Element, where: str) -> Iterator[Instance]:
    if element.tag == "track":
        yield _instance_of_track(element, where)
    elif element.tag == "image":
        yield from (_instance(shape) for shape in element if shape.tag in _SHAPES)


def _instance(element: Element) -> Instance:
    group = element.get("group_id", "0")
    return element.get("label", ""), "" if group == "0" else group


def _instance_of_track(track: Element, where: str) -> Instance:
    label, group = _instance(track)
    shapes = [shape for shape in track if shape.tag in _SHAPES]
    frames = [_whole(shape.get("frame"), where) for shape in shapes]
    seen = sum(shape.get("outside") != "1" for shape in shapes)
    alone = seen < 2 and (not frames or max(frames) - min(frames) < 2)
    return label, group or ("" if alone else f"track {track.get('id', '')}")


def _check_meta(meta: Element, media: FrameSource, where: str) -> None:
    size = meta.find(".//original_size")
    if size is not None:
        width, height = (_whole(size.findtext(side), where) for side in ("width", "height"))
        require_size(width, height, media.info, where)


def _of_track(
    track: Element, names: Mapping[Instance, str], numbers: Numbers, media: FrameSource, where: str
) -> Iterator[FoundObject]:
    where = f"{where}, track {shown(track.get('id', ''))}"
    instance, person = _instance_of_track(track, where), _PERSON.get(track.get("source", ""))
    shapes = sorted(_shapes_of_track(track, media, where), key=lambda shape: shape.frame)
    for shape, after in zip(shapes, [*shapes[1:], None], strict=True):
        if not shape.outside:
            name = names[instance] if instance[1] else numbers.name(shape.frame, names[instance])
            yield _found(shape.element, shape.frame, name, person, media, shape.where)
            if after is not None and shape.element.tag == after.element.tag == "box":
                for frame, box in _between(shape, after):
                    yield FoundObject(frame, name, box=box, person=person)


def _shapes_of_track(track: Element, media: FrameSource, where: str) -> Iterator[_Shape]:
    for element in track:
        _check_kind(element, where)
        if element.tag in _SHAPES:
            frame = frame_numbered(_whole(element.get("frame"), where), media, where)
            yield _Shape(frame, element.get("outside") == "1", element, f"{where}, frame {frame}")


def _between(shape: _Shape, after: _Shape) -> Iterator[tuple[int, Box]]:
    """The frames between two boxes, and the box there."""
    start, end = _box(shape.element, shape.where), _box(after.element, after.where)
    for frame in range(shape.frame + 1, after.frame):
        share = (frame - shape.frame) / (after.frame - shape.frame)
        x0, y0, x1, y1 = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        yield frame, (x0, y0, x1, y1)


def _of_image(
    image: Element, names: Mapping[Instance, str], numbers: Numbers, media: FrameSource, frames: FrameNames, where: str
) -> Iterator[FoundObject]:
    frame = frames.frame(image.get("name", ""), where)
    where = f"{where}, image {shown(image.get('name', ''))}"
    require_size(_whole(image.get("width"), where), _whole(image.get("height"), where), media.info, where)
    for element in image:
        _check_kind(element, where)
        if element.tag in _SHAPES:
            person = _PERSON.get(element.get("source", ""))
            instance = _instance(element)
            name = names[instance] if instance[1] else numbers.name(frame, names[instance])
            yield _found(element, frame, name, person, media, where)


def _check_kind(element: Element, where: str) -> None:
    if element.tag in _OTHER_SHAPES:
        raise InputError(f"{where}: a {element.tag} has no inside to take; make it a polygon, or remove it.")


def _found(element: Element, frame: int, name: str, person: bool | None, media: FrameSource, where: str) -> FoundObject:
    if element.tag == "box":
        return FoundObject(frame, name, box=_box(element, where), person=person)
    if element.tag == "mask":
        return FoundObject(frame, name, _mask(element, media, where), person=person)
    points = _points(element, where)
    if element.tag == "polygon":
        return FoundObject(frame, name, _filled(points, media, where), person=person)
    return FoundObject(frame, name, points=tuple((x - 0.5, y - 0.5) for x, y in points), person=person)


def _box(element: Element, where: str) -> Box:
    """The box between the centres of the outermost pixels that it covers, from one between its edges."""
    x0, y0, x1, y1 = (_number(element.get(side), where) for side in ("xtl", "ytl", "xbr", "ybr"))
    turn = math.radians(_number(element.get("rotation", "0"), where))
    along, across = abs(math.cos(turn)), abs(math.sin(turn))
    half_width = (along * (x1 - x0) + across * (y1 - y0)) / 2
    half_height = (across * (x1 - x0) + along * (y1 - y0)) / 2
    x, y = (x0 + x1 - 1) / 2, (y0 + y1 - 1) / 2
    right, bottom = max(half_width - 0.5, 0), max(half_height - 0.5, 0)
    return x - right, y - bottom, x + right, y + bottom


def _points(element: Element, where: str) -> list[tuple[float, float]]:
    pairs = [pair.split(",") for pair in element.get("points", "").split(";")]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(f"{where}: the points are not x,y;x,y and so on; mend or remove them.")
    return [(_number(x, where), _number(y, where)) for x, y in pairs]


def _filled(points: list[tuple[float, float]], media: FrameSource, where: str) -> Rle | None:
    if len(points) < _FEWEST_CORNERS:
        raise InputError(f"{where}: a polygon of {len(points)} corners; mend or remove it.")
    return mask_of([[coordinate for point in points for coordinate in point]], media.info, where)


def _mask(element: Element, media: FrameSource, where: str) -> Rle:
    """A mask's pixels at their place in the frame: runs row by row in its box, background first."""
    left, top, width, height = (_whole(element.get(side), where) for side in ("left", "top", "width", "height"))
    within = left + width <= media.info.width and top + height <= media.info.height
    if not within or min(left, top) < 0 or min(width, height) < 1:
        raise InputError(f"{where}: the mask's box lies outside the frame; mend or remove it.")
    runs = [_whole(run, where) for run in element.get("rle", "").split(",")]
    if min(runs) < 0 or sum(runs) != width * height:
        raise InputError(f"{where}: the mask's runs do not fill its box; mend or remove it.")
    mask = np.zeros((media.info.height, media.info.width), np.bool_, order="F")  # as runs are counted
    pixels = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    mask[top : top + height, left : left + width] = pixels.reshape(height, width)
    return encode(mask)


def _whole(text: str | None, where: str) -> int:
    try:
        return int(text or "")
    except ValueError as error:
        raise InputError(f"{where}: “{shown(text)}” is no whole number; mend or remove it.") from error


def _number(text: str | None, where: str) -> float:
    try:
        number = float(text or "")
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: “{shown(text)}” is no number; mend or remove it.")
    return number
