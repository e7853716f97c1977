"""Actions on labels."""

from functools import partial

from samannot_tui.errors import InputError
from samannot_tui.session.commands import AddLabel, HideLabel, RenameLabel
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

    async def _submit(self, command: RenameLabel | HideLabel) -> None:
        await self.client.submit(command)
