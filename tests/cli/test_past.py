"""A session's past: `log`, `export --until` and `--at`, and what `replay` opens, of zipped and carried ones too."""

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from samannot_tui.appendlog import seal
from samannot_tui.cli.export import command as export
from samannot_tui.cli.log import command as log
from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import open_session, open_target
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.follower import Follower
from samannot_tui.session.past import Past
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.store import Session
from samannot_tui.session.times import utc
from tests.e2e.clips import HEIGHT, WIDTH, write_clip
from tests.session.test_past import fingerprint

FIRST_MASK, RENAMED, SECOND_MASK, UNDONE = 3, 4, 5, 6
RUN, PROGRESS = 7, 8


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "square.mp4", 6)


@pytest.fixture
def folder(clip: Path, tmp_path: Path) -> Path:
    """A session beside its video: masks drawn on frames 0 and 2, the second one undone, then a run on frame 4."""
    video = tmp_path / "here" / "square.mp4"
    video.parent.mkdir()
    shutil.copy(clip, video)
    opened = open_target(video)
    session = opened.session
    session.submit(cmd.AddLabel("dog"))
    session.submit(cmd.AddLabel("cat"))
    draw(session, 1, 0)
    session.submit(cmd.RenameLabel(1, "hound"))
    draw(session, 1, 2)
    session.submit(cmd.Undo())
    planned = LabelPlan(2, 4, (Source(4, (1,)),), (Span(4, 5),))
    plan = Plan("forward", 4, (Pass("forward", 4, 5, (planned,)),), (), "carry", None, (), ())
    session.submit(cmd.StartRun(plan, EngineInfo(name="test", version="1")))
    session.append_masks([mask(2, 4, "propagated", RUN)])
    session.submit(cmd.ProgressRun(RUN, session.masks.length))
    session.submit(cmd.EndRun(RUN, "finished"))
    opened.close()
    return session.folder


def mask(label: int, frame: int, source: str, run: int | None = None) -> NewMask:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[4:9, 4 : 10 + frame] = True
    return NewMask(
        frame=frame,
        label=label,
        rle=encode(pixels),
        object_score=1.0,
        quality=1.0,
        source=source,  # type: ignore[arg-type]
        run=run,
    )


def draw(session: Session, label: int, frame: int) -> None:
    (record,) = session.append_masks([mask(label, frame, "edited")])
    session.submit(cmd.EditMask(label, frame, record))


def called(command: Any, *arguments: object) -> str:
    result = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_export_as_it_was_after_an_event_and_at_a_time(folder: Path, tmp_path: Path) -> None:
    session = Session.open(folder, read_only="looked at")
    then = session.history()[SECOND_MASK - 1].at
    session.close()
    before = fingerprint(folder)

    def exported(*when: object) -> list[str]:
        out = tmp_path / "out"
        called(export, folder, "--format", "png", "--out", out, *when)
        return sorted(path.stem for path in (out / "png" / "masks").iterdir())

    assert exported("--until", FIRST_MASK) == ["00000"]
    assert exported("--until", SECOND_MASK) == ["00000", "00002"]
    assert exported("--until", UNDONE) == ["00000"]
    assert exported("--until", PROGRESS) == ["00000", "00004"]
    with pytest.raises(InputError, match="Nothing is annotated"):
        exported("--at", "2001-01-01T00:00Z")
    assert exported("--at", then) != []
    assert fingerprint(folder) == before
    with pytest.raises(InputError, match="one of them"):
        exported("--at", then, "--until", 3)
    with pytest.raises(InputError, match="There is no event 99; the session has events 1 to 9"):
        exported("--until", 99)


def test_the_log_tells_everything_in_the_words_of_its_time(folder: Path) -> None:
    lines = [line.split("  ")[-1] for line in called(log, folder).splitlines()]
    assert lines == [
        "the label dog",
        "the label cat",
        "the edited mask of dog, frame 0",
        "renaming label 1 to hound",
        "the edited mask of hound, frame 2",
        "undone: the edited mask of hound, frame 2",
        "the run forward from frame 4",
        "the run forward from frame 4 finished",
    ]


@pytest.mark.parametrize(
    ("filters", "seqs"),
    [
        (["--label", "hound"], [1, 3, 4, 5, 6]),
        (["--label", "2"], [2, RUN, 9]),
        (["--frame", "2"], [5, 6]),
        (["--frame", "5"], [RUN, 9]),
        (["--label", "1", "--frame", "0"], [3]),
        (["--type", "labeladded", "--type", "RunProgressed"], [1, 2, PROGRESS]),
        (["--since", "2001-01-01"], [1, 2, 3, 4, 5, 6, RUN, 9]),
        (["--before", "2001-01-01"], []),
    ],
)
def test_the_log_is_filtered(folder: Path, filters: list[str], seqs: list[int]) -> None:
    assert [int(line.split()[2]) for line in called(log, folder, *filters).splitlines()] == seqs


def test_times_part_the_log(folder: Path) -> None:
    session = Session.open(folder, read_only="looked at")
    history = session.history()
    session.close()
    moment = history[RENAMED - 1].at
    seen = [event.seq for event in history if event.at >= moment and not isinstance(event, ev.RunProgressed)]
    assert [int(line.split()[2]) for line in called(log, folder, "--since", moment).splitlines()] == seen
    rest = [event.seq for event in history if event.at < moment]
    assert [int(line.split()[2]) for line in called(log, folder, "--before", moment).splitlines()] == rest


def test_the_log_as_json_is_the_journal_with_words(folder: Path) -> None:
    journal = [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
    told = [json.loads(line) for line in called(log, folder, "--json").splitlines()]
    assert [{**each, "words": None} for each in told] == [
        {**{name: value for name, value in each.items() if name != "crc"}, "words": None} for each in journal
    ]
    assert told[2]["words"] == "the edited mask of dog, frame 0"


def test_the_log_of_a_stranger_drives_no_terminal_and_ends_where_it_is_damaged(folder: Path) -> None:
    strange = ev.LabelAdded(seq=10, at=utc(0), label=3, name="\x1b]0;owned\x07 鳥")
    with (folder / "journal.jsonl").open("ab") as file:
        file.write(seal(msgspec.json.encode(strange)))
        file.write(b'{"seq":11,"wrong":1}\n{"seq":12,"wrong":1}\n')
    before = fingerprint(folder)
    result = CliRunner().invoke(log, [str(folder)])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith("the label \\x1b]0;owned\\x07 鳥")
    assert "journal.jsonl is damaged at line 11" in result.stderr
    assert called(log, folder, "--json").isascii()
    assert fingerprint(folder) == before


def states(session: Session) -> list[Any]:
    """The annotation after each event, the masks of each frame included."""
    past = Past(session.history())
    follower = Follower(session, past.state_at(0))
    found = []
    for seq in range(past.last_seq + 1):
        follower.go_to(seq, past)
        live = {f: follower.live.on_frame(f) for f in range(session.manifest.frame_count)}
        found.append((dict(follower.state.labels), dict(follower.state.prompts), live))
    return found


def test_a_zipped_session_replays_the_same_elsewhere(folder: Path, tmp_path: Path) -> None:
    here = open_session(folder, read_only="looked at")
    expected, words = states(here.session), called(log, folder)
    here.close()
    archive = shutil.make_archive(str(tmp_path / "carried"), "zip", folder.parent, folder.name)
    video = tmp_path / "there" / "square.mp4"
    shutil.unpack_archive(archive, video.parent)
    folder.parent.rename(tmp_path / "gone")
    carried = video.parent / folder.name

    assert called(log, carried) == words
    with pytest.raises(InputError, match="say where it is now with --media PATH"):
        called(export, carried, "--format", "png", "--out", tmp_path / "out")
    before = fingerprint(carried)
    grey = open_session(carried, read_only="looked at", takes_grey=True)
    assert states(grey.session) == expected
    assert f"{video} is not there; say where it is now with --media PATH." in grey.notices[0]
    assert grey.source.read(5).shape == (HEIGHT, WIDTH, 3)
    grey.close()

    elsewhere = tmp_path / "gone" / "square.mp4"
    named = open_session(carried, elsewhere, read_only="looked at", takes_grey=True)
    assert states(named.session) == expected
    named.close()
    assert fingerprint(carried) == before

    shutil.copy(elsewhere, video)  # where the session, whose path to it is a relative one, looks for it
    beside = open_session(carried, read_only="looked at")
    assert states(beside.session) == expected
    assert beside.session.media_file() == video
    beside.close()


def test_a_session_of_a_huge_video_is_not_shown_without_it(folder: Path) -> None:
    manifest = folder / "session.json"
    facts = json.loads(manifest.read_text()) | {"width": 60000, "height": 60000, "media_path": "../gone.mp4"}
    manifest.write_text(json.dumps(facts))
    with pytest.raises(InputError, match="is not there"):
        open_session(folder, read_only="looked at", takes_grey=True)
