"""`import` as a script sees it: what is said before, and a session that is untouched where it is refused."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from samannot_tui.cli.import_ import command
from samannot_tui.errors import InputError
from samannot_tui.media.open import open_media
from samannot_tui.session.store import Session
from tests.e2e.clips import write_clip
from tests.formats.support import tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    clip = write_clip(tmp_path / "square.mp4", 3)
    source = open_media(clip)
    session = Session.create(tmp_path / "square.samannot", clip, source.info)
    source.close()
    session.close()
    return session.folder


def detections(folder: Path, **members: object) -> Path:
    path = folder / "detections.json"
    content = {
        "images": [{"id": 1, "file_name": "00002.jpg"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [4, 20, 22, 22], "score": 0.9}],
        "categories": [{"id": 1, "name": "square"}],
    }
    path.write_text(json.dumps(content | members))
    return path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(command, list(map(str, arguments)), standalone_mode=False)
    if isinstance(result.exception, InputError):
        raise result.exception
    assert result.exception is None, result.output
    return result


def test_what_it_will_do_is_said_first_and_a_dry_run_ends_there(folder: Path) -> None:
    path, before = detections(folder.parent), tree(folder)
    dry = run(folder, path, "--format", "coco", "--dry-run")
    assert dry.stderr == f"looking through {path}\nto import: 1 prompt on frame 2\nnew label 1 square: 1 prompt\n"
    assert dry.stdout == "nothing was written\n"
    assert tree(folder) == before
    done = run(folder, path, "--format", "coco", "--map", "square=box", "--json")
    told = json.loads(done.stdout)
    assert (told["masks"], told["prompts"], told["frames"], told["dry_run"]) == (0, 1, [2, 2], False)
    assert told["labels"] == [{"id": 1, "name": "box", "new": True, "theirs": ["square"], "masks": 0, "prompts": 1}]
    session = Session.open(folder)
    assert len(session.state.prompts_on(2, 1)) == 1
    session.close()


def test_what_is_left_out_and_replaced_is_told_in_json_too(folder: Path) -> None:
    path = detections(folder.parent)
    run(folder, path, "--format", "coco")
    images = [{"id": number, "file_name": f"0000{number}.jpg"} for number in (1, 2)]
    boxes = [{"image_id": number, "category_id": 1, "bbox": [4, 20, 22, 22]} for number in (1, 2)]
    detections(folder.parent, images=images, annotations=boxes)
    kept = json.loads(run(folder, path, "--format", "coco", "--dry-run", "--json").stdout)
    reason = "where the label has prompts already (--replace would take the file's)"
    assert (kept["skipped"], kept["replaced"]) == ({reason: 1}, {})
    taken = json.loads(run(folder, path, "--format", "coco", "--replace", "--json").stdout)
    assert (taken["skipped"], taken["replaced"]) == ({}, {"prompts": 1})


@pytest.mark.parametrize(
    ("options", "members", "match"),
    [
        (["--format", "coco"], {"annotations": 1}, "no list of annotations"),
        (["--format", "xlsx"], {}, "xlsx cannot be imported; formats are .*coco"),
        (["--format", "coco", "--frames", "2..1"], {}, r"no frames 2\.\.1"),
        (["--format", "coco", "--map", "square"], {}, "is not THEIRS=OURS"),
        (["--format", "coco", "--min-score", "0.95"], {}, "nothing to import"),
        (["--format", "coco", "--min-score", "nan"], {}, "nan is no score"),
        (["--format", "coco", "--map", "square= "], {}, "the label's name for square cannot be empty"),
        (["--format", "coco", "--as", "masks"], {}, "nothing to import"),
    ],
)
def test_what_is_refused_leaves_the_session_as_it_was(
    folder: Path, options: list[str], members: dict[str, object], match: str
) -> None:
    path, before = detections(folder.parent, **members), tree(folder)
    with pytest.raises(InputError, match=match):
        run(folder, path, *options)
    assert tree(folder) == before
