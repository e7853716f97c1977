"""Actions on labels and their features."""

from functools import partial

from samannot_tui.errors import InputError
from samannot_tui.session.commands import AddLabel, ClearFeature, HideLabel, RenameLabel, SetFeature
from samannot_tui.session.events import LabelAdded
from samannot_tui.text import printable
from samannot_tui.tui.actions.base import ActionScreen


class LabellingActions(ActionScreen):
    """The active label is whose prompts are placed and whose features are shown."""

    def pick_label(self, label: int) -> None:
        if label in self.place.state.labels and label != self.place.label:
            self.place.keep(label=label)
            self.place.drop_corner()
            self.show_place()

    def action_pick_label(self, label: int) -> None:
        if label not in self.place.state.labels:
            raise InputError(f"There is no label {label}; a adds one.")
        self.pick_label(label)

    def action_next_label(self, rows: int) -> None:
        labels = list(self.place.state.labels)
        if self.place.label in labels:
            row = labels.index(self.place.label) + rows
            self.pick_label(labels[min(max(row, 0), len(labels) - 1)])

    def action_add_label(self) -> None:
        self.require_writable()
        self.ask(f"Name of label {self.place.state.next_label}", self._add_label_named, example="left child")

    async def _add_label_named(self, name: str) -> None:
        # Waited for: a prompt whose keys follow at once must not land on the label that was active before.
        await self.carried_out(self._add_label(name))

    async def _add_label(self, name: str) -> None:
        (added,) = await self.submit(AddLabel(name))
        if isinstance(added, LabelAdded):
            self.place.keep(label=added.label)
            self.place.drop_corner()
            self.show_place()
            self.say(f"Label {added.label} is {self.place.name_of(added.label)}: p places points on it, b a box.")

    def action_rename_label(self) -> None:
        self.require_writable()
        label = self.require_label()
        answer = partial(self._rename, label.id)
        self.ask(f"New name of label {label.id}", answer, value=printable(label.name))

    def _rename(self, label: int, name: str) -> None:
        self.carry_out(self._submit(RenameLabel(label, name)))

    def action_hide_label(self) -> None:
        label = self.require_label()
        self.carry_out(self._submit(HideLabel(label.id, not label.hidden)))

    def action_set_feature(self) -> None:
        self.require_writable()
        label = self.require_label()
        names = sorted(self.place.state.features.get(label.id, {}))
        question = f"Feature of {printable(label.name)} from frame {self.place.frame} on"
        begun = f"{names[0]} = " if len(names) == 1 else ""
        answer = partial(self._set_feature, label.id, self.place.frame)
        self.ask(question, answer, value=begun, example="posture = jumping")

    def _set_feature(self, label: int, frame: int, text: str) -> None:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError("A feature is typed as name = value, for example: posture = jumping.")
        self.carry_out(self._submit(SetFeature(label, name.strip(), frame, value.strip())))

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
            self.ask("Take back the change of", clear, value=here[0], example=", ".join(here))

    def _clear_feature(self, label: int, frame: int, name: str) -> None:
        self.carry_out(self._submit(ClearFeature(label, name.strip(), frame)))

    async def _submit(self, command: RenameLabel | HideLabel | SetFeature | ClearFeature) -> None:
        await self.client.submit(command)
