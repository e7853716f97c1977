"""Text from files and people, made safe to show."""

import unicodedata


def printable(text: object) -> str:
    """Return `str(text)` with every control, format and surrogate character shown as an escape.

    Keeps terminal control codes (ESC, CSI, bidirectional overrides, newlines) and undecodable path
    bytes out of the terminal; everything else, non-Latin scripts included, is unchanged.
    """
    return "".join(_escaped(char) for char in str(text))


def _escaped(char: str) -> str:
    if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        code = ord(char)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char
