"""Actions on the features of the active label."""

from functools import partial

from samannot_tui.errors import InputError
from samannot_tui.session.commands import ClearFeature, RemoveFeature, SetFeature
from samannot_tui.session.conformity import objection
from samannot_tui.session.events import FeatureSet
from samannot_tui.session.queries import suggested_values
from samannot_tui.session.situation import frames_in_words
from samannot_tui.text import printable
from samannot_tui.tui.actions.base import ActionScreen

REMOVE = "remove "
YES = "yes"


class FeatureActions(ActionScreen):
    """A value holds from the frame where it is set until the next change."""

    def action_set_feature(self) -> None:
        self.require_writable()
        label = self.require_label()
        own = sorted(self.place.state.features.get(label.id, {}))
        values = suggested_values(self.place.state, label.id)
        suggestions = [
            each for name in values for each in ([f"{name} = {value}" for value in values[name]] or [f"{name} = "])
        ]
        question = f"Feature of {self.place.name_of(label.id)} from frame {self.place.frame} on"
        begun = f"{own[0]} = " if len(own) == 1 else ""
        answer = partial(self._set_feature, label.id, self.place.frame)
        removals = [REMOVE + name for name in own]
        self.ask(question, answer, begun, "posture = jumping", (*suggestions, *removals))

    def _set_feature(self, label: int, frame: int, text: str) -> None:
        name, equals, value = (part.strip() for part in text.partition("="))
        if equals:
            self.carry_out(self._set(SetFeature(label, name, frame, value)))
        elif text.startswith(REMOVE):
            self._ask_whether_to_remove(label, text.removeprefix(REMOVE).strip())
        else:
            raise InputError("A feature is typed as name = value, for example: posture = jumping.")

    async def _set(self, command: SetFeature) -> None:
        (done,) = await self.submit(command)
        assert isinstance(done, FeatureSet), "that is what the command asks for"
        state = self.place.state
        label = state.labels.get(done.label)  # an undo may have taken it away by now
        against = state.schema and label and objection(state.schema, label, done.name, done.value)
        if against:
            self.warn(against)
        name, since = f"{printable(done.name)} = {printable(done.value)}", f"from frame {done.frame} on"
        self.say(f"{name} of {self.place.name_of(done.label)} {since}.")

    def _ask_whether_to_remove(self, label: int, name: str) -> None:
        """Raises InputError where the label has no such feature."""
        feature = self.place.state.features.get(label, {}).get(name)
        if feature is None:
            raise InputError(f"{self.place.name_of(label)} has no feature {printable(name)}.")
        changes, frames = len(feature.frames), feature.frames
        where = f" ({changes} of them, {frames_in_words(frames[0], frames[-1])})" if frames else ""
        question = f"Take all changes of {printable(name)} away{where}?"
        self.ask(question, partial(self._remove_feature, label, name), YES, f"{YES}, or Esc to keep them")

    def _remove_feature(self, label: int, name: str, answer: str) -> None:
        if answer.strip().casefold() == YES:
            self.carry_out(self._take_away(RemoveFeature(label, name), "is gone on every frame"))
        else:
            self.say(f"{printable(name)} is kept.")

    def action_clear_feature(self) -> None:
        label, frame = self.require_label(), self.place.frame
        features = self.place.state.features.get(label.id, {})
        here = sorted(name for name, feature in features.items() if frame in feature.frames)
        if not here:
            raise InputError("No feature of this label changes on this frame; go to the frame after the @.")
        clear = partial(self._clear_feature, label.id, frame)
        if len(here) == 1:
            clear(here[0])
        else:
            self.ask("Take back the change of", clear, here[0], ", ".join(here), here)

    def _clear_feature(self, label: int, frame: int, name: str) -> None:
        command = ClearFeature(label, name.strip(), frame)
        self.carry_out(self._take_away(command, f"no longer changes at frame {frame}"))

    async def _take_away(self, command: RemoveFeature | ClearFeature, what: str) -> None:
        feature = f"{printable(command.name)} of {self.place.name_of(command.label)}"
        await self.submit_and_say(command, f"{feature} {what}; u brings it back.")
