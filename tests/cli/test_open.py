"""What `open` does around the app."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.cli.open import open_app
from samannot_tui.cli.options import EngineOptions
from samannot_tui.jobs.opening import open_target
from samannot_tui.session import events as ev
from samannot_tui.session.schema import LabelClass, Schema
from samannot_tui.session.store import Session
from samannot_tui.tui import app


def test_a_schema_is_adopted_once_and_again_when_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = tmp_path / "clip"
    video.mkdir()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(video / "0.png")
    seen: list[Schema | None] = []
    monkeypatch.setattr(app, "run_app", lambda session, source, graphics: seen.append(session.state.schema))
    old, new = Schema((LabelClass("dog"),)), Schema((LabelClass("dog"), LabelClass("cat")))
    for schema in (old, old, None, new):
        open_app(open_target(video), EngineOptions(), "auto", schema)
    assert seen == [old, old, old, new]
    session = Session.open(tmp_path / "clip.samannot")
    assert [event.schema for event in session.history() if isinstance(event, ev.SchemaAdopted)] == [old, new]
    session.close()
