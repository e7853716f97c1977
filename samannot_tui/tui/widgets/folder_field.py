"""A field for a folder's path: the arrow right at its end takes over how the path may go on."""

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester

from samannot_tui.session.location import is_session
from samannot_tui.text import printable
from samannot_tui.tui.typed_path import typed_path
from samannot_tui.tui.widgets.field import Field


class FolderField(Field):
    """Empty stands for `default`. A path that cannot be shown as it is, is none that a field can hold."""

    def __init__(self, folder: Path, default: Path, id: str) -> None:
        text = str(folder)
        shown = text if text == printable(text) else ""
        super().__init__(shown, placeholder=printable(default), suggester=FolderSuggester(), id=id, compact=True)
        self._default = default

    @property
    def folder(self) -> Path:
        """What is typed, as a whole path."""
        return typed_path(self.value).absolute() if self.value.strip() else self._default


class FolderSuggester(Suggester):
    """Suggests what `completed` finds."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed, value)


def completed(typed: str) -> str | None:
    """`typed`, completed to the first folder by name that begins so and is no session; None where there is none.

    Looks at the disk.
    """
    parent, _, begun = typed.rpartition("/")
    try:
        with os.scandir(typed_path(f"{parent}/") if parent or typed.startswith("/") else Path()) as entries:
            folders = [each for each in entries if each.name.startswith(begun) and each.is_dir()]
            names = sorted(each.name for each in folders if not is_session(Path(each)))
    except OSError:
        return None
    shown = (name for name in names if name == printable(name) and (begun or not name.startswith(".")))
    found = next(shown, None)
    return found and f"{typed[: len(typed) - len(begun)]}{found}/"
