"""Reading `youtube_vis`: ours and anybody's; see `formats.youtube_vis`.

Of several videos in a file, the one whose folder has the name of the session's media. A frame is the one that the
video's `frames` names, or else its file's name. A label is a category where that has one track, else each track is one,
called "category track". An instance is absent where our export says so: no mask, but a source.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path, PureWindowsPath

import msgspec
import numpy as np

from samannot_tui.errors import InputError
from samannot_tui.formats.coco_parsing import (
    LONGEST_ITEM,
    Id,
    Segmentation,
    annotations_files,
    box_of,
    categories,
    decoded,
    mask_of,
    name_of,
    person_of,
)
from samannot_tui.formats.json_items import items_of, json_items
from samannot_tui.formats.reading import FoundObject, FrameNames, require_size
from samannot_tui.masks.rle import encode
from samannot_tui.media.source import FrameSource
from samannot_tui.text import printable

LONGEST_TRACK = 256 * 2**20
"""In bytes."""
_LISTS = ("segmentations", "bboxes", "sources", "made_by", "object_scores")


class _Video(msgspec.Struct, frozen=True):
    id: Id
    file_names: list[str]
    width: int | None = None
    height: int | None = None
    frames: list[int] | None = None


class _Track(msgspec.Struct, frozen=True):
    """A track; its lists are left as they are in the file."""

    id: Id
    video_id: Id
    category_id: Id
    track_id: Id | None = None
    score: float | None = None
    segmentations: msgspec.Raw = msgspec.Raw(b"[]")
    bboxes: msgspec.Raw = msgspec.Raw(b"[]")
    sources: msgspec.Raw = msgspec.Raw(b"[]")
    made_by: msgspec.Raw = msgspec.Raw(b"[]")
    object_scores: msgspec.Raw = msgspec.Raw(b"[]")


class _OnFrame(msgspec.Struct, frozen=True, array_like=True):
    """What a track's lists say of one frame."""

    segmentation: Segmentation
    bbox: list[float] | None
    source: str | None
    made_by: str | None
    object_score: float | None


def read(path: Path, source: FrameSource) -> Iterator[FoundObject]:
    """The instances, track by track.

    Args:
        path: the JSON file, or a folder with an annotations.json, or one in each split.

    Raises:
        InputError: as `reading.Reader`.
    """
    for file in annotations_files(path):
        yield from _of_file(file, source)


def _of_file(path: Path, source: FrameSource) -> Iterator[FoundObject]:
    video = _video(path, source)
    frames = _frames(video, source, printable(path))
    names = categories(path)
    tracks = Counter(track.category_id for track, _ in _tracks(path, video))
    for track, where in _tracks(path, video):
        name = name_of(track.category_id, names, where)
        if tracks[track.category_id] > 1:
            name = f"{name} {track.id if track.track_id is None else track.track_id}"
        yield from _found(track, name, frames, source, where)


def _found(track: _Track, name: str, frames: Sequence[int], source: FrameSource, where: str) -> Iterator[FoundObject]:
    lists = (items_of(bytes(getattr(track, each)), f"{where}, {each}", LONGEST_ITEM) for each in _LISTS)
    for number, facts in enumerate(zip_longest(*lists, fillvalue=b"null")):
        place = f"{where}, item {number + 1}"
        if number >= len(frames):
            raise InputError(f"{where}: lists longer than the video, which has {len(frames)} frames there.")
        found = decoded(b"[%s]" % b",".join(facts), _OnFrame, place)
        mask, box = mask_of(found.segmentation, source.info, place), box_of(found.bbox or [], place)
        if mask is None and found.source is not None:
            mask = encode(np.zeros((source.info.height, source.info.width), np.bool_))
        if mask is None and box is None:
            continue
        score = track.score if found.object_score is None else found.object_score
        yield FoundObject(frames[number], name, mask, box, person=person_of(found.made_by), score=score)


def _tracks(path: Path, video: _Video) -> Iterator[tuple[_Track, str]]:
    """The video's tracks, and where each is."""
    for number, (_, item) in enumerate(json_items(path, "annotations", longest=LONGEST_TRACK), 1):
        where = f"{printable(path)}, annotation {number}"
        track = decoded(item, _Track, where)
        if track.video_id == video.id:
            yield track, where


def _video(path: Path, source: FrameSource) -> _Video:
    videos = [
        (decoded(item, _Video, f"{printable(path)}, video {number}"), number)
        for number, (_, item) in enumerate(json_items(path, "videos", longest=LONGEST_ITEM), 1)
    ]
    named = [each for each in videos if _folder(each[0]) in (source.path.name, source.path.stem)]
    chosen = videos if len(videos) == 1 else named
    if len(chosen) != 1:
        raise InputError(
            f"{printable(path)} holds {len(videos)} videos, of which {len(chosen)} have the name of the session's "
            f"{printable(source.path.name)}; give a file with that video alone."
        )
    video, number = chosen[0]
    if video.width is not None and video.height is not None:
        require_size(video.width, video.height, source.info, f"{printable(path)}, video {number}")
    return video


def _folder(video: _Video) -> str:
    """The name of the folder that its first frame lies in."""
    return PureWindowsPath(video.file_names[0]).parent.name if video.file_names else ""


def _frames(video: _Video, source: FrameSource, where: str) -> Sequence[int]:
    count, names = source.info.frame_count, FrameNames(source)
    frames = video.frames
    if frames is None:
        frames = [names.frame(name, where) for name in video.file_names]
    if len(set(frames)) < len(frames) or not all(0 <= frame < count for frame in frames):
        raise InputError(f"{where}: the video's frames are not different ones of 0 to {count - 1}.")
    return frames
