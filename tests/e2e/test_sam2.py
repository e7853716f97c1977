"""SAM 2 as a person gets it: the real program on a real video, with random weights in an official checkpoint file."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from samannot_tui.engine.contract import PromptSet
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.store import Session
from tests.e2e.clips import write_clip
from tests.e2e.test_terminals import APP, in_session, tmux, until
from tests.engine.sam2.upstream import Upstream, build_upstream, random_weights, save_random_checkpoint

FRAMES, IMAGE_SIZE = 24, 128
BOX = (4, 20, 25, 41)
PROMPTS = {"labels": [{"id": 1, "name": "square"}], "prompts": [{"label": 1, "frame": 0, "box": BOX}]}
# Seconds: PyTorch alone takes several to be imported, more beside other test processes.
PATIENCE = 90
# One thread on the processor: the same bits as upstream in the test's own process, and no fight for the cores.
CALM = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "samannot_tui", *(os.fspath(each) for each in arguments)]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=CALM
    )


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "random.pt"
    save_random_checkpoint(path)
    return path


@pytest.fixture(autouse=True)
def own_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where checksums are recorded; and nothing that this machine has fetched counts."""
    monkeypatch.setitem(CALM, "SAMANNOT_MODELS", str(tmp_path / "models"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "square.mp4", FRAMES)


def sam2(checkpoint: Path) -> list[str]:
    size = f"{IMAGE_SIZE}"
    return ["--engine", "sam2", "--checkpoint", str(checkpoint), "--image-size", size, "--precision", "fp32"]


def track(clip: Path, out: Path, checkpoint: Path, *more: str | Path) -> list[str | Path]:
    """Arguments that track the clip's square from a box on its first frame."""
    out.mkdir(exist_ok=True)
    prompts = out / "prompts.json"
    prompts.write_text(json.dumps(PROMPTS))
    return ["track", clip, "--prompts", prompts, "--out", out, *sam2(checkpoint), "--json", *more]


def masks(session: Session) -> list[BoolMask]:
    """The square's live masks, frame by frame."""
    records = [session.live.record(int(frame), 1) for frame in session.live.frames(1)]
    return [decode(session.masks.read(record).rle) for record in records if record is not None]


@contextmanager
def opened(folder: object) -> Iterator[Session]:
    session = Session.open(Path(str(folder)))
    try:
        yield session
    finally:
        session.close()


def test_track_gives_upstreams_masks_and_exports_them(clip: Path, checkpoint: Path, tmp_path: Path) -> None:
    done = run(*track(clip, tmp_path / "out", checkpoint, "--block-size", "7", "--format", "davis", "--format", "png"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["engine"] == {"name": "sam2", "variant": "tiny", "device": "cpu"} and result["notices"] == []
    assert result["masks"] == FRAMES and str(checkpoint) in done.stderr
    assert len(list(Path(result["exports"]["davis"], "Annotations", "square").iterdir())) == FRAMES
    assert json.loads(Path(result["exports"]["png"], "labels.json").read_text())
    with opened(result["session"]) as session:
        made = masks(session)
    for mask, expected in zip(made, upstreams_masks(clip), strict=True):
        assert np.array_equal(mask, expected)
    assert any(not np.array_equal(mask, made[0]) for mask in made) and all(0 < mask.mean() < 1 for mask in made)


def upstreams_masks(clip: Path) -> list[BoolMask]:
    import torch

    torch.set_num_threads(1)
    source = open_media(clip)
    upstream = Upstream(build_upstream(random_weights(), IMAGE_SIZE), source)
    upstream.add(PromptSet(1, 0, boxes=(BOX,)))
    found = [(logits[1] > 0).numpy() for _, logits in upstream.propagate(0, FRAMES)]
    source.close()
    return found


def test_propagate_goes_on_with_the_sessions_engine_from_its_memory(
    clip: Path, checkpoint: Path, tmp_path: Path
) -> None:
    done = json.loads(run(*track(clip, tmp_path / "out", checkpoint, "--block-size", "10")).stdout)
    with opened(done["session"]) as session:
        before = masks(session)
    again = run("propagate", done["session"], "--block-size", "100", "--json")
    assert again.returncode == 0, again.stderr
    result = json.loads(again.stdout)
    assert result["engine"]["name"] == "sam2" and result["notices"] == []
    assert result["masks"] == FRAMES - 20, "it goes on from the memory that the second block's run has left"
    with opened(done["session"]) as session:
        assert session.state.settings.image_size == IMAGE_SIZE
        assert all(map(np.array_equal, masks(session), before)), "blocks and restarts cost nothing"


def test_a_session_over_several_blocks_comes_out_again_to_the_pixel(
    clip: Path, checkpoint: Path, tmp_path: Path
) -> None:
    """Memory carried over boundaries, a click on a tracked mask, backward runs: all made again from the journal."""
    done = json.loads(run(*track(clip, tmp_path / "out", checkpoint, "--block-size", "10")).stdout)
    with opened(done["session"]) as session:
        session.submit(cmd.AddPrompt(1, 13, PointPrompt(30, 30, False)))
        session.submit(cmd.AddLabel("late"))
        session.submit(cmd.AddPrompt(2, 15, BoxPrompt(20, 10, 40, 30)))
    assert run("propagate", done["session"], "--from", "12", "--direction", "both", "--all").returncode == 0
    verified = run("replay", done["session"], "--verify", "--exact", "--json")
    assert verified.returncode == 0, verified.stderr
    result = json.loads(verified.stdout)
    with opened(done["session"]) as session:
        assert any(each.plan.continues for each in session.state.runs.values())
        assert result["masks"] == result["exact"] == session.masks.index.count > 2 * FRAMES
    assert result["differences"] == []
    checkpoint_too = run("replay", done["session"], "--verify", "--checkpoint", tmp_path / "nothing.pt")
    assert checkpoint_too.returncode == 2 and "nothing.pt" in checkpoint_too.stderr


def test_it_comes_out_again_whatever_the_threads_are_now(checkpoint: Path, tmp_path: Path) -> None:
    """In bf16 one pixel in a hundred is another one with other threads: a replay takes as many as then."""
    clip = write_clip(tmp_path / "short.mp4", 6)
    arguments = track(clip, tmp_path / "out", checkpoint, "--image-size", "64", "--precision", "bf16")
    for threads, order in (("2", arguments), ("1", ["replay", tmp_path / "out" / "short.samannot"])):
        more = () if order is arguments else ("--verify", "--exact")
        environment = {**CALM, "OMP_NUM_THREADS": threads}
        done = subprocess.run(
            command(*order, *more),
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env=environment,
        )
        assert done.returncode == 0, (done.stdout, done.stderr)
    with opened(tmp_path / "out" / "short.samannot") as session:
        assert {run.engine.settings["threads"] for run in session.state.runs.values()} == {2}


def test_a_session_of_the_flow_engine_moves_to_sam2(clip: Path, checkpoint: Path, tmp_path: Path) -> None:
    """The same human input: what the new session holds is what SAM 2 would have made in the first place."""
    flow = [each for each in track(clip, tmp_path / "flow", checkpoint) if each not in sam2(checkpoint)]
    old = json.loads(run(*flow, "--engine", "flow", "--block-size", "10").stdout)
    wanted = json.loads(run(*track(clip, tmp_path / "out", checkpoint, "--block-size", "10")).stdout)
    new = tmp_path / "new.samannot"
    done = run("replay", old["session"], "--out", new, *sam2(checkpoint), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["engine"]["name"] == "sam2"
    with opened(new) as session, opened(wanted["session"]) as other:
        assert session.state.settings.checkpoint == other.state.settings.checkpoint
        assert all(map(np.array_equal, masks(session), masks(other))) and len(masks(session)) == FRAMES
    assert run("replay", new, "--verify", "--exact").returncode == 0


def test_other_weights_are_told_beside_the_numbers(clip: Path, checkpoint: Path, tmp_path: Path) -> None:
    done = json.loads(run(*track(clip, tmp_path / "out", checkpoint)).stdout)
    other = tmp_path / "other.pt"
    save_random_checkpoint(other, seed=8)
    verified = run("replay", done["session"], "--verify", "--checkpoint", other)
    assert verified.returncode == 1, verified.stderr
    assert "Another engine than then: weights sha256" in verified.stdout and "FAILED" in verified.stdout


def html(path: Path, _: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>404</body></html>")


def truncated(path: Path, checkpoint: Path) -> None:
    path.write_bytes(checkpoint.read_bytes()[:-100_000])


def nothing(path: Path, _: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("spoil", "sentence"), [(nothing, "no checkpoint file"), (html, "web page"), (truncated, "cut off or damaged")]
)
def test_a_checkpoint_that_is_no_good_is_one_sentence(
    clip: Path, checkpoint: Path, tmp_path: Path, spoil: Callable[[Path, Path], None], sentence: str
) -> None:
    bad = tmp_path / "bad.pt"
    spoil(bad, checkpoint)
    done = run(*track(clip, tmp_path / "out", bad))
    assert done.returncode == 2 and sentence in done.stderr and "bad.pt" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    assert not list((tmp_path / "out").glob("*.samannot"))


def test_without_any_checkpoint_sam2_is_refused_and_auto_says_why_not(clip: Path, tmp_path: Path) -> None:
    arguments = track(clip, tmp_path / "out", Path("unused"))
    named = [each for each in arguments if each not in ("--checkpoint", "unused")]
    done = run(*named)
    assert done.returncode == 2 and "models fetch tiny" in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert not list((tmp_path / "out").glob("*.samannot"))
    auto = run(*["auto" if each == "sam2" else each for each in named])
    assert auto.returncode == 0 and json.loads(auto.stdout)["engine"]["name"] == "flow"
    assert "models fetch tiny" in auto.stderr


def test_a_killed_worker_is_a_sentence_and_the_next_run_goes_on(checkpoint: Path, tmp_path: Path) -> None:
    count = 60
    clip = write_clip(tmp_path / "long.mp4", count)
    folder = tmp_path / "out" / "long.samannot"
    log = folder / "masks.jsonl"
    arguments = command(*track(clip, tmp_path / "out", checkpoint, "--block-size", "10"))
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=CALM) as process:
        until(lambda: log.exists() and log.stat().st_size > 0, "the first mask", PATIENCE)
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) > 12), "a run under way")
        children = psutil.Process(process.pid).children()
        (worker,) = [child for child in children if "engine.worker" in " ".join(child.cmdline())]
        worker.kill()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "killed (signal 9)" in said and "kept" in said, said
    assert "Traceback" not in said
    with opened(folder) as session:
        assert session.notices == () and session.state.active_run is None
        kept = masks(session)
        assert 12 < len(kept) < count
        assert [int(frame) for frame in session.live.frames(1)] == list(range(len(kept))), "no hole"
    again = run("propagate", folder, "--json")
    assert again.returncode == 0, again.stderr
    with opened(folder) as session:
        everything = masks(session)
    assert len(everything) == count and all(map(np.array_equal, everything, kept))


@pytest.mark.tmux
@pytest.mark.skipif(not shutil.which("tmux"), reason="needs tmux")
def test_the_main_job_with_sam2_in_tmux(clip: Path, checkpoint: Path, tmp_path: Path) -> None:
    folder = tmp_path / "square.samannot"
    calm = ["env", *(f"{name}={CALM[name]}" for name in ("OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "SAMANNOT_MODELS"))]
    with tmux(tmp_path / "socket", [*calm, *APP, "--session", str(folder), *sam2(checkpoint), str(clip)]) as terminal:
        until(lambda: "frame 0/23" in terminal.screen, "the first paint")
        terminal.press("a", "x", "Enter")
        until(lambda: "1 x" in terminal.screen, "the label")
        terminal.press("p", "Left", "Left", "Enter", "Escape")
        until(lambda: in_session(folder, lambda s: s.live.record(0, 1) is not None), "the mask", PATIENCE)
        until(lambda: "sam2 random.pt on cpu" in terminal.screen, "the engine's name")
        terminal.press(">")
        until(lambda: in_session(folder, lambda s: len(s.live.frames(1)) == FRAMES), "the run", PATIENCE)
        terminal.press("q")
        until(lambda: terminal.is_dead, "the end")
        assert "Traceback" not in terminal.screen
    with opened(folder) as session:
        (made,) = session.state.runs.values()
        assert made.outcome == "finished" and any(mask.any() for mask in masks(session))
