"""What swapping, merging or splitting labels will do, told before it is done."""

import numpy as np
import numpy.typing as npt

from samannot_tui.session.commands import ReassignMasks, SplitOff
from samannot_tui.session.decide_masks import check_reassign, check_split_off, within
from samannot_tui.session.live import NO_RECORD
from samannot_tui.session.situation import Situation, frames_in_words, names_of
from samannot_tui.text import printable


def foresee_reassigned(command: ReassignMasks | SplitOff, now: Situation) -> str:
    """A sentence about what will change; safe to show. No mask is read: it may be asked for with every key.

    Raises:
        InputError: the command would be refused, and why.
    """
    if isinstance(command, SplitOff):
        check_split_off(command.label, command.first, command.last, now)
        return f"{_become(command, printable(command.name), now)} A new label is made for it."
    check_reassign(command, now)
    name, other = names_of([command.label], now.state), names_of([command.other], now.state)
    if command.kind == "swap":
        where = frames_in_words(command.first, command.last)
        return (
            f"{name} and {other} exchange what they have on {where}: {_amount(command.label, command, now)} "
            f"of {name} for {_amount(command.other, command, now)} of {other}."
        )
    sentence = _become(command, other, now)
    both = int(np.count_nonzero(_present(command.label, command, now) & _present(command.other, command, now)))
    return f"{sentence} On {_count(both, 'frame')} both have a mask; these are united." if both else sentence


def _become(command: ReassignMasks | SplitOff, other: str, now: Situation) -> str:
    name, where = names_of([command.label], now.state), frames_in_words(command.first, command.last)
    return f"{_amount(command.label, command, now)} of {name} on {where} become {other}'s."


def _amount(label: int, command: ReassignMasks | SplitOff, now: Situation) -> str:
    frames = within(now.state.prompted_frames(label), command.first, command.last)
    prompts = sum(len(now.state.prompts_on(frame, label)) for frame in frames)
    return f"{_count(len(_masks(label, command, now)), 'mask')} and {_count(prompts, 'prompt')}"


def _masks(label: int, command: ReassignMasks | SplitOff, now: Situation) -> list[int]:
    """Frames with a mask, "absent" included."""
    return within(now.live.frames(label), command.first, command.last)


def _present(label: int, command: ReassignMasks, now: Situation) -> npt.NDArray[np.bool_]:
    """Which frames of the range have a mask that is not "absent"."""
    records = now.live.records(label)[command.first : command.last + 1]
    present: npt.NDArray[np.bool_] = (records != NO_RECORD) & (now.live.index.object_score[records] > 0)
    return present


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
