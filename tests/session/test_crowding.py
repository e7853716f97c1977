import msgspec

from samannot_tui.session.crowding import crowded_cells
from samannot_tui.session.events import LabelAdded, PromptAdded
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.state import State


def _state(*points: tuple[int, int]) -> State:
    """With labels dog and cat, and a point for each (label, frame)."""
    state = State()
    prompts = [PromptAdded(label=label, frame=frame, prompt=PointPrompt(1, 1)) for label, frame in points]
    events = [LabelAdded(label=1, name="dog"), LabelAdded(label=2, name="cat\x1b"), *prompts]
    for seq, event in enumerate(events, 1):
        state.apply(msgspec.structs.replace(event, seq=seq))
    return state


def test_more_than_eight_points_on_one_instance_in_one_frame_are_too_many() -> None:
    eight = [(1, 0)] * 8
    assert crowded_cells(_state(*eight, *[(1, 1)] * 8, *[(2, 0)] * 8)) == []
    sentence = "has 9 points on frame 0: more than 8 points on one instance in one frame tend to fragment its mask."
    assert crowded_cells(_state(*eight, (1, 0), *[(2, 0)] * 9)) == [f"dog {sentence}", f"cat\\x1b {sentence}"]
