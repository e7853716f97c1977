"""Actions that choose what lies on the picture, and how. No frame is sent for any of them where layers are stacked."""

from samannot_tui.session.view import VIEW_NAMES
from samannot_tui.tui.actions.base import ActionScreen


class LookingActions(ActionScreen):
    """All of it is kept with the session."""

    def action_cycle_view(self) -> None:
        """To the view after the one shown."""
        at = VIEW_NAMES.index(self.place.view)
        self.place.keep(view=VIEW_NAMES[(at + 1) % len(VIEW_NAMES)], compare=False)
        self.show_place()

    def action_compare(self) -> None:
        self.place.keep(compare=not self.place.kept.compare)
        self.show_place()

    def action_toggle_names(self) -> None:
        self.place.keep(names=not self.place.kept.names)
        self.show_place()

    def action_toggle_only_active(self) -> None:
        label = self.require_label()
        self.place.keep(only_active=not self.place.kept.only_active)
        self.show_place()
        name = self.place.name_of(label.id)
        self.say(f"Only {name} is shown; | shows all labels." if self.place.kept.only_active else "All labels.")

    def action_toggle_outline(self) -> None:
        self.place.keep(outline=not self.place.kept.outline)
        self.show_place()
        self._tell_tint()

    def action_change_opacity(self, percent: int) -> None:
        self.place.keep(opacity=min(max(self.place.kept.opacity + percent, 0), 100))
        self.show_place()
        self._tell_tint()

    def _tell_tint(self) -> None:
        kept = self.place.kept
        outline = "with" if kept.outline else "without"
        where = "" if self.place.view == "overlay" else " in the overlay; v changes the view"
        self.say(f"Masks are {kept.opacity} % opaque, {outline} outlines{where}.")
