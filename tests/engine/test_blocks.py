import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.engine.blocks import block_after, block_before, block_count, block_of, block_span
from samannot_tui.session.plan import Span


@given(size=st.integers(1, 60), frame_count=st.integers(1, 300))
def test_blocks_partition_the_video(size: int, frame_count: int) -> None:
    """SAMannot drops a video's first frame, shifts later blocks by one and loses a folder's last block."""
    blocks = [block_span(number, size, frame_count) for number in range(block_count(size, frame_count))]
    frames = [frame for block in blocks for frame in range(block.first, block.last + 1)]
    assert frames == list(range(frame_count))
    assert all(block.last - block.first + 1 == size for block in blocks[:-1])


@given(size=st.integers(1, 60), frame_count=st.integers(1, 300), data=st.data())
def test_neighbours_touch_the_block(size: int, frame_count: int, data: st.DataObject) -> None:
    frame = data.draw(st.integers(0, frame_count - 1))
    block = block_of(frame, size, frame_count)
    assert block.first <= frame <= block.last
    before, after = block_before(frame, size, frame_count), block_after(frame, size, frame_count)
    assert before.last == block.first - 1 if before else block.first == 0
    assert after.first == block.last + 1 if after else block.last == frame_count - 1


def test_the_last_block_may_be_shorter() -> None:
    assert block_span(2, 10, 25) == Span(20, 24)
    assert block_of(24, 10, 25) == Span(20, 24)


@pytest.mark.parametrize("frame", [-1, 25])
def test_a_frame_outside_the_video_has_no_block(frame: int) -> None:
    with pytest.raises(IndexError):
        block_of(frame, 10, 25)


@pytest.mark.parametrize("number", [-1, 3])
def test_there_is_no_block_outside_the_video(number: int) -> None:
    with pytest.raises(IndexError):
        block_span(number, 10, 25)
