"""The journal: the session's events on disk, in order. What it holds, happened; what it lacks, did not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from samannot_tui.appendlog import AppendLog, Scan
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.state import State, fold
from samannot_tui.session.validate import check_event, check_named

# What folding an event raises that names a label, prompt, run or step which is not there.
CONTRADICTION = (KeyError, ValueError, IndexError)


def now() -> str:
    """The present, RFC 3339 UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamped(steps: Sequence[Sequence[AnyEvent]], last_seq: int, at: str) -> list[AnyEvent]:
    """The events of `steps` with their seq, counted on from `last_seq`, their step and the time `at`."""
    result: list[AnyEvent] = []
    for events in steps:
        first = last_seq + len(result) + 1
        for seq, event in enumerate(events, first):
            step = None if seq == first else first
            result.append(msgspec.structs.replace(event, seq=seq, at=at, step=step))
    return result


class JournalReader:
    """Reads a journal into a state.

    Attributes:
        state: the fold of every event up to the first that cannot be trusted.
        good_length: bytes of the journal up to there.
        dropped_bytes: length of an invalid tail, which a crash leaves behind.
        damaged_line: number of a line in the middle that cannot be trusted, None if all can.
        damage: why not.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self._scan = Scan(path)
        self._manifest = manifest
        self.damaged_line: int | None = None
        self.damage = ""
        self.good_length = 0
        events = self._trusted()
        self.dropped_bytes = self._scan.dropped_bytes
        if self._scan.damaged_line is not None:
            self.damaged_line, self.damage = self._scan.damaged_line, "its checksum does not fit"
        self.state = self._folded(events)

    def _trusted(self) -> list[AnyEvent]:
        decoder, events = msgspec.json.Decoder(AnyEvent), list[AnyEvent]()
        for line in self._scan.lines():
            try:
                event: AnyEvent = decoder.decode(line.body)
                check_event(event, line.number, self._manifest)
                check_named(event, events)
            except (ValueError, RecursionError) as error:
                self.damaged_line, self.damage = line.number, str(error)
                break
            self.good_length = line.offset + line.length
            events.append(event)
        return events

    def _folded(self, events: list[AnyEvent]) -> State:
        try:
            return fold(events)
        except CONTRADICTION as error:
            good = first_contradiction(events) or 0
            self.damaged_line = good + 1
            self.damage = f"it contradicts the lines before it ({error})"
            return fold(events[:good])


def first_contradiction(events: Sequence[AnyEvent]) -> int | None:
    """Index of the first event that makes no sense after the ones before it; None where all do."""
    low, high = 0, len(events)
    while low < high:
        middle = (low + high + 1) // 2
        try:
            fold(events[:middle])
            low = middle
        except CONTRADICTION:
            high = middle - 1
    return low if low < len(events) else None


class JournalWriter:
    """Appends events durably, or not at all."""

    def __init__(self, path: Path, good_length: int) -> None:
        self._log = AppendLog(path, good_length)

    def append(self, events: Sequence[AnyEvent]) -> None:
        """Write stamped events and fsync them.

        Raises:
            OSError: the disk is full or gone; the journal is as it was.
        """
        before = self._log.length
        self._log.append([msgspec.json.encode(event) for event in events])
        try:
            self._log.sync()
        except OSError:
            self._log.rollback(before)
            raise

    def close(self) -> None:
        self._log.close()
