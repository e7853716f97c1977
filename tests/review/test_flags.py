"""Flags: what is measured of masks, what makes them doubtful, and what is said about it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from samannot_tui.masks.geometry import centroid, component_count
from samannot_tui.masks.index import IndexRow, MaskIndex, RecordSource
from samannot_tui.masks.painting import stroke
from samannot_tui.masks.rle import BoolMask, Rle, encode
from samannot_tui.media.source import MediaInfo, RgbFrame
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.exchanges import Exchanges
from samannot_tui.review.flags.find import doubts, find_flags
from samannot_tui.review.flags.flag import Flag, Thresholds
from samannot_tui.review.flags.glimpse import Colours
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.measuring import measure_masks, measure_pixels
from samannot_tui.review.flags.shapes import Shape, shape_of
from samannot_tui.review.flags.signs import signs_of
from samannot_tui.review.flags.words import in_words
from samannot_tui.review.swaps import Swap

WIDTH, HEIGHT, FRAMES = 160, 90, 24
RADIUS = 12
Source = Literal["prompted", "propagated", "edited"]


def disc(x: float, y: float = 45, radius: float = RADIUS) -> BoolMask:
    return stroke(np.zeros((HEIGHT, WIDTH), np.bool_), [(x, y)], radius, paint=True)


@given(arrays(np.bool_, (9, 12)))
def test_a_shape_is_what_the_mask_shows(mask: BoolMask) -> None:
    shape = shape_of(encode(mask))
    assert shape.area == mask.sum()
    middle = centroid(mask)
    assert (shape.x, shape.y) == (pytest.approx(middle) if middle else (0, 0))
    assert shape.pieces == component_count(mask)
    filled = cv2.floodFill(np.pad(mask, 1).astype(np.uint8), None, (0, 0), 2)[1]
    enclosed = int((filled == 0).sum())
    assert shape.holes == pytest.approx(enclosed / max(mask.sum(), 1))
    at_edge = mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()
    assert shape.border == pytest.approx(at_edge / max(mask.sum(), 1) ** 0.5)


def test_pieces_beside_the_largest_are_scattered() -> None:
    mask = np.zeros((20, 20), np.bool_)
    mask[2:8, 2:8], mask[15:17, 15:18] = True, True
    assert shape_of(encode(mask)).scattered == pytest.approx(6 / 42)
    assert shape_of(encode(np.zeros((20, 20), np.bool_))) == Shape()


@dataclass
class Scene:
    """Masks of a clip in which a textured red disc moves right by three pixels a frame over a textured grey ground."""

    index: MaskIndex = field(default_factory=MaskIndex)
    rles: dict[int, Rle] = field(default_factory=dict)
    live: dict[int, np.ndarray] = field(default_factory=dict)  # type: ignore[type-arg]
    path: Path = Path("clip.mp4")
    info: MediaInfo = field(default_factory=lambda: MediaInfo("video", FRAMES, 25.0, WIDTH, HEIGHT, "f" * 16))
    notices: tuple[str, ...] = ()
    asked: list[int] = field(default_factory=list)

    def put(
        self,
        label: int,
        frame: int,
        mask: BoolMask,
        source: Source = "propagated",
        score: float = 6.0,
        quality: float = 0.9,
    ) -> int:
        kind = RecordSource[source.upper()]
        self.index.extend([IndexRow(frame, label, kind, 1, score, quality, self.index.count, 1)])
        self.rles[self.index.count] = encode(mask)
        self.live.setdefault(label, np.zeros(FRAMES, np.int32))[frame] = self.index.count
        return self.index.count

    def follow(self, label: int = 1, y: float = 45) -> "Scene":
        for frame in range(FRAMES):
            self.put(label, frame, disc(30 + 3 * frame, y), "propagated" if frame else "prompted")
        return self

    def read(self, frame: int) -> RgbFrame:
        self.asked.append(frame)
        noise = np.random.default_rng(1).integers(0, 60, (HEIGHT, 2 * WIDTH, 1), np.uint8)
        picture = np.repeat(noise[:, :WIDTH] + 90, 3, axis=2)
        own = np.concatenate([noise[:, WIDTH - 3 * frame : 2 * WIDTH - 3 * frame] + 150] * 3, axis=2)
        own[..., 1:] //= 4
        mask = disc(30 + 3 * frame)
        picture[mask] = own[mask]
        return cv2.GaussianBlur(picture, (5, 5), 1.5)

    def close(self) -> None: ...

    @property
    def annotation(self) -> Annotation:
        return Annotation(FRAMES, self.index, {label: records.copy() for label, records in self.live.items()})

    def measured(self, measures: Measures, colours: dict[int, Colours] | None = None) -> tuple[list[int], list[int]]:
        """The frames on which masks, and pixels, were measured."""
        masks = list(measure_masks(self.annotation, measures, self.rles.__getitem__))
        known = {} if colours is None else colours
        return masks, list(measure_pixels(self.annotation, measures, self.rles.__getitem__, self, known))  # type: ignore[arg-type]

    def flags(self, *swaps: Swap, thresholds: Thresholds = Thresholds()) -> list[Flag]:  # noqa: B008
        measures = Measures()
        self.measured(measures)
        return find_flags(self.annotation, measures, swaps, thresholds)


def test_a_mask_that_follows_its_object_is_not_flagged() -> None:
    assert Scene().follow().flags() == []


def test_a_mask_that_loses_most_of_its_area_in_one_frame_is_flagged_with_that_reason() -> None:
    scene = Scene().follow()
    scene.put(1, 10, disc(60, radius=5))
    flags = scene.flags()
    assert {(flag.label, flag.frame) for flag in flags} == {(1, 10), (1, 11)}
    (fell,) = (flag for flag in flags if flag.frame == 10)
    assert "area fell by 8" in fell.words and "% in one frame" in fell.words
    (grew,) = (flag for flag in flags if flag.frame == 11)
    assert "area grew by " in grew.words
    assert [flag.doubt for flag in flags] == sorted((flag.doubt for flag in flags), reverse=True)


@pytest.mark.parametrize("source", ["prompted", "edited"])
def test_what_a_person_made_is_never_flagged(source: Source) -> None:
    scene = Scene().follow()
    scene.put(1, 10, disc(60, radius=3), source, score=0.1, quality=0.0)
    assert 10 not in {flag.frame for flag in scene.flags()}


def test_where_an_engine_loses_it_is_flagged_and_not_the_frames_after_that() -> None:
    scene = Scene().follow()
    for frame in (10, 11, 12):
        scene.put(1, frame, np.zeros((HEIGHT, WIDTH), np.bool_), score=-6)
    lost = [flag for flag in scene.flags() if flag.frame in (10, 11, 12)]
    assert [(flag.frame, flag.kind, flag.words) for flag in lost] == [(10, "ends", "it is lost here")]


def test_absent_frames_are_not_flagged_and_what_lies_beside_them_only_by_more_signs_than_that() -> None:
    scene = Scene().follow()
    for frame in (10, 11):
        scene.put(1, frame, np.zeros((HEIGHT, WIDTH), np.bool_), "edited", score=-6)
    assert scene.flags() == []


RING = disc(66, radius=20) & ~disc(66, radius=17)
SCATTERED = disc(66) | disc(20, 20, 6)
AT_EDGE = disc(66) | (np.arange(WIDTH) < 3)[None, :]


@pytest.mark.parametrize(
    ("sign", "mask", "words"),
    [
        ("score", disc(66), "object score 0.5"),
        ("quality", disc(66), "predicted quality 40%"),
        ("area", disc(66, radius=6), r"area fell by 7\d% in one frame"),
        ("shrunk", disc(66, radius=6), r"area fell by 7\d% since frame 0"),
        ("speed", disc(126), "its centre jumps by 60 pixels"),
        ("warped", disc(126), "fits frame 11 by 0% only, motion allowed for"),
        ("unlike", disc(126), r"its colours fit frame 0 by \d\d?% only"),
        ("scattered", SCATTERED, "2 pieces, 2\\d% outside the largest"),
        ("holes", RING, r"holes of \d{3}% of its area"),
        ("border", AT_EDGE, "touches the edge of the picture"),
    ],
)
def test_each_sign_is_told_in_words(sign: str, mask: BoolMask, words: str) -> None:
    scene, measures = Scene().follow(), Measures()
    scene.put(1, 12, mask, score=0.5, quality=0.4)
    scene.measured(measures)
    assert re.fullmatch(words, in_words(sign, 1, 12, scene.annotation, measures))
    signs = signs_of(1, scene.annotation, measures, np.zeros(0, np.intp))
    assert signs.values[sign][12] > signs.values[sign][6], "it is the larger the more doubtful"


def test_instances_that_cover_each_other_are_flagged() -> None:
    scene = Scene().follow(1, 25).follow(2, 65)
    scene.put(2, 9, disc(57, 25))
    scene.put(1, 9, disc(58, 25))
    overlapping = [flag for flag in scene.flags() if flag.frame == 9]
    assert {flag.label for flag in overlapping} == {1, 2}
    assert all("% of it is covered by another instance" in flag.words for flag in overlapping)


def test_labels_that_may_have_exchanged_places_are_flagged_there() -> None:
    scene = Scene().follow(1, 25).follow(2, 65)
    assert scene.flags() == []
    flags = scene.flags(Swap(7, (1, 2), 0.8))
    assert {(flag.label, flag.frame, flag.kind) for flag in flags} == {(1, 7, "swap"), (2, 7, "swap")}
    assert flags[0].words.startswith("may have exchanged places with another instance")


def test_only_what_changed_is_measured_again() -> None:
    scene, measures, colours = Scene().follow(), Measures(), {}
    masks, pixels = scene.measured(measures, colours)
    assert masks == list(range(FRAMES)) and set(pixels) == set(range(FRAMES))
    assert scene.asked == sorted(scene.asked[:1]) + sorted(scene.asked[1:]), "each picture once, the anchor's first"
    assert len(scene.asked) == FRAMES + 1
    assert scene.measured(measures, colours) == ([], [])
    scene.put(1, 10, disc(60, radius=5))
    assert scene.measured(measures, colours) == ([10], [10, 11])
    scene.put(2, 15, disc(20, 20))
    assert set(scene.measured(measures, colours)[0]) == {15}


def test_what_is_not_measured_raises_no_doubt() -> None:
    scene = Scene().follow()
    scene.put(1, 10, disc(60, radius=3))
    measures = Measures()
    measures.make_room(scene.index.count)
    assert find_flags(scene.annotation, measures) == []


def test_after_masks_alone_there_are_flags_already_and_pixels_only_add_to_them() -> None:
    scene, measures = Scene().follow(), Measures()
    scene.put(1, 10, disc(60, radius=3))
    list(measure_masks(scene.annotation, measures, scene.rles.__getitem__))
    early = doubts(1, scene.annotation, measures)
    scene.measured(measures)
    late = doubts(1, scene.annotation, measures)
    assert 0.1 < early[10] < late[10]


CELLS = st.sampled_from(["none", "absent", "marked absent", "empty", "mask", "prompted", "edited"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=FRAMES, max_size=FRAMES), min_size=1, max_size=3), st.data())
def test_whatever_there_is_doubts_are_shares_and_only_of_an_engines_masks(
    rows: list[list[str]], data: st.DataObject
) -> None:
    scene, measures = Scene(), Measures()
    for label, row in enumerate(rows, 1):
        for frame, cell in enumerate(row):
            mask = disc(data.draw(st.sampled_from([0, 40, 75])), radius=data.draw(st.sampled_from([0.5, 6, 30])))
            nothing = np.zeros_like(mask)
            match cell:
                case "absent":
                    scene.put(label, frame, nothing, score=-6)
                case "marked absent":
                    scene.put(label, frame, nothing, "edited", score=-6)
                case "empty":
                    scene.put(label, frame, nothing)
                case "mask":
                    scene.put(
                        label, frame, mask, score=data.draw(st.floats(-1, 20)), quality=data.draw(st.floats(0, 1))
                    )
                case "prompted":
                    scene.put(label, frame, mask, "prompted")
                case "edited":
                    scene.put(label, frame, mask, "edited")
    scene.measured(measures)
    exchanges = Exchanges(FRAMES)
    exchanges.search(scene.annotation, scene.rles.__getitem__, lambda: None)
    for label, records in scene.annotation.records.items():
        found = doubts(label, scene.annotation, measures, exchanges.swaps)
        assert found.shape == (FRAMES,) and np.isfinite(found).all() and found.min() >= 0 and found.max() <= 1
        made = scene.annotation.is_present(records) & ~scene.annotation.is_person(records)
        made |= scene.annotation.is_lost(records)
        assert not found[~made].any()
    flags = find_flags(scene.annotation, measures, exchanges.swaps, Thresholds(doubt=0.01, reason=0.1))
    assert all(flag.words for flag in flags)


@given(st.integers(0, 12))
def test_kept_columns_are_taken_back_only_where_they_are_sound(row: int) -> None:
    scene, measures = Scene().follow(), Measures()
    list(measure_masks(scene.annotation, measures, scene.rles.__getitem__))
    columns = {name: column[: scene.index.count + 1].copy() for name, column in measures.columns().items()}
    assert Measures.is_sound(columns, scene.index.count)
    again = Measures(columns)
    assert list(measure_masks(scene.annotation, again, scene.rles.__getitem__)) == []
    assert not Measures.is_sound(columns, scene.index.count - 1)
    name = sorted(columns)[row]
    assert not Measures.is_sound(columns | {name: columns[name][:-1]}, scene.index.count)
    assert not Measures.is_sound(columns | {name: columns[name].astype(np.float64)}, scene.index.count)
    assert not Measures.is_sound({each: columns[each] for each in columns if each != name}, scene.index.count)
    assert not Measures.is_sound(columns | {"warped": np.full(scene.index.count + 1, np.nan, np.float16)}, 10**6)
