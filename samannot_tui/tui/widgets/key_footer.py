"""The footer with the keys."""

from textual.widgets import Footer


class KeyFooter(Footer):
    """Textual's, but of the keys that do not fit it shows nothing instead of a part of the first."""

    def on_mount(self) -> None:
        self.call_after_refresh(self._hide_parts)

    def on_resize(self) -> None:
        self.call_after_refresh(self._hide_parts)

    async def recompose(self) -> None:
        await super().recompose()
        self.call_after_refresh(self._hide_parts)

    def _hide_parts(self) -> None:
        for key in self.children:
            key.visible = key.region.right <= self.region.right
