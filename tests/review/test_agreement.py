"""Two sessions of one video: which labels belong together, and how far they agree."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
import pytest

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import BoolMask, Rle
from samannot_tui.review.agreement import NamedLabel, compare_sessions
from samannot_tui.session import commands as cmd
from samannot_tui.session.store import Session
from tests.formats.support import FRAMES, HEIGHT, INFO, WIDTH, edit, new_mask, rectangle

Tracks = Mapping[str, Mapping[int, BoolMask]]
LEFT, RIGHT = rectangle(0, 0, 5, 5), rectangle(10, 4, 19, 11)


def session(folder: Path, tracks: Tracks) -> Session:
    """Labels in the order of `tracks`, with their masks by frame."""
    made = Session.create(folder / "clip.samannot", folder / "clip.mp4", INFO)
    for label, (name, masks) in enumerate(tracks.items(), 1):
        made.submit(cmd.AddLabel(name))
        for frame, mask in masks.items():
            edit(made, frame, label, mask)
    return made


def two(folder: Path, ours: Tracks, theirs: Tracks) -> tuple[Session, Session]:
    return session(folder / "a", ours), session(folder / "b", theirs)


def test_an_annotation_agrees_with_itself(tmp_path: Path) -> None:
    tracks = {"dog": {1: LEFT, 2: LEFT}, "cat": {2: RIGHT}}
    found = compare_sessions(*two(tmp_path, tracks, tracks))
    assert (found.j, found.f, found.jf, found.frames, found.notices) == (1, 1, 1, 2, ())
    assert [(each.pred.id, each.gt.id, each.frames, each.overlap) for each in found.instances] == [
        (1, 1, 2, 1),
        (2, 2, 1, 1),
    ]


def test_labels_are_matched_by_what_they_cover_and_it_is_said(tmp_path: Path) -> None:
    found = compare_sessions(
        *two(tmp_path, {"dog": {1: LEFT}, "cat": {1: RIGHT}}, {"Katze": {1: RIGHT}, "dog": {1: LEFT}})
    )
    assert [(each.pred, each.gt, each.j) for each in found.instances] == [
        (NamedLabel(1, "dog"), NamedLabel(2, "dog"), 1),
        (NamedLabel(2, "cat"), NamedLabel(1, "Katze"), 1),
    ]
    assert found.notices[1] == "2 cat is compared with 1 Katze: the two share 100% of what they cover."


def test_a_match_of_things_that_hardly_touch_is_told_as_such(tmp_path: Path) -> None:
    touching = rectangle(5, 5, 9, 9)
    found = compare_sessions(
        *two(tmp_path, {"dog": {1: RIGHT}, "cat": {1: LEFT}}, {"dog": {1: RIGHT}, "bird": {1: touching}})
    )
    assert found.instances[1].j == pytest.approx(1 / (LEFT.sum() + touching.sum() - 1))
    assert found.notices == ("2 cat is compared with 2 bird: the two share 2% of what they cover.",)


def test_j_by_hand_and_frames_that_only_one_has(tmp_path: Path) -> None:
    """Frame 1: all of a box and half of it; 2: both say absent; 0 and 3, 4: one of them has annotated alone."""
    half, nothing = rectangle(0, 0, 5, 2), np.zeros((HEIGHT, WIDTH), np.bool_)
    found = compare_sessions(
        *two(tmp_path, {"dog": {0: LEFT, 1: LEFT, 2: nothing}}, {"dog": {1: half, 2: nothing, 3: LEFT, 4: LEFT}})
    )
    (dog,) = found.instances
    assert (dog.j, dog.frames, dog.only_pred, dog.only_gt) == ((0.5 + 1) / 2, 2, 1, 2)
    assert (found.frames, found.frames_only_pred, found.frames_only_gt) == (2, 1, 2)
    assert dog.overlap == pytest.approx(0.5)
    assert [notice.rsplit(maxsplit=1)[1] for notice in found.notices] == ["1.", "2."]


def test_one_absent_where_the_other_sees_it_scores_nothing_there(tmp_path: Path) -> None:
    absent = np.zeros((HEIGHT, WIDTH), np.bool_)
    found = compare_sessions(*two(tmp_path, {"dog": {1: LEFT, 2: absent}}, {"dog": {1: LEFT, 2: LEFT}}))
    assert (found.instances[0].j, found.instances[0].f) == (0.5, 0.5)


def test_the_match_is_the_best_of_all_together_not_label_by_label(tmp_path: Path) -> None:
    """The first fits both of the others; taking its best would leave the second with nothing."""
    whole, left, right = rectangle(0, 0, 9, 9), rectangle(0, 0, 5, 9), rectangle(6, 0, 9, 9)
    found = compare_sessions(*two(tmp_path, {"a": {1: whole}, "b": {1: left}}, {"x": {1: left}, "y": {1: right}}))
    assert [(each.pred.name, each.gt.name) for each in found.instances] == [("a", "y"), ("b", "x")]


def test_labels_without_a_partner_are_named(tmp_path: Path) -> None:
    found = compare_sessions(*two(tmp_path, {"dog": {1: LEFT}, "bird": {1: RIGHT}, "empty": {}}, {"dog": {1: LEFT}}))
    assert (found.only_pred, found.only_gt, found.j) == ((NamedLabel(2, "bird"),), (), 1)
    assert found.notices[0].endswith("so not compared: 2 bird.")


def test_it_is_symmetrical(tmp_path: Path) -> None:
    pair = two(tmp_path, {"dog": {1: LEFT, 2: RIGHT}}, {"hund": {1: rectangle(1, 1, 6, 6), 2: rectangle(9, 5, 18, 11)}})
    there, back = compare_sessions(*pair), compare_sessions(*reversed(pair))
    assert (there.j, there.f) == (back.j, back.f)


def test_progress_ends_when_all_is_done(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tracks = {"dog": dict.fromkeys(range(FRAMES), LEFT)}
    compare_sessions(*two(tmp_path, tracks, tracks), lambda done, total: told.append((done, total)))
    assert told == [(done, 2 * FRAMES) for done in range(1, 2 * FRAMES + 1)]


def test_what_cannot_be_compared_is_a_sentence(tmp_path: Path) -> None:
    first, second = two(tmp_path, {"dog": {1: LEFT}}, {"dog": {2: LEFT}})
    with pytest.raises(InputError, match="no annotated frame in common"):
        compare_sessions(first, second)
    with pytest.raises(InputError, match="they show other things"):
        compare_sessions(first, session(tmp_path / "c", {"dog": {1: RIGHT}}))
    other = Session.create(tmp_path / "d.samannot", tmp_path / "d.mp4", msgspec.structs.replace(INFO, width=22))
    with pytest.raises(InputError, match=r"5 frames of 20x12 pixels, .* 5 of 22x12; compare sessions of one video"):
        compare_sessions(first, other)


def test_another_file_of_the_same_shape_is_told(tmp_path: Path) -> None:
    first = session(tmp_path / "a", {"dog": {1: LEFT}})
    second = Session.create(
        tmp_path / "b.samannot", tmp_path / "b.mp4", msgspec.structs.replace(INFO, fingerprint="1" * 16)
    )
    second.submit(cmd.AddLabel("dog"))
    edit(second, 1, 1, LEFT)
    assert "not the same file" in compare_sessions(first, second).notices[0]


def test_a_mask_that_a_stranger_has_made_up_is_a_sentence(tmp_path: Path) -> None:
    """pycocotools would read on beyond its end."""
    first, second = two(tmp_path, {"dog": {1: LEFT}}, {"dog": {}})
    made_up = msgspec.structs.replace(new_mask(1, 1, LEFT, "edited"), rle=Rle((HEIGHT, WIDTH), "ZZZZ1"))
    (record,) = second.append_masks([made_up])
    second.submit(cmd.EditMask(1, 1, record))
    with pytest.raises(InputError, match="damaged"):
        compare_sessions(first, second)
