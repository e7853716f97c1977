"""What the scene is drawn on, one layer after the other."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from sample_data.koi import Array

Image = npt.NDArray[np.uint8]
Draw = Callable[[Array, Array], Array]
"""(x, y) of pixels -> RGB 0 to 255 and alpha 0 to 1 there."""

FINE = 2
"""The scene is drawn this many times larger and then reduced: smooth edges."""


class Canvas:
    """The picture under way on the fine grid, and how much of each pixel each label shows."""

    def __init__(self, width: int, height: int) -> None:
        """`width` and `height` are in pixels of the clip; `x`, `y` are where the fine pixels lie in it."""
        rows, columns = np.mgrid[0 : height * FINE, 0 : width * FINE].astype(np.float32)
        self.size = width, height
        self.x: Array = (columns + 0.5) / FINE - 0.5
        self.y: Array = (rows + 0.5) / FINE - 0.5
        self.picture: Array = np.zeros((*self.x.shape, 3), np.float32)
        self._shown: dict[int, Array] = {}

    def part(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """The part of the canvas at most `reach` pixels from (x, y) to each side."""
        left, top = max(round((x - reach) * FINE), 0), max(round((y - reach) * FINE), 0)
        right, bottom = max(round((x + reach) * FINE), 0), max(round((y + reach) * FINE), 0)
        return slice(top, bottom), slice(left, right)

    def cover(self, part: tuple[slice, slice], layer: Array, label: int | None) -> None:
        """Lay RGB and alpha over a part of the picture."""
        alpha = layer[..., 3]
        self.picture[part] += (layer[..., :3] - self.picture[part]) * alpha[..., None]
        for shown in self._shown.values():
            shown[part] *= 1 - alpha
        if label is not None:
            self._shown.setdefault(label, np.zeros_like(self.x))[part] += alpha

    def shade(self, x: float, y: float, reach: float, draw: Draw, softness: float) -> None:
        """Darken the picture where the alpha that `draw` gives would lie, blurred by `softness` pixels."""
        part = self.part(x, y, reach + 3 * softness)
        if self.x[part].size:
            alpha = cv2.GaussianBlur(draw(self.x[part], self.y[part])[..., 3], (0, 0), softness * FINE)
            self.picture[part] *= (1 - 0.42 * alpha)[..., None]

    def lay(self, x: float, y: float, reach: float, draw: Draw, drop: float) -> None:
        """Lay something that floats on the water around (x, y), with its shadow `drop` pixels away."""
        self.shade(x + drop, y + drop, 1.1 * reach, lambda u, v: draw(u - x - drop, v - y - drop), 0.5 * drop)
        part = self.part(x, y, 1.1 * reach)
        self.cover(part, draw(self.x[part] - x, self.y[part] - y), None)

    def photograph(self, noise: float, generator: np.random.Generator) -> Image:
        """What a camera makes of the scene: RGB of the clip's size, darker corners, sensor noise."""
        picture = self._reduced(self.picture)
        y, x = np.mgrid[-1 : 1 : picture.shape[0] * 1j, -1 : 1 : picture.shape[1] * 1j]
        lit = picture * (1.06 - 0.2 * (np.square(x) + np.square(y)))[..., None]
        noisy = lit + noise * generator.standard_normal(picture.shape)
        return np.asarray(np.clip(noisy + 0.5, 0, 255), np.uint8)

    def labels(self) -> Image:
        """Which label shows the most in each pixel of the clip; 0 where none shows more than the rest."""
        shown = [self._reduced(each) for each in self._shown.values()]
        layers = np.stack([1 - np.sum(shown, axis=0), *shown])
        ids = np.array([0, *self._shown], np.uint8)
        return np.asarray(ids[layers.argmax(axis=0)])

    def _reduced(self, fine: Array) -> Array:
        return np.asarray(cv2.resize(fine, self.size, interpolation=cv2.INTER_AREA), np.float32)
