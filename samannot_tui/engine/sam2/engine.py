"""The SAM 2 engine: made once a process, where the network then stays loaded for every video that is opened."""

from importlib.metadata import version
from pathlib import Path

import torch

from samannot_tui.engine.contract import Tracker
from samannot_tui.engine.models.machine import driver_problem
from samannot_tui.engine.sam2.build import build_model
from samannot_tui.engine.sam2.checkpoint import read_checkpoint
from samannot_tui.engine.sam2.memory import MAX_CONDITIONING
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.placement import Placement, place
from samannot_tui.engine.sam2.shortage import shortage_told
from samannot_tui.engine.sam2.tracker import Sam2Tracker
from samannot_tui.errors import InputError
from samannot_tui.media.source import FrameSource
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.settings import IMAGE_SIZES, Precision

_CACHE_SHARE = 1 / 8
_LARGEST_CACHE = 8 * 2**30


class Sam2Engine:
    """Implements `engine.contract.Engine`."""

    def __init__(
        self,
        checkpoint: Path,
        image_size: int,
        precision: Precision,
        feature_cache_mib: int | None,
        threads: int | None = None,
    ) -> None:
        """Load a checkpoint file; the other arguments are as in `engine.spec.EngineSpec`.

        Raises:
            InputError: the image size or precision cannot be, or the file is no checkpoint of SAM 2.1.
            JobError: the network does not fit into the device's memory.
        """
        if image_size not in IMAGE_SIZES:
            raise InputError(
                f"The image size {image_size} does not fit SAM 2; give a multiple of {IMAGE_SIZES.step} "
                f"from {IMAGE_SIZES[0]} to {IMAGE_SIZES[-1]}."
            )
        if threads is not None:
            torch.set_num_threads(threads)
        placement = place(precision)
        weights = read_checkpoint(checkpoint)
        model = build_model(weights.variant, image_size, weights.weights)
        with shortage_told(placement, f"loading SAM 2 {weights.variant}"):
            self._network = Network(model, placement)
        self._weights = weights.sha256
        self._cache_mib = feature_cache_mib
        settings = {
            "variant": weights.variant,
            "image_size": image_size,
            "precision": placement.precision,
            "device": placement.device.type,
            "device_name": placement.name,
            "max_cond_frames": MAX_CONDITIONING,
            "torch": str(torch.__version__),
        }
        if placement.device.type == "cpu":
            # Both change the last bits of what it computes.
            settings |= {"threads": torch.get_num_threads(), "instructions": torch.backends.cpu.get_cpu_capability()}
        no_gpu = driver_problem() if placement.device.type == "cpu" else None
        self.notices = tuple(notice for notice in (weights.notice, no_gpu) if notice)
        self.info = EngineInfo(name="sam2", version=version("sam2"), settings=settings, weights_sha256=weights.sha256)

    def open(self, frames: FrameSource) -> Tracker:
        """A tracker on the frames, which stay the caller's to close."""
        return Sam2Tracker(self._network, self._weights, frames, self._cache_bytes())

    def _cache_bytes(self) -> int:
        if self._cache_mib is not None:
            return self._cache_mib * 2**20
        return cache_bytes(self._network.placement)


def cache_bytes(placement: Placement) -> int:
    """What image features may take where nobody set it: an eighth of the memory that is free now, 8 GiB at most.

    That leaves room for other programs that share the machine; 8 GiB hold 500 frames at 1024.
    """
    return min(int(placement.free_bytes() * _CACHE_SHARE), _LARGEST_CACHE)
