"""The studio of `tests.engine`: a session, runners with real worker processes, the toy engine."""

from tests.engine.conftest import studio, video

__all__ = ["studio", "video"]
