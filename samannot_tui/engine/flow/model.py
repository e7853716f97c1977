"""What a label's pixels look like, learnt from masks."""

from dataclasses import dataclass

import numpy as np

from samannot_tui.engine.flow import appearance, histogram
from samannot_tui.engine.flow.appearance import WIDTH, Gram
from samannot_tui.engine.flow.grid import Bool, Float
from samannot_tui.engine.flow.histogram import BINS, Colours
from samannot_tui.engine.flow.picture import Picture
from samannot_tui.engine.flow.sampling import Shape


@dataclass(frozen=True, eq=False)
class Model:
    """Appearance and colours; linear in the pixels, so that models can be averaged."""

    gram: Gram
    colours: Colours

    @staticmethod
    def blank() -> "Model":
        """The model of a label that was never seen."""
        return Model(
            Gram(np.zeros((WIDTH, WIDTH), np.float32), np.zeros(WIDTH, np.float32)),
            Colours(np.zeros(BINS, np.float32), np.zeros(BINS, np.float32)),
        )

    def mixed(self, other: "Model", share: float) -> "Model":
        """(1 - share) of this model plus `share` of the other."""
        keep = 1 - share
        mine, yours = self.colours, other.colours
        return Model(
            Gram(
                np.float32(keep) * self.gram.moment + np.float32(share) * other.gram.moment,
                np.float32(keep) * self.gram.target + np.float32(share) * other.gram.target,
            ),
            Colours(
                np.float32(keep) * mine.inside + np.float32(share) * yours.inside,
                np.float32(keep) * mine.outside + np.float32(share) * yours.outside,
            ),
        )


def learn(picture: Picture, shape: Shape, *, rivals: Bool, doubtful: Bool, samples: int, margin: float) -> Model:
    """The model of one picture and mask.

    Args:
        rivals: half-size pixels of other instances; they count three times as background.
        doubtful: half-size pixels that are not to be taken for the object even inside the mask.
        samples: how many pixels of each side the appearance is learnt from.
        margin: work pixels beside the contour that the appearance is not learnt from.
    """
    weight = shape.background_weight(rivals)
    sure = (shape.distance > 0) & ~doubtful

    def side(keep: Bool, weights: Float) -> Float:
        return np.where(keep, weights, np.float32(0))

    one = np.ones_like(weight)
    gram = appearance.observe(
        picture.features,
        shape,
        side(sure & (shape.distance > margin), one),
        side(shape.distance < -margin, weight),
        samples,
    )
    bins = histogram.bins_of(picture.lab_bytes[::2, ::2])
    return Model(
        gram,
        Colours(
            histogram.shares(bins, side(sure, one)),
            histogram.shares(bins, side(shape.distance < 0, weight)),
        ),
    )
