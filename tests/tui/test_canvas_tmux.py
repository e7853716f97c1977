import re

from rich.color import ColorSystem
from textual.geometry import Region

from samannot_tui.graphics.kitty import DIACRITICS, PLACEHOLDER, Anchor
from samannot_tui.graphics.pictures import KittyLayer, KittyPicture
from samannot_tui.graphics.target import Target
from samannot_tui.render.viewport import Viewport
from samannot_tui.tui.terse import terse
from samannot_tui.tui.widgets.canvas_hole import Hole
from samannot_tui.tui.widgets.canvas_layout import Placement
from samannot_tui.tui.widgets.canvas_tmux import TmuxWire

TARGET = Target("kitty", 30, 10, (8, 16))
HERE = Placement(Region(20, 1, 30, 10))
PASSED = re.compile("\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\\\")


def picture(payload: str = "AAAA") -> KittyPicture:
    return KittyPicture(TARGET, Viewport((30, 10), TARGET.pixel_size), (KittyLayer(payload, TARGET.pixel_size, 3),))


def passed(text: str) -> list[str]:
    """What the terminal gets, piece by piece; tmux itself must get nothing."""
    assert PASSED.sub("", text) == ""
    return [piece.replace("\x1b\x1b", "\x1b") for piece in PASSED.findall(text)]


def test_an_anchor_is_told_by_its_character_and_a_numbered_colour() -> None:
    anchor = Anchor(colour=200, high=3)
    assert anchor.image == 3 * 2**24 + 200
    assert anchor.character == PLACEHOLDER + DIACRITICS[0] * 2 + DIACRITICS[3]
    assert f"a=p,U=1,i={anchor.image},p=1,c=1,r=1" in anchor.transmit()


def test_pictures_hang_on_the_anchor_in_one_synchronized_update() -> None:
    wire = TmuxWire()
    start, send, place, end = passed(wire.update(picture(), HERE))
    assert (start, end) == ("\x1b[?2026h", "\x1b[?2026l")
    assert send.startswith("\x1b_Ga=t,") and send.endswith("\x1b\\")
    assert f"P={wire.anchor.image},Q=1,H=0,V=0,c=30,r=10,z=3" in place


def test_long_files_are_passed_on_in_chunks() -> None:
    _, *chunks, _, _ = passed(TmuxWire().update(picture("A" * 10000), HERE))
    assert len(chunks) == 3 and all(chunk.startswith("\x1b_G") and len(chunk) < 4200 for chunk in chunks)
    assert sum(chunk.count("A") for chunk in chunks) == 10000


def test_a_covered_corner_leaves_pieces_where_they_are() -> None:
    covered = Placement(HERE.region, covered=(Region(40, 6, 10, 5),))
    commands = "".join(passed(TmuxWire().update(picture(), covered)))
    assert re.findall(r"H=(\d+),V=(\d+),c=(\d+),r=(\d+)", commands) == [("0", "0", "30", "5"), ("0", "5", "20", "5")]


def test_a_terminal_that_forgot_gets_another_anchor_and_all_again() -> None:
    wire, shown = TmuxWire(), picture()
    wire.update(shown, HERE)
    assert wire.update(shown, HERE) == ""
    anchors = {wire.anchor}
    for _ in range(3):
        wire.clear()
        anchors.add(wire.anchor)
    assert len(anchors) > 1
    assert f"i={wire.anchor.image}," in "".join(passed(wire.open()))
    assert "a=t" in wire.update(shown, HERE)


def test_nothing_is_left_behind() -> None:
    wire = TmuxWire()
    wire.update(picture(), HERE)
    anchor = wire.anchor
    freed = re.findall(r"a=d,d=I,i=(\d+)", "".join(passed(wire.clear())))
    assert len(freed) == 2 and str(anchor.image) in freed


def test_questions_are_for_the_terminal() -> None:
    (question,) = passed(TmuxWire().question(2))
    assert question == "\x1b7\x1b[2;4H\x1b[6n\x1b8"


def test_the_anchor_is_in_the_first_cell_of_a_row_and_of_no_later_part() -> None:
    anchor, painted = Anchor(200, 3), []
    row = Hole(10, lambda: painted.append(1), anchor)
    assert row.cell_length == 10 and row.text == anchor.character + " " * 9
    for system in (ColorSystem.STANDARD, ColorSystem.TRUECOLOR):
        assert f"38;5;200;40m{anchor.character}" in terse([(3, 2, row)], system)
    row.painted()
    assert painted
    first, second = row.divide([4, 10])
    assert first.text == anchor.character + " " * 3 and second.text == " " * 6
    assert row.crop(0, 5).text == anchor.character + " " * 4
    assert row.crop(1).text == " " * 9 and row.crop(0, 0).text == ""
