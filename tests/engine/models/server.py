"""A file on a local web server that behaves as told: well, as servers do that know no ranges, or badly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """What the server sends; may be changed between requests.

    Attributes:
        ranges: whether it knows Range.
        conditions: whether it knows If-Range.
        sends: how many bytes of an answer it sends before it hangs up; None for all.
        status: with anything but 200, every request is answered with that and `content` as its page.
        pause: an answer stops after `sends` bytes until this is set.
        requests: the headers of the requests so far.
    """

    content: bytes
    etag: str = '"one"'
    ranges: bool = True
    conditions: bool = True
    sends: int | None = None
    status: int = 200
    type: str = "application/octet-stream"
    location: str | None = None
    tells_length: bool = True
    pause: threading.Event | None = None
    url: str = ""
    requests: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append(dict(self.headers))
            with suppress(ConnectionError):  # the program hung up
                _answer(self, served)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, served: Served) -> None:
    body, status = served.content, served.status
    asked = handler.headers.get("Range")
    same = handler.headers.get("If-Range") == served.etag or not served.conditions
    if asked and served.ranges and same:
        begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        status, body = 206, body[begin:]
    handler.send_response(status)
    if status == 206:
        whole = len(served.content)
        handler.send_header("Content-Range", f"bytes {begin}-{whole - 1}/{whole}")
    handler.send_header("Content-Type", served.type)
    if served.location is not None:
        handler.send_header("Location", served.location)
    if served.etag:
        handler.send_header("ETag", served.etag)
    if served.tells_length:
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: served.sends])
    if served.pause is not None:
        handler.wfile.flush()
        served.pause.wait(30)
        handler.wfile.write(body[served.sends :])
