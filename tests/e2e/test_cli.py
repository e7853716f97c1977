"""The program as a script sees it: exit codes, what is printed where, what is left on disk."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.session.settings import Settings
from samannot_tui.session.store import Session
from tests.e2e.clips import HEIGHT, SIDE, WIDTH, corner, write_clip

FRAMES = 24
PROMPTS = {"labels": [{"id": 1, "name": "square"}], "prompts": [{"label": 1, "frame": 0, "box": [4, 20, 25, 41]}]}


def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "samannot_tui", *map(os.fspath, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "square.mp4", FRAMES)


def prompts(folder: Path, content: object = PROMPTS) -> Path:
    path = folder / "prompts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    for frame in range(FRAMES):
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        left, top = corner(frame)
        mask[top : top + SIDE, left : left + SIDE] = 1
        Image.fromarray(mask).save(folder / f"{frame:05d}.png")
    return folder


@pytest.fixture(scope="module")
def tracked(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    done = run("track", clip, "--prompts", prompts(out), "--out", out, "--format", "davis", "--format", "png")
    assert done.returncode == 0, done.stderr
    return out


def test_track_then_eval(tracked: Path, truth: Path) -> None:
    scored = run("eval", "--pred", tracked / "davis" / "Annotations" / "square", "--gt", truth, "--json")
    assert scored.returncode == 0, scored.stderr
    assert json.loads(scored.stdout)["j"] > 0.85
    session = Session.open(tracked / "square.samannot")
    assert len(session.live.frames(1)) == FRAMES and session.read_only is None
    session.close()
    assert json.loads((tracked / "png" / "labels.json").read_text())


def test_each_job_says_which_engine_made_the_masks_and_why(clip: Path, tmp_path: Path) -> None:
    """On stdout for scripts; for people, once, on stderr."""
    empty = {**os.environ, "SAMANNOT_MODELS": str(tmp_path / "none")}
    done = run("track", clip, "--prompts", prompts(tmp_path), "--out", tmp_path / "out", "--json", env=empty)
    flow = {"name": "flow", "variant": None, "device": "cpu"}
    told = json.loads(done.stdout)
    assert told["engine"] == flow and told["seconds"] > 0
    (why,) = done.stderr.splitlines()
    assert why.startswith("The flow engine makes the masks. SAM 2 needs ")
    again = run("propagate", told["session"], "--engine", "flow", "--json", env=empty)
    assert json.loads(again.stdout)["engine"] == flow
    assert again.stderr == "The flow engine makes the masks; it needs no checkpoint.\n"


def test_engine_options_become_settings_of_the_session(clip: Path, tmp_path: Path) -> None:
    """A checkpoint's path is kept whole, so that it is found from wherever the session is opened next."""
    with zipfile.ZipFile(tmp_path / "own.pt", "w") as archive:
        archive.writestr("own/data.pkl", b"")  # looks like a checkpoint, which is all that flow asks
    options = ["--engine", "flow", "--checkpoint", "own.pt", "--image-size", "512", "--precision", "bf16"]
    options += ["--feature-cache", "64", "--idle-minutes", "0", "--transition", "points", "--block-size", "10"]
    # The checkout is what runs, from whatever folder.
    elsewhere = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(Path.cwd())}}
    done = run("track", clip, "--prompts", prompts(tmp_path), "--out", "out", *options, **elsewhere)
    assert done.returncode == 0, done.stderr
    session = Session.open(tmp_path / "out" / "square.samannot")
    assert session.state.settings == Settings(10, "points", "flow", f"{tmp_path}/own.pt", 512, "bf16", 64, 0)
    session.close()


WRONG_ENGINES = [
    (["--engine", "magic"], "'magic'"),
    (["--engine", "sam2"], "SAM 2 needs "),
    (["--engine", "sam2", "--checkpoint", "tiny"], "SAM 2 needs |has not been fetched yet: run `samannot-tui models"),
    (["--checkpoint", "large"], "The checkpoint large has not been fetched yet"),
    (["--checkpoint", "missing\x1b.pt"], r"no checkpoint file .*missing\\x1b\.pt"),
    (["--checkpoint", "."], "is a folder"),
    (["--checkpoint", __file__], "is not a checkpoint"),
    (["--image-size", "1000"], "^samannot-tui: --image-size is 1000; give a multiple of 32 from 64 to 1024.$"),
    (["--image-size", "big"], "--image-size"),
    (["--precision", "fp16"], "--precision"),
    (["--transition", "jump"], "--transition"),
    (["--feature-cache", "-1"], "--feature-cache"),
    (["--idle-minutes", "-1"], "--idle-minutes"),
]


@pytest.mark.parametrize(
    ("options", "sentence"),
    WRONG_ENGINES,
    ids=[" ".join(each).encode("unicode_escape").decode() for each, _ in WRONG_ENGINES],
)
def test_a_wrong_engine_option_is_a_sentence_and_leaves_nothing(
    clip: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    empty = {**os.environ, "SAMANNOT_MODELS": str(tmp_path / "none")}
    done = run("track", clip, "--prompts", prompts(tmp_path), "--out", tmp_path / "out", *options, env=empty)
    assert done.returncode == 2 and "Traceback" not in done.stderr and "\x1b" not in done.stderr
    assert re.search(sentence, done.stderr, re.MULTILINE), done.stderr
    assert not (tmp_path / "out").exists()
    demo = run("demo", "--headless", *options, env=empty)
    assert demo.returncode == 2 and re.search(sentence, demo.stderr, re.MULTILINE), demo.stderr


def test_a_wrong_engine_option_leaves_a_session_as_it_is(tracked: Path, tmp_path: Path) -> None:
    session = tracked / "square.samannot"
    before = (session / "journal.jsonl").read_bytes()
    empty = {**os.environ, "SAMANNOT_MODELS": str(tmp_path)}
    for options in (["--block-size", "5", "--engine", "sam2"], ["--block-size", "5", "--image-size", "33"]):
        assert run("propagate", session, *options, env=empty).returncode == 2
    assert (session / "journal.jsonl").read_bytes() == before


def test_track_warns_of_too_many_points(clip: Path, tmp_path: Path) -> None:
    points = [[6 + x, 24, 1] for x in range(9)]
    content = {**PROMPTS, "prompts": [{"label": 1, "frame": 0, "points": points}]}
    done = run("track", clip, "--prompts", prompts(tmp_path, content), "--out", tmp_path / "out", "--json")
    assert done.returncode == 0
    warning = (
        "square has 9 points on frame 0: more than 8 points on one instance in one frame tend to fragment its mask."
    )
    assert warning in done.stderr.splitlines() and warning in json.loads(done.stdout)["notices"]


def test_every_block_boundary_is_crossed(clip: Path, tmp_path: Path, truth: Path) -> None:
    """Blocks cost nothing: with the memory carried over, the masks are those of one block."""
    for size in (100, 7):
        out = tmp_path / f"{size}"
        out.mkdir()
        done = run("track", clip, "--prompts", prompts(out), "--out", out, "--block-size", f"{size}", "--json")
        assert done.returncode == 0, done.stderr
    masks = [sorted((tmp_path / size / "davis" / "Annotations" / "square").iterdir()) for size in ("100", "7")]
    assert [a.read_bytes() for a in masks[0]] == [b.read_bytes() for b in masks[1]]


def test_export_and_propagate_a_session(clip: Path, tmp_path: Path) -> None:
    done = run("track", clip, "--prompts", prompts(tmp_path), "--out", tmp_path / "out", "--json")
    session = json.loads(done.stdout)["session"]
    again = run("propagate", session, "--json")
    assert again.returncode == 0 and json.loads(again.stdout)["masks"] == FRAMES
    exported = run("export", session, "--format", "png", "--out", tmp_path / "dataset")
    assert exported.returncode == 0 and (tmp_path / "dataset" / "png" / "labels.json").exists()


def test_an_export_takes_what_is_chosen_and_runs_a_script(tracked: Path, tmp_path: Path) -> None:
    (session,) = tracked.glob("*.samannot")
    script = tmp_path / "count.py"
    script.write_text("def export(a, folder): (folder / 'n.txt').write_text(str(len(a.frames)))")
    chosen = ("--labels", "square", "--frames", "2..9", "--every", "3", "--zip", "--json")
    done = run("export", session, "--format", "coco", "--script", script, *chosen, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    exports = json.loads(done.stdout)["exports"]
    assert {name: each["frames"] for name, each in exports.items()} == {"coco": 3, "count": 3}
    with zipfile.ZipFile(exports["coco"]["folder"]) as archive:
        assert [image["frame"] for image in json.loads(archive.read("annotations.json"))["images"]] == [2, 5, 8]
    with zipfile.ZipFile(exports["count"]["folder"]) as archive:
        assert archive.read("n.txt") == b"3"
    alone = run("export", session, "--script", script, "--out", tmp_path / "alone")
    assert alone.returncode == 0 and [path.name for path in (tmp_path / "alone").iterdir()] == ["count"]


@pytest.mark.parametrize(
    "wrong", [("--frames", "3"), ("--split", "80/30"), ("--labels", "cat"), ("--script", "davis.py"), ("--every", "0")]
)
def test_a_wrong_choice_exits_2_and_writes_nothing(tracked: Path, tmp_path: Path, wrong: tuple[str, str]) -> None:
    (session,) = tracked.glob("*.samannot")
    done = run("export", session, *wrong, "--format", "davis", "--out", tmp_path / "out")
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr
    assert not (tmp_path / "out").exists()


def test_a_moved_video_is_found_again(clip: Path, tmp_path: Path) -> None:
    done = run("track", clip, "--prompts", prompts(tmp_path), "--out", tmp_path / "out", "--json")
    session = Path(json.loads(done.stdout)["session"])
    moved = tmp_path / "moved"
    session.rename(moved)
    lost = run("export", moved, "--out", tmp_path / "dataset")
    assert lost.returncode == 2 and "--media" in lost.stderr
    other = run("export", moved, "--out", tmp_path / "dataset", "--media", write_clip(tmp_path / "other.mp4", 5))
    assert other.returncode == 2 and "another video" in other.stderr
    assert run("export", moved, "--out", tmp_path / "dataset", "--media", clip).returncode == 0
    assert run("export", moved, "--out", tmp_path / "dataset").returncode == 0, "the new place is remembered"


WRONG_PROMPTS = [
    ("not JSON {", "not a prompts file"),
    ({"labels": [], "prompts": []}, "number them 1, 2, 3"),
    ({**PROMPTS, "labels": [{"id": 2, "name": "x"}]}, "number them 1, 2, 3"),
    ({**PROMPTS, "prompts": []}, "holds no prompts"),
    ({**PROMPTS, "prompts": [{"label": 9, "frame": 0, "box": [0, 0, 5, 5]}]}, "label 9 is not among"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 99, "box": [0, 0, 5, 5]}]}, "no frame 99"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "box": [200, 200, 300, 300]}]}, "no area"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "points": [[500, 1, 1]]}]}, "outside the frame"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "points": [[5, 1, 3]]}]}, "1 (positive) or 0"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "mask": "none.png"}]}, "not a PNG"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0}]}, "neither a box"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "bbox": [0, 0, 5, 5]}]}, "bbox"),
    ({**PROMPTS, "prompts": [{"label": 1, "frame": 0, "points": [[5, 5, 0]]}]}, "nothing to run"),
    ({**PROMPTS, "labels": [{"id": 1, "name": "x"}, {"id": 2, "name": "x"}]}, "already called"),
    ("[" * 100_000, "not a prompts file"),
]


@pytest.mark.parametrize(("content", "sentence"), WRONG_PROMPTS)
def test_wrong_prompts_are_one_sentence_and_leave_nothing(
    clip: Path, tmp_path: Path, content: object, sentence: str
) -> None:
    done = run("track", clip, "--prompts", prompts(tmp_path, content), "--out", tmp_path / "out")
    assert done.returncode == 2
    assert sentence in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_wrong_media_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n")
    (tmp_path / "folder").mkdir()
    for name in ("empty.mp4", "text.mp4", "list.m3u8", "folder", "missing.mp4"):
        done = run("track", tmp_path / name, "--prompts", prompts(tmp_path), "--out", tmp_path / "out")
        assert done.returncode == 2, name
        assert len(done.stderr.strip().splitlines()) == 1 and name in done.stderr, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["open", "x.mp4"],
        ["nonsense"],
        ["track"],
        ["export", ".", "--out", "x"],
        ["repair", ".", "--out", "y"],
        ["eval", "--pred", "a", "--gt", "b"],
        ["export", ".", "--out", "x", "--format", "nonsense"],
        ["export", "x" * 300, "--out", "x"],
        ["open", "x" * 300],
        ["repair", "x" * 300, "--out", "y"],
    ],
)
def test_wrong_arguments_exit_2_without_a_traceback(tmp_path: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr


def test_names_cannot_drive_the_terminal(tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[2Jb.mp4"
    evil.write_text("x")
    done = run("track", evil, "--prompts", prompts(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 2 and "\x1b" not in done.stderr and "\\x1b[2J" in done.stderr


def test_a_name_that_is_not_utf8_works(clip: Path, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    odd.write_bytes(clip.read_bytes())
    done = run("track", odd, "--prompts", prompts(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (session,) = (tmp_path / "out").glob("*.samannot")
    exported = run("export", session, "--out", tmp_path / "dataset", "--json")
    assert exported.returncode == 0 and exported.stdout.isascii()
    assert json.loads(exported.stdout)["session"] == str(session)


def test_termination_keeps_what_was_finished(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "long.mp4", 600)
    command = [sys.executable, "-m", "samannot_tui", "track", clip, "--prompts", prompts(tmp_path), "--out", tmp_path]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "long.samannot" / "masks.jsonl"
    deadline = time.monotonic() + 60
    while (not log.exists() or not log.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1 and "kept" in said and "Traceback" not in said
    session = Session.open(tmp_path / "long.samannot")
    assert session.notices == () and session.state.active_run is None and len(session.live.frames(1))
    session.close()


def test_nohup_is_respected(tmp_path: Path) -> None:
    """A job over SSH started with nohup outlives the link."""
    clip = write_clip(tmp_path / "long.mp4", 300)
    command = ["nohup", sys.executable, "-m", "samannot_tui", "track", clip]
    command += ["--prompts", prompts(tmp_path), "--out", tmp_path / "out"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "out" / "long.samannot" / "masks.jsonl"
    deadline = time.monotonic() + 60
    while (not log.exists() or not log.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGHUP)
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0 and "300 masks" in said, errors


@pytest.mark.parametrize("arguments", [["--help"], ["doctor"], ["doctor", "--json"]])
def test_output_that_cannot_be_written_is_one_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "samannot_tui", *arguments]
        done = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "No space left" in done.stderr


def test_a_reader_that_has_gone_is_no_traceback() -> None:
    command = [sys.executable, "-m", "samannot_tui", "doctor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == "" and process.wait() == 1


HELP = """
import sys
sys.argv = ["samannot-tui", "--help"]
import samannot_tui.cli
try:
    samannot_tui.cli.main()
except SystemExit:
    pass
heavy = {"numpy", "cv2", "av", "PIL", "textual", "torch", "pycocotools"} & set(sys.modules)
assert not heavy, heavy
"""


def test_help_is_light() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def figure(lines: list[str], before: str) -> float:
    """The number after a text that one line begins with."""
    (found,) = [line for line in lines if line.startswith(before)]
    return float(found.removeprefix(before))


def test_demo_headless_reaches_its_mark_and_shows_what_the_installation_does() -> None:
    done = run("demo", "--headless", "--engine", "flow")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "engine: flow on cpu"
    assert figure(lines, "mean J ") >= 0.85
    assert figure(lines, "IoU with the reference masks ") >= 0.99, "flow made the reference masks"
    speed = re.fullmatch(r"180 masks on 60 frames in ([\d.]+) s: ([\d.]+) frames/s", lines[1])
    assert speed and float(speed[2]) == pytest.approx(60 / float(speed[1]), rel=0.05, abs=0.1)


def test_demo_tells_scripts_the_same() -> None:
    done = run("demo", "--engine", "flow", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["engine"] == {"name": "flow", "variant": None, "device": "cpu"}
    assert told["mean_j"] >= 0.85 and told["reference_iou"] >= 0.99
    assert told["frames_per_second"] == pytest.approx(told["frames"] / told["seconds"], rel=0.01)
    assert told["masks"] == 180 and Path(told["exports"]["davis"]).is_dir()


def test_check_names_what_does_not_follow_the_schema(tracked: Path, tmp_path: Path) -> None:
    session = tracked / "square.samannot"
    schema = tmp_path / "schema.toml"
    schema.write_text('[[classes]]\nname = "square"\n')
    good = run("check", session, "--schema", schema)
    assert (good.returncode, good.stdout) == (0, "The annotation follows its schema.\n"), good.stderr
    schema.write_text('[[classes]]\nname = "circle"\n')
    bad = run("check", session, "--schema", schema, "--json")
    (finding,) = json.loads(bad.stdout)["findings"]
    assert bad.returncode == 1 and finding["label"] == 1 and finding["first"] is None
    assert finding["sentence"].startswith("square is of no class")
    none = run("check", session)
    assert none.returncode == 2 and "has no schema; say which file" in none.stderr


def test_track_logs_what_it_takes_of_the_machine(clip: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    arguments = ("track", clip, "--prompts", prompts(tmp_path), "--engine", "flow", "--resource-log", log, "--out")
    done = run(*arguments, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    lines = log.read_text().splitlines()
    assert any(line.endswith(f"started forward 0..{FRAMES - 1}") for line in lines)
    assert any(line.endswith("ended finished") for line in lines)
    refused = run(*arguments, tmp_path / "again")
    assert refused.returncode == 2 and "exists already" in refused.stderr
    assert not (tmp_path / "again").exists()
