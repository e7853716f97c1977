"""JSON read item by item: the items are those that a whole decoder finds, wherever the chunks end."""

import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.formats import json_items
from samannot_tui.formats.json_items import items_within

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(['"', "\\", '\\"', "[", "}],"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def read(data: bytes, *members: str, longest: int = 1000) -> list[tuple[str, Any]]:
    return [(name, json.loads(item)) for name, item in items_within(io.BytesIO(data), "f", *members, longest=longest)]


@given(st.dictionaries(texts, values, max_size=4), st.lists(values, max_size=5), st.booleans(), st.integers(1, 40))
def test_the_items_are_those_of_the_whole_file(
    others: dict[str, Any], items: list[Any], ascii_only: bool, chunk: int
) -> None:
    content = {**others, "wanted": items, "last": 1}
    data = json.dumps(content, ensure_ascii=ascii_only, indent=chunk % 3 or None).encode()
    with patch.object(json_items, "CHUNK", chunk):
        assert read(data, "wanted", longest=10**6) == [("wanted", item) for item in items]


def test_several_lists_come_in_the_order_of_the_file() -> None:
    assert read(b'{"b":[1,2],"x":{"a":[9]},"a":["c"]} ', "a", "b") == [("b", 1), ("b", 2), ("a", "c")]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "ends too early"),
        (b"[1]", "it is no object"),
        (b'{"a":[1,2', "ends too early"),
        (b'{"a":[1 2]}', ", is missing"),
        (b'{"a":[,]}', "a value is missing"),
        (b'{"a":["x]}', "ends within a string"),
        (b'{"a":["x\\', "ends within a string"),
        (b'{"a" [1]}', ": is missing"),
        (b"{a:[1]}", "a name is missing"),
        (b'{"a":[1]} x', "goes on after its end"),
        (b'{"b":[1]}', "no list of a"),
        (b'{"a":{"b":[1]}}', "no list of a"),
        (b'{"a":["' + b"x" * 2000 + b'"]}', "longer than 1000 bytes"),
        (b'{"' + b"x" * 2000 + b'":1}', "longer than"),
        (b'{"b":' + b"[" * 100_000, "ends too early"),
        (b'{"a":[' + b"[" * 100_000, "longer than 1000 bytes"),
    ],
)
def test_what_is_not_json_is_a_sentence(data: bytes, what: str) -> None:
    for chunk in (1, 1 << 18):
        with patch.object(json_items, "CHUNK", chunk), pytest.raises(InputError, match=what):
            read(data, "a")
