"""Makes everything in this folder but the code; from the repository's root: python -m sample_data.make_sample

clip.mp4, ground_truth/, prompts.json   the scene of `sample_data.scene`
reference/                              what `samannot-tui track` makes of clip.mp4 and prompts.json
sessions/                               see `sample_data.sessions`
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sample_data.clip import make_clip
from sample_data.sessions import make_sessions

HERE = Path(__file__).parent


def make_reference(folder: Path) -> None:
    """Track the clip as a person would on the command line, and keep the masks as reference/00000.png and so on."""
    with tempfile.TemporaryDirectory() as out:
        files = [str(folder / "clip.mp4"), "--prompts", str(folder / "prompts.json"), "--out", out]
        track = [sys.executable, "-m", "samannot_tui", "track", *files, "--format", "davis", "--engine", "flow"]
        subprocess.run(track, check=True)
        shutil.rmtree(folder / "reference", ignore_errors=True)
        shutil.copytree(Path(out) / "davis" / "Annotations" / "clip", folder / "reference")


if __name__ == "__main__":
    make_clip(HERE)
    make_reference(HERE)
    make_sessions(HERE)
