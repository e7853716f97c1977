"""A path as a person types it."""

from pathlib import Path


def typed_path(text: str) -> Path:
    """The path, with ~ and ~name as a shell takes them; as typed where nobody of that name is known."""
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:
        return path
