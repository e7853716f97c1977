"""The quality report: what it says, and that it is one page which needs and runs nothing."""

import base64
import hashlib
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.jobs.opening import Opened
from samannot_tui.jobs.reporting.content import Doubtful, QualityReport
from samannot_tui.jobs.reporting.doubts import Doubts, LabelDoubts
from samannot_tui.jobs.reporting.page import page
from samannot_tui.jobs.reporting.report import check_place, make_report, report_place, write_report
from samannot_tui.media.source import RgbFrame
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.store import Session
from tests.formats.support import INFO, ArraySource, annotated, edit, new_mask, rectangle

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x1b[31m\u202egnp.exe", "{{ 7 * 7 }}&amp;'")


class Elements(HTMLParser):
    """The page as a browser reads it: elements with their attributes, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def flagged(*flags: Doubtful) -> LabelDoubts:
    doubt = np.zeros(INFO.frame_count, np.float32)
    by_frame = {flag.frame: flag for flag in flags}
    for flag in flags:
        doubt[flag.frame] = flag.doubt
    return LabelDoubts(doubt, lambda frames: [by_frame[frame] for frame in frames])


def reported(session: Session, folder: Path, doubts: Doubts | None = None) -> tuple[QualityReport, str, list[bytes]]:
    report, pictures = make_report(Opened(session, ArraySource(folder / "clip.mp4"), ()), doubts)
    return report, "".join(page(report, pictures)), pictures


def test_what_it_says_of_an_instance(tmp_path: Path) -> None:
    """See `annotated`: the dog is prompted on frame 1, propagated on; the cat is drawn on 1.

    Here it is drawn on 2 and marked absent on 3, too.
    """
    session = annotated(tmp_path)
    session.submit(cmd.WithdrawReview(1, 0, 4))
    session.submit(cmd.MarkReview(1, 1, 2, "satisfactory", by="Anna"))
    session.submit(cmd.MarkReview(2, 1, 1, "unsatisfactory", reason="lost an ear"))
    edit(session, 2, 1, rectangle(1, 1, 4, 4))
    session.submit(cmd.MarkAbsent(1, 3, 3))
    report, _, _ = reported(session, tmp_path, {1: flagged(Doubtful(1, 0.7, "3 pieces"))})
    dog, cat = report.instances
    assert dog.presence == {"model": (0, 1, 0, 0, 0), "person": (0, 0, 1, 0, 0), "absent": (0, 0, 0, 1, 0)}
    assert dog.verdicts["satisfactory"] == (0, 1, 0, 0, 0) and dog.verdicts["changed since"] == (0, 0, 1, 0, 0)
    assert dog.area.mean == (None, 80, 16, None, None)
    assert dog.quality.mean == (None, 0.9, None, None, None)
    assert dog.score.mean[1] == pytest.approx(0.7311, abs=1e-4)
    assert (dog.doubt, dog.flags, report.flagged) == ((0, 0.7, 0, 0, 0), 1, 1)
    assert dog.most_doubtful == (Doubtful(1, 0.7, "3 pieces"),)
    assert [(each.first, each.last, each.standing, each.by) for each in dog.said] == [
        (1, 1, "satisfactory", "Anna"),
        (2, 2, "changed since", "Anna"),
    ]
    assert [(each.frame, each.why) for each in cat.worst] == [(1, "unsatisfactory: lost an ear")]
    assert dog.worst[0].why == "3 pieces (doubt 0.70)"
    assert (report.stats.masks, report.engines[0].name, report.video) == (4, "test", "clip.mp4")


def test_a_score_is_what_a_model_made_here_absent_or_not_and_never_a_detectors(tmp_path: Path) -> None:
    session = annotated(tmp_path)
    run = next(iter(session.state.runs.values())).plan
    again = session.submit(cmd.StartRun(run, EngineInfo(name="test", version="1")))[0].seq
    lost = msgspec.structs.replace(new_mask(3, 1, rectangle(9, 9, 0, 0), "propagated", again), object_score=-2.0)
    session.append_masks([lost])
    session.submit(cmd.ProgressRun(again, session.masks.length))
    session.submit(cmd.EndRun(again, "finished"))
    foreign = msgspec.structs.replace(new_mask(4, 1, rectangle(1, 1, 9, 9), "propagated"), imported=True)
    (record,) = session.append_masks([foreign])
    now = session.state.last_seq
    span = ev.RecordSpan(record, record)
    session.submit(cmd.Import(now, "coco", "theirs.json", (), (1,), (), (), (), (span,)))
    dog = reported(session, tmp_path)[0].instances[0]
    assert dog.presence["model"] == (0, 1, 1, 0, 1) and dog.presence["absent"] == (0, 0, 0, 1, 0)
    assert dog.score.mean == (None, pytest.approx(0.7311, abs=1e-4), 0.7311, pytest.approx(0.1192, abs=1e-4), None)
    assert dog.quality.mean == (None, 0.9, 0.9, None, None)
    assert {3, 4}.isdisjoint(crop.frame for crop in dog.worst if crop.why.startswith("confidence"))


def test_its_pictures_show_the_mask_and_what_is_around(tmp_path: Path) -> None:
    report, _, pictures = reported(annotated(tmp_path), tmp_path)
    (number,) = [crop.picture for crop in report.instances[0].worst if crop.frame == 1]
    assert number is not None
    picture = np.asarray(Image.open(BytesIO(pictures[number])))
    assert max(picture.shape[:2]) == 240
    middle, corner = picture[picture.shape[0] // 2, picture.shape[1] // 3].astype(int), picture[-3, -3].astype(int)
    assert middle[0] - middle[2] > corner[0] - corner[2] + 20  # label 1 is dark red, the frames are blue


def test_the_page_needs_nothing_and_runs_nothing(tmp_path: Path) -> None:
    _, text, _ = reported(annotated(tmp_path), tmp_path, {})
    found = Elements(text)
    assert {"script", "link", "iframe", "object", "base", "form"}.isdisjoint(tag for tag, _ in found.tags)
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on") or name == "style"]
    assert all((image["src"] or "").startswith("data:image/jpeg;base64,") for image in found.of("img"))
    assert all((link["href"] or "").startswith("#") for link in found.of("a"))
    assert "http" not in text.replace("http-equiv", "")
    (policy,) = (each["content"] or "" for each in found.of("meta") if "http-equiv" in each)
    style = text.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'") and f"style-src 'sha256-{digest}'" in policy
    assert "script-src" not in policy and "unsafe" not in policy


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """From a journal that no program of ours has written: it may say anything."""
    events: list[ev.AnyEvent] = [
        ev.LabelAdded(seq=number, at="<b>now</b>", label=number, name=name) for number, name in enumerate(HOSTILE, 1)
    ]
    session = Session.create(tmp_path / "<i>clip.samannot", tmp_path / "clip.mp4", INFO, events)
    for label in range(1, len(HOSTILE) + 1):
        edit(session, 1, label, rectangle(1, 1, 5, 5))
    report, text, _ = reported(session, tmp_path, {1: flagged(Doubtful(1, 0.9, "<u>why</u>"))})
    assert [each.stats.name for each in report.instances] == list(HOSTILE)  # JSON gets them as they are
    found = Elements(text)
    assert {"script", "i", "b", "u"}.isdisjoint(tag for tag, _ in found.tags)
    for name in ("<script>alert(1)</script>", HOSTILE[1], "\\x1b[31m\\u202egnp.exe", HOSTILE[3]):
        assert found.text.count(name) == 2  # in the table and above its plots
    assert "<u>why</u>" in found.text and "Quality of <i>clip.samannot" in found.text
    assert "\x1b" not in text and "\u202e" not in text


def test_a_frame_that_cannot_be_read_is_told_and_costs_a_picture_only(tmp_path: Path) -> None:
    class Broken(ArraySource):
        def read(self, frame: int) -> RgbFrame:
            raise InputError("clip.mp4 changed while it was open.")

    report, _ = make_report(Opened(annotated(tmp_path), Broken(tmp_path / "clip.mp4"), ()), {})
    assert {crop.picture for each in report.instances for crop in each.worst} == {None}
    assert report.notices[0] == "Frame 1 could not be shown: clip.mp4 changed while it was open."


def test_a_session_without_anything_is_a_page_too(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "clip.samannot", tmp_path / "clip.mp4", INFO)
    assert "0 instances, 0 masks on 0 frames.\n" in reported(session, tmp_path)[1]
    session.submit(cmd.AddLabel("dog"))
    assert "It has no masks." in reported(session, tmp_path)[1]


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    report, text, pictures = reported(annotated(tmp_path), tmp_path)
    place = report_place(tmp_path / "clip.samannot")
    assert place == tmp_path.resolve() / "clip-report.html"
    for _ in range(2):
        write_report(report, pictures, place)
    assert place.read_text("utf-8") == text
    place.write_text("<html>somebody's own page</html>")
    with pytest.raises(InputError, match="is there and is no report"):
        check_place(place)
    place.unlink()
    place.symlink_to(tmp_path / "elsewhere.html")
    with pytest.raises(InputError, match="is in the way"):
        check_place(place)
    with pytest.raises(InputError, match="is not a folder"):
        check_place(tmp_path / "nowhere" / "report.html")
