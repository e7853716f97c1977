"""The weight-free engine: needs no checkpoint file, no GPU and no torch."""

from samannot_tui.engine.contract import Tracker
from samannot_tui.engine.flow.settings import BASIS_SEED, FLOW_LONG_SIDE, VERSION, WORK_LONG_SIDE
from samannot_tui.media.source import FrameSource
from samannot_tui.session.events import EngineInfo


class FlowEngine:
    """Implements `engine.contract.Engine`."""

    notices: tuple[str, ...] = ()

    def __init__(self) -> None:
        settings = {
            "work_long_side": WORK_LONG_SIDE,
            "flow_long_side": FLOW_LONG_SIDE,
            "basis_seed": BASIS_SEED,
        }
        self.info = EngineInfo(name="flow", version=VERSION, settings=settings)

    def open(self, frames: FrameSource) -> Tracker:
        """A tracker on the frames, which stay the caller's to close."""
        # Here, so that asking for `info` does not load OpenCV.
        from samannot_tui.engine.flow.tracker import FlowTracker

        return FlowTracker(frames)
