"""Reading MOTS: text of RLE masks, or PNGs of 16 bits.

An object is an instance; its name is that in `labels.json` if that is there, else its number, class * 1000 +
instance. Objects of class 10 are regions to ignore, and ignored. Lost: as in `davis_reader`.
Source: https://www.vision.rwth-aachen.de/page/mots.
"""

from collections.abc import Iterator
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.export import safe_name
from samannot_tui.formats.foreign_files import by_frame, dataset_root, files_of, folder_of, open_inside, parts_of
from samannot_tui.formats.foreign_shapes import frame_numbered
from samannot_tui.formats.labelmap_reader import masks_of, read_values
from samannot_tui.formats.labels_reader import Labels, read_labels
from samannot_tui.formats.mots import FIRST_OBJECT
from samannot_tui.formats.reading import FoundObject, FrameNames, require_size, sound_runs
from samannot_tui.masks.rle import Rle
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

IGNORED_CLASS = 10
LONGEST_LINE = 2**20
_FIELDS = 6


def read(path: Path, media: FrameSource) -> Iterator[FoundObject]:
    """The objects of a text file, or of the media's text or pictures in a dataset.

    Raises:
        InputError: a line or picture is damaged, of another size, or of no frame of the media.
    """
    root = dataset_root(path)
    labels, frames = read_labels(root), FrameNames(media)
    if path.is_file():
        yield from _from_text(path, root, media, frames, labels)
        return
    for part in parts_of(root):
        text = _text_of(part, media)
        if text:
            yield from _from_text(text, root, media, frames, labels)
        else:
            yield from _from_pictures(part, root, media, frames, labels)


def _text_of(part: Path, media: FrameSource) -> Path | None:
    """The media's text file in a dataset, if there is one."""
    folder = part / "instances_txt"
    texts = files_of(folder if folder.is_dir() else part, ".txt")
    named = [text for text in texts if text.stem in (safe_name(media), media.path.name, media.path.stem)]
    return next(iter(named or (texts if len(texts) == 1 else [])), None)


def _from_text(path: Path, root: Path, media: FrameSource, frames: FrameNames, labels: Labels) -> Iterator[FoundObject]:
    with open_inside(path, root) as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            if line.strip():
                found = _from_line(line, f"{printable(path)}, line {number}", media, frames, labels)
                if found:
                    yield found


def _from_line(line: bytes, where: str, media: FrameSource, frames: FrameNames, labels: Labels) -> FoundObject | None:
    try:
        *numbers, counts = line.decode("ascii").split()
        frame, value, kind, height, width = map(int, numbers)
    except ValueError as error:
        raise InputError(f"{where} is not frame, object, class, height, width and RLE; mend or remove it.") from error
    require_size(width, height, media.info, where)
    mask = sound_runs(Rle((height, width), counts), where)
    if kind == IGNORED_CLASS:
        return None
    return _found(frame_numbered(frame, media, where), value, mask, labels, where)


def _from_pictures(
    part: Path, root: Path, media: FrameSource, frames: FrameNames, labels: Labels
) -> Iterator[FoundObject]:
    folder = folder_of(part, media, ".png", ("instances",))
    for frame, file in by_frame(files_of(folder, ".png"), frames.frame):
        for value, mask in masks_of(read_values(file, root, media)):
            if value // 1000 != IGNORED_CLASS:
                yield _found(frame, value, mask, labels, printable(file))


def _found(frame: int, value: int, mask: Rle, labels: Labels, where: str) -> FoundObject:
    label = value - FIRST_OBJECT
    if labels.names and label not in labels.names:
        raise InputError(f"{where} has object {value}, which labels.json does not name; mend or remove it.")
    name = labels.names.get(label, str(value))
    return FoundObject(frame, name, mask, person=labels.person(frame, label))
