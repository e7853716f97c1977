"""The three koi of the sample: how they look and where they swim."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin

import numpy as np

from sample_data.koi import Array, Pose, rgb, smooth_noise, step, texture

FRAMES = 60


def _white(along: Array, aside: Array, generator: np.random.Generator) -> Array:
    """Kohaku: red patches on white."""
    patches = smooth_noise(along.shape, 62, generator) + 0.25 * smooth_noise(along.shape, 9, generator)
    red = step(patches + 0.1 + 0.9 * np.exp(-(((along - 0.3) / 0.1) ** 2)) - 1.5 * (along < 0.03), 0.05)[..., None]
    return rgb(246, 240, 228) * (1 - red) + rgb(214, 48, 22) * red


def _gold(along: Array, aside: Array, generator: np.random.Generator) -> Array:
    """Yamabuki: metallic yellow, a little darker along the back."""
    back = np.exp(-((aside / 0.04) ** 2))[..., None]
    mottled = 1 + 0.06 * smooth_noise(along.shape, 14, generator)[..., None]
    return np.asarray((rgb(250, 188, 32) * (1 - 0.3 * back) + rgb(170, 110, 10) * 0.3 * back) * mottled)


def _black(along: Array, aside: Array, generator: np.random.Generator) -> Array:
    """Shiro utsuri: white bands on black."""
    patches = 0.8 * smooth_noise(along.shape, 45, generator) + 0.5 * np.sin(26 * along + 2)
    white = step(patches - 0.35, 0.05)[..., None]
    return rgb(34, 32, 44) * (1 - white) + rgb(214, 216, 226) * white


def _white_pose(frame: float) -> Pose:
    t = frame / FRAMES
    heading = 0.25 + 0.4 * cos(3.6 * t)
    return Pose(190 + 235 * t, 120 + 115 * t, heading, 250, 0.16 * sin(4 * t + 0.5), 2.1 * t)


def _gold_pose(frame: float) -> Pose:
    t = frame / FRAMES
    heading = 3.55 + 0.3 * sin(3.5 * t)
    return Pose(575 - 190 * t, 388 - 128 * t, heading, 235, -0.15 * cos(4 * t), 2.6 * t)


def _black_pose(frame: float) -> Pose:
    t = frame / FRAMES
    heading = 1.75 - 0.5 * sin(2.6 * t)
    return Pose(640 + 30 * t, 120 + 155 * t, heading, 215, 0.2 * cos(3 * t), 2.3 * t)


@dataclass(frozen=True)
class Fish:
    """`pose` is by frame; `depth` is how much of the water's colour lies over the fish, 0 to 1."""

    label: int
    name: str
    skin: Array
    pose: Callable[[float], Pose]
    depth: float


def all_fish() -> tuple[Fish, ...]:
    """From the lowest to the highest in the water."""
    return (
        Fish(2, "gold koi", texture(_gold, (238, 182, 66), 5), _gold_pose, 0.12),
        Fish(3, "black koi", texture(_black, (96, 96, 112), 11), _black_pose, 0.08),
        Fish(1, "white koi", texture(_white, (240, 228, 214), 3), _white_pose, 0.03),
    )
