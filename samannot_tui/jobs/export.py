"""Exporting a session: written whole, then noted in its journal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.export import ExportSummary, write_dataset
from samannot_tui.formats.hooks import script_writer
from samannot_tui.formats.job import Writer
from samannot_tui.formats.registry import FORMATS, require_format
from samannot_tui.formats.selection import EVERYTHING, Selection
from samannot_tui.jobs.opening import Opened
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path
from samannot_tui.text import printable


@dataclass(frozen=True)
class Order:
    """What to export: formats by name, and a person's own script, from which part of the annotation.

    `zipped`: an archive for each instead of a folder.
    """

    formats: tuple[str, ...] = ()
    script: Path | None = None
    selection: Selection = EVERYTHING
    zipped: bool = False

    def check(self) -> None:
        """Refuse what cannot be before any work is done.

        Raises:
            InputError: there is no such format, or the script has the name of one.
        """
        for name in self.formats:
            require_format(name)
        if self.script is not None and self.script.stem in (*FORMATS, *self.formats):
            raise InputError(f"{printable(self.script)} would write where the format of that name does; rename it.")

    def writers(self) -> dict[str, Writer]:
        """Folder name -> what writes there. Raises as `formats.hooks` and `require_format` do."""
        writers = {name: require_format(name).load() for name in self.formats}
        if self.script is not None:
            writers[self.script.stem] = script_writer(self.script)
        return writers


def export_session(
    opened: Opened,
    order: Order,
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ExportSummary]:
    """Write the session into `out`/<format>/ for each format. Raises as `formats.export.export` does."""
    order.check()
    summaries = []
    for name, writer in order.writers().items():
        copy = Follower(opened.session)
        summary = write_dataset(
            copy, opened.source, writer, name, out, progress, selection=order.selection, zipped=order.zipped
        )
        if opened.session.read_only is None:
            opened.session.submit(cmd.RecordExport(name, encode_path(summary.folder)))
        summaries.append(summary)
    return summaries
