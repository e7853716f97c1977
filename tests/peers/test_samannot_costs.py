"""What SAMannot (read at 5abbadc) spends, and nothing here may: frames decoded, pictures kept, masks unpacked."""

import sys
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from av.video.frame import VideoFrame

from samannot_tui.engine.planner import RunRequest
from samannot_tui.graphics.target import Target
from samannot_tui.masks import rle
from samannot_tui.media.decoder import Decoder
from samannot_tui.media.open import open_media
from samannot_tui.media.source import FrameSource, Picture, RgbFrame
from samannot_tui.media.video import VideoSource
from samannot_tui.session.follower import Follower
from samannot_tui.session.store import Session
from samannot_tui.session.view import View
from samannot_tui.tui import drawing
from samannot_tui.tui.drawing import Drawer, PictureRequest, request_for
from samannot_tui.tui.place import Place
from samannot_tui.tui.recent import remember
from tests.e2e.pty_terminal import PtyTerminal
from tests.engine.studio import FRAMES, HEIGHT, WIDTH, Studio
from tests.formats.support import tree
from tests.media.videos import Recipe, number_of, numbered

KITTY, CELLS = Target("kitty", 40, 12, (8, 16), blending="linear"), Target("cells", 40, 12, (2, 4))


def place_of(follower: Follower, frame: int) -> Place:
    return Place(follower, View(frame=frame))


def test_going_back_a_block_decodes_one_group_of_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It decoded the video from its start."""
    decoded: list[int] = []
    frames_from = Decoder.frames_from

    def counted(decoder: Decoder, ordinal: int) -> Iterator[tuple[int, VideoFrame]]:
        for found in frames_from(decoder, ordinal):
            decoded.append(found[0])
            yield found

    source = VideoSource(numbered(tmp_path / "clip.mp4", Recipe("libx264", gop=12), 300))
    source.read(299)
    monkeypatch.setattr(Decoder, "frames_from", counted)
    for first in (250, 200, 150, 100, 50):
        decoded.clear()
        assert number_of(source.read(first)) == first
        assert 1 <= len(decoded) <= 12
    source.close()


class Watched:
    """A source whose pictures are watched: `alive` are those that somebody still holds."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self._given: weakref.WeakSet[Any] = weakref.WeakSet()
        self.numbers: list[tuple[int, weakref.ref[RgbFrame]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def walk(self, frame: int) -> Iterator[tuple[int, Picture]]:
        for number, picture in self._source.walk(frame):
            yield number, partial(self._watch, number, picture)

    def _watch(self, number: int, picture: Picture) -> RgbFrame:
        pixels = picture()
        self.numbers.append((number, weakref.ref(pixels)))
        return pixels

    @property
    def alive(self) -> list[int]:
        return [number for number, pixels in self.numbers if pixels() is not None]


@pytest.mark.parametrize("target", [KITTY, CELLS])
def test_pictures_kept_are_bounded_and_one_a_frame(
    studio: Studio, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two full-size pictures were kept of every frame that was shown."""
    kept = 6
    monkeypatch.setattr(drawing, "CACHE_BYTES", kept * WIDTH * HEIGHT * 3)
    source, follower = Watched(open_media(studio.video)), Follower(studio.session)
    drawer = Drawer(source, follower)  # type: ignore[arg-type]
    for frame in range(FRAMES):
        drawer.draw(request_for(place_of(follower, frame), target))
    assert {number for number, _ in source.numbers} == set(range(FRAMES))
    alive = source.alive
    assert len(alive) == len(set(alive)) and 1 <= len(alive) <= kept + 1
    drawer.close()
    source.close()


def test_only_the_masks_that_are_shown_are_unpacked(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """All masks of a block were unpacked at once."""
    for label, x in ((1, 5), (2, 40)):
        studio.box(label, 0, x)
    assert studio.runner().run_and_wait(RunRequest(0, "forward", extent="all")).outcome == "finished"
    unpacked: list[object] = []
    decode = rle.coco.decode

    def counted(encoded: Any) -> Any:
        unpacked.append(encoded)
        return decode(encoded)

    monkeypatch.setattr(rle.coco, "decode", counted)
    studio.session.close()
    studio.session = Session.open(studio.session.folder)
    follower, source = Follower(studio.session), open_media(studio.video)
    drawer = Drawer(source, follower)

    def unpacked_for(request: PictureRequest) -> int:
        unpacked.clear()
        drawer.draw(request)
        return len(unpacked)

    assert [list(follower.live.frames(label)) for label in (1, 2)] == [list(range(FRAMES))] * 2
    assert not unpacked, "opening unpacks none"
    assert unpacked_for(request_for(place_of(follower, 7), CELLS)) == 2
    assert unpacked_for(request_for(place_of(follower, 8), CELLS)) == 2
    assert len(drawer._masks) == 2
    drawer.close()
    source.close()


# Not a cost, but of the start screen, which no other test of these defects opens.


def test_leaving_the_start_screen_leaves_the_session_as_it_was(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelling the file dialog wiped the session."""
    studio.edit(1, 7)
    studio.session.close()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    remember(studio.session.folder)
    before = tree(tmp_path)
    terminal = PtyTerminal("cells", 80, 24, [sys.executable, "-m", "samannot_tui"], {"PWD": str(tmp_path)})
    assert b"clip.samannot" in terminal.rest(quiet=1.0)
    terminal.type("\x1b")
    terminal.rest(quiet=10.0)
    assert terminal.end() == 0
    assert tree(tmp_path) == before
