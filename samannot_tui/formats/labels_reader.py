"""Reading `labels.json`, which lies in every export of ours: names and makers, which most formats have no room for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import LABELS, read_inside
from samannot_tui.formats.labels_json import FrameEntry, LabelEntry
from samannot_tui.formats.selection import SPLITS
from samannot_tui.text import printable

_LAYOUT = frozenset({"masks", "Annotations", "instances", "instances_txt", "labels", *SPLITS})
"""Folders of an export's own, below the one with its labels.json."""
_OF_VIDEOS = frozenset({"Annotations", "instances"})
"""Those of them that hold a folder for each video."""


class _Content(msgspec.Struct, frozen=True):
    labels: tuple[LabelEntry, ...]
    frames: tuple[FrameEntry, ...]


@dataclass(frozen=True)
class Labels:
    """What a `labels.json` says; nothing where there is none.

    Attributes:
        names: label ID -> name.
        makers: frame -> label ID -> "prompted", "propagated" or "edited".
    """

    names: Mapping[int, str] = field(default_factory=dict)
    makers: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    def person(self, frame: int, label: int) -> bool | None:
        """Whether a person made a label's mask on a frame; None if that is not known."""
        maker = self.makers.get(frame, {}).get(label)
        return None if maker is None else maker == "edited"


def read_labels(folder: Path) -> Labels:
    """The `labels.json` of an export that `folder` is, or is a part of.

    Raises:
        InputError: there is one that no export wrote.
    """
    while not (folder / LABELS).is_file():
        if folder.name not in _LAYOUT and folder.parent.name not in _OF_VIDEOS:
            return Labels()
        folder = folder.parent
    path = folder / LABELS
    try:
        content = msgspec.json.decode(read_inside(path, folder), type=_Content)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise InputError(
            f"{printable(path)} is not the labels.json of an export ({printable(error)}); mend or remove it."
        ) from error
    makers = {entry.frame: entry.masks for entry in content.frames}
    return Labels({label.id: label.name for label in content.labels}, makers)
