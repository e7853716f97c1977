"""Which part of an annotation an export takes: labels, frames, and how they are split for training."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from samannot_tui.errors import InputError
from samannot_tui.session.reviews import Standing
from samannot_tui.session.state import State
from samannot_tui.text import printable

Frames = npt.NDArray[np.intp]
SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class Selection:
    """What to export; the default is everything.

    Attributes:
        labels: IDs or names; empty for all.
        first, last: frames, both included; `last` None for the media's last one.
        every: take each so-manieth frame, counted from `first`.
        shares: per cent of the frames for train, val and test; None for one dataset.
        only: masks of which a person says this, as they are now; None for all.
    """

    labels: tuple[str, ...] = ()
    first: int = 0
    last: int | None = None
    every: int = 1
    shares: tuple[int, int, int] | None = None
    only: Standing | None = None

    def label_ids(self, state: State) -> list[int]:
        """The chosen labels' IDs, rising.

        Raises:
            InputError: there is no such label.
        """
        if not self.labels:
            return sorted(state.labels)
        return sorted({_label_id(wanted, state) for wanted in self.labels})

    def frames(self, frame_count: int) -> range:
        """The chosen frames of a media with so many.

        Raises:
            InputError: it has no such frames.
        """
        last = frame_count - 1 if self.last is None else self.last
        if not 0 <= self.first <= last < frame_count:
            raise InputError(f"There are no frames {self.first}..{last}; the video has frames 0..{frame_count - 1}.")
        return range(self.first, last + 1, self.every)


EVERYTHING = Selection()


def _label_id(wanted: str, state: State) -> int:
    for label in state.labels.values():
        if label.name == wanted:
            return label.id
    if wanted.isascii() and wanted.isdigit() and int(wanted) in state.labels:
        return int(wanted)
    names = ", ".join(f"{label.id} {printable(label.name)}" for label in state.labels.values())
    raise InputError(f"There is no label {printable(wanted)}; labels are {names}.")


def parse_frames(text: str) -> tuple[int, int | None]:
    """First and last frame of `A..B`, `A..` or `..B`.

    Raises:
        InputError: it is nothing of the kind.
    """
    match = re.fullmatch(r"(\d{0,9})\.\.(\d{0,9})", text, re.ASCII)
    if match is None:
        raise InputError(f"{printable(text)} is no range of frames; give it as A..B, for example 0..99.")
    first, last = match.groups()
    return int(first or 0), int(last) if last else None


def parse_shares(text: str) -> tuple[int, int, int]:
    """Per cent for train, val and test of `80/10/10`, or for the first two of `80/20`.

    Raises:
        InputError: it is nothing of the kind, or they do not add up to 100.
    """
    match = re.fullmatch(r"(\d{1,3})/(\d{1,3})(?:/(\d{1,3}))?", text, re.ASCII)
    shares = [int(share or 0) for share in match.groups()] if match else []
    if sum(shares) != 100 or not shares[0]:
        raise InputError(f"{printable(text)} is no split; give per cent for train/val/test, for example 80/10/10.")
    return shares[0], shares[1], shares[2]


def split(frames: Frames, annotated: Frames, block_size: int, shares: Sequence[int]) -> dict[str, Frames]:
    """Give every block of frames to one of train, val and test, so that neighbouring frames lie in one of them.

    Each block goes where most of the share is missing so far, counted in annotated frames: so all three get
    pieces from all of the video. Where two blocks of different splits meet, the first frame of the later one is
    left out, for it would have its neighbour in another split.

    Args:
        frames: all chosen frames, rising. `annotated`: those of them that count.
        block_size: in frames of the media.
        shares: per cent for train, val and test.

    Returns:
        Split -> its frames, for those with a share.

    Raises:
        InputError: there are fewer annotated blocks than splits.
    """
    wanted = {name: share for name, share in zip(SPLITS, shares, strict=True) if share}
    blocks, sizes = np.unique(annotated // block_size, return_counts=True)
    if len(blocks) < len(wanted):
        raise InputError(
            f"A split into {', '.join(wanted)} needs {len(wanted)} annotated blocks of {block_size} frames, there "
            f"are {len(blocks)}; annotate more, or set a smaller block size."
        )
    owner = _owners(blocks.tolist(), sizes.tolist(), wanted)
    parts = {
        name: frames[np.isin(frames // block_size, [block for block in owner if owner[block] == name])]
        for name in wanted
    }
    straddling = [block * block_size for block in owner if owner.get(block - 1, owner[block]) != owner[block]]
    parts = {name: part[~np.isin(part, straddling)] for name, part in parts.items()}
    empty = [name for name, part in parts.items() if not np.isin(part, annotated).any()]
    if empty:
        raise InputError(
            f"A split into blocks of {block_size} frames leaves nothing for {', '.join(empty)}; annotate more, or set "
            "another block size."
        )
    return parts


def _owners(blocks: list[int], sizes: list[int], wanted: dict[str, int]) -> dict[int, str]:
    seen = 0
    given = dict.fromkeys(wanted, 0)
    owner: dict[int, str] = {}
    for at, (block, size) in enumerate(zip(blocks, sizes, strict=True)):
        seen += size
        without = [name for name in wanted if not given[name]]
        # The last blocks go to those that would otherwise get none.
        names = without if len(without) >= len(blocks) - at else list(wanted)
        name = max(names, key=lambda name: wanted[name] * seen / 100 - given[name])
        owner[block] = name
        given[name] += size
    return owner
