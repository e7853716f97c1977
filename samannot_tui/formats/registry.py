"""The dataset formats by name. Reading this table imports none of them: `--help` must answer at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from samannot_tui.errors import InputError
from samannot_tui.text import printable

if TYPE_CHECKING:
    from samannot_tui.formats.job import Writer


@dataclass(frozen=True)
class Format:
    """`what` is a line for people; `load` imports the format and gives its writer."""

    what: str
    load: "Callable[[], Writer]"


def _png() -> "Writer":
    from samannot_tui.formats import png

    return png.write


def _davis() -> "Writer":
    from samannot_tui.formats import davis

    return davis.write


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "png": Format("palette PNG masks of the annotated frames, with those frames", _png),
        "davis": Format("DAVIS 2017 annotations: a palette PNG for every frame", _davis),
    }
)


def require_format(name: str) -> Format:
    """The format of that name.

    Raises:
        InputError: there is none.
    """
    if name not in FORMATS:
        raise InputError(f"There is no format {printable(name)}; formats are {', '.join(FORMATS)}.")
    return FORMATS[name]
