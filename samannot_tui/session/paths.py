"""Paths inside a session's JSON: any byte string that the file system allows, as readable UTF-8 text."""

import os
import re
from pathlib import Path


def encode_path(path: Path) -> str:
    """A path as text: as it is, but with `\\` doubled and each byte that is not UTF-8 as `\\xNN`."""
    escaped = os.fsencode(str(path).replace("\\", "\\\\"))
    return escaped.decode("utf-8", "backslashreplace")


def decode_path(text: str) -> Path:
    """The path that `encode_path` made `text` of.

    Raises:
        ValueError: a NUL, which no path holds, or a `\\` that begins no escape.
    """
    if "\0" in text or re.sub(r"\\(\\|x[0-9a-f]{2})", "", text).count("\\"):
        raise ValueError(f"{text!r} is not a path that a session stores")

    def unescape(match: re.Match[str]) -> str:
        code = match.group(1)
        return "\\" if code == "\\" else bytes([int(code[1:], 16)]).decode("utf-8", "surrogateescape")

    return Path(re.sub(r"\\(\\|x[0-9a-f]{2})", unescape, text))


def relative_to_session(media: Path, session: Path) -> str:
    """The media's path as a session stores it: relative to the session's folder, so that both can move."""
    return encode_path(Path(os.path.relpath(media.resolve(), session.resolve())))
