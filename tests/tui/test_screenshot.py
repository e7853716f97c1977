"""The screenshot key in the real app: the file shows what the screen shows, at the video's resolution."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.masks.log import NewMask
from samannot_tui.masks.palette import voc_color
from samannot_tui.masks.rle import encode
from samannot_tui.media.open import open_media
from samannot_tui.session.commands import AddLabel, AddPrediction, AddPrompt
from samannot_tui.session.prompts import PointPrompt
from samannot_tui.session.store import Session
from samannot_tui.tui.drawing import Drawer
from samannot_tui.tui.widgets.message_line import MessageLine
from tests.tui.conftest import HEIGHT, WIDTH, Desk, OpenDesk

MASK = np.zeros((HEIGHT, WIDTH), np.bool_)
MASK[20:44, 4:28] = True


async def add_mask(at: Desk) -> None:
    """A mask on frame 0 by a point in its top left quarter."""
    at.session.submit(AddLabel("dog"))
    (placed,) = at.session.submit(AddPrompt(1, 0, PointPrompt(8, 24)))
    mask = NewMask(frame=0, label=1, rle=encode(MASK), object_score=3.0, quality=0.9, source="prompted", run=None)
    at.session.submit(AddPrediction(1, 0, *at.session.append_masks([mask]), (placed.seq,)))
    await at.settle()


def saved(at: Desk) -> list[Path]:
    return sorted((at.session.folder / "screenshots").iterdir())


async def save(at: Desk) -> np.ndarray:
    """Press S; the pixels of the file that it has made."""
    before = set((at.session.folder / "screenshots").glob("*"))
    await at.press("S")
    (new,) = set(saved(at)) - before
    with Image.open(new) as image:
        assert image.format == "PNG" and image.mode == "RGB"
        return np.asarray(image)


def frame(at: Desk, number: int) -> np.ndarray:
    source = open_media(at.session.media_file())
    pixels = source.read(number)
    source.close()
    return pixels


async def test_the_original_view_is_the_very_frame(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("v", "v", "L")
        assert at.screen.place.kept.view == "original"
        assert np.array_equal(await save(at), frame(at, 10))
        assert at.screen.query_one(MessageLine).text == "Saved screenshots/square-frame-10.png in the session's folder."
        await at.press("S", "left", "S")
        assert [path.name for path in saved(at)] == [
            "square-frame-10-2.png",
            "square-frame-10.png",
            "square-frame-9.png",
        ]


async def test_masks_and_prompts_are_in_it_as_the_view_says(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_mask(at)
        overlay = await save(at)
        plain = frame(at, 0)
        inside = np.s_[36:40, 18:26]
        tinted = (plain[inside].astype(int) + np.array(voc_color(1))) / 2
        assert np.abs(overlay[inside] - tinted).max() <= 1
        assert np.array_equal(overlay[:, 40:], plain[:, 40:])
        await at.press("v")
        masks = await save(at)
        assert np.array_equal((masks == voc_color(1)).all(-1), MASK)
        await at.press("i")
        assert not np.array_equal(await save(at), masks), "names"
        await at.press("v", "v")
        prompts = await save(at)
        changed = (prompts != plain).any(-1)
        assert changed[24, 8] and not changed[:, 40:].any() and not changed[36:40, 18:26].any()


async def test_zoomed_it_shows_the_part_on_the_screen_in_whole_pixels(desk: OpenDesk) -> None:
    async with desk() as at:
        await at.press("v", "v", *["z"] * 4, "ctrl+left")
        x, y, width, height = at.screen.viewport.source
        assert (width, height) != (WIDTH, HEIGHT)
        picture = await save(at)
        times = min(WIDTH // width, HEIGHT // height)
        assert times > 1
        part = frame(at, 0)[y : y + height, x : x + width]
        assert np.array_equal(picture[times // 2 :: times, times // 2 :: times], part)
        assert picture.shape == (height * times, width * times, 3)


async def test_it_is_drawn_beside_the_event_loop_and_shows_the_moment_of_the_key(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    read = Drawer.frame

    def slow(self: Drawer, number: int) -> np.ndarray:
        assert threading.current_thread() is not threading.main_thread()
        gate.wait(10)
        return read(self, number)

    monkeypatch.setattr(Drawer, "frame", slow)
    async with desk() as at:
        await at.press("v", "v")
        await at.pilot.press("S", "end")
        assert at.screen.place.frame == 29 and not (at.session.folder / "screenshots").exists()
        gate.set()
        await at.settle()
        (path,) = saved(at)
        assert path.name == "square-frame-0.png"
        with Image.open(path) as image:
            assert np.array_equal(np.asarray(image), frame(at, 0))


async def test_it_is_told_while_placing_too(desk: OpenDesk) -> None:
    async with desk() as at:
        await add_mask(at)
        await at.press("p", "S")
        assert at.told == ["Saved screenshots/square-frame-0.png in the session's folder."]


async def test_what_is_in_the_way_is_told(desk: OpenDesk) -> None:
    async with desk() as at:
        (at.session.folder / "screenshots").write_bytes(b"mine")
        await at.press("S")
        assert "screenshots is not a folder; move it" in at.told[-1]


async def test_a_read_only_session_gets_no_file(desk: OpenDesk, session_folder: Path) -> None:
    owner = Session.open(session_folder)
    try:
        async with desk() as at:
            await at.press("S")
            assert at.told[-1] == at.client.read_only
            assert not (session_folder / "screenshots").exists()
    finally:
        owner.close()
