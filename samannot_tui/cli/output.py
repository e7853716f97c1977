"""What commands print: results on stdout, for people or as one JSON object; progress on stderr."""

import json
import math
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import click

from samannot_tui.text import printable

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


def print_result(result: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print a command's result: `result` as JSON, or `lines` for people.

    The JSON is ASCII, so that no name in it drives a terminal, and gives paths exactly: bytes that are not
    UTF-8 are lone surrogates, as in Python's `os.fsdecode`.
    """
    if as_json:
        click.echo(json.dumps(result, default=os.fspath, allow_nan=False))
    else:
        for line in lines:
            click.echo(line)


def say(sentence: str) -> None:
    """Tell the person something beside the result, on stderr."""
    click.echo(printable(sentence), err=True)


LEAST_SECONDS = 0.1
"""Between two lines of progress: each crosses somebody's link."""


class Progress:
    """One line on stderr that overwrites itself, `what DONE/TOTAL UNIT`; nothing where stderr is not a terminal.

    It is written ten times a second at most, and when all is done.
    """

    def __init__(self, what: str, echo: Callable[[str], object] = sys.stderr.write, unit: str = "") -> None:
        self._what = what
        self._unit = f" {unit}" if unit else ""
        self._echo = echo
        self._shown = sys.stderr.isatty()
        self._written = -math.inf

    def __call__(self, done: int, total: int, seconds_left: float | None = None) -> None:
        """Show `done` of `total`, and the time left where it is known."""
        now = time.monotonic()
        if self._shown and (done >= total or now - self._written >= LEAST_SECONDS):
            self._written = now
            left = "" if seconds_left is None else f", {seconds_left:.0f} s left"
            self._echo(f"\r\x1b[K{self._what} {done}/{total}{self._unit}{left}")
            sys.stderr.flush()

    def finish(self) -> None:
        """Clear the line."""
        if self._shown:
            self._echo("\r\x1b[K")
            sys.stderr.flush()
