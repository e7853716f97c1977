"""Events in words, for undo messages and the history."""

from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.state import State
from samannot_tui.text import printable


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
        case ev.MasksCleared(first=first, last=last):
            return f"clearing masks of frames {first} to {last}"
        case ev.MaskEdited(label=label, frame=frame):
            return f"the edited mask of {_name(label, state)}, frame {frame}"
        case _:
            return type(event).__name__


def _name(label: int, state: State) -> str:
    """A label's name now; its number where an undo has taken it away."""
    return printable(state.labels[label].name) if label in state.labels else f"label {label}"
