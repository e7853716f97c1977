"""Schema files: what is read, what is refused in one sentence, and which class a label belongs to."""

import json
import unicodedata
from pathlib import Path

import msgspec
import pytest

from samannot_tui.appendlog import seal
from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session.schema import PRESENCE, FeatureRule, LabelClass, Schema, class_of, load_schema
from samannot_tui.session.store import Session
from tests.session.support import make_session

TOML = """
presence = true
notes = "Every child that is seen for five frames or longer."

[[classes]]
name = "child"
minimum_pixels = 50
edge = "forbidden"

[[classes]]
name = "pillow"

[[features]]
name = "posture"
values = ["standing", "jumping"]
classes = ["child"]

[[features]]
name = "remark"
"""
POSTURE, REMARK = FeatureRule("posture", ("standing", "jumping"), ("child",)), FeatureRule("remark")
SCHEMA = Schema(
    (LabelClass("child", 50, "forbidden"), LabelClass("pillow")),
    (POSTURE, REMARK),
    True,
    "Every child that is seen for five frames or longer.",
)


def written(folder: Path, text: str, name: str = "schema.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    assert load_schema(written(tmp_path, TOML)) == SCHEMA
    assert load_schema(written(tmp_path, msgspec.json.encode(SCHEMA).decode(), "schema.JSON")) == SCHEMA
    assert SCHEMA.rules() == (POSTURE, REMARK, PRESENCE)


def test_composed_and_decomposed_letters_are_the_same(tmp_path: Path) -> None:
    text = json.dumps({"classes": [{"name": unicodedata.normalize("NFD", "Mädchen")}]}, ensure_ascii=False)
    assert load_schema(written(tmp_path, text, "schema.json")).classes[0].name == "Mädchen"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("classes = []", r"length >= 1.*\$\.classes"),
        ("", "classes"),
        ('[[classes]]\nname = "a"\ncolour = "red"', r"colour.*\$\.classes\[0\]"),
        ('[[classes]]\nname = "a"\n[[classes]]\nname = "a"', "class a is there more than once"),
        ('[[classes]]\nname = " a"', r'" a" is no name.*classes\[0\]'),
        ('[[classes]]\nname = "a\\u001b[2J"', r"a\\x1b\[2J.* is no name"),
        (f'[[classes]]\nname = "{"a" * 101}"', "101 characters"),
        ('[[classes]]\nname = "a"\nminimum_pixels = -1', r">= 0.*minimum_pixels"),
        ('[[classes]]\nname = "a"\nedge = "maybe"', r"maybe.*edge"),
        ('[[classes]]\nname = "a"\n[[features]]\nname = "f"\nvalues = ["x", "x"]', "value x is there more than once"),
        ('[[classes]]\nname = "a"\n[[features]]\nname = "f"\nclasses = ["b"]', "feature f is for b, which is no class"),
        ('presence = true\n[[classes]]\nname = "a"\n[[features]]\nname = "presence"', "feature presence is there more"),
        ("[[classes\n", "line 1"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)schema\.toml is not a schema: .*{sentence}") as refused:
        load_schema(written(tmp_path, text))
    assert "\n" not in str(refused.value) and "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("schema.yaml", b"", r"does not end in \.toml or \.json"),
        ("schema.json", b"\xff\xfe", "is not a schema"),
        ("schema.json", b"[" * 100_000, "is not a schema"),
        ("schema.json", b" " * (2**20 + 1), "too large"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        load_schema(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"schema\.toml cannot be read: No such file"):
        load_schema(tmp_path / "schema.toml")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("car", "car"),
        ("car 2", "car"),
        ("car on the left", "car"),
        ("car door 2", "car door"),
        ("cars", None),
        ("Car", None),
        ("left car", None),
    ],
)
def test_the_class_of_a_label(name: str, expected: str | None) -> None:
    found = class_of(name, Schema((LabelClass("car"), LabelClass("car door"), LabelClass("tree"))))
    assert (found.name if found else None) == expected


def test_a_session_keeps_its_schema_whole_and_undo_leaves_it(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("child"))
    session.submit(cmd.AdoptSchema(SCHEMA))
    session.submit(cmd.Undo())
    assert not session.state.labels and session.state.schema == SCHEMA
    session.close()
    again = Session.open(session.folder)
    assert again.state.schema == SCHEMA and again.read_only is None
    again.close()


def test_a_schema_in_a_journal_is_checked_as_one_in_a_file(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    session.submit(cmd.AddLabel("child"))
    session.close()
    event = {"type": "SchemaAdopted", "seq": 2, "at": "", "schema": {"classes": [{"name": "a"}, {"name": "a"}]}}
    with (session.folder / "journal.jsonl").open("ab") as file:
        file.write(seal(msgspec.json.encode(event)))
    again = Session.open(session.folder)
    assert again.read_only is not None and "line 2" in again.read_only and again.state.schema is None
    again.close()
