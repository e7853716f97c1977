"""The timeline's rows: which glyph, in which colour, stands for what. Shapes tell as much as colours do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from samannot_tui.session.live import MaskKind
from samannot_tui.tui.tracks import Columns, Tracks

TITLES = ("video", "prompts", "· active", "masks", "· active", "barriers", "flags", "features")
SHORT_TITLES = ("video", "prompts", "masks")

PLAIN = Style(color="#6b7280")
DONE = Style(color="#2e9f4d")
BLOCK = Style(color="#e5e7eb")
STALE = Style(color="#ff9f0a", bold=True)
PROMPT = Style(color="#4169ff", bold=True)
MASK = Style(color="#2e9f4d")
BARRIER = Style(color="#ff3b30", bold=True)
FLAG = Style(color="#ff9f0a", bold=True)
CURSOR = Style(color="#000000", bgcolor="#ffd60a")
ZOOMED = Style(color="#ffd60a", bold=True)

Cell = tuple[str, Style]
EMPTY: Cell = ("·", PLAIN)
BLOCK_START: Cell = ("┊", PLAIN)
BARRED: Cell = ("┃", BARRIER)
ABSENT_GLYPH, PART_GLYPH, MASK_GLYPH, EDITED_GLYPH = "○", "─", "▬", "■"
PROMPT_GLYPH, FEATURE_GLYPH, BOTH_GLYPH = "◆", "▲", "▀"
FLAG_GLYPH, OTHERS_FLAG_GLYPH = "!", ":"
STALE_GLYPH, ZOOM_GLYPHS = "╳", "[]"


@dataclass(frozen=True, eq=False)
class Row:
    """A row of cells: `codes` (columns,) are numbers of `cells`."""

    cells: Sequence[Cell]
    codes: npt.NDArray[np.intp]

    def segments(self) -> Iterator[Segment]:
        """One for each stretch of equal cells."""
        starts = [0, *(np.flatnonzero(np.diff(self.codes)) + 1).tolist()]
        for start, end in zip(starts, [*starts[1:], len(self.codes)], strict=True):
            glyph, style = self.cells[self.codes[start]]
            yield Segment(glyph * (end - start), style)


def video_row(whole: Tracks, block: Columns, zoomed: Columns | None, *, barriers: bool) -> Row:
    """Blocks of the whole video, done, begun, open or stale, the active one (`block`) bright.

    `zoomed` are the columns that the other rows show magnified; None where these show the whole video, too.
    With `barriers` those cross it.
    """
    done = whole.whole
    glyph = np.select([whole.stale, whole.block_start, done, whole.masks > MaskKind.NONE], [4, 3, 2, 1], 0)
    glyphs = ("░", "▓", "█", "▏", STALE_GLYPH)
    cells: list[Cell] = []
    for style, of_stale in ((PLAIN, STALE), (DONE, STALE), (BLOCK, BLOCK)):
        cells += [(each, of_stale if each == STALE_GLYPH else style) for each in glyphs]
    codes = glyph + len(glyphs) * np.where(block, 2, np.where(done, 1, 0))
    cells += [BARRED, *((each, ZOOMED) for each in ZOOM_GLYPHS)]
    if barriers:
        codes[whole.barriers] = len(cells) - 3
    if zoomed is not None:
        codes[np.flatnonzero(zoomed)[[0, -1]]] = len(cells) - 2, len(cells) - 1
    return Row(cells, codes)


def tall_rows(shown: Tracks, own: Style) -> tuple[Row, ...]:
    """All rows but the video's; `own` is the active label's colour."""
    return (
        _marked(shown.prompts, (PROMPT_GLYPH, PROMPT)),
        _marked(shown.active_prompts, (PROMPT_GLYPH, own)),
        _masks(shown.masks, shown.whole, MASK),
        _masks(shown.active_masks, shown.active_whole, own),
        Row((EMPTY, BLOCK_START, BARRED), np.where(shown.barriers, 2, shown.block_start)),
        Row((EMPTY, (OTHERS_FLAG_GLYPH, FLAG), (FLAG_GLYPH, FLAG)), _flags(shown)),
        _marked(shown.features, (FEATURE_GLYPH, own)),
    )


def short_rows(shown: Tracks, own: Style) -> tuple[Row, ...]:
    """Prompts and features in one row, all masks in another: the upper half of a mark says "any label", the lower
    half "the active one", which also gives the shape of a mask. A flag of the active label's takes a mask's place.
    """
    upper, lower = (PROMPT, PROMPT + Style(bgcolor=own.color))
    cells = (EMPTY, (FEATURE_GLYPH, own), (BOTH_GLYPH, upper), (BOTH_GLYPH, lower))
    prompts = np.select([shown.active_prompts, shown.prompts, shown.features], [3, 2, 1], 0)
    has_own = shown.active_masks > MaskKind.NONE
    lower = Style(color=MASK.color, bgcolor=own.color)
    masks = (
        *(EMPTY, (ABSENT_GLYPH, MASK), (BOTH_GLYPH, MASK), (EDITED_GLYPH, MASK)),
        *(EMPTY, (ABSENT_GLYPH, own), (BOTH_GLYPH, lower), (EDITED_GLYPH, own)),
        (FLAG_GLYPH, FLAG),
    )
    codes = np.where(has_own, shown.active_masks + 4, shown.masks).astype(np.intp)
    return Row(cells, prompts), Row(masks, np.where(shown.active_flags, len(masks) - 1, codes))


def _flags(shown: Tracks) -> npt.NDArray[np.intp]:
    """0 none, 1 another label's, 2 the active one's."""
    return np.where(shown.active_flags, 2, shown.flags).astype(np.intp)


def _marked(columns: Columns, mark: Cell) -> Row:
    return Row((EMPTY, mark), columns.astype(np.intp))


def _masks(kinds: npt.NDArray[np.uint8], whole: Columns, style: Style) -> Row:
    """By MaskKind; last a model's masks on some of the column's frames only."""
    cells = (EMPTY, (ABSENT_GLYPH, style), (MASK_GLYPH, style), (EDITED_GLYPH, style), (PART_GLYPH, style))
    return Row(cells, np.where((kinds == MaskKind.MODEL) & ~whole, 4, kinds).astype(np.intp))


_LEGEND: tuple[tuple[str, Style, str], ...] = (
    ("▼", CURSOR, "this frame"),
    ("█", DONE, "done"),
    ("▓", PLAIN, "begun"),
    ("░", PLAIN, "open"),
    ("█", BLOCK, "the active block"),
    (STALE_GLYPH, STALE, "stale: run it again"),
    (ZOOM_GLYPHS, ZOOMED, "the part zoomed in on"),
    (PROMPT_GLYPH, PROMPT, "prompts"),
    (MASK_GLYPH, MASK, "masks"),
    (PART_GLYPH, MASK, "on some frames"),
    (EDITED_GLYPH, MASK, "edited by a person"),
    (ABSENT_GLYPH, MASK, "absent"),
    (*BARRED, "barrier"),
    (FLAG_GLYPH, FLAG, "a doubtful mask of the active label"),
    (OTHERS_FLAG_GLYPH, FLAG, "of another"),
    (FEATURE_GLYPH, PLAIN, "a feature of the active label changes"),
)


def legend() -> Content:
    """What the timeline's marks stand for, in their colours; wraps between marks."""
    parts = [Content.assemble((glyph, _css(style)), f"\N{NO-BREAK SPACE}{words}") for glyph, style, words in _LEGEND]
    rest = "; what is the active label's has its colour, on short screens in the lower half."
    return Content.assemble("Timeline: ", Content(" · ").join(parts), rest)


def _css(style: Style) -> str:
    colour = style.color.name if style.color else ""
    return f"{colour} on {style.bgcolor.name}" if style.bgcolor else colour
