"""What a person asks of an export. It imports nothing heavy: the dialog is there at once."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.formats.selection import EVERYTHING, Selection


@dataclass(frozen=True)
class ExportRequest:
    """Which formats to write, each into its own folder (`zipped`: its own archive) in `out`.

    Attributes:
        formats: names, as `formats.registry` has them.
        script: a person's own exporter, see `formats.hooks`; its stem is the name of what it writes.
    """

    formats: tuple[str, ...]
    out: Path
    selection: Selection = EVERYTHING
    zipped: bool = False
    script: Path | None = None

    def command(self, session: Path) -> str:
        """The command that does the same from a shell."""
        return shlex.join(["samannot-tui", "export", str(session), *self._options()])

    def _options(self) -> Iterator[str]:
        chosen = self.selection
        for name in self.formats:
            yield from ("--format", name)
        for label in chosen.labels:
            yield from ("--labels", label)
        if chosen.first or chosen.last is not None:
            yield from ("--frames", f"{chosen.first}..{'' if chosen.last is None else chosen.last}")
        if chosen.every > 1:
            yield from ("--every", str(chosen.every))
        if chosen.only is not None:
            yield from ("--only", chosen.only.name.lower())
        if chosen.shares is not None:
            yield from ("--split", "/".join(map(str, chosen.shares)))
        if self.zipped:
            yield "--zip"
        if self.script is not None:
            yield from ("--script", str(self.script))
        yield from ("--out", str(self.out))
