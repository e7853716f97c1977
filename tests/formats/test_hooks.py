"""People's own exporters: what they get, and what becomes of what they write."""

import json
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import numpy as np
import pytest

from samannot_tui.errors import InputError, JobError
from samannot_tui.formats.export import export, write_dataset
from samannot_tui.formats.hooks import Annotation, script_writer
from samannot_tui.formats.registry import require_format
from samannot_tui.session import commands as cmd
from samannot_tui.session.follower import Follower
from tests.formats.support import ArraySource, annotated, follower, tree

AREAS = """
import json

def export(annotation, folder):
    areas = {}
    for frame in annotation.each_frame():
        for label, mask in annotation.masks(frame).items():
            areas[f"{frame} {label} {mask.made_by}"] = int(mask.pixels.sum())
    (folder / "deep").mkdir()
    (folder / "deep" / "areas.json").write_text(json.dumps(areas))
"""


def run(tmp_path: Path, code: str, name: str = "areas.py") -> Path:
    script = tmp_path / name
    script.write_text(code)
    source = ArraySource(tmp_path / "clip.mp4")
    return write_dataset(follower(tmp_path), source, script_writer(script), script.stem, tmp_path / "out").folder


def test_a_script_computes_quantities_of_its_own(tmp_path: Path) -> None:
    folder = run(tmp_path, AREAS)
    assert json.loads((folder / "deep" / "areas.json").read_text()) == {
        "1 1 model": 80,
        "1 2 person": 16,
        "2 1 model": 80,
        "3 1 model": 0,
    }


def test_its_old_files_go_when_it_runs_again_and_nobody_elses(tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    source, copy = ArraySource(tmp_path / "clip.mp4"), follower(tmp_path)
    for name in ("old", "new"):
        script.write_text(f"def export(annotation, folder): (folder / '{name}.txt').write_text('x')")
        folder = write_dataset(copy, source, script_writer(script), "mine", tmp_path / "out").folder
        (folder / "notes.txt").write_text("a person's")
    assert {path for path in tree(folder) if not path.startswith(".")} == {"new.txt", "notes.txt", "labels.json"}


def test_links_and_pipes_do_not_stay(tmp_path: Path) -> None:
    code = "import os\ndef export(a, folder):\n os.symlink('/etc/passwd', folder / 'x')\n os.mkfifo(folder / 'y')"
    folder = run(tmp_path, code)
    assert {path.name for path in folder.iterdir()} == {"labels.json", ".samannot-export.json"}


def test_what_an_exporter_may_read(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.SetFeature(1, "posture", 1, "lying"))
    seen: list[Annotation] = []
    before = session.state.last_seq
    source = ArraySource(tmp_path / "clip.mp4")

    def exporter(annotation: Annotation, folder: Path) -> None:
        seen.append(annotation)

    plugin = EntryPoint("mine", "nowhere:export", "samannot_tui.exporters")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EntryPoint, "load", lambda self: exporter)
        patch.setattr("importlib.metadata.entry_points", lambda group: EntryPoints([plugin]))
        summary = export(Follower(session), source, "mine", tmp_path / "out")
        with pytest.raises(InputError, match=r"formats are png, .*, mine"):
            require_format("gif")
    (annotation,) = seen
    assert summary.folder == tmp_path / "out" / "mine"
    assert (annotation.video, annotation.width, annotation.height, annotation.fps) == ("clip", 20, 12, 25.0)
    assert [(label.id, label.name) for label in annotation.labels] == [(1, "dog"), (2, "cat")]
    assert (annotation.frames, annotation.name(1), annotation.time(1)) == ((1, 2, 3), "00001", 0.04)
    assert np.array_equal(annotation.picture(2), source.read(2))
    assert annotation.features(2, 1) == {"posture": "lying"} and annotation.features(0, 1) == {}
    assert [type(prompt).__name__ for prompt in annotation.prompts(1, 1)] == ["PointPrompt"]
    assert annotation.masks(1)[2].source == "edited"
    assert session.state.last_seq == before


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        ("x = 1", InputError, r"bad\.py has no function export"),
        ("export = 3", InputError, r"bad\.py has no function export"),
        ("def export(:", JobError, r"bad\.py failed.*SyntaxError"),
        ("1 / 0", JobError, r"bad\.py failed in line 1 \(ZeroDivisionError: division by zero\)"),
        ("def export(a, f):\n  a.masks(1)\n  raise ValueError('\\x1b[2J')", JobError, r"in line 3 \(ValueError: \\x1b"),
        ("def export(a, f): raise SystemExit(1)", JobError, "SystemExit"),
        ("def export(a, f): (f / 'masks').write_text(a.picture(99))", JobError, "line 1"),
    ],
)
def test_a_bad_script_is_a_sentence_and_writes_nothing(
    tmp_path: Path, code: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        run(tmp_path, code, "bad.py")
    assert not tree(tmp_path / "out")


def test_a_script_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no script .*gone\.py"):
        script_writer(tmp_path / "gone.py")


def test_cancelling_ends_a_script(tmp_path: Path) -> None:
    script = tmp_path / "slow.py"
    script.write_text(AREAS)
    copy, source = follower(tmp_path), ArraySource(tmp_path / "clip.mp4")
    with pytest.raises(JobError, match="cancelled"):
        write_dataset(copy, source, script_writer(script), "slow", tmp_path / "out", cancelled=lambda: True)
    assert not tree(tmp_path / "out")
