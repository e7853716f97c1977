"""Test videos, each encoded once in a session and only if a test asks for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.media.videos import RECIPES, numbered

MakeVideo = Callable[[str], Path]


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    folder = tmp_path_factory.mktemp("videos")

    def make(name: str) -> Path:
        path = folder / name
        return path if path.exists() else numbered(path, RECIPES[name])

    return make
