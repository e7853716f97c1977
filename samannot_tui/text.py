"""Text from files and people, made safe to show; numbers in words that everybody uses."""

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


def time_spent(seconds: float) -> str:
    """How long something took, for people: 12.3 s, 1 min 30 s, 2 h 05 min."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02} min"
