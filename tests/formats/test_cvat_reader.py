"""CVAT's XML read back: ours, what CVAT itself writes, and hostile XML."""

from pathlib import Path

import numpy as np
import pytest

from samannot_tui.formats.cvat_reader import read
from samannot_tui.formats.export import export
from samannot_tui.formats.reading import FoundObject
from samannot_tui.formats.selection import Selection
from tests.formats.reading_back import check_same, images, joined, named, refused, source, through
from tests.formats.support import HEIGHT, WIDTH, follower, rectangle

META = f"""<version>1.1</version><meta><task><id>1</id><name>t</name><mode>interpolation</mode>
<labels><label><name>car</name><attributes></attributes></label></labels>
<original_size><width>{WIDTH}</width><height>{HEIGHT}</height></original_size></task></meta>"""


def write(path: Path, content: str, meta: str = META, before: str = "") -> None:
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>{before}<annotations>{meta}{content}</annotations>')


def box(frame: int, corners: tuple[float, float, float, float], **more: object) -> str:
    """As CVAT 2 writes a box of a track."""
    placed = dict(zip(("xtl", "ytl", "xbr", "ybr"), (f"{corner:.2f}" for corner in corners), strict=True))
    written = {"frame": frame, "keyframe": 1, "outside": 0, "occluded": 0, **placed, "z_order": 0, **more}
    attributes = " ".join(f'{name}="{value}"' for name, value in written.items())
    return f'<box {attributes}><attribute name="colour">red</attribute></box>'


def track(number: int, *shapes: str, label: str = "car", more: str = 'source="manual"') -> str:
    return f'<track id="{number}" label="{label}" {more}>{"".join(shapes)}</track>'


def found_in(tmp_path: Path, *tracks: str) -> list[FoundObject]:
    write(tmp_path / "annotations.xml", "".join(tracks))
    return list(read(tmp_path, source(tmp_path)))


def test_all_splits_are_read() -> None:
    masks = {(frame, 1): rectangle(frame, 1, 8, 8) for frame in (0, 2, 4)}
    check_same(joined(through(read, masks, "cvat", Selection(shares=(50, 25, 25)))), named(masks))


def test_makers_come_from_the_source(tmp_path: Path) -> None:
    folder = export(follower(tmp_path), source(tmp_path), "cvat", tmp_path / "out").folder
    made = [(each.frame, each.name, each.person) for each in read(folder / "annotations.xml", source(tmp_path))]
    assert made == [(1, "dog", False), (1, "cat", True), (2, "dog", False)]


def test_boxes_move_evenly_between_keyframes_and_stop_behind_the_last(tmp_path: Path) -> None:
    """Values worked out by hand; half a pixel less, since CVAT counts from a pixel's edge."""
    found = found_in(tmp_path, track(0, box(0, (0, 0, 4, 4)), box(2, (4, 2, 10, 6))))
    assert [(each.frame, each.box) for each in found] == [
        (0, (0, 0, 3, 3)),
        (1, pytest.approx((2, 1, 6, 4))),
        (2, (4, 2, 9, 5)),
    ]
    assert {(each.name, each.person) for each in found} == {("car", True)}


def test_nothing_is_seen_from_an_outside_box_to_the_next(tmp_path: Path) -> None:
    """As in CVAT, the box still moves towards where it goes outside."""
    shapes = (box(0, (0, 0, 4, 4)), box(2, (4, 0, 8, 4), outside=1), box(4, (8, 0, 12, 4)))
    assert [(each.frame, each.box) for each in found_in(tmp_path, track(0, *shapes))] == [
        (0, (0, 0, 3, 3)),
        (1, pytest.approx((2, 0, 5, 3))),
        (4, (8, 0, 11, 3)),
    ]


def test_a_turned_box_counts_as_the_upright_one_around_it(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, track(0, box(0, (6, 2, 14, 6), rotation=90)))
    assert found.box == pytest.approx((8, 0, 11, 7))


def test_polygons_points_and_masks(tmp_path: Path) -> None:
    at = 'frame="3" keyframe="1" outside="0" occluded="0"'
    found = found_in(
        tmp_path,
        track(0, f'<polygon {at} points="2.00,3.00;7.00,3.00;7.00,6.00;2.00,6.00"></polygon>', label="a"),
        track(1, f'<points {at} points="2.50,3.50;7.00,3.00"></points>', label="b"),
        track(2, f'<mask {at} rle="1, 2, 1" left="5" top="6" width="2" height="2"></mask>', label="c"),
    )
    assert [(each.frame, each.name) for each in found] == [(3, "a"), (3, "b"), (3, "c")]
    assert found.pop(1).points == ((2, 3), (6.5, 2.5))
    spots = np.zeros((HEIGHT, WIDTH), np.bool_)
    spots[6, 6] = spots[7, 5] = True
    check_same(joined(found), {(3, "a"): rectangle(2, 3, 6, 5), (3, "c"): spots})


def test_instances_are_groups_tracks_and_what_is_left(tmp_path: Path) -> None:
    def both(frame: int) -> tuple[str, str]:
        return box(frame, (0, 0, 4, 4)), box(frame + 1, (0, 0, 4, 4))

    found = found_in(
        tmp_path,
        track(0, *both(0)),
        track(1, *both(0)),
        track(2, box(3, (0, 0, 4, 4))),
        track(3, box(4, (0, 0, 4, 4)), box(4, (5, 5, 8, 8), outside=1)),
        track(6, box(4, (9, 9, 12, 12))),
        track(7, box(0, (0, 0, 4, 4)), box(2, (0, 0, 4, 4), outside=1)),
        track(4, *both(2), more='source="auto" group_id="9"'),
        track(5, *both(0), label="bus"),
    )
    names = [(each.name, each.frame, each.person) for each in found]
    assert names == [
        ("car track 0", 0, True),
        ("car track 0", 1, True),
        ("car track 1", 0, True),
        ("car track 1", 1, True),
        ("car", 3, True),
        ("car", 4, True),
        ("car 2", 4, True),
        ("car track 7", 0, True),
        ("car track 7", 1, True),
        ("car 9", 2, False),
        ("car 9", 3, False),
        ("bus", 0, True),
        ("bus", 1, True),
    ]


def test_images_as_cvat_writes_them(tmp_path: Path) -> None:
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    shape = 'label="car" source="file" occluded="0" z_order="0"'
    write(
        tmp_path / "annotations.xml",
        f'<image id="0" name="sub/b.jpg" subset="train" task_id="1" {size}>'
        f'<box {shape} xtl="1.00" ytl="2.00" xbr="5.00" ybr="6.00"></box>'
        f'<polygon {shape} group_id="3" points="2,3;7,3;7,6;2,6"></polygon><tag label="day" source="manual"></tag>'
        f'</image><image id="1" name="a.jpg" {size}></image>',
    )
    found = list(read(tmp_path, images(tmp_path, "a", "b")))
    assert [(each.frame, each.name, each.box, each.person) for each in found] == [
        (1, "car", (1, 2, 4, 5), None),
        (1, "car 3", None, None),
    ]


LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [LAUGHS, OUTSIDE, f'<!DOCTYPE a SYSTEM "http://localhost/{"a" * 9999}">'])
def test_doctypes_and_entities_are_turned_down(tmp_path: Path, before: str) -> None:
    write(tmp_path / "annotations.xml", track(0, box(0, (0, 0, 4, 4)), label="&c;&a;"), before=before)
    assert "not XML that is safe to read" in refused(read, tmp_path, source(tmp_path))


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"<annotations>", b"<a></b>", b'<?xml version="1.0" encoding="nonsense"?><annotations/>']
)
def test_what_is_no_xml_is_turned_down(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "annotations.xml").write_bytes(content)
    assert "annotations.xml" in refused(read, tmp_path, source(tmp_path))


def mask(**changed: object) -> str:
    plain = {"frame": 0, "outside": 0, "rle": "1, 3", "left": 0, "top": 0, "width": 2, "height": 2}
    attributes = " ".join(f'{name}="{value}"' for name, value in {**plain, **changed}.items())
    return f"<mask {attributes}/>"


def polygon(points: str) -> str:
    return f'<polygon frame="0" outside="0" points="{points}"/>'


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (box(5, (0, 0, 4, 4)), "no frame 5"),
        (box(-1, (0, 0, 4, 4)), "no frame -1"),
        (box(10**30, (0, 0, 4, 4)), "no frame 1000"),
        (box(0, (0, 0, 4, 4), xtl="nan"), "no number"),
        (box(0, (0, 0, 4, 4), rotation="inf"), "no number"),
        (mask(width=100_000, height=100_000, rle=str(10**10)), "outside the frame"),
        (mask(width=-2, height=-2), "outside the frame"),
        (mask(left=WIDTH - 1), "outside the frame"),
        (mask(rle="1, 9999999999"), "do not fill"),
        (mask(rle="-1, 5"), "do not fill"),
        (mask(rle=""), "no whole number"),
        (mask(rle="9" * 5000), "no whole number"),
        (polygon("1,1;5,1"), "2 corners"),
        (polygon("1,1;5,1;x,y"), "no number"),
        (polygon("1,1;5,1;7"), "not x,y"),
        (polygon(""), "not x,y"),
        (polygon("1,1;1e9,1;5,5"), "far beyond the frame"),
        (polygon(";".join(["0,0", f"{WIDTH},{HEIGHT}"] * 1000)), "far beyond the frame"),
        ('<polyline frame="0" outside="0" points="1,1;5,1"/>', "a polyline has no inside"),
        ('<skeleton frame="0"/>', "a skeleton has no inside"),
    ],
)
def test_a_bad_shape_is_turned_down(tmp_path: Path, shape: str, words: str) -> None:
    write(tmp_path / "annotations.xml", track(7, shape))
    sentence = refused(read, tmp_path, source(tmp_path))
    assert "annotations.xml, track 7" in sentence and words in sentence


def test_other_files_sizes_and_images_are_turned_down(tmp_path: Path) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text("<kml></kml>")
    assert "not an annotation of CVAT" in refused(read, tmp_path, source(tmp_path))
    write(path, "", META.replace(f"<width>{WIDTH}", "<width>100000"))
    assert f"100000x{HEIGHT} pixels" in refused(read, tmp_path, source(tmp_path))
    write(path, f'<image id="0" name="../c.jpg" width="{WIDTH}" height="{HEIGHT}"/>')
    assert "c.jpg" in refused(read, tmp_path, images(tmp_path, "a", "b"))
    write(path, f'<image id="0" name="a.jpg" width="-1" height="{HEIGHT}"/>')
    assert f"-1x{HEIGHT}" in refused(read, tmp_path, images(tmp_path, "a", "b"))
