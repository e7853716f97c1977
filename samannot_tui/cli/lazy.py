"""A click group whose commands are imported only when they are called, so that `--help` answers at once."""

import importlib
import keyword
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Commands by name with their one-line help; `samannot_tui.cli.NAME` holds a command called `command`.

    Where Python keeps the name for itself, it is `NAME_`.
    """

    def __init__(self, *args: Any, commands: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._help_lines = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._help_lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._help_lines:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found: click.Command = importlib.import_module(f"samannot_tui.cli.{module}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(self._help_lines.items()))
