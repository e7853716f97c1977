"""The worker process by itself: how it starts, what it survives and when it leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from samannot_tui.engine.job import JobLabel, JobPass, JobPrompts
from samannot_tui.engine.process import LONGEST_LOG, WorkerProcess, open_log
from samannot_tui.engine.protocol import Done, Failed, Opened, PeerGoneError, Segment, Segmented, Track, Tracked
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.masks.rle import encode
from tests.engine.studio import TOY_COMMAND

BOX = JobPrompts(1, 0, boxes=((5, 5, 9, 9),))
RUN = Track(1, (JobPass("forward", 0, 3, (JobLabel(1, 0, (BOX,), None),), None),))
SECONDS = 30.0


@pytest.fixture
def started(video: Path, tmp_path: Path) -> Iterator[WorkerProcess]:
    worker = WorkerProcess(video, EngineSpec(f"toy:hold=2,gate={tmp_path / 'gate'}"), tmp_path, TOY_COMMAND)
    assert isinstance(worker.channel.receive(), Opened)
    yield worker
    worker.stop()


def wait_gone(pid: int) -> None:
    gone, alive = psutil.wait_procs([psutil.Process(pid)], SECONDS)
    assert gone and not alive


def test_it_answers_requests_one_after_the_other(started: WorkerProcess, tmp_path: Path) -> None:
    (tmp_path / "gate").touch()
    started.channel.send(Segment(5, BOX))
    started.channel.send(RUN)
    replies = [started.channel.receive() for _ in range(6)]
    assert [type(reply) for reply in replies] == [Segmented, Tracked, Tracked, Tracked, Tracked, Done]
    assert [reply.frame for reply in replies if isinstance(reply, Tracked)] == [0, 1, 2, 3]
    assert replies[-1] == Done(1, True)


def test_ctrl_c_is_not_for_it(started: WorkerProcess) -> None:
    os.kill(started.pid, signal.SIGINT)
    started.channel.send(Segment(5, BOX))
    assert isinstance(started.channel.receive(), Segmented)
    assert os.getpgid(started.pid) != os.getpgid(0)


def test_it_leaves_in_the_middle_of_a_frame_when_the_program_goes(started: WorkerProcess) -> None:
    started.channel.send(RUN)
    while not (isinstance(reply := started.channel.receive(), Tracked) and reply.frame == 1):
        pass
    pid = started.pid
    started.channel.close()
    wait_gone(pid)
    assert "exit code 0" in started.autopsy()


def test_it_does_not_outlive_a_program_that_was_killed(video: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tests.engine.studio import TOY_COMMAND;"
        "from samannot_tui.engine.process import WorkerProcess; from samannot_tui.engine.spec import EngineSpec;"
        "worker = WorkerProcess(Path(sys.argv[1]), EngineSpec('toy:seconds=9'), Path(sys.argv[2]), TOY_COMMAND);"
        "worker.channel.receive(); print(worker.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program, video, tmp_path], cwd=root, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert psutil.pid_exists(worker)
        parent.kill()
        wait_gone(worker)


def test_a_kernel_short_of_memory_takes_it_first(started: WorkerProcess) -> None:
    scores = [int(Path(f"/proc/{pid}/oom_score_adj").read_text()) for pid in (started.pid, os.getpid())]
    assert scores[0] > scores[1]


def test_a_request_that_makes_no_sense_is_refused(started: WorkerProcess) -> None:
    elsewhere = JobPrompts(1, 0, masks=(encode(np.ones((2, 3), np.bool_)),))
    started.channel.send(Segment(6, elsewhere))
    reply = started.channel.receive()
    assert isinstance(reply, Failed)
    assert (reply.what, reply.number, reply.refused) == ("ticket", 6, True)
    assert "a mask is 3x2 pixels, the video 64x32" in reply.sentence


def test_media_that_cannot_be_opened_is_refused_and_it_leaves(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path / "gone.mp4", EngineSpec("toy"), tmp_path, TOY_COMMAND)
    reply = worker.channel.receive()
    assert isinstance(reply, Failed) and reply.refused and "gone.mp4" in reply.sentence
    with pytest.raises(PeerGoneError):
        worker.channel.receive()
    worker.stop()


def test_its_log_is_never_written_through_a_symlink(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    (tmp_path / "engine.log").symlink_to(victim)
    with pytest.raises(OSError):
        open_log(tmp_path)
    assert victim.read_bytes() == b""


def test_its_log_starts_anew_when_it_has_grown_long(tmp_path: Path) -> None:
    (tmp_path / "engine.log").write_bytes(b"x" * (LONGEST_LOG + 1))
    with open_log(tmp_path) as log:
        log.write(b"new")
    assert (tmp_path / "engine.log").read_bytes() == b"new"
    with open_log(tmp_path) as log:
        log.write(b"er")
    assert (tmp_path / "engine.log").read_bytes() == b"newer"
