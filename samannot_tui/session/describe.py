"""Events in words, for undo messages and the history."""

from itertools import islice, takewhile

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.situation import frames_in_words, names_of
from samannot_tui.session.state import State
from samannot_tui.text import printable

MOST_NAMES = 3


def describe(event: AnyEvent, state: State) -> str:
    """What a person did, in a few words ("a point on dog, frame 12"); safe to show."""
    match event:
        case ev.LabelAdded(name=name):
            return f"the label {printable(name)}"
        case ev.LabelRenamed(label=label, name=name):
            return f"renaming label {label} to {printable(name)}"
        case ev.LabelHidden(label=label, hidden=hidden):
            return f"{'hiding' if hidden else 'showing'} {_name(label, state)}"
        case ev.PromptAdded(label=label, frame=frame, prompt=prompt):
            return f"a {prompt.__struct_config__.tag} on {_name(label, state)}, frame {frame}"
        case ev.PromptRemoved(prompt=prompt):
            added = state.event(prompt)
            return f"removing {describe(added, state)}"
        case ev.FeatureSet(label=label, name=name, frame=frame, value=value):
            return f"{printable(name)} = {printable(value)} of {_name(label, state)} from frame {frame}"
        case ev.FeatureCleared(label=label, name=name, frame=frame):
            return f"clearing {printable(name)} of {_name(label, state)} at frame {frame}"
        case ev.FeatureRemoved(label=label, name=name):
            return f"removing {printable(name)} of {_name(label, state)}"
        case ev.BarrierSet(frame=frame):
            return f"the barrier at frame {frame}"
        case ev.BarrierCleared(frame=frame):
            return f"clearing the barrier at frame {frame}"
        case ev.RunStarted(plan=plan):
            return f"the run {plan.direction} from frame {plan.start}"
        case ev.RunProgressed(run=run):
            return f"{_run(run, state)} goes on"
        case ev.RunEnded(run=run, outcome=outcome, reason=reason):
            words = {"finished": "finished", "ended": "was ended", "failed": "failed"}[outcome]
            return f"{_run(run, state)} {words}{f' ({printable(reason)})' if reason else ''}"
        case ev.MaskPredicted(label=label, frame=frame):
            return f"the engine's mask of {_name(label, state)}, frame {frame}"
        case ev.SettingChanged(name=name, value=value):
            return f"{printable(name).replace('_', ' ')} = {printable(value)}"
        case ev.SchemaAdopted():
            return "the schema"
        case ev.MediaRebound(path=path):
            return f"the video found at {printable(path)}"
        case ev.Exported(format=name, path=path):
            return f"the export as {printable(name)} to {printable(path)}"
        case ev.SessionReplayed(source=source, events=events):
            return f"all before is the {events} events of {printable(source)}, done again"
        case ev.Undone(target=step) | ev.Redone(target=step):
            return f"{type(event).__name__.lower()}: {describe_step(step, state)}"
        case ev.EventLost():
            return "an event that was lost"
        case ev.MasksCleared(labels=labels, first=first, last=last):
            return f"clearing masks of {_names(labels, state)}, {frames_in_words(first, last)}"
        case ev.MaskEdited(label=label, frame=frame):
            return f"the edited mask of {_name(label, state)}, frame {frame}"
        case ev.MarkedAbsent(label=label, first=first, last=last):
            return f"{_name(label, state)} marked absent, {frames_in_words(first, last)}"
        case ev.Imported(path=path):
            return f"the import of {printable(path)}"
        case ev.MasksReassigned():
            return _describe_reassigned(event, state)
        case ev.ReviewMarked(label=label, first=first, last=last, verdict=verdict):
            return f"{_name(label, state)} judged {verdict}, {frames_in_words(first, last)}"
        case ev.ReviewWithdrawn(label=label, first=first, last=last):
            return f"a verdict on {_name(label, state)} taken back, {frames_in_words(first, last)}"
        case ev.SampleDrawn(frames=frames):
            return f"{len(frames)} frames drawn at random"
        case _:
            return type(event).__name__


def describe_step(step: int, state: State) -> str:
    """As `describe`, of all that the undo step which began with event `step` did."""
    following = islice(state.history, step - 1, None)
    own = takewhile(lambda event: step in (event.seq, event.step) or isinstance(event, ev.EventLost), following)
    events = [event for event in own if not isinstance(event, ev.EventLost)]
    if not events:
        return "what was lost"
    first, frames = events[0], {getattr(event, "frame", None) for event in events}
    if len(events) == 1:
        return describe(first, state)
    if isinstance(first, ev.PromptAdded) and len(frames) == 1:
        labels = dict.fromkeys(event.label for event in events if isinstance(event, ev.PromptAdded))
        return f"{len(events)} prompts on {_names(tuple(labels), state)}, frame {first.frame}"
    if isinstance(first, ev.BarrierSet):
        return f"{len(events)} barriers from frame {first.frame} on"
    if isinstance(events[-1], ev.MasksReassigned | ev.Imported):
        return describe(events[-1], state)  # what its labels were made for
    return f"{describe(first, state)}, and {len(events) - 1} more"


def _describe_reassigned(event: ev.MasksReassigned, state: State) -> str:
    label, other = _name(event.label, state), _name(event.other, state)
    where = frames_in_words(event.first, event.last)
    match event.kind:
        case "swap":
            return f"swap of {label} and {other}, {where}"
        case "merge":
            return f"merge of {label} into {other}, {where}"
        case "split":
            return f"split of {label}, which became {other}, {where}"


def _names(labels: tuple[int, ...], state: State) -> str:
    return names_of(labels, state) if len(labels) <= MOST_NAMES else f"{len(labels)} labels"


def _run(run: int, state: State) -> str:
    return describe(state.event(run), state)


def _name(label: int, state: State) -> str:
    return names_of((label,), state)
