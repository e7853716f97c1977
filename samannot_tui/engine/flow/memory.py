"""What the engine remembers of a label; its size does not depend on the video's length."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.appearance import WIDTH, Gram
from samannot_tui.engine.flow.grid import Byte, Float, Grid
from samannot_tui.engine.flow.histogram import BINS, Colours
from samannot_tui.engine.flow.model import Model


@dataclass(frozen=True, eq=False)
class LabelMemory:
    """One label after a frame. Never changed: each frame makes a new one.

    Attributes:
        anchor: model of the prompted frames, averaged over `anchors` of them.
        running: model that follows the latest frames.
        soft: the last mask, uint8, work size, 0 to 255.
        energy: motion that the camera does not explain, float32, half size.
        area: the mask's area on the last prompted frame, in work pixels.
        steadiness: moving average of the overlap between expected and found masks, 0 to 1.
    """

    anchor: Model
    anchors: int
    running: Model
    soft: Byte
    energy: Float
    area: float
    steadiness: float

    @staticmethod
    def blank(grid: Grid) -> "LabelMemory":
        """Memory of a label that was never seen."""
        model = Model.blank()
        return LabelMemory(model, 0, model, np.zeros(grid.work, np.uint8), np.zeros(grid.half, np.float32), 0.0, 1.0)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """The memory as named arrays of numbers."""
        return {
            **_model_arrays("anchor", self.anchor),
            **_model_arrays("running", self.running),
            "soft": self.soft,
            "energy": self.energy,
            "numbers": np.array([self.anchors, self.area, self.steadiness], np.float64),
        }

    @staticmethod
    def from_arrays(arrays: Mapping[str, npt.NDArray[np.generic]], grid: Grid) -> "LabelMemory":
        """The memory that `arrays` gave.

        Raises:
            ValueError: an array is missing, of another type or size, or holds what is no number.
        """
        checked = {name: checked_array(arrays, name, dtype, shape) for name, (dtype, shape) in _layout(grid).items()}
        anchors, area, steadiness = (float(value) for value in checked["numbers"])
        if anchors < 0 or anchors != int(anchors) or area < 0:
            raise ValueError("the engine's saved memory counts its prompts wrongly")
        return LabelMemory(
            anchor=_model("anchor", checked),
            anchors=int(anchors),
            running=_model("running", checked),
            soft=cast(Byte, checked["soft"]),
            energy=cast(Float, checked["energy"]),
            area=area,
            steadiness=steadiness,
        )


def checked_array(
    arrays: Mapping[str, npt.NDArray[np.generic]], name: str, dtype: type[np.generic], shape: tuple[int, ...]
) -> npt.NDArray[np.generic]:
    """A copy of the array of that name.

    Raises:
        ValueError: it is missing, of another type or shape, or holds what is not finite.
    """
    array = arrays.get(name)
    if array is None:
        raise ValueError(f"the engine's saved memory lacks {name!r}")
    if array.dtype != dtype or array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"the engine's saved memory has something else than {name!r} in its place")
    return array.copy()


def _layout(grid: Grid) -> dict[str, tuple[type[np.generic], tuple[int, ...]]]:
    layout: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
        "soft": (np.uint8, grid.work),
        "energy": (np.float32, grid.half),
        "numbers": (np.float64, (3,)),
    }
    for model in ("anchor", "running"):
        layout[f"{model}.moment"] = (np.float32, (WIDTH, WIDTH))
        layout[f"{model}.target"] = (np.float32, (WIDTH,))
        layout[f"{model}.inside"] = (np.float32, (BINS,))
        layout[f"{model}.outside"] = (np.float32, (BINS,))
    return layout


def _model_arrays(name: str, model: Model) -> dict[str, npt.NDArray[np.generic]]:
    return {
        f"{name}.moment": model.gram.moment,
        f"{name}.target": model.gram.target,
        f"{name}.inside": model.colours.inside,
        f"{name}.outside": model.colours.outside,
    }


def _model(name: str, arrays: Mapping[str, npt.NDArray[np.generic]]) -> Model:
    parts = ("moment", "target", "inside", "outside")
    moment, target, inside, outside = (cast(Float, arrays[f"{name}.{part}"]) for part in parts)
    return Model(Gram(moment, target), Colours(inside, outside))
