"""Sessions for tests: small ones, made in a folder of the test's own, driven by drawn commands."""

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from samannot_tui.errors import InputError
from samannot_tui.masks.log import NewMask
from samannot_tui.masks.rle import encode
from samannot_tui.media.source import MediaInfo
from samannot_tui.session import commands as cmd
from samannot_tui.session.events import EngineInfo, RecordSpan
from samannot_tui.session.plan import LabelPlan, Pass, Plan, Source, Span
from samannot_tui.session.prompts import BoxPrompt, PointPrompt
from samannot_tui.session.state import State
from samannot_tui.session.store import Session

WIDTH, HEIGHT, FRAMES = 16, 12, 30
INFO = MediaInfo(kind="video", frame_count=FRAMES, fps=25.0, width=WIDTH, height=HEIGHT, fingerprint="f" * 16)
ENGINE = EngineInfo(name="test", version="1")


def make_session(folder: Path) -> Session:
    return Session.create(folder / "clip.samannot", folder / "clip.mp4", INFO)


def new_mask(frame: int, label: int, seed: int = 0, run: int | None = None, source: str = "propagated") -> NewMask:
    mask = np.random.default_rng([seed, frame, label]).random((HEIGHT, WIDTH)) < 0.3
    return NewMask(
        frame=frame,
        label=label,
        rle=encode(mask),
        object_score=1.0,
        quality=0.5,
        source=source,  # type: ignore[arg-type]
        run=run,
    )


def plan(labels: tuple[int, ...], first: int, last: int) -> Plan:
    sweep = Pass(
        "forward", first, last, tuple(LabelPlan(x, first, (Source(first, (1,)),), (Span(first, last),)) for x in labels)
    )
    return Plan("forward", first, (sweep,), (), "carry", None, (), ())


def annotation(session: Session) -> dict[str, Any]:
    """Everything that a person can see of the annotation, comparable."""
    state = session.state
    return facts(state) | {"live": {f: session.live.on_frame(f) for f in range(FRAMES) if session.live.on_frame(f)}}


def facts(state: State) -> dict[str, Any]:
    features = {
        (label, name): list(zip(feature.frames, feature.values, strict=True))
        for label, named in state.features.items()
        for name, feature in named.items()
        if feature.frames
    }
    return {
        "labels": {label.id: (label.name, label.hidden) for label in state.labels.values()},
        "prompts": dict(state.prompts),
        "prompted": {label: list(state.prompted_frames(label)) for label in state.labels},
        "cells": {(p.frame, p.label): state.prompts_on(p.frame, p.label) for p in state.prompts.values()},
        "features": features,
        "barriers": set(state.barriers),
        "runs": {run.id: (run.outcome, run.log_length) for run in state.runs.values()},
        "settings": state.settings,
        "reviews": {label: said for label, said in state.reviews.items() if label in state.labels},
        "samples": state.samples,
    }


labels = st.integers(1, 4)
frames = st.integers(0, FRAMES - 1)
spans = st.tuples(frames, frames).map(lambda ends: (min(ends), max(ends)))
label_sets = st.lists(labels, min_size=1, max_size=3, unique=True).map(tuple)
kinds = st.sampled_from(["swap", "merge", "split"])
names = st.sampled_from(["dog", "cat", "Kind 2", "鳥", "posture"])
points = st.builds(PointPrompt, st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.booleans())
boxes = st.builds(BoxPrompt, st.integers(0, 7), st.integers(0, 5), st.integers(8, 15), st.integers(6, 11))

commands = st.one_of(
    st.builds(cmd.AddLabel, names),
    st.builds(cmd.RenameLabel, labels, names),
    st.builds(cmd.HideLabel, labels, st.booleans()),
    st.builds(cmd.AddPrompt, labels, frames, st.one_of(points, boxes)),
    st.builds(cmd.RemovePrompt, st.integers(1, 20)),
    st.builds(cmd.SetFeature, labels, names, frames, names),
    st.builds(cmd.ClearFeature, labels, names, frames),
    st.builds(cmd.RemoveFeature, labels, names),
    st.builds(cmd.CopyPrompts, label_sets, frames, frames),
    st.builds(cmd.SetBarrier, frames),
    st.builds(cmd.SetBarriers, st.lists(frames, max_size=4).map(tuple)),
    st.builds(cmd.ClearBarrier, frames),
    st.builds(lambda label, first: cmd.StartRun(plan((label,), first, FRAMES - 1), ENGINE), labels, frames),
    st.builds(lambda labels, span: cmd.ClearMasks(labels, *span), label_sets, spans),
    st.builds(lambda label, span: cmd.MarkAbsent(label, *span), labels, spans),
    st.builds(
        lambda kind, label, other, span: cmd.ReassignMasks(kind, label, other, *span), kinds, labels, labels, spans
    ),
    st.builds(
        lambda label, span, verdict: cmd.MarkReview(label, *span, verdict),
        labels,
        spans,
        st.sampled_from(["satisfactory", "unsatisfactory"]),
    ),
    st.builds(lambda label, span: cmd.WithdrawReview(label, *span), labels, spans),
    st.builds(cmd.DrawSample, st.integers(0, 4), st.integers(0, 9)),
    st.builds(cmd.ChangeSetting, st.just("block_size"), st.integers(-1, 50)),
    st.just(cmd.Undo()),
    st.just(cmd.Redo()),
)


def import_command(session: Session, label: int, frame: int, records: RecordSpan) -> cmd.Import:
    """Masks of a label that there is or, as all labels have a name of their own, one that is made for it, and a point.

    Prompts of the label on the frame give way.
    """
    state = session.state
    known = label in state.labels
    return cmd.Import(
        planned_at=state.last_seq,
        format="coco",
        path="theirs.json",
        new_labels=() if known else (f"imported {label}",),
        labels=(label,),
        removed=tuple(placed.seq for placed in state.prompts_on(frame, label)),
        cleared=(),
        prompts=(cmd.NewPrompt(label, frame, PointPrompt(3, 4)),),
        records=(records,),
    )


# Things that need a mask first or go on with a run: carried out by `act`.
deeds = st.one_of(
    commands,
    st.tuples(st.just("predict"), labels, frames),
    st.tuples(st.just("edit"), labels, frames),
    st.tuples(st.just("progress"), labels, frames),
    st.tuples(st.just("import"), labels, frames),
    st.just(("end",)),
)


def act(session: Session, deed: Any) -> bool:
    """Do one drawn thing; False where the session refused it."""
    try:
        match deed:
            case ("predict", label, frame):
                prompts = tuple(p.seq for p in session.state.prompts_on(frame, label))
                (record,) = session.append_masks([new_mask(frame, label, 1, source="prompted")])
                session.submit(cmd.AddPrediction(label, frame, record, prompts))
            case ("edit", label, frame):
                (record,) = session.append_masks([new_mask(frame, label, 2, source="edited")])
                session.submit(cmd.EditMask(label, frame, record))
            case ("import", label, frame):
                masks = [new_mask(frame, label, 4, source="edited"), new_mask((frame + 1) % FRAMES, label, 5)]
                first, last = session.append_masks(masks)
                session.submit(import_command(session, label, frame, RecordSpan(first, last)))
            case ("progress", label, frame):
                run = session.state.active_run
                if run is None:
                    return False
                session.append_masks([new_mask(frame, label, 3, run=run.id)])
                session.submit(cmd.ProgressRun(run.id, session.masks.length))
            case ("end",):
                run = session.state.active_run
                if run is None:
                    return False
                session.submit(cmd.EndRun(run.id, "finished"))
            case _:
                session.submit(deed)
    except InputError:
        return False
    return True
