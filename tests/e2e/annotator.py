"""The real app with somebody in a hurry at it, until it is killed: `python -m tests.e2e.annotator SESSION SEED`.

Says on stdout, line by line, every event that the screen has taken in; the first line says that it is ready.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from samannot_tui.graphics.terminal import Answers, Terminal
from samannot_tui.media.open import open_media
from samannot_tui.monitor import Reading
from samannot_tui.session.commands import ChangeSetting
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.store import Session
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client

DEEDS = [
    ["p", "left", "up", "enter", "escape"],
    ["p", "right", "down", "s", "enter", "s", "escape"],
    ["t", *"6,22 24,40", "enter"],
    ["t", *"40,25 60,44", "enter"],
    ["right"] * 5,
    ["left"] * 3,
    ["c"],
    ["m"],
    ["u"],
    ["u", "u"],
    ["ctrl+r"],
    ["1"],
    ["2"],
    [">"],
    ["<"],
    ["="],
    ["escape"],
    ["x"],
]


async def annotate(folder: Path, seed: int) -> None:
    session = Session.open(folder)
    if session.state.settings.engine != "flow":
        session.submit(ChangeSetting("engine", "flow"))
    client = Client(session)
    follower = client.follower
    apply = follower.apply

    def apply_and_say(events: Sequence[AnyEvent]) -> None:
        apply(events)
        for event in events:
            print(msgspec.json.encode(event).decode(), flush=True)

    follower.apply = apply_and_say  # type: ignore[method-assign]
    app = SamannotApp(client, open_media(session.media_file()), Terminal("cells", "", Answers()), Reading)
    async with app.run_test(size=(100, 30)) as pilot:
        print("ready", flush=True)
        if len(client.follower.state.labels) < 8:
            await pilot.press("a", *f"n{seed}", "enter", "home", "t", *"5,21 25,41", "enter")
        await pilot.press("home", ">")
        dice = random.Random(seed)
        while True:
            await pilot.press(*dice.choice(DEEDS))
            await pilot.pause(dice.random() * 0.2)


if __name__ == "__main__":
    asyncio.run(annotate(Path(sys.argv[1]), int(sys.argv[2])))
