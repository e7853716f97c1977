"""Importing: told first, one undo step, nothing of the session is lost, nothing half-written."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samannot_tui.appendlog import seal, unseal
from samannot_tui.errors import InputError
from samannot_tui.formats.export import export
from samannot_tui.formats.reading import FoundObject
from samannot_tui.formats.registry import ReadableFormat
from samannot_tui.jobs import importing
from samannot_tui.jobs.importing import Import, Wishes
from samannot_tui.jobs.opening import Opened
from samannot_tui.masks.rle import decode, encode
from samannot_tui.session import commands as cmd
from samannot_tui.session.describe import describe_step
from samannot_tui.session.follower import Follower
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt
from samannot_tui.session.repair import repair
from samannot_tui.session.store import Session
from tests.formats.reading_support import empty_session, imported, shown_masks
from tests.formats.support import FRAMES, HEIGHT, WIDTH, ArraySource, annotated, rectangle, tree
from tests.session.support import facts

MASK = encode(rectangle(2, 1, 6, 4))
OTHER = encode(rectangle(5, 1, 9, 4))
NOTHING = encode(np.zeros((HEIGHT, WIDTH), np.bool_))


@pytest.fixture
def objects(monkeypatch: pytest.MonkeyPatch) -> list[FoundObject]:
    """What the format "made up" holds."""
    found: list[FoundObject] = []

    made_up = ReadableFormat("made up", lambda: lambda path, source: iter(found))
    monkeypatch.setattr(importing, "require_readable", lambda name: made_up)
    return found


def annotation(session: Session) -> dict[str, Any]:
    """Everything that a person can see of the annotation, comparable."""
    return facts(session.state) | {"live": [session.live.on_frame(frame) for frame in range(FRAMES)]}


def opened_annotated(folder: Path) -> Opened:
    """See `annotated`: "dog" has a model's masks on 1 to 3; "cat" a person's on 1."""
    return Opened(annotated(folder), ArraySource(folder / "clip.mp4"), ())


def take(opened: Opened, **wishes: Any) -> importing.ImportPlan:
    return imported(opened, "made up", Path("theirs.json"), Wishes(**wishes))


def test_one_undo_takes_all_of_it_back_and_redo_brings_it_again(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [
        FoundObject(0, "dog", mask=MASK),
        FoundObject(4, "bird", mask=OTHER),
        FoundObject(2, "bird", points=((3, 4),)),
    ]
    opened = opened_annotated(tmp_path)
    session = opened.session
    before = annotation(session)
    take(opened)
    after = annotation(session)
    assert [label.name for label in session.state.labels.values()] == ["dog", "cat", "bird"]
    assert {(0, "dog"), (4, "bird")} <= shown_masks(session).keys()
    assert [each.prompt for each in session.state.prompts_on(2, 3)] == [PointPrompt(3, 4)]
    assert describe_step(session.state.steps[-1], session.state) == "the import of theirs.json"
    session.submit(cmd.Undo())
    assert annotation(session) == before
    session.submit(cmd.Redo())
    assert annotation(session) == after
    session.close()
    again = Session.open(session.folder)
    assert annotation(again) == after
    again.close()


def test_nothing_is_replaced_unless_asked_for_and_what_is_left_out_is_counted(
    tmp_path: Path, objects: list[FoundObject]
) -> None:
    objects += [FoundObject(frame, name, mask=MASK) for frame in range(FRAMES) for name in ("dog", "cat")]
    opened = opened_annotated(tmp_path)
    before = shown_masks(opened.session)
    made = take(opened)
    assert dict(made.skipped) == {
        "where the label has a model's mask already (--replace would take the file's)": 3,
        "where the label has a person's mask already (--replace would take the file's)": 1,
    }
    assert (made.masks, made.frames, dict(made.replaced)) == (6, (0, 4), {})
    after = shown_masks(opened.session)
    assert {cell: after[cell] for cell in before} == before
    assert len(after) == 10


def test_asked_for_it_replaces_masks_prompts_and_a_persons_work(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [
        FoundObject(1, "dog", mask=OTHER),
        FoundObject(1, "cat", box=(1, 1, 4, 5)),
        FoundObject(3, "dog", mask=MASK),
    ]
    opened = opened_annotated(tmp_path)
    session = opened.session
    before = annotation(session)
    made = take(opened, replace=True)
    assert dict(made.replaced) == {"a model's mask": 2, "a person's mask": 1, "prompts": 1}
    assert session.state.prompts_on(1, 1) == (), "the prompts would bring the old mask back"
    assert session.live.record(1, 2) is None, "a person's mask would stand in the way of the box"
    (box,) = session.state.prompts_on(1, 2)
    assert (box.prompt, box.base) == (BoxPrompt(1, 1, 4, 5), None)
    shown = shown_masks(session)
    assert shown[1, "dog"] == decode(OTHER).tolist()
    assert shown[3, "dog"] == decode(MASK).tolist()
    session.submit(cmd.Undo())
    assert annotation(session) == before


def test_prompts_instead_of_masks_and_masks_alone(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [
        FoundObject(0, "a", mask=MASK, box=(1, 1, 4, 5)),
        FoundObject(1, "a", box=(-9, 3, 400, 5)),
        FoundObject(1, "a", points=((1, 2), (-3, 0), (19.4, 11.4))),
        FoundObject(2, "a", box=(30, 1, 40, 5)),
        FoundObject(3, "a", mask=NOTHING),
    ]
    opened = empty_session(tmp_path)
    made = take(opened, as_prompts=True)
    prompts = [(each.frame, each.prompt) for each in opened.session.state.prompts.values()]
    assert prompts == [
        (0, MaskPrompt(MASK)),
        (1, BoxPrompt(0, 3, 19, 5)),
        (1, PointPrompt(1, 2)),
        (1, PointPrompt(19.4, 11.4)),
    ]
    assert dict(made.skipped) == {
        "outside the frame, or boxes without area": 1,
        "that say “absent”, which no prompt says": 1,
    }
    opened.session.submit(cmd.Undo())
    made = take(opened, as_prompts=False)
    assert (made.masks, made.prompts) == (2, 0)
    assert dict(made.skipped) == {"without a mask (--as prompts takes boxes and points)": 3}
    assert not opened.session.live.is_present(3, 2)


def test_whose_a_mask_is_is_kept(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(frame, "a", mask=MASK, person=(None, True, False)[frame], score=0.5) for frame in range(3)]
    objects.append(FoundObject(3, "a", mask=NOTHING))
    opened = empty_session(tmp_path)
    session = opened.session
    take(opened)
    made = [session.masks.read(session.live.record(frame, 1) or 0) for frame in range(4)]
    assert [each.source for each in made] == ["propagated", "edited", "propagated", "propagated"]
    assert [each.object_score for each in made] == [0.5, 0.5, 0.5, -10.0]
    assert session.live.edited_frames(1).tolist() == [1]
    session.submit(cmd.Undo())
    take(opened, by_person=True)
    assert session.live.edited_frames(2).tolist() == [0, 1, 3]


def test_masks_of_one_instance_on_one_frame_are_united(
    tmp_path: Path, objects: list[FoundObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    objects += [FoundObject(1, "a", mask=MASK), FoundObject(2, "a", mask=OTHER), FoundObject(1, "a", mask=OTHER)]
    wanted = (rectangle(2, 1, 6, 4) | rectangle(5, 1, 9, 4)).tolist()
    for at_a_time in (1, 100):
        monkeypatch.setattr(importing, "MASKS_AT_A_TIME", at_a_time)
        opened = empty_session(tmp_path / str(at_a_time))
        assert take(opened).masks == 2
        assert shown_masks(opened.session) == {(1, "a"): wanted, (2, "a"): decode(OTHER).tolist()}
        opened.session.submit(cmd.Undo())
        assert shown_masks(opened.session) == {}


def test_frames_scores_and_names_are_chosen(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(frame, "Hund", mask=MASK, score=frame / 10) for frame in range(FRAMES)]
    objects.append(FoundObject(2, "Katze", mask=MASK))
    opened = opened_annotated(tmp_path)
    made = take(opened, first=2, last=4, minimum_score=0.3, mapping={"Hund": "dog", " Katze": "Ente"}, replace=True)
    assert dict(made.skipped) == {"on other frames": 2, "with a lower score": 1}
    assert [(label.id, label.name, label.new, label.theirs, label.masks) for label in made.labels] == [
        (1, "dog", False, ("Hund",), 2),
        (3, "Ente", True, ("Katze",), 1),
    ]
    assert made.sentences()[-2:] == ["label 1 dog (from Hund): 2 masks", "new label 3 Ente (from Katze): 1 mask"]


@pytest.mark.parametrize(
    ("name", "wishes", "match"),
    [
        ("Dog", {}, "may or may not be the label dog"),
        ("a\x07", {}, "control characters .* --map"),
        ("x" * 101, {}, "101 characters"),
        ("dog", {"mapping": {"hund": "dog"}}, "nothing called hund; it has dog"),
        ("dog", {"mapping": {"dog": ""}}, "cannot be empty"),
        ("dog", {"first": 3, "last": 2}, "no frames 3..2"),
        ("dog", {"last": FRAMES}, "no frames"),
        ("dog", {}, r"nothing to import \(left out: 1 where the label has a model's mask"),
    ],
)
def test_what_is_in_doubt_is_asked_and_nothing_is_written(
    tmp_path: Path, objects: list[FoundObject], name: str, wishes: dict[str, Any], match: str
) -> None:
    objects.append(FoundObject(1, name, mask=MASK))
    opened = opened_annotated(tmp_path)
    before = tree(opened.session.folder)
    with pytest.raises(InputError, match=match):
        take(opened, **wishes)
    assert tree(opened.session.folder) == before


def test_of_many_names_some_are_told(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(0, f"i{number}", mask=MASK) for number in range(12)]
    with pytest.raises(InputError, match=r"called x; it has i0, .*, i9 and others\."):
        take(empty_session(tmp_path), mapping={"x": "y"})


def test_too_many_labels_or_prompts_are_refused(
    tmp_path: Path, objects: list[FoundObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    objects += [FoundObject(0, f"i{number}", points=((1, 1),)) for number in range(256)]
    opened = empty_session(tmp_path)
    with pytest.raises(InputError, match="more than 255 labels"):
        take(opened)
    del objects[255:]
    monkeypatch.setattr(importing, "MOST_PROMPTS", 254)
    with pytest.raises(InputError, match="more than 254 prompts"):
        take(opened)
    monkeypatch.setattr(importing, "MOST_PROMPTS", 255)
    assert len(take(opened).labels) == 255


def test_each_nth_frame_and_a_warning_of_many_points(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(frame, "a", points=((1, 1),)) for frame in range(FRAMES) for _ in range(8 + frame % 2)]
    opened = empty_session(tmp_path)
    made = take(opened, first=1, every=2)
    assert opened.session.state.prompted_frames(1) == [1, 3]
    assert (made.prompts, made.crowded) == (18, 2)
    crowded = "on 2 frames of a label: more than 8 points on one instance in one frame tend to fragment its mask"
    assert crowded in made.sentences()


def test_tables_say_what_was_imported(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(0, "dog", mask=MASK), FoundObject(4, "dog", points=((3, 4),))]
    opened = opened_annotated(tmp_path)
    take(opened)
    export(Follower(opened.session), opened.source, "tables", tmp_path / "out")
    rows = {}
    for table in ("masks", "prompts"):
        with (tmp_path / "out" / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows[table] = list(csv.DictReader(file))
    assert [(row["frame"], row["imported"]) for row in rows["masks"] if row["label"] == "1"] == [
        ("0", "yes"),
        ("1", "no"),
        ("2", "no"),
        ("3", "no"),
    ]
    assert [(row["frame"], row["given_by"]) for row in rows["prompts"]] == [("1", "person"), ("4", "import")]


@pytest.mark.parametrize(
    "now", [FoundObject(1, "b", mask=MASK), FoundObject(2, "a", mask=MASK), FoundObject(1, "a", points=((1, 1),))]
)
def test_a_file_that_changes_on_the_way_leaves_no_mask(
    tmp_path: Path, objects: list[FoundObject], now: FoundObject
) -> None:
    objects += [FoundObject(0, "a", mask=MASK), FoundObject(1, "a", mask=MASK)]
    opened = empty_session(tmp_path)
    found = Import(opened, "made up", Path("x"), Wishes())
    objects[1] = now
    with pytest.raises(InputError, match="changed while"):
        found.carry_out()
    assert shown_masks(opened.session) == {}
    assert not opened.session.state.labels
    opened.session.close()
    again = Session.open(opened.session.folder)
    assert (again.read_only, shown_masks(again)) == (None, {})
    again.close()


def test_a_session_that_has_changed_since_is_refused(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects.append(FoundObject(0, "a", mask=MASK))
    opened = empty_session(tmp_path)
    found = Import(opened, "made up", Path("x"), Wishes())
    opened.session.submit(cmd.AddLabel("b"))
    with pytest.raises(InputError, match="changed since"):
        found.carry_out()
    assert opened.session.masks.index.count == 0


def test_a_torn_journal_makes_no_mask_live_and_repair_keeps_an_import(
    tmp_path: Path, objects: list[FoundObject]
) -> None:
    objects += [FoundObject(frame, "a", mask=MASK) for frame in range(FRAMES)]
    opened = empty_session(tmp_path)
    take(opened)
    opened.session.close()
    folder = opened.session.folder
    assert repair(folder, tmp_path / "whole").lost_masks == 0
    whole = Session.open(tmp_path / "whole")
    assert len(shown_masks(whole)) == FRAMES
    whole.close()
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    torn = Session.open(folder)
    assert torn.read_only is None
    assert shown_masks(torn) == {}
    torn.close()


def test_a_strangers_journal_cannot_name_records_at_will(tmp_path: Path, objects: list[FoundObject]) -> None:
    objects += [FoundObject(frame, "a", mask=MASK) for frame in range(FRAMES)]
    opened = empty_session(tmp_path)
    take(opened)
    opened.session.close()
    journal = opened.session.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    event = json.loads(unseal(lines[-1]) or b"")
    for records, damaged in (
        ([[1, 2], [2, 5]], "do not rise"),
        ([[3, 1]], "do not rise"),
        ([[1, 1 << 30]], "masks are lost"),
        ([[0, 2]], ""),
    ):
        journal.write_bytes(b"".join(lines[:-1]) + seal(json.dumps(event | {"records": records}).encode()))
        session = Session.open(opened.session.folder)
        assert damaged in (session.read_only or "")
        assert len(shown_masks(session)) == (2 if not damaged else 0 if "rise" in damaged else FRAMES)
        session.close()


@pytest.mark.parametrize(("score", "kept"), [(1e-60, 1e-6), (0.0, 10.0), (0.25, 0.25), (1e60, 1e6)])
def test_no_score_makes_a_mask_absent_or_endless(
    tmp_path: Path, objects: list[FoundObject], score: float, kept: float
) -> None:
    objects.append(FoundObject(0, "a", mask=MASK, score=score))
    opened = empty_session(tmp_path)
    take(opened)
    assert opened.session.live.index.object_score[1] == np.float32(kept)
    assert opened.session.live.frames(1).tolist() == [0]
