"""Flags are looked for beside the annotating, told as they are found, and kept for the next time."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.jobs import flagging
from samannot_tui.jobs.flag_cache import FILE_NAME, read_flag_cache
from samannot_tui.jobs.flagging import Flagger, FlagNews, Trouble
from samannot_tui.masks.index import MaskIndex
from samannot_tui.masks.rle import Rle
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.board import Board
from samannot_tui.review.flags.flag import Thresholds
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.state import State
from tests.review.test_flags import FRAMES, HEIGHT, WIDTH, Scene, disc

MANIFEST = Manifest(
    version=1,
    media_path="clip.mp4",
    kind="video",
    fingerprint="f" * 16,
    frame_count=FRAMES,
    fps=25.0,
    width=WIDTH,
    height=HEIGHT,
)
DEFAULT = Thresholds()


@dataclass
class Desk:
    """A flagger, and what it told."""

    flagger: Flagger
    told: list[FlagNews] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, news: FlagNews) -> None:
        with self.changed:
            self.told.append(news)
            self.changed.notify()

    def until(self, reached: Callable[[FlagNews], bool]) -> FlagNews:
        with self.changed:
            assert self.changed.wait_for(lambda: any(reached(each) for each in self.told), 20)
            return next(each for each in self.told if reached(each))

    def complete(self, annotation: Annotation) -> Board:
        self.flagger.look(annotation)
        board = self.until(lambda news: isinstance(news, Board) and news.annotation is annotation and news.is_complete)
        assert isinstance(board, Board)
        return board


@contextmanager
def desk(
    scene: Scene, cache: Path, *, writable: bool = True, read: Callable[[int], Rle] | None = None
) -> Iterator[Desk]:
    heard: list[Desk] = []

    def hear(news: FlagNews) -> None:
        heard[0].hear(news)

    flagger = Flagger(
        cache,
        MANIFEST,
        lambda: scene,  # type: ignore[arg-type, return-value]
        read or scene.rles.__getitem__,
        hear,
        writable=writable,
    )
    heard.append(Desk(flagger))
    try:
        yield heard[0]
    finally:
        flagger.close()


@pytest.fixture
def scene() -> Scene:
    """One mask of which has lost most of its area."""
    scene = Scene().follow()
    scene.put(1, 10, disc(60, radius=5))
    return scene


def test_what_is_flagged_is_told_and_followed_when_the_annotation_changes(scene: Scene, tmp_path: Path) -> None:
    with desk(scene, tmp_path) as at:
        board = at.complete(scene.annotation)
        assert board.frames(1, DEFAULT).tolist() == [10, 11] and board.count(DEFAULT) == 2
        assert "in one frame" in board.flag(1, 10, DEFAULT).words
        assert [flag.frame for flag in board.worst(1, DEFAULT)] == [board.worst(5, DEFAULT)[0].frame]
        scene.put(1, 10, disc(60), "edited")
        assert at.complete(scene.annotation).count(DEFAULT) == 0
        scene.put(1, 20, disc(90, radius=4))
        assert 20 in at.complete(scene.annotation).frames(1, DEFAULT)
        assert board.frames(1, DEFAULT).tolist() == [10, 11], "a board that was told stays as it was"


def test_labels_that_exchange_places_are_flagged_where_they_do(tmp_path: Path) -> None:
    scene = Scene().follow(1, 25).follow(2, 55)
    before, now = scene.live[1].copy(), scene.live[2].copy()
    scene.live[1][12:], scene.live[2][12:] = now[12:], before[12:]
    with desk(scene, tmp_path) as at:
        board = at.complete(scene.annotation)
        assert [(swap.frame, swap.labels) for swap in board.swaps] == [(12, (1, 2))]
        assert {12} <= set(board.frames(1, DEFAULT)) & set(board.frames(2, DEFAULT))
        scene.live[1][12:], scene.live[2][12:] = before[12:], now[12:]
        assert at.complete(scene.annotation).swaps == ()


def test_a_session_opened_again_does_not_measure_again(scene: Scene, tmp_path: Path) -> None:
    with desk(scene, tmp_path) as at:
        first = at.complete(scene.annotation)
    again = Scene(scene.index, scene.rles, scene.live)

    def nothing(record: int) -> Rle:
        raise AssertionError("a mask was read again")

    with desk(again, tmp_path, read=nothing) as at:
        board = at.complete(again.annotation)
        assert np.array_equal(board.doubts[1], first.doubts[1])
        assert again.asked == []


def test_nothing_is_kept_in_a_session_that_somebody_else_writes(scene: Scene, tmp_path: Path) -> None:
    with desk(scene, tmp_path, writable=False) as at:
        at.complete(scene.annotation)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["cut", "noise", "symlink", "of another video"])
def test_a_cache_that_cannot_be_used_is_as_good_as_none(scene: Scene, tmp_path: Path, damage: str) -> None:
    with desk(scene, tmp_path) as at:
        board = at.complete(scene.annotation)
    path = tmp_path / FILE_NAME
    frames, records = FRAMES, scene.index.count
    match damage:
        case "cut":
            path.write_bytes(path.read_bytes()[:-10])
        case "noise":
            path.write_bytes(os.urandom(4000))
        case "symlink":
            path.rename(tmp_path / "elsewhere")
            path.symlink_to(tmp_path / "elsewhere")
        case "of another video":
            frames = FRAMES + 1
    measures, exchanges = read_flag_cache(tmp_path, records, frames)
    assert not measures["known"].any() and exchanges.swaps == ()
    if damage != "of another video":
        with desk(scene, tmp_path) as at:
            assert np.array_equal(at.complete(scene.annotation).doubts[1], board.doubts[1])


def test_an_interrupted_search_goes_on_where_it_was(scene: Scene, tmp_path: Path) -> None:
    reads: list[int] = []
    is_at_five, hold = threading.Event(), threading.Event()

    def read(record: int) -> Rle:
        reads.append(record)
        if len(reads) == 5:
            is_at_five.set()
            assert hold.wait(20)
        return scene.rles[record]

    with desk(scene, tmp_path, read=read) as at:
        at.flagger.look(scene.annotation)
        assert is_at_five.wait(20)
        scene.put(1, 23, disc(99, radius=11))
        newest = scene.annotation
        at.flagger.look(newest)
        hold.set()
        at.complete(newest)
    measured = reads[:FRAMES]
    assert len(set(measured)) == len(measured), "no mask was measured twice"


def test_a_video_that_cannot_be_read_is_told_once_and_leaves_what_the_masks_tell(scene: Scene, tmp_path: Path) -> None:
    def fail(frame: int) -> None:
        raise InputError("The video is gone.")

    scene.read = fail  # type: ignore[method-assign, assignment]
    with desk(scene, tmp_path) as at:
        for _ in range(2):
            board = at.complete(scene.annotation)
        assert [news for news in at.told if isinstance(news, Trouble)] == [Trouble("The video is gone.")]
        assert board.doubts[1][10] > 0.1


def test_a_damaged_mask_is_told_and_does_not_stop_the_others(scene: Scene, tmp_path: Path) -> None:
    def read(record: int) -> Rle:
        if record == 4:
            raise InputError("Line 4 is damaged.")
        return scene.rles[record]

    with desk(scene, tmp_path, read=read) as at:
        board = at.complete(scene.annotation)
        assert Trouble("Line 4 is damaged.") in at.told
        assert 10 in board.frames(1, DEFAULT)


def test_an_annotation_without_masks_has_no_flags(scene: Scene, tmp_path: Path) -> None:
    with desk(scene, tmp_path) as at:
        assert at.complete(Annotation.of(LiveMasks(MaskIndex(), FRAMES, State()), ())).count(DEFAULT) == 0
        assert at.complete(scene.annotation).count(DEFAULT) == 2


def test_closing_ends_a_search_that_goes_on(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flagging, "LONGEST_REST", 0.0)
    with desk(scene, tmp_path) as at:
        at.flagger.look(scene.annotation)
        at.flagger.close()
        at.flagger.close()
    assert not at.flagger._thread.is_alive()
