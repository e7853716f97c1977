import msgspec
import numpy as np
import pytest

from samannot_tui.engine.job import JobPass, JobPrompts, fill_plan, gather_prompts, to_prompt_set, to_track_pass
from samannot_tui.errors import InputError
from samannot_tui.masks.log import MaskRecord
from samannot_tui.masks.rle import encode
from samannot_tui.session.placed import PlacedPrompt
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt

SIZE = (4, 6)
LEFT = np.zeros(SIZE, np.bool_)
LEFT[:, :2] = True
RIGHT = np.zeros(SIZE, np.bool_)
RIGHT[:, 5:] = True


def read(record: int) -> MaskRecord:
    mask = {7: LEFT, 8: RIGHT}[record]
    return MaskRecord(
        id=record, frame=0, label=1, rle=encode(mask), object_score=1.0, quality=1.0, source="edited", run=None
    )


def placed(seq: int, prompt: Prompt, base: int | None = None) -> PlacedPrompt:
    return PlacedPrompt(seq, 1, 3, prompt, base)


def plan_of(*sources: Source) -> Plan:
    planned = LabelPlan(1, 3, sources, (Span(3, 9),))
    return Plan("forward", 3, (Pass("forward", 3, 9, (planned,)),), (), "off", None, (), ())


def test_a_plan_arrives_at_the_engine_with_coordinates_and_masks() -> None:
    prompts = {
        11: placed(11, PointPrompt(1, 2), base=7),
        12: placed(12, PointPrompt(3, 0, positive=False)),
        13: placed(13, BoxPrompt(0, 1, 2, 3)),
    }
    filled = fill_plan(plan_of(Source(3, (11, 12, 13), 7), Source(5, record=8)), prompts, read)
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(filled), type=tuple[JobPass, ...])
    sweep = to_track_pass(sent[0], SIZE)
    assert (sweep.direction, sweep.first, sweep.last) == ("forward", 3, 9)
    (label,) = sweep.labels
    assert (label.label, label.start, label.carried) == (1, 3, False)
    first, second = label.prompts
    assert (first.label, first.frame) == (1, 3)
    assert first.points == ((1, 2, True), (3, 0, False))
    assert first.boxes == ((0, 1, 2, 3),)
    assert first.mask is None and first.base is not None and np.array_equal(first.base, LEFT)
    assert (second.frame, second.points, second.boxes, second.base) == (5, (), (), None)
    assert second.mask is not None and np.array_equal(second.mask, RIGHT)


def test_mask_prompts_are_united() -> None:
    both = gather_prompts(1, 3, [MaskPrompt(encode(LEFT)), MaskPrompt(encode(RIGHT))], None)
    mask = to_prompt_set(both, SIZE).mask
    assert mask is not None and np.array_equal(mask, LEFT | RIGHT)


def test_a_mask_of_another_size_is_refused_before_it_is_decoded() -> None:
    huge = JobPrompts(1, 3, masks=(msgspec.structs.replace(encode(LEFT), size=(60000, 60000)),))
    with pytest.raises(ValueError, match="a mask is 60000x60000 pixels, the video 6x4"):
        to_prompt_set(huge, SIZE)


def test_a_mask_that_is_lost_is_a_sentence() -> None:
    with pytest.raises(InputError, match="The mask that frame 5 starts from is lost"):
        fill_plan(plan_of(Source(5, record=9)), {}, read)
