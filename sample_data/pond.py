"""The pond: its pebbly ground, the light that plays on it, and the lily pads on the water."""

import cv2
import numpy as np

from sample_data.koi import Array, rgb, smooth_noise, step

MARGIN = 60
"""Pixels of ground beyond each side of the picture, for the camera to drift over."""


def ground(width: int, height: int, seed: int) -> Array:
    """Pebbles under green water: float32 RGB 0 to 255, `MARGIN` larger than the picture on each side."""
    generator = np.random.default_rng(seed)
    size = height + 2 * MARGIN, width + 2 * MARGIN
    picture: Array = np.zeros((*size, 3), np.float32)
    for grain, weight in ((30, 0.8), (13, 0.2)):
        picture += weight * _pebbles(size, grain, generator)
    mud = smooth_noise(size, 45, generator)[..., None]
    picture = picture * (0.8 + 0.1 * mud) + rgb(4, 10, 8) * mud
    picture += 3.5 * smooth_noise(size, 1.2, generator)[..., None]
    water = rgb(40, 112, 108)
    return np.asarray(0.72 * picture + 0.4 * water, np.float32)


def _pebbles(size: tuple[int, int], grain: int, generator: np.random.Generator) -> Array:
    """Rounded stones, each of one colour, around random points about `grain` pixels apart."""
    seeds = np.full(size, 255, np.uint8)
    count = size[0] * size[1] // grain**2
    seeds[generator.integers(0, size[0], count), generator.integers(0, size[1], count)] = 0
    distance, owner = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    light = generator.uniform(0.6, 1.2, owner.max() + 1).astype(np.float32)
    tint = generator.uniform(0, 1, owner.max() + 1).astype(np.float32)[owner][..., None]
    stone = rgb(206, 190, 140) * tint + rgb(132, 158, 150) * (1 - tint)
    dome = np.clip(1.25 - distance / (0.95 * grain), 0.35, 1.1)
    return np.asarray(stone * (light[owner] * cv2.GaussianBlur(dome, (0, 0), 1.5))[..., None], np.float32)


def caustics(x: Array, y: Array, time: float) -> Array:
    """How strongly the water focuses the light at pixels (x, y), about 0 to 1; `time` in frames."""
    turns = time / 60
    u, v = x / 48, y / 48
    for number, (a, b, speed) in enumerate(((1.0, 0.6, 1.1), (-0.7, 1.1, -0.8), (0.4, -1.3, 0.9))):
        phase = 2 * np.pi * speed * turns + 1.7 * number
        u, v = u + 0.55 * np.sin(b * v * 1.9 + phase), v + 0.55 * np.cos(a * u * 1.9 - phase)
    ridge = 1 - np.abs(np.sin(u * 1.3) * np.cos(v * 1.3))
    return np.asarray(ridge**4, np.float32)


def lily_pad(x: Array, y: Array, radius: float, notch: float) -> Array:
    """A lily pad at pixels (x, y) from its middle: RGB 0 to 255 and alpha 0 to 1.

    Args:
        notch: the direction in radians in which the leaf is open.
    """
    distance, angle = np.hypot(x, y) / radius, np.arctan2(y, x)
    rim = 1 - 0.02 * np.cos(9 * angle) - 0.015 * np.cos(5 * angle + 1)
    off_notch = np.abs((angle - notch + np.pi) % (2 * np.pi) - np.pi)
    inside = np.minimum((rim - distance) * radius, (off_notch - 0.16) * distance * radius)
    veins = np.exp(-((np.sin(7.5 * (angle - notch)) * distance * 9) ** 2)) * step(distance - 0.06, 0.02)
    light = 0.72 + 0.22 * distance + 0.06 * np.sin(3 * angle) - 0.12 * np.exp(-(((distance - rim) * 18) ** 2))
    color = rgb(92, 148, 58) * light[..., None] + rgb(38, 36, 24) * veins[..., None]
    return np.dstack([color, np.clip(inside + 0.5, 0, 1)]).astype(np.float32)


def lotus(x: Array, y: Array, radius: float) -> Array:
    """A pink flower at pixels (x, y) from its middle: RGB 0 to 255 and alpha 0 to 1."""
    picture = np.zeros((*x.shape, 4), np.float32)
    angle, distance = np.arctan2(y, x), np.hypot(x, y) / radius
    for ring, (petals, reach) in enumerate(((9, 1.0), (8, 0.75), (6, 0.5))):
        turn = np.abs(((angle + 0.4 * ring) * petals / (2 * np.pi)) % 1 - 0.5) * 2
        edge = reach * (0.55 + 0.45 * np.sqrt(np.maximum(1 - turn**2, 0)))
        alpha = np.clip((edge - distance) * radius + 0.5, 0, 1)
        fade = np.clip(distance / reach, 0, 1)
        color = rgb(250, 226, 232) * (1 - fade[..., None]) + rgb(232, 130, 168) * fade[..., None]
        color = color * (0.82 + 0.06 * ring + 0.12 * (1 - turn))[..., None]
        picture = picture + (np.dstack([color, np.ones_like(alpha)]) - picture) * alpha[..., None]
    heart = np.clip((0.16 - distance) * radius + 0.5, 0, 1)[..., None]
    picture[..., :3] += (rgb(245, 200, 70) - picture[..., :3]) * heart
    return np.asarray(np.clip(picture, 0, 255), np.float32)
