"""The text, numbers, tuples and lists in a Python pickle, without loading it.

A pickle is a program for a machine that can call any function. Here only the instructions that put plain data together
are carried out; at any other the reading ends. They are told apart by the standard library's `pickletools`, which
executes none of them.
"""

import pickletools
from typing import Any

_VALUES = frozenset(
    {"UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1"}
)
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_PUT, _GET = frozenset({"PUT", "BINPUT", "LONG_BINPUT"}), frozenset({"GET", "BINGET", "LONG_BINGET"})
_MARK = object()


class PickleError(ValueError):
    """It holds more than plain data, or is no pickle."""


def plain_data(pickle: bytes) -> Any:
    """What the pickle stands for.

    Raises:
        PickleError: it holds anything else, or is no pickle.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for opcode, argument, _ in pickletools.genops(pickle):
            if opcode.name == "STOP":
                (value,) = stack
                return value
            _carry_out(opcode.name, argument, stack, memo)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise PickleError(f"a Python pickle that is not plain data: {error}") from error
    raise PickleError("a Python pickle without an end")


def _carry_out(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    if name in _VALUES:
        stack.append(argument)
    elif name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name == "EMPTY_LIST":
        stack.append([])
    elif name == "MARK":
        stack.append(_MARK)
    elif name in ("TUPLE", "LIST"):
        items = _after_mark(stack)
        stack.append(tuple(items) if name == "TUPLE" else items)
    elif name in _SHORT_TUPLES:
        items = [stack.pop() for _ in range(_SHORT_TUPLES[name])]
        stack.append(tuple(reversed(items)))
    elif name in ("APPEND", "APPENDS"):
        items = [stack.pop()] if name == "APPEND" else _after_mark(stack)
        _list_on(stack).extend(items)
    elif name in _PUT:
        memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in _GET:
        stack.append(memo[argument])
    elif name not in ("PROTO", "FRAME"):
        raise PickleError(f"it would do {name}")


def _after_mark(stack: list[Any]) -> list[Any]:
    items: list[Any] = []
    while (item := stack.pop()) is not _MARK:
        items.append(item)
    return items[::-1]


def _list_on(stack: list[Any]) -> list[Any]:
    if not isinstance(stack[-1], list):
        raise PickleError("something is appended to what is no list")
    return stack[-1]
