"""Getting a file over HTTP into a `Partial`, going on where an earlier attempt stopped."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from samannot_tui import __version__
from samannot_tui.engine.models.partial import Partial
from samannot_tui.errors import JobError
from samannot_tui.text import printable

# (bytes that are there, bytes of the whole file)
OnBytes = Callable[[int, int], None]

_CHUNK = 2**20
_TIMEOUT_SECONDS = 30.0


def download(url: str, partial: Partial, on_bytes: OnBytes) -> None:
    """Make `partial` complete. However it ends, what has arrived stays there for the next attempt.

    Raises:
        JobError: the server cannot be reached, refuses, sends something else than a file or not all of it, or
            there is no room for it.
        OSError: the file cannot be written.
    """
    if partial.complete:
        return
    with closing(_answer(url, partial)) as response:
        total = partial.length + _length(url, response)
        if not partial.length:
            partial.restart(total, response.headers.get("ETag", ""))
        _check_room(partial, total)
        done = partial.path.stat().st_size if partial.path.exists() else 0
        with partial.path.open("ab") as file:
            on_bytes(done, total)
            for chunk in _chunks(url, response):
                file.write(chunk)
                done += len(chunk)
                on_bytes(done, total)
    if done != total:
        raise JobError(
            f"{printable(url)} stopped after {done} of {total} bytes; fetch it once more to go on from there."
        )


def _answer(url: str, partial: Partial) -> HTTPResponse:
    """The server's answer: to go on from `partial`, or, where that cannot be, from the start with `partial` cleared."""
    response = _ask(url, partial)
    range_, etag = response.headers.get("Content-Range", ""), response.headers.get("ETag", "")
    if response.status == 206 and not partial.continued_by(range_, etag):
        response.close()
        partial.clear()
        response = _ask(url, partial)
    if response.headers.get_content_type() == "text/html":
        response.close()
        raise JobError(f"{printable(url)} answers with a web page, not with a file; a proxy or a login may be between.")
    if response.status == 200:
        partial.clear()
    return response


def _ask(url: str, partial: Partial) -> HTTPResponse:
    headers = {"User-Agent": f"samannot-tui/{__version__}", "Accept-Encoding": "identity", **partial.asking()}
    try:
        response: HTTPResponse = urlopen(Request(url, headers=headers), timeout=_TIMEOUT_SECONDS)
    except HTTPError as error:
        error.close()
        if error.code == 416 and partial.length:
            partial.clear()
            return _ask(url, partial)
        raise JobError(
            f"{printable(url)} cannot be fetched: the server says {error.code} {printable(error.reason)}."
        ) from error
    except (OSError, HTTPException) as error:
        raise JobError(f"{printable(url)} cannot be reached: {_why(error)}.") from error
    if urlsplit(response.url).scheme != urlsplit(url).scheme:
        response.close()
        raise JobError(f"{printable(url)} leads to {printable(response.url)}, which is not the same safe connection.")
    return response


def _length(url: str, response: HTTPResponse) -> int:
    length = response.headers.get("Content-Length", "")
    if not length.isdecimal():
        raise JobError(f"{printable(url)} does not say how long the file is, so it cannot be told when it is complete.")
    return int(length)


def _check_room(partial: Partial, total: int) -> None:
    free = shutil.disk_usage(partial.target.parent).free
    if free < total - partial.length:
        raise JobError(
            f"{printable(partial.target.parent)} has {free / 1e6:.0f} MB free, but {partial.target.name} needs "
            f"{(total - partial.length) / 1e6:.0f} MB more: make room, or set SAMANNOT_MODELS to another folder."
        )


def _chunks(url: str, response: HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            chunk = response.read(_CHUNK)
        except (OSError, HTTPException) as error:
            raise JobError(
                f"The connection to {printable(url)} was lost ({_why(error)}); fetch it once more to go on from there."
            ) from error
        if not chunk:
            return
        yield chunk


def _why(error: OSError | HTTPException) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer for {_TIMEOUT_SECONDS:.0f} s"
    if isinstance(reason, OSError) and reason.strerror:
        return printable(reason.strerror)
    return printable(reason) or type(reason).__name__
