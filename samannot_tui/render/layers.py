"""What a picture is composed of, besides the frame itself."""

from dataclasses import dataclass

from samannot_tui.masks.rle import BoolMask
from samannot_tui.session.prompts import BoxPrompt, Prompt


@dataclass(frozen=True, eq=False)
class Layer:
    """One label on the frame.

    Attributes:
        label: its ID, 1 to 255, which gives its colour.
        name: shown at the mask's centre of mass when names are asked for.
        mask: bool (height, width) of the frame, or None where there is none.
        prompts: those on this very frame.
        hidden: left out altogether.
        pending: its prompts are with the engine, the mask is not there yet.
    """

    label: int
    name: str
    mask: BoolMask | None = None
    prompts: tuple[Prompt, ...] = ()
    hidden: bool = False
    pending: bool = False


@dataclass(frozen=True)
class Tint:
    """How masks lie over the frame, in the overlay.

    Attributes:
        opacity: of their colours, in percent.
        outline: draw their edges in full colour.
    """

    opacity: int = 50
    outline: bool = True


@dataclass(frozen=True)
class Polyline:
    """Straight lines from corner to corner, source coordinates (x, y); the first and the last are not joined."""

    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Marks:
    """What is drawn on top, in any view.

    Attributes:
        names: write each label's ID and name at its mask's centre of mass (overlay and masks views).
        crosshair: source coordinates of the keyboard's crosshair, or None.
        draft: a box or a polygon that is still being drawn, or None.
        selected: a prompt that is marked as picked out (prompts and overlay views), or None.
        brush: the radius in source pixels of the brush at the crosshair, or None.
    """

    names: bool = False
    crosshair: tuple[float, float] | None = None
    draft: BoxPrompt | Polyline | None = None
    selected: Prompt | None = None
    brush: float | None = None
