"""A worker thread where only the newest request counts: a held key drops pictures instead of lagging."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Request = TypeVar("Request")
Result = TypeVar("Result")


class Newest(Generic[Request, Result]):
    """Works on one request at a time; those that arrive meanwhile replace each other.

    `deliver` is called in the worker's thread with each request and its result, `fail` with the exception
    that the work ended in.
    """

    def __init__(
        self,
        work: Callable[[Request], Result],
        deliver: Callable[[Request, Result], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._work = work
        self._deliver = deliver
        self._fail = fail
        self._waiting: Request | None = None
        self._working = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._loop, name="pictures", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Is there anything that has not been delivered yet?"""
        with self._changed:
            return self._working or self._waiting is not None

    def request(self, request: Request) -> None:
        """Work on this next; a request that has not been begun is dropped."""
        with self._changed:
            self._waiting = request
            self._changed.notify()

    def close(self) -> None:
        """Drop what waits and wait for the work in hand."""
        with self._changed:
            self._waiting = None
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _next(self) -> Request | None:
        with self._changed:
            self._working = False
            self._changed.wait_for(lambda: self._closed or self._waiting is not None)
            request, self._waiting = self._waiting, None
            self._working = request is not None
            return request

    def _loop(self) -> None:
        while (request := self._next()) is not None:
            try:
                result = self._work(request)
            except Exception as error:
                self._fail(error)
            else:
                self._deliver(request, result)
