"""The engine tests' tiny video, and sessions for it."""

from tests.engine.conftest import studio, video

__all__ = ["studio", "video"]
