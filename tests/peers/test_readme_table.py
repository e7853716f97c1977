"""The README's table of what the peers can do: every test that it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEADING = "## Beside its peers"
CELL = re.compile(r"(?<!\\)\|")


def table_rows() -> list[list[str]]:
    """The cells of each row."""
    section = (ROOT / "README.md").read_text().split(HEADING)[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in lines[2:]]


def functions_in(body: list[ast.stmt]) -> set[str]:
    """Test functions, and methods as Class::method."""
    found = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{name}" for name in functions_in(node.body)}
    return found


@pytest.mark.parametrize("row", table_rows(), ids=lambda row: row[0])
def test_a_feature_is_open_or_held_by_a_test(row: list[str]) -> None:
    assert len(row) == 4 and row[0] and row[2]
    if row[3] == "open":
        return
    named = re.fullmatch(r"`([\w/]+\.py)::([\w:]+)`", row[3])
    assert named, row[3]
    there = functions_in(ast.parse((ROOT / "tests" / named[1]).read_text()).body)
    assert named[2] in there
