"""What the first paint may not wait for, proved in a fresh interpreter."""

import subprocess
import sys

SCRIPT = """
import asyncio, sys
from pathlib import Path

from samannot_tui.graphics.terminal import Answers, Terminal
from samannot_tui.monitor import Reading
from samannot_tui.session.store import Session
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.client import Client
from samannot_tui.tui.screens.workspace import Workspace

HEAVY = ("cv2", "torch", "sam2", "skimage", "scipy", "matplotlib")
print("imported:", [name for name in HEAVY if name in sys.modules])

def report(workspace):
    print("painted:", [name for name in HEAVY if name in sys.modules])
    workspace.app.exit()

class Stuck:
    "A source whose first frame never comes: the first paint must not need it."
    def __init__(self, info, path):
        self.info, self.path, self.notices = info, path, ()
    def read(self, frame):
        raise AssertionError("the first paint read a frame")

from samannot_tui.media.source import MediaInfo
info = MediaInfo(kind="video", frame_count=60, fps=25.0, width=64, height=48, fingerprint="f" * 16)
folder = Path(sys.argv[1])
session = Session.create(folder / "clip.samannot", folder / "clip.mp4", info)
Workspace._after_first_paint = report
client = Client(session)
app = SamannotApp(client, Stuck(info, folder / "clip.mp4"), Terminal("cells", "", Answers()), Reading)

async def main():
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()

asyncio.run(main())
client.close(app.workspace.place.kept)
session.close()
"""


OFFER = """
import sys
from samannot_tui.engine.registry import resolve
from samannot_tui.engine.spec import spec_of
from samannot_tui.session.settings import Settings
from samannot_tui.tui.engine_choices import engine_offer
resolve(spec_of(Settings()))
engine_offer(Settings())
print([name for name in ("cv2", "torch", "sam2", "skimage", "av") if name in sys.modules])
"""


def test_choosing_an_engine_imports_none() -> None:
    """That takes seconds, in the process that draws the screen."""
    done = subprocess.run([sys.executable, "-c", OFFER], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "[]\n", done.stderr


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path) -> None:  # type: ignore[no-untyped-def]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["imported: []", "painted: []"], done.stderr
