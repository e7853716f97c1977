import re
from dataclasses import replace

import pytest
from textual.geometry import Region

from samannot_tui.graphics.kept import TERMINAL_BYTES
from samannot_tui.graphics.pictures import CellRect, KittyLayer, KittyPicture, Stamp, StampPicture
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.widgets.canvas_graphics import KittyWire, StampWire
from samannot_tui.tui.widgets.canvas_layout import Placement

KITTY = Target("kitty", 30, 10, (8, 16))
SIXEL = Target("sixel", 30, 10, (8, 16))
HERE = Placement(Region(20, 1, 30, 10))
THERE = Placement(Region(5, 1, 30, 10))
COVERED = replace(HERE, covered=(Region(30, 8, 40, 20),))


def kitty_picture() -> KittyPicture:
    return with_layers(KittyLayer("AAAA" * 3000, KITTY.pixel_size, 0))


def with_layers(*layers: KittyLayer) -> KittyPicture:
    return KittyPicture(KITTY, Viewport((30, 10), KITTY.pixel_size), layers)


def stamp_picture() -> StampPicture:
    return StampPicture(SIXEL, Viewport((30, 10), SIXEL.pixel_size), (Stamp("\x1bPq#0~\x1b\\"),))


def actions(text: str) -> list[str]:
    """The kitty commands in a text, in order, without the parts of a transmission after the first."""
    return re.findall(r"\x1b_Ga=(t|p|d,d=i|d,d=I)", text)


def image(text: str) -> str:
    found = re.search(r"a=t,f=100,i=(\d+)", text)
    assert found
    return found[1]


def test_kitty_places_the_new_picture_before_it_hides_the_old() -> None:
    wire = KittyWire()
    first = wire.update(kitty_picture(), HERE)
    second = wire.update(kitty_picture(), HERE)
    assert actions(first) == ["t", "p"]
    assert actions(second) == ["t", "p", "d,d=i"]
    assert image(first) != image(second)
    assert f"d=i,i={image(first)}," in second


def test_kitty_shows_a_picture_that_the_terminal_holds_by_reference() -> None:
    wire, first, second = KittyWire(), kitty_picture(), kitty_picture()
    wire.update(first, HERE)
    wire.update(second, HERE)
    again = wire.update(first, HERE)
    assert actions(again) == ["p", "d,d=i"] and len(again) < 200
    assert actions(wire.clear()) == ["d,d=I"] * 2


def test_kitty_frees_a_stroke_in_the_making_as_soon_as_it_has_gone_on() -> None:
    wire, base = KittyWire(), KittyLayer("AAAA", KITTY.pixel_size, 0)
    strokes = [KittyLayer("BBBB", KITTY.pixel_size, 10, passing=True) for _ in range(3)]
    sent = [wire.update(with_layers(base, stroke), HERE) for stroke in strokes]
    assert [actions(text) for text in sent] == [["t", "t", "p", "p"], ["t", "p", "d,d=I"], ["t", "p", "d,d=I"]]
    assert f"d=I,i={image(sent[1])}," in sent[2]
    assert actions(wire.update(with_layers(base), HERE)) == ["d,d=I"]


def test_kitty_frees_what_was_not_shown_for_the_longest_beyond_the_budget() -> None:
    size = 4096, TERMINAL_BYTES // 4 // 4096 // 3
    wire, pictures = KittyWire(), [with_layers(KittyLayer("AAAA", size, 0)) for _ in range(4)]
    sent = [wire.update(picture, HERE) for picture in [*pictures[:3], pictures[0], pictures[3]]]
    assert [actions(text).count("d,d=I") for text in sent] == [0, 0, 0, 0, 1]
    assert f"d=I,i={image(sent[1])}," in sent[-1]
    assert actions(wire.update(pictures[0], HERE)) == ["p", "d,d=i"]


def test_kitty_never_frees_what_is_shown() -> None:
    size = 4096, TERMINAL_BYTES // 4 // 4096
    wire = KittyWire()
    shown = wire.update(with_layers(KittyLayer("AAAA", size, 0), KittyLayer("BBBB", size, 1)), HERE)
    assert actions(shown) == ["t", "t", "p", "p"]


def test_kitty_frees_pictures_for_another_size() -> None:
    wire, picture = KittyWire(), kitty_picture()
    wire.update(picture, HERE)
    larger = replace(picture, target=replace(KITTY, rows=12), layers=(KittyLayer("BBBB", (240, 192), 0),))
    assert actions(wire.update(larger, HERE)) == ["t", "p", "d,d=i", "d,d=I"]
    assert actions(wire.clear()) == ["d,d=I"]


def test_kitty_places_a_mark_on_its_own_cells() -> None:
    wire, mark = KittyWire(), KittyLayer("BBBB", (16, 32), 20, CellRect(28, 6, 2, 2))
    frame = KittyLayer("AAAA", (240, 160), 0)
    wire.update(with_layers(frame), HERE)
    marked = wire.update(with_layers(frame, mark), HERE)
    assert actions(marked) == ["t", "p"] and "\x1b[8;49H" in marked and "c=2,r=2,z=20," in marked
    cut = wire.update(with_layers(frame, mark), COVERED)
    assert "x=0,y=0,w=16,h=16,c=2,r=1,z=20," in cut


def test_kitty_shows_a_picture_elsewhere_without_sending_it_again() -> None:
    wire, picture = KittyWire(), kitty_picture()
    sent = wire.update(picture, HERE)
    assert wire.update(picture, HERE) == ""
    moved = wire.update(picture, THERE)
    assert actions(moved) == ["p"] and f"i={image(sent)}," in moved and "\x1b[2;6H" in moved


def test_kitty_leaves_covered_cells_out_and_fills_them_again() -> None:
    wire, picture = KittyWire(), kitty_picture()
    wire.update(picture, HERE)
    cut = wire.update(picture, COVERED)
    assert re.findall(r"p=(\d),x=(\d+),y=(\d+),w=(\d+),h=(\d+),c=(\d+),r=(\d+)", cut) == [
        ("1", "0", "0", "240", "112", "30", "7"),
        ("2", "0", "112", "80", "48", "10", "3"),
    ]
    whole = wire.update(picture, HERE)
    assert actions(whole) == ["p", "d,d=i"] and "p=2,q=2" in whole


def test_kitty_sends_only_the_layers_that_are_new() -> None:
    wire, frame, overlay = KittyWire(), KittyLayer("AAAA", (240, 160), 0), KittyLayer("BBBB", (240, 160), 1)
    first = wire.update(with_layers(frame, overlay), HERE)
    assert actions(first) == ["t", "t", "p", "p"] and re.findall(r"z=(\d)", first) == ["0", "1"]
    without = wire.update(with_layers(frame), HERE)
    assert actions(without) == ["d,d=i"]
    other = wire.update(with_layers(frame, KittyLayer("CCCC", (240, 160), 1)), HERE)
    assert actions(other) == ["t", "p"] and "CCCC" in other
    assert actions(wire.clear()) == ["d,d=I"] * 3


def test_kitty_cuts_each_layer_in_its_own_pixels() -> None:
    wire = KittyWire()
    cut = wire.update(with_layers(KittyLayer("AAAA", (240, 160), 0), KittyLayer("BBBB", (60, 40), 1)), COVERED)
    assert re.findall(r"p=(\d),x=(\d+),y=(\d+),w=(\d+),h=(\d+),c=(\d+),r=(\d+),z=(\d)", cut) == [
        ("1", "0", "0", "240", "112", "30", "7", "0"),
        ("2", "0", "112", "80", "48", "10", "3", "0"),
        ("1", "0", "0", "60", "28", "30", "7", "1"),
        ("2", "0", "28", "20", "12", "10", "3", "1"),
    ]


def test_kitty_places_again_after_damage_once() -> None:
    wire, picture = KittyWire(), kitty_picture()
    wire.update(picture, HERE)
    wire.damage()
    assert actions(wire.update(picture, HERE)) == ["p"]
    assert wire.update(picture, HERE) == ""


def test_kitty_hides_all_pieces_and_frees_at_the_end() -> None:
    wire, picture = KittyWire(), kitty_picture()
    assert wire.clear() == "" and wire.update(picture, None) == ""
    wire.update(picture, COVERED)
    assert actions(wire.update(picture, None)) == ["d,d=i"] * 2
    assert wire.update(None, HERE) == ""
    assert actions(wire.update(picture, HERE)) == ["p"]
    assert actions(wire.clear()) == ["d,d=I"]


def test_stamps_are_sent_again_only_where_they_were_wiped_out() -> None:
    wire, picture = StampWire(), stamp_picture()
    assert "\x1b[2;21H" + picture.stamps[0].commands in wire.update(picture, HERE)
    assert wire.update(picture, HERE) == ""
    assert wire.update(stamp_picture(), HERE) == "", "one made anew that looks the same"
    wire.damage()
    assert picture.stamps[0].commands in wire.update(picture, HERE)
    assert picture.stamps[0].commands in wire.update(picture, THERE)
    assert wire.update(picture, None) == ""
    assert picture.stamps[0].commands in wire.update(picture, THERE)


@pytest.mark.parametrize("wire", [KittyWire(), StampWire()])
def test_a_picture_of_another_protocol_is_not_sent(wire: KittyWire | StampWire) -> None:
    picture = stamp_picture() if isinstance(wire, KittyWire) else kitty_picture()
    assert wire.update(picture, HERE) == ""


@pytest.mark.parametrize("wire", [KittyWire(), StampWire()])
def test_after_all_was_cleared_the_picture_is_sent_whole(wire: KittyWire | StampWire) -> None:
    picture = kitty_picture() if isinstance(wire, KittyWire) else stamp_picture()
    sent = wire.update(picture, HERE)
    wire.clear()
    assert len(wire.update(picture, HERE)) == len(sent)


def test_of_stamps_only_the_new_are_sent_and_none_is_left_under_another_pictures() -> None:
    wire, view = StampWire(), Viewport((30, 10), SIXEL.pixel_size)
    base, first, second, other = (Stamp(f"\x1bPq#{number}~\x1b\\", row) for number, row in enumerate((0, 0, 3, 0)))

    def sent(*stamps: Stamp) -> list[Stamp]:
        text = wire.update(StampPicture(SIXEL, view, stamps), HERE)
        return sorted((stamp for stamp in stamps if stamp.commands in text), key=lambda at: text.index(at.commands))

    assert sent(base) == [base]
    assert sent(base, first) == [first]
    assert sent(first, second) == [second], "stripes for all rows leave nothing of the base"
    assert sent(other) == [other]
    assert sent(base, first) == [base, first]
    assert sent(base) == [base], "the stripe on it has to go"
    assert sent(base, second) == [second] and sent(base, first, second) == [base, first, second]
    wire.damage()
    assert sent(base, first, second) == [base, first, second]
