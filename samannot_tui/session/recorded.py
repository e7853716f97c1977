"""What a session's files hold, read without a trace: no lock, no repair of a crash, no cache."""

import os
from collections.abc import Iterator
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.masks.log import MaskLog
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import JournalReader
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import Manifest, read_manifest
from samannot_tui.session.paths import decode_path
from samannot_tui.session.state import State
from samannot_tui.text import printable


class Recorded:
    """A session as it was when this was made; another program may go on writing to it.

    Attributes:
        folder: the session's folder.
        manifest: the video's facts.
        events: its history, up to the first line that cannot be trusted.
        masks: the mask log, which cannot be written to.
        lost: whether masks are known to be lost, by damage or a repair.
        notices: sentences about what cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        """Raises: InputError: not a session, or one that cannot be read at all."""
        if not os.path.lexists(folder / "session.json"):
            raise InputError(f"{printable(folder)} is not a session; a session is a folder with a session.json.")
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder / "session.json")
        # Before the masks: those that its events name are there by then.
        journal = JournalReader(folder / "journal.jsonl", self.manifest)
        size = self.manifest.height, self.manifest.width
        self.masks = MaskLog(folder / "masks.jsonl", size, self.manifest.frame_count, writable=False)
        self.events: tuple[AnyEvent, ...] = tuple(journal.state.history)
        self._log_lengths = {e.run: e.log_length for e in self.events if isinstance(e, ev.RunProgressed)}
        self._outcomes = {e.run: e.outcome for e in self.events if isinstance(e, ev.RunEnded)}
        self._media_path = journal.state.media_path
        damaged = {"journal.jsonl": journal.damaged_line, "masks.jsonl": self.masks.scan.damaged_line}
        self.notices = tuple(
            f"{name} is damaged at line {line}; only what comes before is looked at."
            for name, line in damaged.items()
            if line is not None
        )
        has_gaps = bool((self.masks.index.label[1 : self.masks.index.count + 1] == 0).any())
        self.lost = has_gaps or self.masks.scan.damaged_line is not None

    def media_file(self) -> Path:
        """Where the media is: as re-bound last, else as it was when the session was made."""
        return (self.folder / decode_path(self._media_path or self.manifest.media_path)).resolve()

    def walk(self) -> Iterator[tuple[AnyEvent, State, LiveMasks]]:
        """Each event with the annotation as it was just before it; of no use any more when the next one comes."""
        state = State()
        live = LiveMasks(self.masks.index, self.manifest.frame_count, state)
        for event in self.events:
            yield event, state, live
            state.apply(event)
            live.update(state, [event])

    def log_length(self, run: int) -> int:
        """Bytes of the mask log below which the run's records count."""
        return self._log_lengths.get(run, 0)

    def outcome(self, run: int) -> str | None:
        """How the run ended; None where it has not, or its end is lost."""
        return self._outcomes.get(run)

    def close(self) -> None:
        self.masks.close()
