"""The feature pane: the active label's feature values that hold on this frame."""

from textual.content import Content

from samannot_tui.session.conformity import objection
from samannot_tui.session.queries import rules_for
from samannot_tui.session.state import Label
from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.lines import Lines


class FeaturePane(Lines):
    """One line a feature: name, value (! where the schema forbids it), since which frame (◆ set on this one)."""

    DEFAULT_CSS = """
    FeaturePane { border: round $surface-lighten-2; border-title-color: $text-muted; height: auto;
                  min-height: 3; max-height: 8; }
    """

    def __init__(self, place: Place, is_read_only: bool) -> None:
        super().__init__()
        self._place = place
        self._hint = "" if is_read_only else " f sets a feature"

    def refresh_features(self) -> None:
        """Features or the place have changed."""
        active = self._place.active
        self.border_title = Content(f"Features: {printable(active.name)}" if active else "Features")
        lines = [self._line(active, name) for name in self._names(active)] if active else []
        self.show(Content("\n").join(lines) if lines else Content.styled(self._hint, "dim"))

    def _names(self, active: Label) -> list[str]:
        """Features that it has, and those that the schema means it to have."""
        state = self._place.state
        return sorted({*state.features.get(active.id, {}), *(rules_for(state, active.id) if state.schema else ())})

    def _line(self, active: Label, name: str) -> Content:
        state, frame = self._place.state, self._place.frame
        feature = state.features.get(active.id, {}).get(name)
        now = feature.at(frame) if feature else None
        if now is None:
            return Content.styled(f" {printable(name)}  –", "dim")
        since, value = now
        warned = state.schema and objection(state.schema, active, name, value)
        return Content.assemble(
            f" {printable(name)}  ",
            (printable(value), "bold"),
            (" !", "bold yellow") if warned else "",
            (f"  ◆ @{since}", "bold") if since == frame else (f"  @{since}", "dim"),
        )
