import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

_DIGEST = """
import sys, zlib, cv2
from samannot_tui.engine.contract import PromptSet
from tests.engine.flow.clips import Clip, forward, fresh
cv2.setNumThreads(int(sys.argv[1]))
clip = Clip([(60, 80, 3, 1), (180, 100, -3, 0)], frames=5, height=200, width=300, radius=30)
box = PromptSet(2, 0, boxes=((148.0, 68.0, 212.0, 132.0),), points=((180.0, 100.0, True),))
click = PromptSet(1, 0, points=((60.0, 80.0, True), (110.0, 80.0, False)))
tracker, digest = clip.tracker(), 0
for result in tracker.propagate(forward(0, 4, fresh(click), fresh(box))):
    for one in result.results:
        digest = zlib.crc32(one.mask.tobytes(), digest)
for label in (1, 2):
    for array in tracker.snapshot(label).values():
        digest = zlib.crc32(array.tobytes(), digest)
print(digest)
"""


def _digest(threads: int) -> str:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    command = [sys.executable, "-c", _DIGEST, str(threads)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return run.stdout


def test_masks_and_memory_are_the_same_in_every_process_whatever_its_threads() -> None:
    digest = _digest(1)
    assert digest.strip().isdigit()
    assert _digest(1) == digest
    assert _digest(4) == digest


def test_naming_the_engine_does_not_load_opencv() -> None:
    code = (
        "import sys; from samannot_tui.engine.flow.engine import FlowEngine; FlowEngine().info; "
        "sys.exit('cv2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
