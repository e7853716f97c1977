"""What the export dialog tells: what will be written, how far it is, what was written. All of it is safe to show."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Column, Table
from rich.text import Text

from samannot_tui.text import printable
from samannot_tui.tui.place import Place

if TYPE_CHECKING:
    # They import PyAV and pycocotools, which must not hold up the first paint.
    from samannot_tui.formats.export import ExportSummary
    from samannot_tui.jobs.export import ForeseenExport, ForeseenFormat

Rows = Iterator[tuple[str, str]]
"""A title and a text each; a row without a title goes on with what is above it."""
BAR_COLUMNS = 24
TITLE_COLUMNS = 7


def as_table(rows: Iterable[tuple[str, str]]) -> Table:
    """The rows as they are shown: a long text goes on below its beginning."""
    table = Table.grid(
        Column(style="bold", min_width=TITLE_COLUMNS, no_wrap=True),
        Column(ratio=1, overflow="fold"),
        padding=(0, 2, 0, 0),
    )
    for title, text in rows:
        table.add_row(Text(title), Text(text))
    return table


def counted(number: int, what: str) -> str:
    """`1 frame`, `2 frames`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def foreseen_rows(foreseen: "ForeseenExport") -> Rows:
    """What is taken; on each format, how much and where it goes; what cannot be held, by which formats."""
    absent = f', {foreseen.absent} of them "absent"' if foreseen.absent else ""
    yield (
        "Taken",
        f"{counted(foreseen.frames, 'annotated frame')}, {foreseen.first} to {foreseen.last}; "
        f"{counted(foreseen.masks, 'mask')} of {counted(len(foreseen.labels), 'label')}{absent}",
    )
    for each in foreseen.formats:
        yield printable(each.name), f"{_frames(each)}: {printable(each.place)}"
        if each.replaced:
            yield "", f"replaces an earlier export, {counted(each.replaced, 'file')}"
    sentences = dict.fromkeys(sentence for each in foreseen.formats for sentence in each.losses)
    for sentence in sentences:
        names = ", ".join(printable(each.name) for each in foreseen.formats if sentence in each.losses)
        yield "Note", f"{names}: {sentence}"


def _frames(foreseen: "ForeseenFormat") -> str:
    splits = ", ".join(f"{name} {frames}" for name, frames in foreseen.parts.items() if name)
    return f"{counted(foreseen.frames, 'frame')} ({splits})" if splits else counted(foreseen.frames, "frame")


def progress_rows(formats: Sequence[str], done: Mapping[str, tuple[int, int]], written: int) -> Rows:
    """How far each of the formats is, and all of them together.

    Args:
        done: format -> frames done and frames to do, of those that have begun.
        written: so many of them, the first ones, are complete.
    """
    for at, name in enumerate(formats):
        frames, total = done.get(name, (0, 1))
        if at < written:
            yield printable(name), f"{_bar(1)} done"
        elif name not in done:
            yield printable(name), _bar(0)
        else:
            rest = ", closing the files" if frames == total else ""
            yield printable(name), f"{_bar(frames / total)} {frames} of {counted(total, 'frame')}{rest}"
    shares = [1.0 if at < written else _share(done.get(name)) for at, name in enumerate(formats)]
    yield "together", f"{_bar(sum(shares) / len(shares))} {sum(shares) / len(shares):.0%}"


def _share(done: tuple[int, int] | None) -> float:
    return done[0] / done[1] if done else 0.0


def _bar(share: float) -> str:
    full = int(share * BAR_COLUMNS)
    return "━" * full + "╌" * (BAR_COLUMNS - full)


def summary_rows(formats: Sequence[str], summaries: "Sequence[ExportSummary]", place: Place) -> Rows:
    """What was written, format by format, and what a format could not hold, by the labels' names.

    Of the `formats` the first ones have summaries; the others were not written.
    """
    for each in summaries:
        wrote = ", ".join([counted(each.frames, "frame"), counted(each.labels, "label"), counted(each.files, "file")])
        yield printable(each.format), f"{wrote}: {printable(each.folder)}"
        if each.hidden_pixels:
            hidden = (f"{place.name_of(label)} {pixels}" for label, pixels in each.hidden_pixels.items())
            yield "", f"pixels under a smaller instance, so not in it: {', '.join(hidden)}"
        for notice in each.notices:
            yield "", printable(notice)
    for name in formats[len(summaries) :]:
        yield printable(name), "not written"
