"""A koi seen from above: its texture, drawn straight, and its pose, which bends it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, sin
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]

# The texture covers these stretches of the body, in body lengths: along it, the head's tip being 0 and the
# tail's root 0.88, and to either side of the spine.
ALONG = (-0.04, 1.16)
ASIDE = 0.26
TEXELS = 900
"""Texture pixels a body length: about three for each pixel of the clip."""

Pattern = Callable[[Array, Array, np.random.Generator], Array]


@dataclass(frozen=True)
class Pose:
    """Where a koi is at one moment, in pixels of the clip.

    Attributes:
        x, y: the place of the point 0.38 body lengths behind the head's tip.
        heading: direction of the head in radians, 0 to the right, growing clockwise on the screen.
        length: body length.
        bend: curvature of the whole body, in body lengths aside for one along, squared.
        phase: of the wave that runs down the body, in turns.
    """

    x: float
    y: float
    heading: float
    length: float
    bend: float
    phase: float


def rgb(red: float, green: float, blue: float) -> Array:
    """A colour, each part 0 to 255."""
    return np.array([red, green, blue], np.float32)


def body_width(along: Array) -> Array:
    """Half the body's width at a place along it, both in body lengths; 0 outside."""
    stations = [-0.001, 0.0, 0.02, 0.06, 0.12, 0.2, 0.32, 0.45, 0.6, 0.75, 0.88, 0.93]
    widths = [0.0, 0.02, 0.05, 0.078, 0.098, 0.112, 0.118, 0.108, 0.08, 0.05, 0.03, 0.0]
    return np.asarray(np.interp(along, stations, widths), np.float32)


def texture(pattern: Pattern, fin: tuple[float, float, float], seed: int) -> Array:
    """Draw a koi: float32 (height, width, 4), RGB 0 to 255 and alpha 0 to 1.

    Args:
        pattern: (along, aside, generator) -> RGB of the body's skin.
        fin: RGB of the fins.
    """
    generator = np.random.default_rng(seed)
    height, width = round(2 * ASIDE * TEXELS), round((ALONG[1] - ALONG[0]) * TEXELS)
    aside, along = np.meshgrid(
        np.linspace(-ASIDE, ASIDE, height, dtype=np.float32),
        np.linspace(*ALONG, width, dtype=np.float32),
        indexing="ij",
    )
    body = body_width(along)
    fins = _fins(along, aside)
    rays = 0.82 + 0.18 * np.sin(95 * np.arctan2(aside, along + 0.15 - 0.6 * (along > 0.8)))
    picture = np.asarray(fin, np.float32) * rays[..., None]
    skin = _lit(pattern(along, aside, generator), along, aside, body)
    inside = _edge(body - np.abs(aside))
    picture += (skin - picture) * inside[..., None]
    _draw_eyes(picture, along, aside)
    alpha = np.maximum(inside, fins)
    return np.dstack([picture, alpha]).astype(np.float32)


def placed(skin: Array, pose: Pose, x: Array, y: Array) -> Array:
    """The koi in its pose at pixels (x, y) of the clip: RGB and alpha, shape of `x` plus 4."""
    ahead = (x - pose.x) * cos(pose.heading) + (y - pose.y) * sin(pose.heading)
    right = (y - pose.y) * cos(pose.heading) - (x - pose.x) * sin(pose.heading)
    along = 0.38 - ahead / pose.length
    wave = (0.008 + 0.06 * np.clip(along, 0, 1.2) ** 2) * np.sin(2 * np.pi * (0.9 * along - pose.phase))
    aside = right / pose.length - pose.bend * (along - 0.38) ** 2 - wave
    # The paired fins sweep back and forth: what lies beside the body slides along it.
    beside = np.maximum(np.abs(aside) - body_width(along), 0) * (along < 0.7)
    along = along + 0.5 * beside * np.sin(2 * np.pi * (0.5 * pose.phase + 0.1 * np.sign(aside)))
    columns = (along - ALONG[0]) * TEXELS
    rows = (aside + ASIDE) * TEXELS
    return remapped(skin, columns, rows)


def remapped(picture: Array, columns: Array, rows: Array) -> Array:
    """The picture at places between its pixels, 0 outside."""
    maps = columns.astype(np.float32), rows.astype(np.float32)
    return np.asarray(cv2.remap(picture, *maps, cv2.INTER_LINEAR, borderValue=0), np.float32)


def smooth_noise(shape: tuple[int, ...], sigma: float, generator: np.random.Generator) -> Array:
    """Gaussian noise of a certain grain, mean 0 and deviation 1."""
    noise = cv2.GaussianBlur(generator.standard_normal(shape).astype(np.float32), (0, 0), sigma)
    return np.asarray((noise - noise.mean()) / noise.std(), np.float32)


def step(values: Array, softness: float) -> Array:
    """0 below zero, 1 above, with a soft edge in between."""
    return np.asarray(1 / (1 + np.exp(np.clip(-values / softness, -30, 30))), np.float32)


def _edge(distance: Array) -> Array:
    return np.clip(distance * TEXELS / 2 + 0.5, 0, 1)


def _fins(along: Array, aside: Array) -> Array:
    """Alpha of the pectoral, pelvic and tail fins."""
    alpha = np.zeros_like(along)
    for side in (-1, 1):
        for root, reach, width, sweep in ((0.2, 0.15, 0.05, 0.85), (0.52, 0.085, 0.032, 1.0)):
            base = 0.8 * float(body_width(np.array(root)))
            out, back = side * aside - base, along - root
            down, across = out * np.cos(sweep) + back * np.sin(sweep), back * np.cos(sweep) - out * np.sin(sweep)
            position = np.clip(down / reach, 0, 1)
            half = width * np.sqrt(np.maximum(position, 0)) * (1 - position**3)
            alpha = np.maximum(alpha, _edge(half - np.abs(across)) * (half > 0))
    position = np.clip((along - 0.82) / 0.3, 0, 1)
    spread = 0.022 + 0.1 * position**0.9
    end = 1.13 - 0.1 * np.exp(-((aside / 0.05) ** 2)) - 1.2 * aside**2
    return np.maximum(alpha, _edge(np.minimum(spread - np.abs(aside), end - along)) * (along > 0.82))


def _lit(color: Array, along: Array, aside: Array, body: Array) -> Array:
    """Skin with scales and the shading of a rounded back under light from above."""
    across = np.clip(aside / np.maximum(body, 1e-3), -1, 1)
    rounding = 0.45 + 0.55 * np.sqrt(1 - across**2)
    rows, columns = along * 46, np.arcsin(across) * 5.2
    scales = np.cos(np.pi * (rows + columns)) * np.cos(np.pi * (rows - columns))
    strength = 0.13 * step(along - 0.17, 0.02) * (1 - np.abs(across) ** 4)
    gill = np.exp(-(((along - 0.165 + 0.03 * across**2) / 0.006) ** 2)) * (np.abs(across) > 0.25)
    dorsal = np.exp(-((aside / 0.006) ** 2)) * step(along - 0.34, 0.01) * step(0.62 - along, 0.01)
    shade = rounding * (1 + strength * scales) * (1 - 0.35 * gill) * (1 - 0.3 * dorsal)
    shine = 42 * np.exp(-(((across + 0.35) / 0.16) ** 2)) * step(0.75 - along, 0.05)
    return np.asarray(np.clip(color * shade[..., None] + shine[..., None], 0, 255), np.float32)


def _draw_eyes(picture: Array, along: Array, aside: Array) -> None:
    for side in (-1, 1):
        distance = np.hypot(along - 0.065, aside - side * 0.062)
        picture += (np.float32(18) - picture) * _edge(0.014 - distance)[..., None]
        picture += (np.float32(235) - picture) * _edge(0.004 - np.hypot(along - 0.061, aside - side * 0.06))[..., None]
