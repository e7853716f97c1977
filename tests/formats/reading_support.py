"""Imports in tests: a session beside made-up frames, what it shows of masks, and files that are not right."""

from pathlib import Path
from tempfile import mkdtemp

import pytest

from samannot_tui.errors import InputError
from samannot_tui.jobs.importing import Import, ImportPlan, Wishes
from samannot_tui.jobs.opening import Opened
from samannot_tui.masks.rle import decode
from samannot_tui.session.store import Session
from tests.formats.strategies import Masks
from tests.formats.support import INFO, ArraySource, tree


def empty_session(folder: Path, stems: tuple[str, ...] | None = None) -> Opened:
    """A session without labels; with `stems`, of a folder of images of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    info = INFO if stems is None else INFO.__class__("folder", len(stems), 25.0, INFO.width, INFO.height, "0" * 16)
    media = folder / "clip.mp4"
    return Opened(Session.create(folder / "new.samannot", media, info), ArraySource(media, info, stems), ())


def imported(opened: Opened, format_name: str, path: Path, wishes: Wishes | None = None) -> ImportPlan:
    found = Import(opened, format_name, path, wishes or Wishes())
    found.carry_out()
    return found.plan


def shown_masks(session: Session) -> dict[tuple[int, str], object]:
    """(frame, label's name) -> mask as nested lists, of every live record."""
    return {
        (frame, session.state.labels[label].name): decode(session.masks.read(record).rle).tolist()
        for frame in range(session.manifest.frame_count)
        for label, record in session.live.on_frame(frame).items()
    }


def masks_by_name(masks: Masks, *, absent: bool) -> dict[tuple[int, str], object]:
    """As `shown_masks`, of what `strategies.session_of` was given; masks without pixels where `absent`."""
    return {(frame, "abc"[label - 1]): mask.tolist() for (frame, label), mask in masks.items() if absent or mask.any()}


def refused(folder: Path, format_name: str, path: Path, match: str) -> None:
    """The import is refused in a sentence of one line, and the session is byte for byte as it was."""
    opened = empty_session(Path(mkdtemp(dir=folder)))
    before = tree(opened.session.folder)
    with pytest.raises(InputError, match=match) as refusal:
        imported(opened, format_name, path)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 1000
    assert tree(opened.session.folder) == before
    opened.close()
