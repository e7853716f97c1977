"""The tables: exact numbers, safe text, and the same in the workbook, read with openpyxl."""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from samannot_tui.formats.export import ExportSummary, export
from samannot_tui.formats.tables import FORMULA, safe
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.follower import Follower
from samannot_tui.session.prompts import BoxPrompt
from samannot_tui.session.store import Session
from tests.formats.golden_files import check_golden
from tests.formats.strategies import Masks, annotations, exported
from tests.formats.support import ArraySource, annotated


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(session: Session, folder: Path, format_name: str = "tables") -> ExportSummary:
    return export(Follower(session), ArraySource(folder / "clip.mp4"), format_name, folder / "out")


@pytest.mark.parametrize("name", ["masks.csv", "labels.csv"])
def test_the_file_is_the_golden_one(tmp_path: Path, name: str) -> None:
    check_golden(tmp_path, "tables", name)


@settings(deadline=None, max_examples=30)
@given(annotations)
def test_masks_are_measured_as_scipy_measures_them(masks: Masks) -> None:
    with TemporaryDirectory() as folder:
        found = rows(exported(Path(folder), masks, "tables").folder, "masks")
    assert [(int(row["frame"]), int(row["label"])) for row in found] == sorted(masks)
    for row in found:
        mask = masks[int(row["frame"]), int(row["label"])]
        assert int(row["area"]) == mask.sum()
        assert float(row["time_s"]) == int(row["frame"]) / 25
        if mask.any():
            y, x = ndimage.center_of_mass(mask)
            assert (float(row["x"]), float(row["y"])) == pytest.approx((x, y))
            (down, across) = ndimage.find_objects(mask.astype(int))[0]
            box = [across.start, down.start, across.stop - 1, down.stop - 1]
            assert [int(row[name]) for name in ("x0", "y0", "x1", "y1")] == box
        else:
            assert {row[name] for name in ("x", "y", "x0", "y0", "x1", "y1")} == {""}


def test_prompts_have_their_exact_coordinates(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.AddPrompt(2, 4, BoxPrompt(0.1, 1 / 3, 7.25, 9.0)))
    found = rows(write(session, tmp_path).folder, "prompts")
    assert [(row["label_name"], row["frame"], row["kind"], row["given_by"]) for row in found] == [
        ("dog", "1", "point", "person"),
        ("cat", "4", "box", "person"),
    ]
    assert (float(found[0]["x"]), float(found[0]["y"]), found[0]["sign"]) == (3, 3, "positive")
    assert [float(found[1][name]) for name in ("x0", "y0", "x1", "y1")] == [0.1, 1 / 3, 7.25, 9.0]


def test_a_features_value_flows_on_until_it_changes(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.SetFeature(1, "posture", 2, "lying"))
    session.submit(cmd.SetFeature(1, "posture", 0, "standing"))
    found = rows(write(session, tmp_path).folder, "masks")
    assert [(row["frame"], row["label"], row["feature posture"]) for row in found] == [
        ("1", "1", "standing"),
        ("1", "2", ""),
        ("2", "1", "lying"),
        ("3", "1", "lying"),
    ]


def test_events_are_the_whole_log_and_say_what_was_undone(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.AddLabel("fox"))
    session.submit(cmd.Undo())
    found = rows(write(session, tmp_path).folder, "events")
    assert [int(row["seq"]) for row in found] == list(range(1, session.state.last_seq + 1))
    assert [row["type"] for row in found if row["counts"] == "no"] == ["LabelAdded"]
    by = {row["type"]: row["by"] for row in found}
    assert (by["PromptAdded"], by["MaskEdited"], by["MaskPredicted"], by["RunProgressed"]) == (
        *("person", "person"),
        *("engine", "engine"),
    )
    assert all(row["at"].endswith("Z") or "+00:00" in row["at"] for row in found)


@given(st.text())
def test_no_text_begins_like_a_formula_and_none_is_lost(text: str) -> None:
    cell = safe(text)
    assert isinstance(cell, str)
    assert not cell.startswith(FORMULA)
    assert cell in (text, f"'{text}")


def test_a_name_that_is_a_formula_is_text(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    session.submit(cmd.RenameLabel(1, '=HYPERLINK("http://x","y")'))
    assert rows(write(session, tmp_path).folder, "labels")[0]["name"] == '\'=HYPERLINK("http://x","y")'


def test_the_workbook_holds_what_the_csv_files_hold(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    session = annotated(tmp_path)
    session.submit(cmd.RenameLabel(1, "=1+1"))
    session.submit(cmd.SetFeature(1, "posture", 0, "@lying"))
    tables = write(session, tmp_path).folder
    book = openpyxl.load_workbook(write(session, tmp_path, "xlsx").folder / "annotation.xlsx")
    assert book.sheetnames == ["prompts", "masks", "labels", "events"]
    for sheet in book:
        header, *content = sheet.iter_rows()
        assert not any(cell.data_type == "f" for row in content for cell in row)
        names = [cell.value for cell in header]
        found = [dict(zip(names, map(as_csv, row), strict=True)) for row in content]
        # A whole number is one in a workbook, whatever its type was.
        expected = [{name: text.removesuffix(".0") for name, text in row.items()} for row in rows(tables, sheet.title)]
        assert found == expected
    assert book["labels"]["B2"].value == "=1+1"
    assert book["masks"]["H2"].data_type == "n"


def as_csv(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return str(safe(value))
    return "" if value is None else str(value)


def test_a_long_table_goes_on_in_a_second_sheet_and_cut_text_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    monkeypatch.setattr("samannot_tui.formats.xlsx.MOST_ROWS", 4)
    session = annotated(tmp_path)
    (run,) = session.state.runs.values()
    session.submit(cmd.StartRun(run.plan, EngineInfo(name="test", version="1", settings={"note": "x" * 40_000})))
    summary = write(session, tmp_path, "xlsx")
    book = openpyxl.load_workbook(summary.folder / "annotation.xlsx")
    assert {"masks", "masks 2"} <= set(book.sheetnames)
    assert [book["masks"]["A1"].value, book["masks 2"]["A1"].value] == ["frame", "frame"]
    frames = [row[0].value for name in ("masks", "masks 2") for row in book[name].iter_rows(min_row=2)]
    assert frames == [1, 1, 2, 3]
    details = [row[-1].value for name in book.sheetnames if name.startswith("events") for row in book[name]]
    assert max(map(len, details)) == 32_767
    assert [notice[:17] for notice in summary.notices] == ["1 texts were cut "]
