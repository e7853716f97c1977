"""Options that several commands share, and the settings that they stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from samannot_tui.session import commands as cmd
from samannot_tui.session.store import Session

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class EngineOptions:
    """What was given on the command line; None where the session's own setting stays."""

    engine: str | None
    block_size: int | None
    transition: str | None

    def apply(self, session: Session) -> None:
        """Change the session's settings to what was given, where that is something else.

        Raises:
            InputError: no such value, or a read-only session.
        """
        given = {"engine": self.engine, "block_size": self.block_size, "transition": self.transition}
        for name, value in given.items():
            if value is not None and getattr(session.state.settings, name) != value:
                session.submit(cmd.ChangeSetting(name, value))


engine_option = click.option("--engine", type=click.Choice(["auto", "flow"]), help="What makes the masks.")


def engine_options(command: _F) -> _F:
    """Add the options of EngineOptions to a command."""
    for option in (
        click.option("--transition", type=click.Choice(["carry", "mask", "off"]), help="How blocks hand over."),
        click.option("--block-size", type=click.IntRange(1, 100_000), metavar="N", help="Frames a block."),
        engine_option,
    ):
        command = option(command)
    return command
