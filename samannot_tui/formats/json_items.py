"""JSON files of any length, read item by item: what lies in them costs the memory of one item.

Of a file that holds one object, the items of some of its members that are arrays. Each item comes as bytes for a
JSON decoder; here only strings and brackets are told apart, without recursion. What is passed over need not be JSON.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from samannot_tui.errors import InputError
from samannot_tui.text import printable

CHUNK = 1 << 18
LONGEST_NAME = 1 << 10

_ANYTHING = re.compile(rb"[^ \t\r\n]")
_AFTER_NUMBER = re.compile(rb"[],} \t\r\n]")
# To the end of a string, or of the chunk, which never ends between a backslash and what it escapes.
_INSIDE_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_BETWEEN_BRACKETS = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)


def json_items(path: Path, *members: str, longest: int) -> Iterator[tuple[str, bytes]]:
    """(member, item) of the arrays that the members of these names hold, in the order of the file.

    Args:
        longest: bytes that an item may have.

    Raises:
        InputError: it is no file that can be read, is not JSON as far as was looked, lacks one of the members, or an
            item is longer.
    """
    if not path.is_file():
        raise InputError(f"{printable(path)} is not a file that is there; give the JSON file of the annotation.")
    try:
        with path.open("rb") as file:
            yield from items_within(file, printable(path), *members, longest=longest)
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be read: {error.strerror}.") from error


def items_within(file: BinaryIO, name: str, *members: str, longest: int) -> Iterator[tuple[str, bytes]]:
    """As `json_items`, of an opened file; `name` is what the sentences call it.

    Raises:
        OSError: it cannot be read.
        InputError: as `json_items`.
    """
    wanted = {member.encode(): member for member in members}
    found = set()
    scanner = _Scanner(file, name)
    for member in scanner.members():
        if member in wanted and scanner.peek() == b"[":
            found.add(wanted[member])
            for item in scanner.items(longest):
                yield wanted[member], item
        else:
            scanner.pass_value()
    for missing in members:
        if missing not in found:
            raise InputError(f"{name} has no list of {missing}; is it of another format?")


def items_of(array: bytes, name: str, longest: int) -> Iterator[bytes]:
    """The items of a JSON array, which is whole; `name` is what the sentences call it. Raises as `json_items`."""
    return _Scanner(BytesIO(array), name).items(longest)


class _Scanner:
    """Goes on through a file, chunk by chunk; `_kept` is what is kept of a value, `_from` where it goes on here."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._chunk = b""
        self._at = 0
        self._kept: bytearray | None = None
        self._from = 0
        self._longest = 0

    def members(self) -> Iterator[bytes]:
        """The names in the one object; after each, the caller takes its value."""
        self._pass_mark()
        if not self._took(b"{"):
            raise self._wrong("it is no object, with the lists of an annotation as its members")
        if not self._took(b"}"):
            while True:
                if self.peek() != b'"':
                    raise self._wrong("a name is missing")
                name = self.kept_value(LONGEST_NAME)
                self._expect(b":")
                yield name[1:-1]
                if self._took(b"}"):
                    break
                self._expect(b",")
        if self._find(_ANYTHING):
            raise self._wrong("it goes on after its end")

    def items(self, longest: int) -> Iterator[bytes]:
        """The items of the array that is next."""
        self._expect(b"[")
        if self._took(b"]"):
            return
        while True:
            yield self.kept_value(longest)
            if self._took(b"]"):
                return
            self._expect(b",")

    def kept_value(self, longest: int) -> bytes:
        """The bytes of the value that is next."""
        self.peek()
        self._kept, self._from, self._longest = bytearray(), self._at, longest
        self.pass_value()
        self._keep(self._at)
        kept, self._kept = bytes(self._kept), None
        return kept

    def pass_value(self) -> None:
        """Go behind the value that is next."""
        first = self.peek()
        if first in b"]},:":
            raise self._wrong("a value is missing")
        if first == b'"':
            self._pass_string()
        elif first in b"[{":
            self._pass_brackets()
        else:
            self._require(_AFTER_NUMBER)

    def peek(self) -> bytes:
        """The next byte that is not white space."""
        return self._require(_ANYTHING)

    def _pass_mark(self) -> None:
        """Go behind a byte order mark, with which some programs begin (RFC 8259, 8.1)."""
        if not self._chunk and self._read_on() and self._chunk.startswith(BOM_UTF8):
            self._at = len(BOM_UTF8)

    def _pass_brackets(self) -> None:
        depth = 0
        while True:
            between = _BETWEEN_BRACKETS.match(self._chunk, self._at)
            self._at = between.end() if between else self._at
            found = self._require(_ANYTHING)
            if found == b'"':  # of a string that goes on in the next chunk
                self._pass_string()
                continue
            self._at += 1
            depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(found, 0)
            if not depth:
                return

    def _pass_string(self) -> None:
        self._at += 1
        while True:
            inside = _INSIDE_STRING.match(self._chunk, self._at)
            self._at = inside.end() if inside else self._at
            if self._chunk[self._at : self._at + 1] == b'"':
                self._at += 1
                return
            if not self._read_on():
                raise self._wrong("it ends within a string")

    def _took(self, byte: bytes) -> bool:
        if self.peek() != byte:
            return False
        self._at += 1
        return True

    def _expect(self, byte: bytes) -> None:
        if not self._took(byte):
            raise self._wrong(f"{byte.decode()} is missing")

    def _require(self, pattern: re.Pattern[bytes]) -> bytes:
        if not self._find(pattern):
            raise self._wrong("it ends too early")
        return self._chunk[self._at : self._at + 1]

    def _find(self, pattern: re.Pattern[bytes]) -> bool:
        """Go to the next place where the pattern, of one byte, fits; false where there is none."""
        while True:
            if found := pattern.search(self._chunk, self._at):
                self._at = found.start()
                return True
            if not self._read_on():
                return False

    def _read_on(self) -> bool:
        self._keep(len(self._chunk))
        self._chunk = self._file.read(CHUNK)
        while (len(self._chunk) - len(self._chunk.rstrip(b"\\"))) % 2 and (more := self._file.read(1)):
            self._chunk += more
        self._at = self._from = 0
        return bool(self._chunk)

    def _keep(self, end: int) -> None:
        if self._kept is not None:
            self._kept += self._chunk[self._from : end]
            if len(self._kept) > self._longest:
                raise self._wrong(f"it holds something longer than {self._longest} bytes")

    def _wrong(self, what: str) -> InputError:
        return InputError(f"{self._name} is not JSON that can be read: {what}.")
