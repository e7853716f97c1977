"""Options that several commands share, and the settings that they stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from samannot_tui.engine.models.catalog import CATALOG
from samannot_tui.engine.models.folder import checkpoint_setting, find_checkpoint
from samannot_tui.engine.registry import engine_names, resolve
from samannot_tui.engine.spec import spec_of
from samannot_tui.errors import InputError
from samannot_tui.session import commands as cmd
from samannot_tui.session.plan import Transition
from samannot_tui.session.settings import IMAGE_SIZES, MAX_BLOCK_SIZE, MAX_IDLE_MINUTES, Precision, Settings, changed
from samannot_tui.session.times import typed_moment

if TYPE_CHECKING:
    from samannot_tui.engine.registry import Resolved
    from samannot_tui.session.past import Past
    from samannot_tui.session.store import Session

_F = TypeVar("_F", bound=Callable[..., Any])

resource_log_option = click.option(
    "--resource-log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what the work takes of CPU, RAM, GPU and disk to a new CSV file, five times a second.",
)

THEN = "this is the annotation as it was then"


def then_options(command: _F) -> _F:
    """Add --until and --at to a command, which `past_seq` understands."""
    until = click.option("--until", type=click.IntRange(0), metavar="SEQ", help="As it was after that event of `log`.")
    at = click.option("--at", metavar="TIME", help="As it was then: 2026-11-21T14:05:30, local, or with Z for UTC.")
    return until(at(command))


def past_seq(past: "Past", until: int | None, at: str | None) -> int:
    """The event that --until or --at names; the last one where neither is given.

    Raises:
        InputError: both are given, or it is no event or time.
    """
    if until is not None and at is not None:
        raise InputError("--until and --at both say when; give one of them.")
    if at is not None:
        return past.seq_at(typed_moment(at))
    return past.last_seq if until is None else past.require(until)


@dataclass(frozen=True)
class EngineOptions:
    """What was given on the command line; None where the session's own setting stays."""

    engine: str | None = None
    checkpoint: str | None = None
    image_size: int | None = None
    precision: Precision | None = None
    feature_cache: int | None = None
    idle_minutes: int | None = None
    block_size: int | None = None
    transition: Transition | None = None

    def changes(self) -> dict[str, object]:
        """The settings that were given, checked.

        Raises:
            InputError: a value cannot be, or the checkpoint cannot be opened.
        """
        checkpoint = None if self.checkpoint is None else checkpoint_setting(self.checkpoint)
        settings: dict[str, object] = {
            "engine": self.engine,
            "checkpoint": checkpoint,
            "image_size": self.image_size,
            "precision": self.precision,
            "feature_cache_mib": self.feature_cache,
            "idle_minutes": self.idle_minutes,
            "block_size": self.block_size,
            "transition": self.transition,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        _changed(Settings(), given)
        if checkpoint is not None:
            find_checkpoint(checkpoint)
        return given

    def changed(self, settings: Settings) -> Settings:
        """The settings with what was given. Raises: InputError: as `changes`."""
        return _changed(settings, self.changes())

    def resolve(self, settings: Settings) -> "Resolved":
        """The engine that runs here with these settings and what was given.

        Raises:
            InputError: it cannot run here, or as `changes`.
        """
        return resolve(spec_of(self.changed(settings)))

    def apply(self, session: "Session") -> None:
        """Change the session's settings to what was given, where that is something else.

        Raises:
            InputError: as `changes`, or a read-only session.
        """
        for name, value in self.changes().items():
            if getattr(session.state.settings, name) != value:
                session.submit(cmd.ChangeSetting(name, value))


def _changed(settings: Settings, given: dict[str, object]) -> Settings:
    for name, value in given.items():
        try:
            settings = changed(settings, name, value)
        except ValueError as error:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{str(error).replace(name, option)}.") from error
    return settings


def engine_options(command: _F) -> _F:
    """Add the options of EngineOptions to a command."""
    for option in (
        click.option("--transition", type=click.Choice(get_args(Transition)), help="How blocks hand over."),
        click.option("--block-size", type=click.IntRange(1, MAX_BLOCK_SIZE), metavar="N", help="Frames a block."),
        click.option(
            "--idle-minutes",
            type=click.IntRange(0, MAX_IDLE_MINUTES),
            metavar="N",
            help="Let the engine go after so long without work; 0 keeps it.",
        ),
        click.option(
            "--feature-cache",
            type=click.IntRange(0),
            metavar="MIB",
            help="Memory for image features that SAM 2 uses again; by default a share of what is free.",
        ),
        click.option("--precision", type=click.Choice(get_args(Precision)), help="Arithmetic of SAM 2."),
        click.option(
            "--image-size",
            type=int,
            metavar="N",
            help=f"Side in pixels that SAM 2 sees frames at, a multiple of {IMAGE_SIZES.step}; smaller is faster.",
        ),
        click.option("--checkpoint", metavar="NAME|PATH", help=f"Weights for SAM 2: {', '.join(CATALOG)}, or a file."),
        click.option(
            "--engine", type=click.Choice(engine_names()), help="What makes the masks; auto is SAM 2 where it can run."
        ),
    ):
        command = option(command)
    return command


pause_option = click.option(
    "--pause",
    type=click.IntRange(1, 86400),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="Of a longer gap between two things that a person did, so much counts as work.",
)
