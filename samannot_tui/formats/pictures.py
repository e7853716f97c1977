"""Frames as files, for datasets that come with their pictures."""

from pathlib import Path

from PIL import Image

from samannot_tui.media.source import RgbFrame

QUALITY = 95


def save_jpeg(path: Path, picture: RgbFrame) -> None:
    """Write a frame, uint8 (height, width, 3) RGB, as a JPEG with whole colour resolution.

    Raises:
        OSError: the disk failed.
    """
    Image.fromarray(picture).save(path, format="JPEG", quality=QUALITY, subsampling=0)
