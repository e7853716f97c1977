"""kill -9 of the app at random moments of a run: nothing that was shown as done is lost."""

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from samannot_tui.media.open import open_media
from samannot_tui.session import events as ev
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.store import Session
from tests.e2e.clips import write_clip

KILLS = 10
SECONDS_TO_RUN = 30.0


def kill_at_random(folder: Path, seed: int) -> list[AnyEvent]:
    """Let the app annotate and kill it in its first run; returns what it had shown as done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.annotator", str(folder), str(seed)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    running = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if b'"type":"RunProgressed"' in line:
                running.set()
        running.set()

    reader = threading.Thread(target=read)
    reader.start()
    running.wait(SECONDS_TO_RUN)
    time.sleep(random.Random(seed).uniform(0.0, 1.5))
    assert process.poll() is None, "the app ended by itself"
    process.kill()
    process.wait()
    reader.join()
    # The kill may have torn the last line, which then was not shown either.
    whole = [line for line in lines[1:] if line.endswith(b"\n")]
    return [msgspec.json.decode(line, type=AnyEvent) for line in whole]


@pytest.mark.slow
@pytest.mark.parametrize("series", range(5))
def test_fifty_kills_lose_nothing_that_was_shown_as_done(tmp_path: Path, series: int) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 250)
    source = open_media(clip)
    Session.create(tmp_path / "clip.samannot", clip, source.info).close()
    source.close()
    shown: list[AnyEvent] = []
    progressed = 0
    for kill in range(KILLS):
        seed = 100 * series + kill
        said = kill_at_random(tmp_path / "clip.samannot", seed)
        shown += said
        session = Session.open(tmp_path / "clip.samannot")
        assert session.read_only is None, session.read_only
        history = session.history()
        for event in said:
            assert history[event.seq - 1] == event
        for record in range(1, session.masks.index.count + 1):
            session.masks.read(record)
        for run in session.state.runs.values():
            assert run.outcome is not None
        check_masks(session, said)
        progressed += sum(isinstance(event, ev.RunProgressed) for event in said)
        session.close()
    assert progressed, "no run was ever under way, so that nothing was tried"
    assert any(isinstance(event, ev.MaskPredicted) for event in shown)


def check_masks(session: Session, said: list[AnyEvent]) -> None:
    """Every mask that a progress event announced is live, unless something later took its place."""
    for event in said:
        if isinstance(event, ev.RunProgressed) and event.run in session.state.runs:
            # A run goes on over a frame that a person bars meanwhile, but what it finds there counts for nothing.
            since = session.history()[event.run : event.seq]
            barred = {each.frame for each in since if isinstance(each, ev.BarrierSet)}
            records = session.masks.index.of_run(event.run, 0, event.log_length)
            for record in records:
                row = session.masks.index.row(int(record))
                if row.frame in barred:
                    continue
                live = session.live.record(row.frame, row.label)
                assert live is not None, f"frame {row.frame} of label {row.label} has lost its mask"
