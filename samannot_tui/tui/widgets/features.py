"""The feature pane: the active label's feature values that hold on this frame."""

from textual.content import Content

from samannot_tui.text import printable
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.lines import Lines


class FeaturePane(Lines):
    """One line a feature: name, value, and the frame since which it holds."""

    DEFAULT_CSS = """
    FeaturePane { border: round $surface-lighten-2; border-title-color: $text-muted; height: auto;
                  min-height: 3; max-height: 8; }
    """

    def __init__(self, place: Place) -> None:
        super().__init__()
        self._place = place

    def refresh_features(self) -> None:
        """Features or the place have changed."""
        active = self._place.active
        self.border_title = Content(f"Features: {printable(active.name)}" if active else "Features")
        lines = [self._line(name) for name in sorted(self._place.state.features.get(active.id, {}))] if active else []
        self.show(Content("\n").join(lines) if lines else Content.styled(" f sets a feature", "dim"))

    def _line(self, name: str) -> Content:
        assert self._place.active is not None
        now = self._place.state.features[self._place.active.id][name].at(self._place.frame)
        if now is None:
            return Content.styled(f" {printable(name)}  –", "dim")
        since, value = now
        changes_here = since == self._place.frame
        return Content.assemble(
            f" {printable(name)}  ", (printable(value), "bold"), (f"  @{since}", "bold" if changes_here else "dim")
        )
