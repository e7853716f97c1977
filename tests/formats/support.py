"""A tiny annotated session and its frames, for the exports' tests."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from samannot_tui.masks.log import NewMask, SourceName
from samannot_tui.masks.rle import BoolMask, encode
from samannot_tui.media.source import MediaInfo, Picture, RgbFrame
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.follower import Follower
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session

WIDTH, HEIGHT, FRAMES = 20, 12, 5
INFO = MediaInfo(kind="video", frame_count=FRAMES, fps=25.0, width=WIDTH, height=HEIGHT, fingerprint="0" * 16)


class ArraySource:
    """Frames made up of their number; `info` and `path` as given."""

    notices: tuple[str, ...] = ()

    def __init__(self, path: Path, info: MediaInfo = INFO, stems: tuple[str, ...] | None = None) -> None:
        self.path = path
        self.info = info
        self._stems = stems

    def read(self, frame: int) -> RgbFrame:
        picture = np.zeros((self.info.height, self.info.width, 3), np.uint8)
        picture[...] = np.arange(self.info.width)[None, :, None] + 30 * frame
        picture[..., 2] = 200
        return picture

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        yield frame, lambda: self.read(frame)

    def time(self, frame: int) -> float:
        return frame / self.info.fps

    def stem(self, frame: int) -> str:
        return self._stems[frame] if self._stems else f"{frame:05}"

    def close(self) -> None:
        pass


def rectangle(x0: int, y0: int, x1: int, y1: int) -> BoolMask:
    """The pixels of a box, both corners inside it."""
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[y0 : y1 + 1, x0 : x1 + 1] = True
    return mask


def new_mask(frame: int, label: int, mask: BoolMask, source: SourceName, run: int | None = None) -> NewMask:
    return NewMask(frame=frame, label=label, rle=encode(mask), object_score=1.0, quality=0.9, source=source, run=run)


def edit(session: Session, frame: int, label: int, mask: BoolMask) -> None:
    (record,) = session.append_masks([new_mask(frame, label, mask, "edited")])
    session.submit(cmd.EditMask(label, frame, record))


def annotated(folder: Path) -> Session:
    """Labels 1 "dog" and 2 "cat" (hidden). Frames 1 to 3 are annotated, frames 0 and 4 are not.

    Frame 1: the dog, prompted; the cat over its corner, edited. Frame 2: the dog, propagated. Frame 3: the
    dog is absent. The dog on frame 1 is judged satisfactory, on frames 2 and 3 not.
    """
    session = Session.create(folder / "clip.samannot", folder / "clip.mp4", INFO)
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.AddLabel("cat"))
    session.submit(cmd.HideLabel(2, True))
    prompt = session.submit(cmd.AddPrompt(1, 1, PointPrompt(3, 3)))[0].seq
    (record,) = session.append_masks([new_mask(1, 1, rectangle(1, 1, 10, 8), "prompted")])
    session.submit(cmd.AddPrediction(1, 1, record, (prompt,)))
    edit(session, 1, 2, rectangle(9, 7, 12, 10))
    source = Source(1, (prompt,))
    sweep = Pass("forward", 1, 3, (LabelPlan(1, 1, (source,), (Span(2, 3),)),))
    plan = Plan("forward", 1, (sweep,), (), "off", None, (), ())
    run = session.submit(cmd.StartRun(plan, EngineInfo(name="test", version="1")))[0].seq
    session.append_masks(
        [
            new_mask(2, 1, rectangle(2, 1, 11, 8), "propagated", run),
            new_mask(3, 1, np.zeros((HEIGHT, WIDTH), np.bool_), "propagated", run),
        ]
    )
    session.submit(cmd.ProgressRun(run, session.masks.length))
    session.submit(cmd.EndRun(run, "finished"))
    session.submit(cmd.MarkReview(1, 1, 1, "satisfactory", by="Ann"))
    session.submit(cmd.MarkReview(1, 2, 3, "unsatisfactory", "drifted", "Ann"))
    return session


def follower(folder: Path) -> Follower:
    return Follower(annotated(folder))


def pixels(path: Path) -> "np.typing.NDArray[np.uint8]":
    with Image.open(path) as image:
        return np.asarray(image)


def tree(folder: Path) -> dict[str, bytes]:
    """Relative path -> content of every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
