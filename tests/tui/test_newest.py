"""A held key drops what is not newest."""

import queue
import threading

from samannot_tui.tui.newest import Newest


def test_requests_that_wait_replace_each_other() -> None:
    started, go, done = threading.Event(), threading.Event(), queue.Queue[int]()

    def work(number: int) -> int:
        started.set()
        assert go.wait(10)
        return number

    newest = Newest[int, int](work, lambda request, result: done.put(result), lambda error: done.put(-1))
    newest.request(1)
    assert started.wait(10)
    for number in range(2, 50):
        newest.request(number)
    go.set()
    assert [done.get(timeout=10), done.get(timeout=10)] == [1, 49]
    newest.close()
    assert done.empty()


def test_a_failure_is_told_and_the_next_request_is_served() -> None:
    told: queue.Queue[object] = queue.Queue()

    def work(number: int) -> int:
        return 10 // number

    newest = Newest[int, int](work, lambda request, result: told.put(result), lambda error: told.put(type(error)))
    newest.request(0)
    assert told.get(timeout=10) is ZeroDivisionError
    newest.request(5)
    assert told.get(timeout=10) == 2
    newest.close()


def test_close_drops_what_waits_and_returns_when_the_thread_is_gone() -> None:
    started, go, done = threading.Event(), threading.Event(), queue.Queue[int]()

    def work(number: int) -> int:
        started.set()
        assert go.wait(10)
        return number

    newest = Newest[int, int](work, lambda request, result: done.put(result), lambda error: done.put(-1))
    newest.request(1)
    assert started.wait(10)
    newest.request(2)
    closing = threading.Thread(target=newest.close)
    closing.start()
    go.set()
    closing.join(10)
    assert not closing.is_alive()
    assert done.get(timeout=10) == 1
    assert done.empty()
