"""Importing keypoints: COCO's, and DeepLabCut's tables as pandas writes them; hostile ones as a sentence."""

import csv
import json
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.formats import deeplabcut_reader
from samannot_tui.formats.plain_pickle import PickleError, plain_data
from samannot_tui.formats.reading import FoundObject
from samannot_tui.jobs.importing import Wishes
from samannot_tui.session.prompts import PointPrompt
from tests.formats.reading_support import empty_session, imported, refused
from tests.formats.support import ArraySource
from tests.formats.test_coco_reader import annotation, dataset

FOREIGN = Path(__file__).parent / "foreign" / "deeplabcut"
SOURCE = ArraySource(Path("clip.mp4"))


def pandas_like(path: Path) -> list[FoundObject]:
    """What a CSV file of `FOREIGN` says, read in the plainest way."""
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    at = next(number for number, line in enumerate(lines) if line[0] == "coords")
    header = {line[0]: line for line in lines[: at + 1]}
    first = header["scorer"].index("DLC_net")
    step = 3 if "likelihood" in header["coords"] else 2
    found = []
    for line in lines[at + 1 :]:
        frame = int(line[first - 1].removeprefix("img").removesuffix(".png"))
        for column in range(first, len(line), step):
            if line[column]:
                name = header["individuals"][column] if "individuals" in header else "animal"
                score = float(line[column + 2]) if step == 3 else None
                found.append(
                    FoundObject(frame, name, points=((float(line[column]), float(line[column + 1])),), score=score)
                )
    return found


@pytest.mark.parametrize("name", ["multi_labels", "multi_predictions", "single_labels", "single_predictions"])
def test_deeplabcuts_csv_is_read(name: str) -> None:
    path = FOREIGN / f"{name}.csv"
    wanted = pandas_like(path)
    assert len(wanted) == (11 if "multi" in name else 5)
    assert list(deeplabcut_reader.read(path, SOURCE)) == wanted


def test_what_smoothers_add_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "smoothed.csv"
    path.write_text("scorer,a,a,a,a\nbodyparts,nose,nose,nose,nose\ncoords,x,y,likelihood,x_var\n3,1.5,2,0.9,7\n")
    assert list(deeplabcut_reader.read(path, SOURCE)) == [FoundObject(3, "animal", points=((1.5, 2.0),), score=0.9)]


def test_a_csv_that_a_spreadsheet_has_saved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    text = (FOREIGN / "single_predictions.csv").read_text()
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert list(deeplabcut_reader.read(path, SOURCE)) == pandas_like(FOREIGN / "single_predictions.csv")


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("multi_labels_fixed.h5", "multi_labels.csv"),
        ("single_predictions_fixed.h5", "single_predictions.csv"),
        ("multi_predictions_table.h5", "multi_predictions.csv"),
    ],
)
def test_deeplabcuts_hdf5_says_the_same(name: str, same: str) -> None:
    pytest.importorskip("h5py")
    assert list(deeplabcut_reader.read(FOREIGN / name, SOURCE)) == pandas_like(FOREIGN / same)


def test_body_parts_become_points_of_their_individual_where_they_are_likely(tmp_path: Path) -> None:
    opened = empty_session(tmp_path)
    plan = imported(opened, "deeplabcut", FOREIGN / "multi_predictions.csv")
    assert [label.name for label in opened.session.state.labels.values()] == ["mouse1", "mouse2"]
    assert dict(plan.skipped) == {"with a lower score": 4}
    prompts = [each.prompt for each in opened.session.state.prompts_on(0, 2)]
    assert prompts == [PointPrompt(6.5, 7.5), PointPrompt(9.5, 10.5)]
    assert opened.session.state.prompted_frames(1) == [0, 2]
    opened.close()
    other = empty_session(tmp_path / "other")
    plan = imported(other, "deeplabcut", FOREIGN / "multi_predictions.csv", Wishes(minimum_score=0.1))
    assert (plan.prompts, dict(plan.skipped)) == (11, {})


def test_without_h5py_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    refused(tmp_path, "deeplabcut", FOREIGN / "multi_labels_fixed.h5", "pip install 'samannot-tui.hdf5.'")


def test_cocos_keypoints_that_can_be_seen_are_points(tmp_path: Path) -> None:
    path = tmp_path / "keypoints.json"
    keypoints = [1, 2, 2, 3.5, 4, 2, 5, 6, 1, 0, 0, 0]
    content = dataset(
        annotation(keypoints=keypoints, track_id=1, score=0.5),
        annotation(keypoints=keypoints[6:], track_id=2),
        annotation(keypoints=keypoints[:3], track_id=3, made_by="person"),
    )
    path.write_text(json.dumps(content))
    opened = empty_session(tmp_path)
    imported(opened, "coco_keypoints", path)
    labels = {label.name: label.id for label in opened.session.state.labels.values()}
    assert list(labels) == ["fish 1", "fish 3"]
    prompts = [each.prompt for each in opened.session.state.prompts_on(1, labels["fish 1"])]
    assert prompts == [PointPrompt(1, 2), PointPrompt(3.5, 4)]


@pytest.mark.parametrize(
    ("keypoints", "match"), [([1, 2], "not 2 numbers"), ([1, 1e999, 2], "annotation 1"), ("x", "annotation 1")]
)
def test_keypoints_that_are_none_are_a_sentence(tmp_path: Path, keypoints: object, match: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(dataset(annotation(keypoints=keypoints))).replace("Infinity", "1e999"))
    refused(tmp_path, "coco_keypoints", path, match)


GOOD = (FOREIGN / "single_predictions.csv").read_text()


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("", "no header"),
        ("a,b\n1,2\n", "no header"),
        (GOOD.replace("bodyparts", "parts"), "no header"),
        (GOOD.replace("coords,x", "coords,z"), "has no x and y"),
        (GOOD.replace("tail", "nose"), "has two x"),
        (GOOD.replace("x,y,likelihood\n", "x,y\n"), "no header"),
        (GOOD.replace("0,0.5", "99,0.5"), "no frame 99"),
        (GOOD.replace("0,0.5", "-1,0.5"), "no frame"),
        (GOOD.replace("0,0.5", "../../etc/passwd,0.5"), "no frame"),
        (GOOD.replace("0,0.5", f"{'9' * 5000},0.5"), "no frame 999"),
        (GOOD.replace("0,0.5", "0,inf"), "infinite"),
        (GOOD.replace("0,0.5", "0,half"), "half is no number"),
        (GOOD.replace("0,0.5", "0,0.5,1"), "7 numbers, not 6"),
        (GOOD.replace("DLC_net", "x" * 200_000), "not a CSV file"),
        ("scorer" + ",a" * 20_000, "more than 16384 columns"),
        (GOOD.encode("utf-16"), "not a CSV file"),
        (GOOD.replace("nose", '"no\nse'), "not a CSV file|no header"),
    ],
)
def test_a_csv_that_is_not_right_is_a_sentence(tmp_path: Path, content: str | bytes, match: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(tmp_path, "deeplabcut", path, match)


def _empty(file: Any) -> None:
    del file["df_with_missing"]


def _two_tables(file: Any) -> None:
    file.create_group("other")


def _not_pandas(file: Any) -> None:
    file["df_with_missing"].attrs["pandas_type"] = "wide"


def _endless(file: Any) -> None:
    _replaced(file, "block0_values", shape=(1 << 40, 6), chunks=(1, 6), dtype="f8")


def _huge_chunks(file: Any) -> None:
    _replaced(file, "block0_values", shape=(3, 6), chunks=(1 << 24, 6), maxshape=(None, 6), dtype="f8")


def _external(file: Any) -> None:
    secret = Path(file.filename).with_name("secret")
    secret.write_bytes(bytes(3 * 6 * 8))
    _replaced(file, "block0_values", shape=(3, 6), dtype="f8", external=[(os.fspath(secret), 0, 3 * 6 * 8)])


def _linked(file: Any) -> None:
    import h5py

    group = file["df_with_missing"]
    del group["block0_values"]
    group["block0_values"] = h5py.ExternalLink("other.h5", "/x")


def _objects(file: Any) -> None:
    import h5py

    _replaced(file, "axis1", shape=(3,), dtype=h5py.vlen_dtype(np.uint8))


def _codes(file: Any) -> None:
    file["df_with_missing"]["block0_items_label1"][0] = 100


def _texts(file: Any) -> None:
    _replaced(file, "block0_values", data=np.full((3, 6), b"x"))


def _blocks(file: Any) -> None:
    file["df_with_missing"].attrs["nblocks"] = 2


def _replaced(file: Any, name: str, **how: Any) -> None:
    group = file["df_with_missing"]
    del group[name]
    group.create_dataset(name, **how)


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (_empty, "0 tables"),
        (_two_tables, "2 tables"),
        (_not_pandas, "no data frame"),
        (_endless, "too large"),
        (_huge_chunks, "too large pieces"),
        (_external, "in other files"),
        (_linked, "leads elsewhere"),
        (_objects, "neither numbers nor names"),
        (_codes, "names do not fit"),
        (_texts, "not all numbers"),
        (_blocks, "not all numbers"),
    ],
)
def test_an_hdf5_file_that_is_not_right_is_a_sentence(tmp_path: Path, spoil: Callable[[Any], None], match: str) -> None:
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "bad.h5"
    path.write_bytes((FOREIGN / "single_predictions_fixed.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        spoil(file)
    refused(tmp_path, "deeplabcut", path, match)


def test_a_file_that_is_no_hdf5_or_cut_off_is_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    path = tmp_path / "bad.h5"
    for content in (b"", b"x" * 5000, (FOREIGN / "single_predictions_fixed.h5").read_bytes()[:6000]):
        path.write_bytes(content)
        refused(tmp_path, "deeplabcut", path, "cannot be read|not HDF5")
    refused(tmp_path, "deeplabcut", tmp_path / "none.h5", "is not a file")


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("ran",)


def test_a_pickle_that_is_more_than_data_is_refused_and_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    h5py = pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    for hostile in (_Runs(), [("a", "b", np.float64(1))], {"a": 1}, [("a", 1, "x")], [("a", "x")], "x", []):
        path = tmp_path / "bad.h5"
        path.write_bytes((FOREIGN / "multi_predictions_table.h5").read_bytes())
        with h5py.File(path, "r+") as file:
            file["df_with_missing/table"].attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(hostile, 0))
        refused(tmp_path, "deeplabcut", path, "cannot be read as DeepLabCut's HDF5")
    assert not (tmp_path / "ran").exists()


plain = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.lists(inner, max_size=5).map(tuple),
    max_leaves=20,
)


@given(plain, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_pickles_are_read_as_pickle_loads_them(value: Any, protocol: int) -> None:
    assert plain_data(pickle.dumps(value, protocol)) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_a_pickle_of_plain_data_or_refused(data: bytes) -> None:
    with suppress(PickleError):
        plain_data(data)
