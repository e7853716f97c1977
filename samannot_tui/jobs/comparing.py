"""Comparing two annotations of a video, each a session or a folder of label maps."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
import numpy as np

from samannot_tui.formats.labelmap import LabelMap, flatten
from samannot_tui.jobs.opening import damage
from samannot_tui.masks.rle import decode
from samannot_tui.media.open import open_media
from samannot_tui.review.agreement import Agreement, compare_sessions
from samannot_tui.review.evaluate import Report, evaluate, evaluate_videos
from samannot_tui.review.labelmaps import LabelMaps, find_videos
from samannot_tui.session.location import is_session
from samannot_tui.session.store import Session
from samannot_tui.text import printable

COMPARING = "a comparison changes nothing"


def compare(
    pred: Path, gt: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Report | Agreement:
    """Compare `pred` with `gt`: two sessions as `compare_sessions`, anything else as `evaluate` does.

    A session beside a folder is what its export as `davis` would be: IDs are pixel values, and of a prediction the
    frames that are not annotated are empty. A session as the ground truth has the frames that are annotated.

    Raises:
        InputError: as `compare_sessions`, `evaluate` and `Session.open`; or the frames' names are not known, since
            a session's image folder is not there.
    """
    with ExitStack() as stack:
        sessions = [_opened(path, stack) if is_session(path) else None for path in (pred, gt)]
        ours, theirs = sessions
        damaged = tuple(
            f"{printable(each.folder)}: {told}" for each in sessions if each for told in damage(each, COMPARING)
        )
        if ours is not None and theirs is not None:
            found = compare_sessions(ours, theirs, progress)
            return msgspec.structs.replace(found, notices=damaged + found.notices)
        if ours is None and theirs is None:
            return evaluate(pred, gt)
        predicted = find_videos(pred) if ours is None else _video(ours, every_frame=True)
        truth = find_videos(gt) if theirs is None else _video(theirs, every_frame=False)
        report = evaluate_videos(predicted, truth)
        told = damaged + report.notices + tuple(_told(predicted, truth, [video.name for video in report.videos]))
        return msgspec.structs.replace(report, notices=told)


def compare_where_annotated(session: Session, gt: Path) -> Report | None:
    """Score an open session against one video's label maps on the frames that it has annotated; None where it has none.

    Raises as `compare`.
    """
    ours = SessionMaps(session, every_frame=False)
    if not ours.names:
        return None
    ((name, theirs),) = find_videos(gt).items()
    return evaluate_videos({name: ours}, {name: _SomeMaps(theirs, ours.names)})


def _opened(path: Path, stack: ExitStack) -> Session:
    session = Session.open(path, read_only=COMPARING)
    stack.callback(session.close)
    return session


def _video(session: Session, *, every_frame: bool) -> dict[str, LabelMaps]:
    """The session's label maps under the name of its video."""
    media = session.media_file()
    name = media.name if session.manifest.kind == "folder" else media.stem
    return {name: SessionMaps(session, every_frame=every_frame)}


class SessionMaps:
    """A session's masks as label maps, the smaller mask on top, named as in an export.

    Attributes:
        names: of the annotated frames, or of every frame of the video, those not annotated being empty.
        annotated: of the annotated frames.
    """

    def __init__(self, session: Session, *, every_frame: bool) -> None:
        """Raises:
        InputError: the frames are images of a folder that is not there.
        """
        self.place = session.folder
        self._session = session
        frames = session.live.annotated_frames().tolist()
        count = session.manifest.frame_count
        stems = _stems(session)
        self._frame = {f"{stems(frame)}.png": frame for frame in (range(count) if every_frame else frames)}
        self.names: Sequence[str] = list(self._frame)
        self.annotated = {f"{stems(frame)}.png" for frame in frames}

    def read(self, name: str) -> LabelMap:
        live = self._session.live.on_frame(self._frame[name])
        masks = {label: decode(self._session.masks.read(record).rle) for label, record in live.items()}
        flat, _ = flatten(masks, (self._session.manifest.height, self._session.manifest.width))
        return flat

    def shown(self, name: str) -> str:
        return f"{printable(self.place)}, frame {self._frame[name]},"

    def values(self, names: Sequence[str]) -> set[int]:
        frames = np.array([self._frame[name] for name in names], np.intp)
        session = self._session
        score = session.live.index.object_score
        shown = {label for label in session.state.labels if (score[session.live.records(label)[frames]] > 0).any()}
        return {0, *shown}


class _SomeMaps:
    """Some of the label maps of another."""

    def __init__(self, maps: LabelMaps, names: Sequence[str]) -> None:
        self.place = maps.place
        self.names = names
        self.read = maps.read
        self.shown = maps.shown
        self.values = maps.values


def _stems(session: Session) -> Callable[[int], str]:
    """What exports call the frames. A video's need no look at the video, which may be elsewhere by now."""
    if session.manifest.kind != "folder":
        return "{:05}".format
    source = open_media(session.media_file())
    stems = [source.stem(frame) for frame in range(source.info.frame_count)]
    source.close()
    return stems.__getitem__


def _told(predicted: Mapping[str, LabelMaps], truth: Mapping[str, LabelMaps], names: Sequence[str]) -> list[str]:
    """Sentences about frames that only one side has annotated, of the videos that were scored."""
    told = []
    for name in names:
        theirs = truth[name]
        ours = predicted[name] if name in predicted else next(iter(predicted.values()))
        if isinstance(ours, SessionMaps):
            lacking = len(set(theirs.names) - ours.annotated)
            beyond = len(ours.annotated - set(theirs.names))
            if lacking:
                told.append(
                    f"{lacking} of the {len(theirs.names)} frames of the ground truth are not annotated in "
                    f"{printable(ours.place)}; they count as empty masks."
                )
        else:
            beyond = len(set(ours.names) - set(theirs.names))
        if beyond:
            told.append(f"Frames only in {printable(ours.place)}, so not scored: {beyond}.")
    return told
