"""The engine tests' tiny video and studio, for defects that only show in a whole run."""

from tests.engine.conftest import studio, video

__all__ = ["studio", "video"]
