"""The outbox on a pipe that nobody reads, or that is broken."""

import os
from collections.abc import Iterator
from contextlib import suppress
from queue import Queue

import pytest

from samannot_tui.tui.outbox import Outbox

MUCH = "x" * 1_000_000


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        with suppress(OSError):
            os.close(end)


def read(end: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += os.read(end, size - len(data))
    return data


def test_nobody_waits_and_everything_comes_in_order(pipe: tuple[int, int]) -> None:
    emptied: Queue[None] = Queue()
    outbox = Outbox(pipe[1], lambda: emptied.put(None))
    outbox.put("é")
    outbox.put(MUCH)
    outbox.put("end")
    assert outbox.is_beyond(len(MUCH) // 2) and not outbox.is_beyond(len(MUCH) * 2)
    assert emptied.empty()
    assert read(pipe[0], len(MUCH) + 5) == f"é{MUCH}end".encode()
    emptied.get(timeout=10)
    assert not outbox.is_beyond(0)
    outbox.close(10)
    assert emptied.empty()


def test_nothing_more_is_written_once_it_is_closed(pipe: tuple[int, int]) -> None:
    outbox = Outbox(pipe[1], lambda: None)
    outbox.put(MUCH)
    outbox.close(0.05)
    os.set_blocking(pipe[0], False)
    first = len(os.read(pipe[0], len(MUCH)))
    outbox._thread.join(10)
    assert first + len(os.read(pipe[0], len(MUCH))) < len(MUCH) / 2


def test_nobody_is_told_once_it_is_closed(pipe: tuple[int, int]) -> None:
    """The event loop may be gone by then."""
    emptied: Queue[None] = Queue()
    outbox = Outbox(pipe[1], lambda: emptied.put(None))
    outbox.put(MUCH)
    assert outbox.is_beyond(0)
    outbox.close(0.05)
    os.set_blocking(pipe[0], False)
    os.read(pipe[0], len(MUCH))
    outbox._thread.join(10)
    assert not outbox._thread.is_alive() and emptied.empty()


def test_what_interrupts_putting_is_counted_as_well(pipe: tuple[int, int]) -> None:
    class Interrupted(bytes):
        def __len__(self) -> int:
            outbox.put("signal handler")
            return super().__len__()

    class Text(str):
        def encode(self, *args: object) -> bytes:  # type: ignore[override]
            return Interrupted(MUCH.encode())

    outbox = Outbox(pipe[1], lambda: None)
    outbox.put(Text())
    assert outbox._put == len(MUCH) + len("signal handler")
    outbox.close(0.05)


def test_a_terminal_that_is_gone_swallows_everything(pipe: tuple[int, int]) -> None:
    outbox = Outbox(pipe[1], lambda: None)
    os.close(pipe[0])
    outbox.put(MUCH)
    outbox.put(MUCH)
    outbox.close(10)
    assert outbox.is_over and not outbox.is_beyond(0)


def test_a_descriptor_that_does_not_block_is_waited_for(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[1], False)
    outbox = Outbox(pipe[1], lambda: None)
    outbox.put(MUCH)
    assert read(pipe[0], len(MUCH)) == MUCH.encode()
    outbox.close(10)
