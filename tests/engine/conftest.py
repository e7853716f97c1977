"""A tiny video, and a session for it, on disk."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.studio import FRAMES, HEIGHT, WIDTH, Studio


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image folder of 50 grey frames of 64x32 pixels; the value of frame i is 5 i."""
    folder = tmp_path_factory.mktemp("clip")
    for frame in range(FRAMES):
        Image.fromarray(np.full((HEIGHT, WIDTH, 3), 5 * frame, np.uint8)).save(folder / f"{frame:05d}.png")
    return folder


@pytest.fixture
def studio(tmp_path: Path, video: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, video)
    yield made
    made.close()
