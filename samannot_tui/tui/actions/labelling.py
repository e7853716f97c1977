"""Actions on labels and their features."""

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
        self.ask("add_label", f"Name of label {self.place.state.next_label}", example="left child")

    def answer_add_label(self, text: str) -> None:
        self.carry_out(self._add_label(text))

    async def _add_label(self, name: str) -> None:
        (added,) = await self.client.submit(AddLabel(name))
        if isinstance(added, LabelAdded):
            self.place.keep(label=added.label)
            self.place.drop_corner()
            self.show_place()
            self.say(f"Label {added.label} is {added.name}. p places points on it, b a box.")

    def action_rename_label(self) -> None:
        self.require_writable()
        label = self.require_label()
        self.ask("rename_label", f"New name of label {label.id}", value=printable(label.name))

    def answer_rename_label(self, text: str) -> None:
        self.carry_out(self._submit(RenameLabel(self.require_label().id, text)))

    def action_hide_label(self) -> None:
        label = self.require_label()
        self.carry_out(self._submit(HideLabel(label.id, not label.hidden)))

    def action_set_feature(self) -> None:
        self.require_writable()
        label = self.require_label()
        names = sorted(self.place.state.features.get(label.id, {}))
        question = f"Feature of {printable(label.name)} from frame {self.place.frame} on"
        self.ask(
            "set_feature", question, value=f"{names[0]} = " if len(names) == 1 else "", example="posture = jumping"
        )

    def answer_set_feature(self, text: str) -> None:
        """Raises InputError where the answer has no `=`."""
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError("A feature is typed as name = value, for example: posture = jumping.")
        command = SetFeature(self.require_label().id, name.strip(), self.place.frame, value.strip())
        self.carry_out(self._submit(command))

    def action_clear_feature(self) -> None:
        here = self._changes_here()
        if not here:
            raise InputError("No feature of this label changes on this frame; go to the frame after the @.")
        if len(here) == 1:
            self.answer_clear_feature(here[0])
        else:
            self.ask("clear_feature", "Take back the change of", value=here[0], example=", ".join(here))

    def answer_clear_feature(self, text: str) -> None:
        self.carry_out(self._submit(ClearFeature(self.require_label().id, text.strip(), self.place.frame)))

    def _changes_here(self) -> list[str]:
        features = self.place.state.features.get(self.require_label().id, {})
        return sorted(name for name, feature in features.items() if self.place.frame in feature.frames)

    async def _submit(self, command: RenameLabel | HideLabel | SetFeature | ClearFeature) -> None:
        await self.client.submit(command)
