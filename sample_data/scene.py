"""The sample scene: three koi in a pond, with the exact mask of each on every frame."""

from functools import cached_property, partial
from math import sin

import numpy as np

from sample_data import pond
from sample_data.canvas import Canvas, Image
from sample_data.fish import Fish, all_fish
from sample_data.koi import Array, placed, remapped, rgb

WIDTH, HEIGHT = 854, 480
LILY_PADS = (
    (742.0, 318.0, 74.0, 3.6),
    (812.0, 408.0, 60.0, 4.4),
    (84.0, 420.0, 82.0, -0.9),
    (176.0, 470.0, 46.0, -2.0),
)
"""x, y, radius and direction of the notch, in pixels and radians."""
LOTUS = (72.0, 428.0, 40.0)
WATER = rgb(36, 98, 96)
NOISE = 2.2
"""Standard deviation of the sensor's noise, of 255."""


class Scene:
    """Draws any frame of the clip, the same each time."""

    @cached_property
    def fish(self) -> tuple[Fish, ...]:
        return all_fish()

    @cached_property
    def _ground(self) -> Array:
        return pond.ground(WIDTH, HEIGHT, seed=7)

    def draw(self, frame: int) -> tuple[Image, Image]:
        """A frame, RGB (HEIGHT, WIDTH, 3), and which label each pixel shows, 0 being none (HEIGHT, WIDTH)."""
        canvas = Canvas(WIDTH, HEIGHT)
        aside, down = 9 * sin(0.045 * frame), 6 * sin(0.06 * frame + 1)
        ground_x, ground_y = canvas.x + aside, canvas.y + down
        light = pond.caustics(ground_x, ground_y, frame)
        canvas.picture = remapped(self._ground, ground_x + pond.MARGIN, ground_y + pond.MARGIN)
        canvas.picture *= (0.88 + 0.34 * light)[..., None]
        for fish in self.fish:
            _draw_fish(canvas, fish, frame, light)
        for x, y, radius, notch in LILY_PADS:
            canvas.lay(x - aside, y - down, radius, partial(pond.lily_pad, radius=radius, notch=notch), drop=9)
        x, y, radius = LOTUS
        canvas.lay(x - aside, y - down, radius, partial(pond.lotus, radius=radius), drop=6)
        return canvas.photograph(NOISE, np.random.default_rng([frame, 1])), canvas.labels()


def _draw_fish(canvas: Canvas, fish: Fish, frame: int, light: Array) -> None:
    pose = fish.pose(frame)
    reach = 0.9 * pose.length
    drop = 26 - 90 * fish.depth
    canvas.shade(
        pose.x + drop, pose.y + drop, reach, lambda x, y: placed(fish.skin, pose, x - drop, y - drop), 0.35 * drop
    )
    part = canvas.part(pose.x, pose.y, reach)
    layer = placed(fish.skin, pose, canvas.x[part], canvas.y[part])
    layer[..., :3] *= (0.94 + 0.14 * light[part])[..., None]
    layer[..., :3] += (WATER - layer[..., :3]) * np.float32(fish.depth)
    canvas.cover(part, layer, fish.label)
