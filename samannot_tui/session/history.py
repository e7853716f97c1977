"""A session's history: its events in order, and in words."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from samannot_tui.session import events as ev
from samannot_tui.session.describe import describe
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.journal import JournalReader
from samannot_tui.session.manifest import read_manifest
from samannot_tui.session.state import Label, State, count_step, step_of
from samannot_tui.text import printable


def read_history(folder: Path) -> tuple[State, str | None]:
    """The journal of a session's folder alone: neither masks nor media are looked at, and nothing is locked.

    Returns:
        The state, with all events in its history; what could not be read of it, as a sentence.

    Raises:
        InputError: not a session, or one that cannot be read at all.
    """
    journal = JournalReader(folder / "journal.jsonl", read_manifest(folder / "session.json"))
    if journal.damaged_line is None:
        return journal.state, None
    return journal.state, (
        f"journal.jsonl is damaged at line {journal.damaged_line} ({printable(journal.damage)}), so only what comes "
        "before is told."
    )


def told(history: Sequence[AnyEvent]) -> Iterator[tuple[AnyEvent, str]]:
    """Each event with what it was in words, names as they were then; safe to show."""
    then = State(history=list(history))
    names: list[ev.LabelAdded | ev.LabelRenamed] = []
    for event in history:
        yield event, describe(event, then)
        count_step(event, then.steps, then.redoable)
        match event:
            case ev.LabelAdded() | ev.LabelRenamed():
                names.append(event)
                then.labels[event.label] = Label(event.label, event.name)
            case ev.Undone() | ev.Redone():
                counting = set(then.steps)
                then.labels = {e.label: Label(e.label, e.name) for e in names if step_of(e) in counting}
