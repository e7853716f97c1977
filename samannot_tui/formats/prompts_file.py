"""The prompts file: labels and their prompts as JSON, for `track` (design section 9)."""

from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import encode
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.text import printable

LARGEST_FILE = 64 * 2**20


class LabelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label; IDs count from 1 in the order of the list."""

    id: int
    name: str


class PromptEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prompts of one label on one frame: a `box` XYXY, `points` (x, y, 1 positive or 0 negative), a `mask` PNG."""

    label: int
    frame: int
    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float, int], ...] = ()
    mask: str | None = None


class PromptsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    labels: tuple[LabelEntry, ...]
    prompts: tuple[PromptEntry, ...]


def read_prompts_file(path: Path) -> PromptsFile:
    """Read and check a prompts file.

    Raises:
        InputError: it cannot be read, is not of this form, or its labels are not numbered 1, 2, 3 and so on.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise InputError(f"{printable(path)} is too large for a prompts file.")
        content = msgspec.json.decode(data, type=PromptsFile)
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{printable(path)} is not a prompts file: {printable(error)}.") from error
    ids = [label.id for label in content.labels]
    if not ids or ids != list(range(1, len(ids) + 1)):
        raise InputError(
            f"{printable(path)}: the labels' IDs are {ids[:10]}; number them 1, 2, 3 and so on, since a label's "
            "ID is its pixel value in every export."
        )
    for number, entry in enumerate(content.prompts, 1):
        _check_entry(entry, f"{printable(path)}, prompt {number}", set(ids))
    if not content.prompts:
        raise InputError(f"{printable(path)} holds no prompts; give each label a box, points or a mask.")
    return content


def _check_entry(entry: PromptEntry, where: str, ids: set[int]) -> None:
    if entry.label not in ids:
        raise InputError(f"{where}: label {entry.label} is not among the labels of the file.")
    if entry.box is None and not entry.points and entry.mask is None:
        raise InputError(f"{where}: holds neither a box nor points nor a mask.")
    if any(sign not in (0, 1) for _, _, sign in entry.points):
        raise InputError(f"{where}: a point is x, y and then 1 (positive) or 0 (negative).")


def prompts_of(entry: PromptEntry, folder: Path) -> list[Prompt]:
    """The prompts of an entry; a mask's path is relative to `folder`.

    Raises:
        InputError: the mask cannot be read.
    """
    prompts: list[Prompt] = []
    if entry.mask is not None:
        prompts.append(_read_mask(folder / entry.mask, entry.label))
    if entry.box is not None:
        prompts.append(BoxPrompt(*entry.box))
    prompts += [PointPrompt(x, y, sign == 1) for x, y, sign in entry.points]
    return prompts


def _read_mask(path: Path, label: int) -> MaskPrompt:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            palette = image.mode == "P"
            pixels = np.asarray(image if palette else image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{printable(path)} is not a PNG that can be read ({printable(error)}).") from error
    mask = pixels == label if palette else pixels.any(axis=2)
    if not mask.any():
        wanted = f"equal to the label's ID, {label}" if palette else "that is not zero"
        raise InputError(f"{printable(path)} has no pixel {wanted}; give a mask of the instance.")
    return MaskPrompt(encode(np.ascontiguousarray(mask)))
