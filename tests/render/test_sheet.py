"""The contact sheet: where crops lie, and what is on them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from samannot_tui.render.grid import Grid
from samannot_tui.render.layers import Layer
from samannot_tui.render.sheet import crop, put, zoom_for

GREEN = (0, 255, 0)
sides = st.integers(8, 300)


@given(sides, sides, st.integers(1, 8), st.integers(1, 8))
def test_every_place_is_inside_the_picture_and_found_by_a_click(
    width: int, height: int, columns: int, rows: int
) -> None:
    grid = Grid((width, height), columns, rows)
    for number in range(columns * rows):
        x, y, across, down = grid.place(number)
        assert x >= 0 and x + across <= width and y >= 0 and y + down <= height
        assert grid.number_at(x + across / 2, y + down / 2) == number


def test_the_usual_instance_takes_half_of_its_crop() -> None:
    boxes = [(0, 0, 9, 9), (20, 20, 29, 29), (0, 0, 99, 99)]
    zoom = zoom_for(boxes, (200, 200), (50, 50))
    assert zoom == 10, "20 of 200 pixels are shown: twice the usual box"
    assert zoom_for([], (200, 200), (50, 50)) == 1 and zoom_for([(0, 0, 199, 199)], (200, 200), (50, 50)) == 1


def test_a_crop_is_around_the_instance_and_in_its_edge() -> None:
    frame = np.zeros((40, 60, 3), np.uint8)
    frame[10:20, 30:40] = 200
    mask = frame[..., 0] > 0
    picture = crop(frame, Layer(1, "dog", mask), (30, 10, 39, 19), (20, 20), 2.0)
    middle = picture[10, 10]
    assert middle[0] > middle[1] > 0, "the frame under the first label's red"
    whole = crop(frame, Layer(1, "dog"), None, (60, 40), 9.0)
    assert (whole == frame).all(), "without a box all of the frame"
    sheet = np.zeros((24, 48, 3), np.uint8)
    place = Grid((48, 24), 2, 1).place(1)
    put(sheet, picture[:20, :20], place, GREEN, "12")
    assert (sheet[0, 24:] == GREEN).all() and (sheet[:, :24] == 0).all()
    assert (sheet[2:22, 26:46] == picture).all()
    put(sheet, None, place, GREEN, "12")
    assert not sheet[2:22, 26:46].any(), "not there yet"
