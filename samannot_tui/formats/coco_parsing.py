"""What the readers of the COCO family share: images, categories, which instance an annotation is of, masks, boxes."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from pycocotools import mask as coco

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import parts_of
from samannot_tui.formats.json_items import json_items
from samannot_tui.formats.reading import FrameNames, packed_runs, require_size, shown, sound_runs
from samannot_tui.masks.rle import Rle
from samannot_tui.media.source import FrameSource, MediaInfo
from samannot_tui.text import printable

ANNOTATIONS = "annotations.json"
LONGEST_ITEM = 32 * 2**20
"""In bytes, of an annotation of one image."""
MOST_TURNS = 1000
"""A mask's outline is at most so many times as long as the frame's width and height: pycocotools walks along it."""

Id = int | str
_Item = TypeVar("_Item")


class RunLengths(msgspec.Struct, frozen=True):
    """A mask's runs: `size` is (height, width), `counts` compressed or as numbers."""

    size: tuple[int, int]
    counts: str | list[int]


Polygons = list[list[float]]
Segmentation = Polygons | RunLengths | None


class _Category(msgspec.Struct, frozen=True):
    id: Id
    name: str


class _Image(msgspec.Struct, frozen=True):
    id: Id
    file_name: str
    width: int | None = None
    height: int | None = None
    frame: int | None = None


class _Whose(msgspec.Struct, frozen=True):
    """What tells an annotation's instance; CVAT writes the track into `attributes`, COCO-VID calls it `instance_id`."""

    image_id: Id
    category_id: Id
    track_id: Id | None = None
    instance_id: Id | None = None
    attributes: Any = None

    @property
    def track(self) -> Id | None:
        if self.track_id is not None or self.instance_id is not None:
            return self.instance_id if self.track_id is None else self.track_id
        named = self.attributes.get("track_id") if isinstance(self.attributes, dict) else None
        return named if isinstance(named, int | str) else None


def instances(path: Path, source: FrameSource) -> Iterator[tuple[int, str, bytes, str]]:
    """The annotations in the order of the file: frame, label's name, the JSON, and where it is, for sentences.

    Of a folder, see `annotations_files`, those of one file after the other.

    A label is a category where that is one instance; with several tracks in a category, each is one, called "category
    track". Instances of one category on one image without a track are numbered there, in the file's order, which says
    nothing of which is which from frame to frame. `iscrowd` is not looked at: CVAT and supervision set it for every
    mask that they write as runs.

    Raises:
        InputError: as `reading.Reader`.
    """
    files = annotations_files(path)
    tracks: dict[str, set[Id]] = defaultdict(set)
    for file in files:
        _add_tracks(tracks, file, categories(file))
    for file in files:
        yield from _instances(file, source, tracks)


def _instances(path: Path, source: FrameSource, tracks: dict[str, set[Id]]) -> Iterator[tuple[int, str, bytes, str]]:
    frames, names = _frames(path, source), categories(path)
    seen: Counter[tuple[int, Id]] = Counter()
    for item, where in _annotations(path):
        whose = decoded(item, _Whose, where)
        if whose.image_id not in frames:
            raise InputError(f"{where}: there is no image {shown(whose.image_id)} in the file.")
        name = name_of(whose.category_id, names, where)
        frame, track, category = frames[whose.image_id], whose.track, name
        if track is None:
            seen[frame, whose.category_id] += 1
            number_here = seen[frame, whose.category_id]
            name = name if number_here == 1 else f"{name} {number_here}"
        elif len(tracks[category]) > 1:
            name = f"{name} {track}"
        if name != category and name in names.values():
            raise InputError(
                f"{where}: an instance of {shown(category)} would be called {shown(name)}, as another category is; "
                "give that one another name."
            )
        yield frame, name, item, where


def annotations_files(path: Path) -> list[Path]:
    """The JSON files that are meant by the path of a file or of a dataset's folder: one, or one for each split."""
    if not path.is_dir():
        return [path]
    whole = path / ANNOTATIONS
    return [whole] if whole.is_file() else [part / ANNOTATIONS for part in parts_of(path)]


def decoded(item: bytes, kind: type[_Item], where: str) -> _Item:
    """An item of a JSON file, checked.

    Raises:
        InputError: it is not of that kind.
    """
    try:
        return msgspec.json.decode(item, type=kind)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: {printable(error)}.") from error


def categories(path: Path) -> dict[Id, str]:
    """Category -> name.

    Raises:
        InputError: two have one ID or one name, or as `json_items`.
    """
    names: dict[Id, str] = {}
    file_name = printable(path)
    for number, (_, item) in enumerate(json_items(path, "categories", longest=LONGEST_ITEM), 1):
        where = f"{file_name}, category {number}"
        found = decoded(item, _Category, where)
        if names.setdefault(found.id, found.name) is not found.name:
            raise InputError(f"{where}: there are two categories {shown(found.id)}.")
    for name, count in Counter(names.values()).items():
        if count > 1:
            raise InputError(f"{printable(path)}: {count} categories are called {shown(name)}; names are unique.")
    return names


def name_of(category: Id, names: dict[Id, str], where: str) -> str:
    """Raises:
    InputError: there is no such category.
    """
    if category not in names:
        raise InputError(f"{where}: there is no category {shown(category)} in the file.")
    return names[category]


def person_of(made_by: str | None) -> bool | None:
    """Whether a person made it; None where nobody says."""
    return None if made_by is None else made_by == "person"


def box_of(bbox: list[float], where: str) -> tuple[float, float, float, float] | None:
    """Corners, both inside, of COCO's left, top, width, height; None of an empty list.

    Raises:
        InputError: they are no box.
    """
    if not bbox:
        return None
    if len(bbox) != 4 or not all(map(math.isfinite, bbox)) or min(bbox[2:]) < 0:
        raise InputError(f"{where}: its bbox is not left, top, width and height.")
    left, top, width, height = bbox
    return left, top, max(left, left + width - 1), max(top, top + height - 1)


def mask_of(segmentation: Segmentation, info: MediaInfo, where: str) -> Rle | None:
    """The mask of a segmentation; None where there is none, or polygons without a pixel in the frame.

    Raises:
        InputError: it is no mask of the media's size.
    """
    if not segmentation:
        return None
    size = info.height, info.width
    if isinstance(segmentation, RunLengths):
        require_size(segmentation.size[1], segmentation.size[0], info, where)
        if isinstance(segmentation.counts, str):
            return sound_runs(Rle(size=size, counts=segmentation.counts), where)
        return packed_runs(segmentation.counts, size, where)
    _check_polygons(segmentation, info, where)
    merged = coco.merge(coco.frPyObjects(segmentation, info.height, info.width))
    if not coco.area(merged):
        return None
    return Rle(size=size, counts=merged["counts"].decode("ascii"))


def _check_polygons(polygons: Polygons, info: MediaInfo, where: str) -> None:
    length = 0.0
    for polygon in polygons:
        if len(polygon) < 6 or len(polygon) % 2:
            raise InputError(f"{where}: a polygon is x and y of three corners or more, not {len(polygon)} numbers.")
        corners = np.reshape(polygon, (-1, 2))
        with np.errstate(over="ignore", invalid="ignore"):
            length += float(np.abs(np.diff(corners, axis=0, append=corners[:1])).sum())
    if not length <= MOST_TURNS * (info.width + info.height):
        raise InputError(f"{where}: its polygons reach far beyond the frame, or hold what is no number.")


def _annotations(path: Path) -> Iterator[tuple[bytes, str]]:
    """The JSON of each, and where it is."""
    name = printable(path)
    for number, (_, item) in enumerate(json_items(path, "annotations", longest=LONGEST_ITEM), 1):
        yield item, f"{name}, annotation {number}"


def _frames(path: Path, source: FrameSource) -> dict[Id, int]:
    """Image -> frame."""
    frames: dict[Id, int] = {}
    names, file_name = FrameNames(source), printable(path)
    for number, (_, item) in enumerate(json_items(path, "images", longest=LONGEST_ITEM), 1):
        where = f"{file_name}, image {number}"
        image = decoded(item, _Image, where)
        if image.width is not None and image.height is not None:
            require_size(image.width, image.height, source.info, where)
        frame = image.frame
        if frame is None:
            frame = names.frame(image.file_name, where)
        if not 0 <= frame < source.info.frame_count:
            raise InputError(f"{where}: the video has no frame {frame}, but 0 to {source.info.frame_count - 1}.")
        if image.id in frames:
            raise InputError(f"{where}: there are two images {shown(image.id)}.")
        frames[image.id] = frame
    for frame, count in Counter(frames.values()).items():
        if count > 1:
            raise InputError(f"{printable(path)}: {count} images are frame {frame}; give the images of one video.")
    return frames


def _add_tracks(tracks: dict[str, set[Id]], path: Path, names: dict[Id, str]) -> None:
    """Add a file's to `tracks`: category's name -> its tracks."""
    for item, where in _annotations(path):
        found = decoded(item, _Whose, where)
        if found.track is not None:
            tracks[name_of(found.category_id, names, where)].add(found.track)
