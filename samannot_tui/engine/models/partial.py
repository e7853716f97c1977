"""A download that is not complete yet: FILE.part, and beside it what the server said of the whole file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from samannot_tui.engine.models.files import is_there
from samannot_tui.session.manifest import write_atomically


class _Whole(msgspec.Struct, frozen=True):
    """`size` of the whole file in bytes; `etag` names exactly these bytes, empty where the server gives none."""

    size: int
    etag: str


@dataclass(frozen=True)
class Partial:
    """The bytes of `target` that have arrived so far; only the holder of the download's lock touches them."""

    target: Path

    @property
    def path(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    @property
    def length(self) -> int:
        """Bytes that are there and can be gone on from; 0 where nothing says what they belong to."""
        whole = self._whole()
        if whole is None or not whole.etag or not is_there(self.path):
            return 0
        length = self.path.stat().st_size
        return length if length <= whole.size else 0

    @property
    def complete(self) -> bool:
        """Whether all bytes are there."""
        whole = self._whole()
        return whole is not None and is_there(self.path) and self.path.stat().st_size == whole.size

    def asking(self) -> Mapping[str, str]:
        """Headers that ask a server for the rest, if it still is the same file."""
        whole, length = self._whole(), self.length
        if whole is None or not length:
            return {}
        return {"Range": f"bytes={length}-", "If-Range": whole.etag}

    def continued_by(self, content_range: str, etag: str) -> bool:
        """Whether an answer with these headers goes on exactly where the bytes end, in the same file."""
        whole = self._whole()
        if whole is None:
            return False
        return etag == whole.etag and content_range == f"bytes {self.length}-{whole.size - 1}/{whole.size}"

    def restart(self, size: int, etag: str) -> None:
        """Begin a file of that many bytes; a weak ETag does not name bytes, so it is taken for none."""
        self.clear()
        strong = "" if etag.startswith("W/") else etag
        write_atomically(self._note, msgspec.json.encode(_Whole(size, strong)))

    def clear(self) -> None:
        """Forget what has arrived."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the complete file its name, in place of whatever had it."""
        self.path.replace(self.target)
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part.json")

    def _whole(self) -> _Whole | None:
        try:
            return msgspec.json.decode(self._note.read_bytes(), type=_Whole)
        except (OSError, ValueError):
            return None
