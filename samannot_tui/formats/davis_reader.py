"""Reading label maps as PNG: what `davis` and `png` write, DAVIS itself, and any folder of such pictures.

A pixel's value is its label. Its name is that in `labels.json` if that is there, else the number. Without it, 255 is
"void": pixels of which nobody can tell whose they are. Lost: what overlaps hide, and that a label is absent.
Source: https://davischallenge.org/davis2017/code.html.
"""

from collections.abc import Iterator
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import by_frame, dataset_root, files_of, folder_of, parts_of
from samannot_tui.formats.labelmap_reader import masks_of, read_label_map
from samannot_tui.formats.labels_reader import read_labels
from samannot_tui.formats.reading import FoundObject, FrameNames
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

VOID = 255


def read(path: Path, media: FrameSource) -> Iterator[FoundObject]:
    """The labels of a folder of PNGs, or of the media's folder in a dataset.

    Raises:
        InputError: a picture is broken, of another size or kind, or of no frame of the media.
    """
    root = dataset_root(path)
    labels, frames = read_labels(root), FrameNames(media)
    for part in parts_of(root):
        folder = folder_of(part, media, ".png", ("masks", "Annotations"))
        for frame, file in by_frame(files_of(folder, ".png"), frames.frame):
            for value, mask in masks_of(read_label_map(file, root, media)):
                if value == VOID and value not in labels.names:
                    continue
                name = labels.names.get(value, "" if labels.names else str(value))
                if not name:
                    raise InputError(f"{printable(file)} has pixels of label {value}, which labels.json does not name.")
                yield FoundObject(frame, name, mask, person=labels.person(frame, value))
