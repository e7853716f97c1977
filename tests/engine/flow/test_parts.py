"""The small parts: grid, cut, histogram, motion, edges, contest, geodesic distance, flow."""

import numpy as np
import pytest

from samannot_tui.engine.flow import histogram
from samannot_tui.engine.flow.contest import Claim, settled
from samannot_tui.engine.flow.edges import sharpened
from samannot_tui.engine.flow.flow import DenseFlow, occluded, warped
from samannot_tui.engine.flow.geodesic import geodesic_distance
from samannot_tui.engine.flow.grid import Grid, crop_around, signed_distance
from samannot_tui.engine.flow.meanfield import mean_field_cut
from samannot_tui.engine.flow.motion import motion_cue, residual
from samannot_tui.engine.flow.picture import Picture
from tests.engine.flow.clips import Clip, iou, texture


@pytest.mark.parametrize(
    ("frame", "work"),
    [((480, 854), (240, 428)), ((854, 480), (428, 240)), ((2160, 3840), (240, 428)), ((33, 17), (32, 16))],
)
def test_work_size_has_a_long_side_of_about_428_and_never_grows(frame: tuple[int, int], work: tuple[int, int]) -> None:
    grid = Grid(frame)
    assert grid.work == work
    assert grid.half == (work[0] // 2, work[1] // 2)
    assert grid.fine == (work[0] * 2, work[1] * 2)


def test_a_frame_corner_is_the_work_corner() -> None:
    grid = Grid((480, 854))
    assert grid.to_work(-0.5, -0.5) == (-0.5, -0.5)
    assert grid.to_work(853.5, 479.5) == (427.5, 239.5)


def test_disjoint_fine_masks_stay_disjoint_at_frame_size() -> None:
    grid = Grid((97, 131))
    left = np.zeros(grid.fine, np.uint8)
    left[:, :101] = 255
    assert not (grid.mask_to_frame(left) & grid.mask_to_frame(255 - left)).any()


def test_signed_distance_is_half_a_pixel_beside_the_contour() -> None:
    mask = np.zeros((5, 9), np.bool_)
    mask[:, 4:] = True
    assert np.allclose(signed_distance(mask)[2], np.arange(9) - 3.5)
    assert (signed_distance(np.ones((3, 3), np.bool_)) == 1e3).all()
    assert (signed_distance(np.zeros((3, 3), np.bool_)) == -1e3).all()


def test_a_crop_is_even_and_inside_the_picture() -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[7, 29] = True
    crop = crop_around(mask, 4)
    assert (crop.y0, crop.y1, crop.x0, crop.x1) == (2, 12, 24, 30)


def test_the_cut_removes_noise_and_stops_at_colour_edges() -> None:
    truth = np.zeros((40, 40), np.bool_)
    truth[10:30, 10:30] = True
    colour = np.repeat(truth[..., None], 3, axis=2).astype(np.float32)
    noise = np.random.RandomState(1).standard_normal(truth.shape).astype(np.float32)
    unary = np.where(truth, np.float32(1), np.float32(-1)) + 1.5 * noise
    assert iou(unary > 0, truth) < 0.6
    assert iou(mean_field_cut(unary, colour), truth) > 0.97


def test_colours_of_the_object_have_positive_log_odds() -> None:
    lab = np.zeros((10, 10, 3), np.uint8)
    lab[:] = (120, 128, 128)
    lab[:5] = (60, 150, 100)
    inside = np.zeros((10, 10), np.float32)
    inside[:5] = 1
    bins = histogram.bins_of(lab)
    colours = histogram.Colours(histogram.shares(bins, inside), histogram.shares(bins, 1 - inside))
    odds = histogram.log_odds(colours)[bins]
    assert odds[:5].min() > 2
    assert odds[5:].max() < -2
    assert histogram.likeness(colours.inside, colours.inside) == pytest.approx(1)
    assert histogram.likeness(colours.inside, colours.outside) == pytest.approx(0)


def _panning(height: int, width: int, step: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.full((height, width, 2), (step, 0), np.float32)


def test_only_motion_unlike_the_cameras_counts() -> None:
    flow = _panning(60, 80, 3)
    flow[20:40, 30:50] += (0, 2)
    background = np.ones((60, 80), np.bool_)
    background[18:42, 28:52] = False
    found = residual([flow, -flow], background)
    assert found.inliers == 1
    assert found.size[background].max() < 0.01
    assert np.allclose(found.size[20:40, 30:50], 4, atol=0.01)  # half-size pixels to work pixels
    distance = 2 * signed_distance(~background)
    cue = motion_cue(found.size, found.inliers, distance > 4, distance, least=0.4)
    assert cue.gate == 1
    assert (cue.vote[20:40, 30:50] > 0.5).all()
    assert (cue.vote[:10] == -1).all()


def test_without_background_the_camera_is_unknown_and_motion_says_nothing() -> None:
    found = residual([_panning(60, 80, 3)], np.zeros((60, 80), np.bool_))
    assert found.inliers == 0
    assert not found.size.any()


def test_a_rough_contour_moves_to_the_colour_edge() -> None:
    clip = Clip([(70, 48, 0, 0)], frames=1)
    picture = Picture(clip.frames[0], Grid((96, 144)))
    rough = np.roll(clip.masks[0][0], 3, axis=1)
    sharp = picture.grid.mask_to_frame(sharpened(picture, rough))
    assert iou(sharp, clip.masks[0][0]) > iou(rough, clip.masks[0][0]) + 0.08


def test_contested_pixels_go_to_the_stronger_claim() -> None:
    one = Claim((slice(0, 2), slice(0, 3)), np.ones((2, 3), np.bool_), np.full((2, 3), 2, np.float32))
    two = Claim((slice(0, 2), slice(2, 4)), np.ones((2, 2), np.bool_), np.array([[3, 3], [1, 1]], np.float32))
    first, second = settled([one, two], (2, 4))
    assert first.tolist() == [[True, True, False], [True, True, True]]
    assert second.tolist() == [[True, True], [False, True]]


def test_geodesic_distance_is_short_inside_a_colour_and_long_across_an_edge() -> None:
    lab = np.zeros((30, 30, 3), np.float32)
    lab[:, 15:] = 5
    distance = geodesic_distance(lab, (10, 4))
    assert distance[10, 4] == 0
    assert distance[10, 14] == pytest.approx(10)
    assert distance[10, 16] > 40


def test_flow_finds_a_shift_and_warping_undoes_it() -> None:
    wide = np.clip(texture(120, 170, (120, 110, 100), seed=4), 0, 255).astype(np.uint8)
    grid = Grid((120, 160))
    before, after = Picture(wide[:, :160], grid), Picture(wide[:, 4:164], grid)
    backward, forward = DenseFlow().between(after, before), DenseFlow().between(before, after)
    core = (slice(20, 100), slice(20, 130))
    assert np.abs(backward[core] - (4, 0)).mean() < 0.3
    assert not occluded(backward, forward)[core].any()
    shifted = warped(before.lab_bytes[..., 0].copy(), backward)
    difference = np.abs(shifted[core].astype(int) - after.lab_bytes[..., 0][core])
    assert difference.mean() < 3


def test_a_picture_too_small_for_flow_has_none() -> None:
    picture = Picture(np.zeros((9, 200, 3), np.uint8), Grid((9, 200)))
    assert not DenseFlow().between(picture, picture).any()
