"""Exporting a session: written whole, then noted in its journal."""

from collections.abc import Callable, Sequence
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.export import ExportSummary, write_dataset
from samannot_tui.formats.hooks import script_writer
from samannot_tui.formats.registry import FORMATS, require_format
from samannot_tui.formats.selection import EVERYTHING, Selection
from samannot_tui.jobs.opening import Opened
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path
from samannot_tui.session.state import State
from samannot_tui.text import printable


def check_formats(formats: Sequence[str], script: Path | None = None) -> None:
    """Refuse what cannot be before any work is done.

    Raises:
        InputError: there is no such format, or the script has the name of one.
    """
    for name in formats:
        require_format(name)
    if script is not None and script.stem in (*FORMATS, *formats):
        raise InputError(f"{printable(script)} would write where the format of that name does; rename it.")


def export_session(
    opened: Opened,
    formats: Sequence[str],
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    script: Path | None = None,
    selection: Selection = EVERYTHING,
    zipped: bool = False,
    then: State | None = None,
) -> list[ExportSummary]:
    """Write the session into `out`/<format>/ for each format, and into `out`/<stem>/ for a person's own `script`.

    Args:
        then: write the annotation as it was then, see `session.past`.

    Raises as `check_formats`, `formats.hooks.script_writer` and `formats.export.write_dataset` do.
    """
    check_formats(formats, script)
    writers = {name: require_format(name).load() for name in formats}
    if script is not None:
        writers[script.stem] = script_writer(script)
    summaries = []
    for name, writer in writers.items():
        copy = Follower(opened.session, None if then is None else then.copy())
        summary = write_dataset(copy, opened.source, writer, name, out, progress, selection=selection, zipped=zipped)
        if opened.session.read_only is None:
            opened.session.submit(cmd.RecordExport(name, encode_path(summary.folder)))
        summaries.append(summary)
    return summaries
