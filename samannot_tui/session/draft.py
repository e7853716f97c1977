"""An annotation that is not on disk yet: commands are tried, and nothing is left behind if one is refused."""

from samannot_tui.masks.index import MaskIndex
from samannot_tui.session.commands import AnyCommand
from samannot_tui.session.decide import decide
from samannot_tui.session.journal import now, stamped
from samannot_tui.session.live import LiveMasks
from samannot_tui.session.manifest import Manifest
from samannot_tui.session.situation import Situation
from samannot_tui.session.state import State


class Draft:
    """Takes commands as a Session does; `state.history` is what `Session.create` then begins with.

    Attributes:
        state, live: the annotation so far.
    """

    def __init__(self, manifest: Manifest) -> None:
        self.state = State()
        self.live = LiveMasks(MaskIndex(), manifest.frame_count, self.state)
        self._manifest = manifest

    def submit(self, command: AnyCommand) -> None:
        """Carry out a command.

        Raises:
            InputError: the command is refused.
        """
        events = decide(command, Situation(self.state, self.live, self._manifest, masks=None))
        for each in stamped([events], self.state.last_seq, now()):
            self.state.apply(each)
            self.live.update(self.state, [each])
