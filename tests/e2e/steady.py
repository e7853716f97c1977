"""The real app with nothing in it that differs from run to run: `python -m tests.e2e.steady CLIP SESSION`.

The machine's reading stands still, and the link is always reckoned as fast as can be, however late this machine lets
the terminal answer: pictures are as good as they get at once.
"""

import sys
from pathlib import Path

from samannot_tui.cli.open import open_app
from samannot_tui.cli.options import EngineOptions
from samannot_tui.graphics.link import AS_FAST_AS_COUNTS, Link
from samannot_tui.jobs.opening import open_target
from samannot_tui.monitor import Monitor, Reading
from samannot_tui.tui.screens import workspace

GIB = 1024**3


class SteadyLink(Link):
    """Waits for answers as ever, but learns nothing from when they come."""

    def answered(self, ticket: int, now: float) -> bool:
        is_next = super().answered(ticket, now)
        self.rate, self.round_trip = AS_FAST_AS_COUNTS, 0.0
        return is_next


def main(clip: Path, session: Path) -> None:
    Monitor.read = lambda self: Reading(25.0, 3 * GIB, 24 * GIB)  # type: ignore[method-assign]
    workspace.Link = SteadyLink  # type: ignore[misc]
    open_app(open_target(clip, session=session), EngineOptions(engine="flow"), "auto")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
