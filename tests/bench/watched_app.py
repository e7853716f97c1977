"""The app, noting when keys come and are handled, and which pictures it sends: `watched_app.py NOTES ARGUMENTS...`.

Notes are JSON lines: what, seconds of the system's monotonic clock, and for a picture its frame, its quality and how
many bytes were sent to the terminal by then, counted from the first one after the probe.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from textual import events
from textual.message import Message

from samannot_tui.cli import main
from samannot_tui.tui.app import SamannotApp
from samannot_tui.tui.driver import TerminalDriver
from samannot_tui.tui.screens.workspace import Workspace

NOTES = Path(sys.argv.pop(1)).open("w", buffering=1)  # noqa: SIM115

read, run_action, show = TerminalDriver.process_message, SamannotApp.run_action, Workspace.on_workspace_picture_ready


def note(what: str, *details: object) -> None:
    NOTES.write(json.dumps([what, time.monotonic(), *details]) + "\n")


def noting_read(driver: TerminalDriver, message: Message) -> None:
    if isinstance(message, events.Key):
        note("key")
    read(driver, message)


async def noting_run_action(app: SamannotApp, *arguments: Any) -> bool:
    result = await run_action(app, *arguments)
    if result:
        note("handled")
    return result


def noting_show(workspace: Workspace, message: Workspace.PictureReady) -> None:
    is_ahead = workspace._pictures._is_ahead
    show(workspace, message)
    driver = workspace.app._driver
    if not is_ahead and isinstance(driver, TerminalDriver) and driver._outbox is not None:
        note("picture", message.request.frame, message.drawn.quality, driver._outbox._put)


TerminalDriver.process_message = noting_read  # type: ignore[method-assign, assignment]
SamannotApp.run_action = noting_run_action  # type: ignore[method-assign, assignment]
Workspace.on_workspace_picture_ready = noting_show  # type: ignore[method-assign]

if __name__ == "__main__":
    main()
