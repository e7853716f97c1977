"""When the device's memory runs out: make room, try once more, then say what to lower."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch

from samannot_tui.engine.sam2.placement import Placement
from samannot_tui.errors import JobError

_T = TypeVar("_T")
_MPS_SHORTAGE = "MPS backend out of memory"  # a plain RuntimeError there


def with_room(step: Callable[[], _T], placement: Placement, make_room: Callable[[], None], doing: str) -> _T:
    """The result of a step that changes nothing before it succeeds, computed as `placement` says.

    Raises:
        JobError: memory ran out, and once more after `make_room`; names what was being done.
    """
    try:
        with placement.inference():
            return step()
    except RuntimeError as error:
        if not _is_shortage(error):
            raise
    # After the handler: inside, the error's traceback still holds the failed step's tensors.
    make_room()
    placement.release()
    with shortage_told(placement, doing), placement.inference():
        return step()


@contextmanager
def shortage_told(placement: Placement, doing: str) -> Iterator[None]:
    """Raises JobError, saying what was being done, where memory runs out inside."""
    try:
        yield
    except RuntimeError as error:
        if not _is_shortage(error):
            raise
        raise JobError(
            f"{placement.name} ran out of memory while {doing}; lower the image size, take a smaller model, "
            "track fewer labels at once, or close other programs that use its memory."
        ) from None


def _is_shortage(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or str(error).startswith(_MPS_SHORTAGE)
