"""Between sRGB and the light that it stands for."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def to_linear(brightness: Floats) -> Floats:
    """sRGB, 0 to 1, to light."""
    return np.where(brightness <= 0.04045, brightness / 12.92, ((brightness + 0.055) / 1.055) ** 2.4)


def from_linear(light: Floats) -> Floats:
    """Light, 0 to 1, to sRGB."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
