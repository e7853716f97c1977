"""Reading `labels.json`, which lies in every export of ours: names and makers, which most formats have no room for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.formats.foreign_files import LABELS, read_inside
from samannot_tui.formats.labels_json import FrameEntry, LabelEntry
from samannot_tui.text import printable

_LEVELS = 4
"""A folder of masks is at most three below the export's: train/Annotations/<video>."""


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
        InputError: the folder has one that is not an export's.
    """
    for place in (folder, *folder.parents)[:_LEVELS]:
        path = place / LABELS
        if not path.is_file():
            continue
        try:
            content = msgspec.json.decode(read_inside(path, place), type=_Content)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            if place != folder:
                continue  # somebody else's, above the dataset
            raise InputError(
                f"{printable(path)} is not the labels.json of an export ({printable(error)}); mend or remove it."
            ) from error
        makers = {entry.frame: entry.masks for entry in content.frames}
        return Labels({label.id: label.name for label in content.labels}, makers)
    return Labels()
