"""Exporting a session: written whole, then noted in its journal."""

from collections.abc import Callable, Sequence
from pathlib import Path

from samannot_tui.formats.export import ExportSummary, export
from samannot_tui.formats.registry import require_format
from samannot_tui.jobs.opening import Opened
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from samannot_tui.session.paths import encode_path


def check_formats(formats: Sequence[str]) -> None:
    """Refuse unknown formats before any work is done.

    Raises:
        InputError: there is no such format.
    """
    for name in formats:
        require_format(name)


def export_session(
    opened: Opened,
    formats: Sequence[str],
    out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ExportSummary]:
    """Write the session into `out`/<format>/ for each format. Raises as `formats.export.export` does."""
    check_formats(formats)
    summaries = []
    for name in formats:
        summary = export(Follower(opened.session), opened.source, name, out, progress)
        if opened.session.read_only is None:
            opened.session.submit(cmd.RecordExport(name, encode_path(summary.folder)))
        summaries.append(summary)
    return summaries
