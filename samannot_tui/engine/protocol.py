"""What the program and its worker process say to each other: plain data as MessagePack, nothing executable."""

from multiprocessing.connection import Connection
from typing import Any, Generic, Literal, TypeVar

import msgspec

from samannot_tui.engine.job import JobPass, JobPrompts
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.rle import Rle
from samannot_tui.session.events import EngineInfo

_Received = TypeVar("_Received")


class _Message(msgspec.Struct, frozen=True, tag_field="message"):
    pass


class Open(_Message, frozen=True, tag=True):
    """Open a video with an engine; the first request. Paths are as the file system spells them.

    `cache` is the session's cache folder, where the engine's memories are kept.
    """

    media: bytes
    cache: bytes
    engine: EngineSpec


class Segment(_Message, frozen=True, tag=True):
    """One frame's mask, now; answered between two frames where a run goes on. `ticket` comes back."""

    ticket: int
    prompts: JobPrompts


class Track(_Message, frozen=True, tag=True):
    """Start a run; there is one at a time."""

    run: int
    passes: tuple[JobPass, ...]


class Steer(_Message, frozen=True, tag=True):
    """Pause, resume or end a run between two frames; without effect on any other run."""

    run: int
    order: Literal["pause", "resume", "end"]


Request = Open | Segment | Track | Steer


class LabelMask(msgspec.Struct, frozen=True):
    """A `LabelResult` whose mask is encoded; an empty mask never has an object score above 0."""

    label: int
    rle: Rle
    object_score: float
    quality: float
    source: Literal["prompted", "propagated"]


class Opened(_Message, frozen=True, tag=True):
    """The video is open and the engine ready; `notices` are sentences about both."""

    engine: EngineInfo
    notices: tuple[str, ...]


class Segmented(_Message, frozen=True, tag=True):
    ticket: int
    mask: LabelMask


class Tracked(_Message, frozen=True, tag=True):
    """One frame of pass number `sweep` (from 0) of a run."""

    run: int
    sweep: int
    frame: int
    masks: tuple[LabelMask, ...]


class Steered(_Message, frozen=True, tag=True):
    """The run stands still (`paused`), or goes on again; no Tracked comes while it is paused."""

    run: int
    paused: bool


class Done(_Message, frozen=True, tag=True):
    """The run is over: all of its frames (`finished`), or ended before."""

    run: int
    finished: bool


class Failed(_Message, frozen=True, tag=True):
    """Opening (`what` "open"), a Segment ("ticket") or a run ("run") came to nothing, and why.

    `refused`: the input was wrong; otherwise the engine failed, and its log tells the whole story.
    """

    what: Literal["open", "ticket", "run"]
    number: int
    sentence: str
    refused: bool


Reply = Opened | Segmented | Tracked | Steered | Done | Failed


class PeerGoneError(Exception):
    """The other process has ended or closed its end of the pipe."""


class Channel(Generic[_Received]):
    """One end of the pipe between the two processes. Sending waits while the other side is behind.

    One thread may send while another receives; not more than one of each.
    """

    def __init__(self, connection: "Connection[Any, Any]", received: Any) -> None:
        """`received` is the union of messages that the other side sends."""
        self.connection = connection
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder: msgspec.msgpack.Decoder[_Received] = msgspec.msgpack.Decoder(received)

    def send(self, message: msgspec.Struct) -> None:
        """Raises: PeerGoneError."""
        try:
            self.connection.send_bytes(self._encoder.encode(message))
        except (EOFError, OSError) as error:
            raise PeerGoneError from error

    def receive(self) -> _Received:
        """Wait for the next message. Raises: PeerGoneError."""
        try:
            return self._decoder.decode(self.connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise PeerGoneError from error

    def close(self) -> None:
        self.connection.close()
