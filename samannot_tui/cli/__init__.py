"""The command line: parse, call, print. Each command is a module, imported when it is called."""

import os
import sys

import click

from samannot_tui import __version__
from samannot_tui.cli.lazy import LazyGroup
from samannot_tui.cli.signals import end_on_signals
from samannot_tui.errors import InputError, JobError
from samannot_tui.text import printable

COMMANDS = {
    "open": "Open a video, an image folder or a session in the terminal.",
    "demo": "Show the whole job on the sample clip.",
    "track": "Segment a video from a prompts file, without a screen.",
    "propagate": "Run a session's prompts over its whole video, without a screen.",
    "review": "Judge masks by keys, track by track or as a random sample.",
    "export": "Write a session's masks as a dataset.",
    "import": "Take masks, boxes or points of another annotation into a session.",
    "replay": "Play a session's journal, or do its runs again: to see that the masks come out, or on another engine.",
    "log": "Print what was done in a session, and when.",
    "check": "Say where an annotation does not follow its schema.",
    "eval": "Compare masks with ground truth (J, F, IoU, Dice, pixel accuracy), or two sessions.",
    "stats": "Say what an annotation has cost: time, clicks, edited frames, as SAM 2's data engine counts.",
    "report": "Write a session's quality report: one HTML page.",
    "models": "List, fetch and verify the checkpoint files that the SAM 2 engine needs.",
    "repair": "Save what is good of a damaged session into a new one.",
    "doctor": "Say what this terminal and this machine can do, and what to do about it.",
}


@click.group(cls=LazyGroup, commands=COMMANDS, invoke_without_command=True)
@click.version_option(__version__, prog_name="samannot-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """Turn a video into per-instance segmentation masks, in a terminal.

    Without a command, a start screen opens.
    """
    if context.invoked_subcommand is None:
        from samannot_tui.cli.open import start

        start.main([], standalone_mode=False)


def main() -> None:
    """Run the program; end with 0 done, 1 the job failed, 2 the arguments or the input are wrong."""
    end_on_signals()
    try:
        cli.main(prog_name="samannot-tui", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except InputError as error:
        click.echo(f"samannot-tui: {error}", err=True)
        sys.exit(2)
    except JobError as error:
        click.echo(f"samannot-tui: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not try again to write it as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        what = printable(error.filename or "What was to be printed")
        click.echo(f"samannot-tui: {what} cannot be read or written: {error.strerror}.", err=True)
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        click.echo("samannot-tui: ended before it was done; what was finished is kept.", err=True)
        sys.exit(1)
