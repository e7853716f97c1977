"""A session on disk and its one writer: commands in, durable events out."""

import errno
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from samannot_tui.appendlog import seal
from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.log import MaskLog, NewMask
from samannot_tui.media.source import MediaInfo
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.commands import AnyCommand
from samannot_tui.session.decide import decide
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import JournalReader, JournalWriter, stamped
from samannot_tui.session.journal import now as present_time
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.lock import WriterLock, acquire
from samannot_tui.session.manifest import Manifest, manifest_of, read_manifest, sync_folder, write_atomically
from samannot_tui.session.paths import decode_path
from samannot_tui.session.situation import Situation
from samannot_tui.session.state import State
from samannot_tui.session.validate import records_named
from samannot_tui.text import printable

Listener = Callable[[tuple[AnyEvent, ...]], None]

# Commands whose events name mask records: the records must be durable before the journal says that they count.
_MASK_COMMANDS = (
    cmd.AddPrediction,
    cmd.EditMask,
    cmd.MarkAbsent,
    cmd.ReassignMasks,
    cmd.Import,
    cmd.ProgressRun,
    cmd.Retell,
)


class Session:
    """An opened session. All methods are safe to call from any thread.

    Attributes:
        folder: the session's folder.
        manifest: the video's facts.
        state, live: the annotation as the writer sees it; other threads keep a `Follower` of their own.
        masks: the mask log.
        notices: sentences about what opening it found and mended.
        read_only: why commands are refused, as a sentence; None where they are not.
        damaged: whether that is since its files are damaged, and only what comes before is shown.
        clock: gives the time that events are stamped with, RFC 3339 UTC.
    """

    def __init__(self, folder: Path, read_only: str | None = None) -> None:
        """Open; see `open` and `create`."""
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder / "session.json")
        lock = acquire(folder / "lock") if read_only is None else read_only
        self._lock: WriterLock | None = lock if isinstance(lock, WriterLock) else None
        self.read_only: str | None = None if self._lock else f"Read-only: {lock}."
        self.damaged = False
        self._mutex = threading.RLock()
        self._listeners: list[Listener] = []
        self.clock: Callable[[], str] = present_time
        try:
            self._load()
        except OSError as error:
            self._release()
            raise InputError(f"{printable(folder)} cannot be opened: {error.strerror}.") from error
        except BaseException:
            self._release()
            raise

    @classmethod
    def create(cls, folder: Path, media: Path, info: MediaInfo, events: Sequence[AnyEvent] = ()) -> "Session":
        """Make a new session for a video and open it.

        Args:
            events: what its journal begins with; see `Draft`.

        Raises:
            InputError: the folder exists already, or cannot be made there; then nothing was made.
        """
        journal = b"".join(seal(msgspec.json.encode(event)) for event in events)
        try:
            make_folder(folder, manifest_of(media, info, folder), journal)
        except OSError as error:
            raise InputError(f"{printable(folder)} cannot be made ({error.strerror}); choose another place.") from error
        return cls(folder)

    @classmethod
    def open(cls, folder: Path, *, read_only: str | None = None) -> "Session":
        """Open a session; read-only where another program writes to it or its files are damaged.

        Args:
            read_only: why nothing is to be written, in words: nothing in the folder changes then, and its lock is
                left to others.

        Raises:
            InputError: not a session, or one that cannot be read at all.
        """
        if not os.path.lexists(folder / "session.json"):
            raise InputError(f"{printable(folder)} is not a session; a session is a folder with a session.json.")
        return cls(folder, read_only)

    def _load(self) -> None:
        manifest = self.manifest
        journal = JournalReader(self.folder / "journal.jsonl", manifest)
        if journal.damaged_line is not None:
            self._refuse_writing("journal.jsonl", journal.damaged_line, journal.damage)
        size = manifest.height, manifest.width
        path = self.folder / "masks.jsonl"
        self.masks = MaskLog(
            path, size, manifest.frame_count, writable=self.read_only is None, index_file=self._index_file
        )
        if self.masks.scan.damaged_line is not None:
            self._refuse_writing("masks.jsonl", self.masks.scan.damaged_line, "its checksum does not fit")
        self.state = journal.state
        lost = _lost_records(self.state, self.masks)
        if lost:
            self._refuse_writing("masks.jsonl", self.masks.index.count + 1, f"{lost} of its masks are lost")
        self.live = LiveMasks(self.masks.index, manifest.frame_count, self.state)
        self.notices = self._notices(journal)
        self._journal: JournalWriter | None = None
        if self.read_only is None:
            (self.folder / "cache").mkdir(exist_ok=True)
            self._journal = JournalWriter(self.folder / "journal.jsonl", journal.good_length)
            self._close_cut_off_run()

    def _refuse_writing(self, name: str, line: int, why: str) -> None:
        self.damaged = True
        self.read_only = (
            f"Read-only: {name} is damaged at line {line} ({why}), so only what comes before is shown; "
            f"`samannot-tui repair {printable(self.folder)} --out NEW` makes a session that can be written to."
        )
        self._release()

    def _notices(self, journal: JournalReader) -> tuple[str, ...]:
        notices = []
        if self.read_only is None:
            for name, dropped in (
                ("journal.jsonl", journal.dropped_bytes),
                ("masks.jsonl", self.masks.scan.dropped_bytes),
            ):
                if dropped:
                    notices.append(f"{name}: dropped {dropped} bytes at its end that a crash left unfinished.")
        return tuple(notices)

    def _close_cut_off_run(self) -> None:
        """Keep what a run had finished when its program was cut off, and end it."""
        run = self.state.active_run
        if run is None:
            return
        recovered = len(self.masks.index.of_run(run.id, run.log_length, self.masks.length))
        if recovered:
            self.submit(cmd.ProgressRun(run.id, self.masks.length))
            self.notices += (f"Recovered {recovered} masks of a run that was cut off.",)
        self.submit(cmd.EndRun(run.id, "failed", "the program was cut off"))

    def subscribe(self, listener: Listener) -> None:
        """Have `listener` called with events as they become durable, in order, in the submitting thread.

        It must return at once and must not submit: post to a loop or a queue.
        """
        with self._mutex:
            self._listeners.append(listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Call `listener`, as it was given to `subscribe`, no more."""
        with self._mutex:
            self._listeners.remove(listener)

    def submit(self, command: AnyCommand) -> tuple[AnyEvent, ...]:
        """Carry out a command; when this returns, its events are on disk.

        Raises:
            InputError: the command is refused, or the session is read-only.
            JobError: the disk failed; nothing changed.
        """
        return self.submit_all(lambda state, live: [command])

    def submit_all(self, plan: Callable[[State, LiveMasks], Sequence[AnyCommand]]) -> tuple[AnyEvent, ...]:
        """Carry out what `plan` makes of the annotation as it is now: in one write, with nobody in between.

        Each command is decided as if it were the only one.

        Raises:
            As `submit`; then none of them is carried out.
        """
        with self._mutex:
            if self._journal is None:
                raise InputError(self.read_only or "The session is closed.")
            commands = plan(self.state, self.live)
            now = Situation(self.state, self.live, self.manifest, self.masks)
            try:
                decided = [decide(command, now) for command in commands]
                events = tuple(stamped(decided, self.state.last_seq, self.clock()))
                if not events:
                    return ()
                if any(isinstance(command, _MASK_COMMANDS) for command in commands):
                    self.masks.sync()
                self._journal.append(events)
            except OSError as error:
                raise _disk_error(self.folder, error) from error
            for each in events:
                self.state.apply(each)
            self.live.update(self.state, events)
            for listener in self._listeners:
                listener(events)
            return events

    def append_masks(self, masks: Sequence[NewMask]) -> list[int]:
        """Append masks to the mask log and return their record ids; an event must then make them live.

        Raises:
            InputError: the session is read-only.
            JobError: the disk failed; nothing changed.
        """
        with self._mutex:
            if self._journal is None:
                raise InputError(self.read_only or "The session is closed.")
            try:
                return self.masks.append(masks)
            except OSError as error:
                raise _disk_error(self.folder, error) from error

    def history(self) -> tuple[AnyEvent, ...]:
        """Every event so far, undone ones included."""
        with self._mutex:
            return tuple(self.state.history)

    def media_file(self) -> Path:
        """Where the media is: as re-bound last, else as it was when the session was made."""
        stored = self.state.media_path or self.manifest.media_path
        return (self.folder / decode_path(stored)).resolve()

    def close(self) -> None:
        """Close the files and give up the writer's lock. May be called twice."""
        with self._mutex:
            if self._journal is not None:
                self._keep_index()
                self._journal.close()
                self._journal = None
                self.read_only = "The session is closed."
            self.masks.close()
            self._release()

    @property
    def _index_file(self) -> Path | None:
        """None where a stranger's session would have it elsewhere."""
        cache = self.folder / "cache"
        return None if cache.is_symlink() else cache / "masks.index"

    def _keep_index(self) -> None:
        """For the next one to open a long session sooner; nothing is lost where the disk is full."""
        path = self._index_file
        with suppress(OSError):
            if path is not None and (packed := self.masks.packed_index()) is not None:
                write_atomically(path, packed)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def make_folder(folder: Path, manifest: Manifest, journal: bytes = b"", masks: bytes = b"") -> None:
    """Make a session's folder, and the folders that it is in, under another name first: all of it or nothing.

    Raises:
        InputError: something is there already.
        OSError: it cannot be made there.
    """
    if os.path.lexists(folder):
        raise InputError(f"{printable(folder)} exists already; open that session, or choose another place.")
    missing = [place for place in folder.absolute().parents if not place.exists()]
    temporary: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".samannot.", dir=folder.parent))
        temporary.chmod(0o755)
        (temporary / "cache").mkdir()
        write_atomically(temporary / "journal.jsonl", journal)
        write_atomically(temporary / "masks.jsonl", masks)
        write_atomically(temporary / "session.json", msgspec.json.format(msgspec.json.encode(manifest)))
        temporary = temporary.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        for place in missing:
            with suppress(OSError):  # never made, or somebody else uses it by now
                place.rmdir()
        raise


def _lost_records(state: State, masks: MaskLog) -> int:
    """How many masks, at least, the journal counts on that the log does not hold."""
    named = written = 0
    for event in state.history:
        if isinstance(event, ev.RunProgressed):
            written = max(written, event.log_length)
        else:
            named = max((named, *records_named(event)))
    return max(named - masks.index.count, int(written > masks.length))


def _disk_error(folder: Path, error: OSError) -> JobError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return JobError(f"The disk of {printable(folder)} is full; make room, then do it again. Nothing was lost.")
    return JobError(f"{printable(folder)} cannot be written to: {error.strerror}. The last action was not saved.")
