"""JSON files that are written as they are made, so that their length costs no memory."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

_encode = msgspec.json.Encoder().encode


class JsonObject:
    """One JSON object, written member by member; of a long array one item a line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = b"{"

    def member(self, name: str, value: object) -> None:
        """Write a member that is small enough to be held."""
        self._name(name)
        self._file.write(_encode(value))

    def array(self, name: str, items: Iterable[object]) -> None:
        """Write an array, whose items are made one by one."""
        self._name(name)
        before = b"[\n"
        for item in items:
            self._file.write(before)
            self._file.write(_encode(item))
            before = b",\n"
        self._file.write(b"[]" if before == b"[\n" else b"\n]")

    @contextmanager
    def objects(self, name: str) -> Iterator["JsonObjects"]:
        """Write an array of objects that are themselves written member by member."""
        self._name(name)
        self._file.write(b"[")
        objects = JsonObjects(self._file)
        yield objects
        self._file.write(b"]")

    def _name(self, name: str) -> None:
        self._file.write(self._before + _encode(name) + b":")
        self._before = b",\n"

    def end(self) -> None:
        self._file.write(b"{}" if self._before == b"{" else b"}")


class JsonObjects:
    """The objects of an array, one after another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._before = b"\n"

    @contextmanager
    def next(self) -> Iterator[JsonObject]:
        self._file.write(self._before)
        self._before = b",\n"
        item = JsonObject(self._file)
        yield item
        item.end()


@contextmanager
def json_file(path: Path) -> Iterator[JsonObject]:
    """Write the JSON file `path`, which holds one object.

    Raises:
        OSError: the disk failed.
    """
    with path.open("wb") as file:
        content = JsonObject(file)
        yield content
        content.end()
        file.write(b"\n")
