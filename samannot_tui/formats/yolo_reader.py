"""Reading YOLO text files: outlines, or boxes of a detector.

In our own exports (`labels.json` lies beside them) a class is a label, and its lines in one file are its parts.
Elsewhere each line is an instance, numbered on its frame, which says nothing of which is which from frame to frame.
The classes' names are those in `data.yaml`, or in `classes.txt`, a name a line; without either, their numbers.
A line is a class, then x y width height of a box (its centre, over width and height of the picture) or x y of at
least three corners; a confidence may follow. Outlines are filled as Ultralytics does: corners cut off to whole
pixels (but for the five digits or more that numbers are written with), then OpenCV's `fillPoly`, the outline included.
Lost: holes, and parts of fewer than three corners; that a label is absent; which names have unprintable characters.
Source: https://docs.ultralytics.com/datasets/segment/; `polygons2masks` and `verify_image_label` in Ultralytics.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import yaml

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import by_frame, dataset_root, files_of, parts_of, read_inside
from samannot_tui.formats.foreign_shapes import Numbers
from samannot_tui.formats.labels_reader import Labels, read_labels
from samannot_tui.formats.reading import FoundObject, FrameNames, shown
from samannot_tui.formats.yolo import FEWEST_CORNERS
from samannot_tui.masks.rle import Rle, encode
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

LARGEST_YAML = 2**20
_SLACK = 0.01
"""How far outside the picture Ultralytics lets a coordinate lie."""
_LAST_DIGIT = 1e-5
"""What the last digit stands for in a file of the tool that writes fewest: supervision has five, others six."""
_BOX = 4
_CLASSES = "classes.txt"
_OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
_DEEPEST = 16
_USES = ("train", "val", "test")


def read(path: Path, media: FrameSource) -> Iterator[FoundObject]:
    """The objects of a dataset, given as its folder or its `data.yaml`, or of a folder of text files.

    Raises:
        InputError: a file or line is damaged, is of no frame of the media, or names an unknown class.
    """
    root = dataset_root(path)
    names, folders = _contents(path, root)
    labels, taken = read_labels(root), set(names.values())
    for folder in folders:
        files = [file for file in files_of(folder, ".txt") if file.name != _CLASSES]
        for frame, file in by_frame(files, _Frames(media, files).frame):
            numbers = Numbers(taken)
            for number, line in enumerate(_lines(file, root), 1):
                if line.strip():
                    found = _found(line, f"{printable(file)}, line {number}", frame, names, labels, media)
                    yield found if labels.names else replace(found, name=numbers.name(frame, found.name))


def _contents(path: Path, root: Path) -> tuple[dict[int, str], list[Path]]:
    """The classes' names, none where nothing tells them, and the folders of text files."""
    if path.is_file() and path.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(f"{printable(path)} is one file of a dataset; give its folder, or its data.yaml.")
    sheets = [path] if path.is_file() else [root / "data.yaml"]
    if not sheets[0].is_file():
        sheets = files_of(root, ".yaml") + files_of(root, ".yml")
    if len(sheets) > 1:
        raise InputError(f"{printable(root)} has several YAML files; give the one of the dataset.")
    if sheets:
        names, folders = _from_sheet(sheets[0], root)
    else:
        listed = _lines(root / _CLASSES, root) if (root / _CLASSES).is_file() else []
        names, folders = {index: name.strip() for index, name in enumerate(listed)}, []
    folders = folders or [part / "labels" if (part / "labels").is_dir() else part for part in parts_of(root)]
    folders = [folder for folder in folders if folder.is_dir() and files_of(folder, ".txt")]
    if not folders:
        raise InputError(f"{printable(path)} has no .txt files where labels are looked for; give the dataset's folder.")
    return names, folders


def _from_sheet(sheet: Path, root: Path) -> tuple[dict[int, str], list[Path]]:
    """The names in a sheet, and the folders of text files beside those of pictures that it names, if any."""
    where = printable(sheet)
    try:
        text = read_inside(sheet, root, LARGEST_YAML).decode()
        _check_tame(text, where)
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{where} is not YAML that can be read; mend it.") from error
    if not isinstance(content, dict):
        raise InputError(f"{where} does not describe a dataset; it needs train, val and names.")
    names = _names(content.get("names"), where)
    pictures = [_pictures(name, content, root, where) for use in _USES for name in _listed(content.get(use), where)]
    return names, list(dict.fromkeys(_beside(folder, root) for folder in pictures))


def _check_tame(text: str, where: str) -> None:
    """Raises:
    InputError: reading the YAML could take time or memory without bound.
    yaml.YAMLError: it is not YAML.
    """
    depth = 0
    for token in yaml.scan(text):
        if isinstance(token, yaml.AliasToken):
            raise InputError(f"{where} has aliases, which can grow without bound; write out what they stand for.")
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > _DEEPEST:
            raise InputError(f"{where} has lists in lists, {depth} deep; it needs train, val and names.")


def _listed(value: object, where: str) -> list[str]:
    """One folder or several, as text; none where the use is not named."""
    values = value if isinstance(value, list) else [] if value is None else [value]
    texts = [text for text in values if isinstance(text, str)]
    if len(texts) < len(values) or any(text.endswith(".txt") for text in texts):
        raise InputError(f"{where}: train, val and test must name folders of pictures.")
    return texts


def _pictures(name: str, content: dict[object, object], root: Path, where: str) -> Path:
    """The folder of pictures that a sheet names, in the dataset.

    As in Ultralytics, a leading "../" that leads out of the dataset, as Roboflow writes it, does not count.
    """
    base = content.get("path")
    bases = [root / base] if isinstance(base, str) else []
    for folder in (*(place / name for place in bases), root / name, root / name.removeprefix("../")):
        try:
            resolved = folder.resolve()
        except (OSError, RuntimeError, ValueError):
            continue
        if resolved.is_relative_to(root) and resolved.is_dir():
            return resolved
    raise InputError(f"{where}: {shown(name)} is no folder in the dataset; put data.yaml into the dataset's folder.")


def _beside(pictures: Path, root: Path) -> Path:
    """The folder of labels of one of pictures: the last "images" in its path is "labels" instead."""
    parts = pictures.relative_to(root).parts
    for place in reversed(range(len(parts))):
        if parts[place] == "images":
            return root.joinpath(*parts[:place], "labels", *parts[place + 1 :])
    return pictures


def _names(value: object, where: str) -> dict[int, str]:
    pairs = list(enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ())
    names = {int(index): str(name) for index, name in pairs if isinstance(index, int) and isinstance(name, str | int)}
    if not names or len(names) < len(pairs):
        raise InputError(f"{where}: names must give each class its name, by number from 0 or in order.")
    return names


class _Frames:
    """The frames of a folder's text files.

    Ultralytics names those of a video by the video's name and a number from 1 ("clip_1.txt").
    """

    def __init__(self, media: FrameSource, files: list[Path]) -> None:
        self._names = FrameNames(media)
        self._of_video = re.compile(re.escape(media.path.stem) + r"_([1-9]\d{0,8})")
        self._from_one = media.info.kind == "video" and all(
            self._of_video.fullmatch(file.stem) is not None for file in files
        )

    def frame(self, name: str, where: str) -> int:
        """As `FrameNames.frame`."""
        found = self._of_video.fullmatch(Path(name).stem) if self._from_one else None
        return self._names.frame(str(int(found[1]) - 1) if found else name, where)


def _lines(path: Path, root: Path) -> list[str]:
    try:
        return read_inside(path, root).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{printable(path)} is not UTF-8 text; mend or remove it.") from error


def _found(line: str, where: str, frame: int, names: dict[int, str], labels: Labels, media: FrameSource) -> FoundObject:
    try:
        numbers = [float(word) for word in line.split()]
        index, values = int(numbers[0]), numbers[1:]
    except (ValueError, OverflowError) as error:
        raise InputError(f"{where} is not a class and numbers; mend or remove it.") from error
    if index != numbers[0] or index < 0 or (names and index not in names):
        raise InputError(f"{where}: there is no class {numbers[0]:g} among the {len(names)} names; mend or remove it.")
    if len(values) < _BOX:
        raise InputError(f"{where} has neither a box nor three corners; mend or remove it.")
    score = values.pop() if len(values) % 2 else None
    if score is not None and not 0 <= score <= 1:
        raise InputError(f"{where}: what follows the coordinates is no confidence from 0 to 1; mend or remove it.")
    if not all(-_SLACK <= value <= 1 + _SLACK for value in values):
        raise InputError(f"{where}: coordinates go from 0 to 1; divide them by the picture's width and height.")
    box, mask = (_box(values, media), None) if len(values) == _BOX else (None, _filled(values, media))
    name = names.get(index, str(index))
    return FoundObject(frame, name, mask, box, person=labels.person(frame, index + 1), score=score)


def _box(values: list[float], media: FrameSource) -> tuple[float, float, float, float]:
    """The box between the centres of the outermost pixels that it covers, from one between its edges."""
    x, y, width, height = values
    size_x, size_y = media.info.width, media.info.height
    left, top = (x - width / 2) * size_x, (y - height / 2) * size_y
    return left, top, left + max(width * size_x - 1, 0), top + max(height * size_y - 1, 0)


def _filled(values: list[float], media: FrameSource) -> Rle | None:
    size = np.array([media.info.width, media.info.height])
    corners = (np.array(values).reshape(-1, 2) + _LAST_DIGIT / 2) * size
    assert len(corners) >= FEWEST_CORNERS
    mask = np.zeros((media.info.height, media.info.width), np.uint8)
    cv2.fillPoly(mask, [np.floor(corners).astype(np.int32)], (1,))
    return encode(mask.view(np.bool_)) if mask.any() else None
