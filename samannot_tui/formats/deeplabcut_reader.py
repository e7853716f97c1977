"""Reading `deeplabcut`: what DeepLabCut predicted for a video, or what was labelled for it, as CSV or HDF5.

A label is an individual; where the project knows none it is called "animal". Each body part that is there is a point on
it, its likelihood the score. A row is the frame of its number, or of its image's name.
Source: https://deeplabcut.github.io/DeepLabCut/docs/standardDeepLabCut_UserGuide.html
"""

from collections.abc import Iterator
from pathlib import Path

from samannot_tui.formats.deeplabcut_csv import read_csv
from samannot_tui.formats.deeplabcut_hdf5 import hdf5_table
from samannot_tui.formats.deeplabcut_table import points
from samannot_tui.formats.reading import FoundObject
from samannot_tui.media.source import FrameSource

HDF5 = (".h5", ".hdf5", ".hdf")


def read(path: Path, source: FrameSource) -> Iterator[FoundObject]:
    """The body parts, frame by frame.

    Args:
        path: a file whose name ends in .h5, or a CSV file.

    Raises:
        InputError: as `reading.Reader`.
    """
    if path.suffix.lower() in HDF5:
        with hdf5_table(path, source.info.frame_count) as table:
            yield from points(table, source)
    else:
        yield from points(read_csv(path), source)
