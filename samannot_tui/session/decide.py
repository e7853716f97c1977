"""What a command means for a session as it stands: the events that it leads to, or a refusal in one sentence."""

from samannot_tui.errors import InputError
from samannot_tui.masks.rle import area
from samannot_tui.session import commands as cmd
from samannot_tui.session import events as ev
from samannot_tui.session.commands import AnyCommand
from samannot_tui.session.decide_masks import check_split_off, decide_mask, present_mask, require_record
from samannot_tui.session.decide_reviews import decide_review
from samannot_tui.session.events import AnyEvent
from samannot_tui.session.prompts import BoxPrompt, MaskPrompt, PointPrompt, Prompt
from samannot_tui.session.settings import changed
from samannot_tui.session.situation import Situation, clean_text, names_of, require_frame, require_label
from samannot_tui.session.state import State
from samannot_tui.session.validate import MAX_LABELS, is_finite
from samannot_tui.text import printable


def decide(command: AnyCommand, now: Situation) -> list[AnyEvent]:
    """The events, not yet stamped, that `command` leads to; several are one undo step.

    Raises:
        InputError: the command cannot be carried out; nothing changes.
        OSError: the disk failed; nothing changes.
    """
    match command:
        case cmd.CopyPrompts():
            return _copy_prompts(command, now)
        case cmd.SetBarriers():
            return _set_barriers(command, now)
        case cmd.SplitOff():
            return _split_off(command, now)
        case cmd.Import():
            return _import(command, now)
        case cmd.Retell(events=events):
            return list(events)
        case _:
            return [_decide_one(command, now)]


def _decide_one(command: cmd.OneEventCommand, now: Situation) -> AnyEvent:
    match command:
        case cmd.AddLabel() | cmd.RenameLabel() | cmd.HideLabel():
            return _decide_label(command, now)
        case cmd.AddPrompt() | cmd.RemovePrompt() | cmd.AddPrediction():
            return _decide_prompt(command, now)
        case cmd.SetFeature() | cmd.ClearFeature() | cmd.RemoveFeature():
            return _decide_feature(command, now)
        case cmd.SetBarrier() | cmd.ClearBarrier():
            return _decide_barrier(command, now)
        case cmd.StartRun() | cmd.ProgressRun() | cmd.EndRun():
            return _decide_run(command, now)
        case cmd.ClearMasks() | cmd.EditMask() | cmd.MarkAbsent() | cmd.ReassignMasks():
            return decide_mask(command, now)
        case cmd.MarkReview() | cmd.WithdrawReview() | cmd.DrawSample():
            return decide_review(command, now)
        case cmd.ChangeSetting():
            return _decide_setting(command, now)
        case cmd.AdoptSchema():
            return ev.SchemaAdopted(schema=command.schema)
        case cmd.RebindMedia():
            return ev.MediaRebound(path=command.path)
        case cmd.RecordExport():
            return ev.Exported(format=command.format, path=command.path)
        case cmd.RecordReplay(source=source, events=events):
            return ev.SessionReplayed(source=source, events=events)
        case cmd.Undo():
            return _decide_undo(now.state)
        case cmd.Redo():
            return _decide_redo(now.state)


def _decide_label(command: cmd.AddLabel | cmd.RenameLabel | cmd.HideLabel, now: Situation) -> AnyEvent:
    match command:
        case cmd.AddLabel(name=name):
            label = now.state.next_label
            if label > MAX_LABELS:
                raise InputError(f"There are {MAX_LABELS} labels already, as many as a palette PNG can hold.")
            return ev.LabelAdded(label=label, name=_checked_name(name, now.state))
        case cmd.RenameLabel(label=label, name=name):
            require_label(label, now.state)
            return ev.LabelRenamed(label=label, name=_checked_name(name, now.state, renamed=label))
        case cmd.HideLabel(label=label, hidden=hidden):
            require_label(label, now.state)
            return ev.LabelHidden(label=label, hidden=hidden)


def _checked_name(name: str, state: State, renamed: int | None = None) -> str:
    name = clean_text(name, "A label's name")
    for label in state.labels.values():
        if label.name == name and label.id != renamed:
            raise InputError(f"Label {label.id} is already called {printable(name)}; names are unique.")
    return name


def _decide_prompt(command: cmd.AddPrompt | cmd.RemovePrompt | cmd.AddPrediction, now: Situation) -> AnyEvent:
    match command:
        case cmd.AddPrompt(label=label, frame=frame, prompt=prompt, auto=auto):
            require_label(label, now.state)
            require_frame(frame, now)
            _require_run_of(auto, now.state)
            refines = auto is None and not now.state.prompts_on(frame, label)
            base = present_mask(frame, label, now) if refines else None
            return ev.PromptAdded(label=label, frame=frame, prompt=_checked_prompt(prompt, now), base=base, auto=auto)
        case cmd.RemovePrompt(prompt=prompt, auto=auto):
            if prompt not in now.state.prompts:
                raise InputError("That prompt is gone already.")
            _require_run_of(auto, now.state)
            return ev.PromptRemoved(prompt=prompt, auto=auto)
        case cmd.AddPrediction(label=label, frame=frame, record=record, prompts=prompts, engine=engine):
            require_record(record, frame, label, now)
            placed = [now.state.prompts.get(prompt) for prompt in prompts]
            if not placed or not all(each and (each.frame, each.label) == (frame, label) for each in placed):
                raise InputError("The prompts of that mask have changed meanwhile.")
            return ev.MaskPredicted(label=label, frame=frame, record=record, prompts=prompts, engine=engine)


def _copy_prompts(command: cmd.CopyPrompts, now: Situation) -> list[AnyEvent]:
    source, target = command.source, command.target
    for label in command.labels:
        require_label(label, now.state)
    require_frame(source, now)
    require_frame(target, now)
    if source == target:
        raise InputError(f"Frame {source} has its prompts already; name another frame to copy them to.")
    copies: list[AnyEvent] = []
    for label in command.labels:
        placed = now.state.prompts_on(source, label)
        base = None if now.state.prompts_on(target, label) else present_mask(target, label, now)
        for each in placed:
            first_of_set = each is placed[0]
            copies.append(
                ev.PromptAdded(label=label, frame=target, prompt=each.prompt, base=base if first_of_set else None)
            )
    if not copies:
        raise InputError(f"There is no prompt of {names_of(command.labels, now.state)} on frame {source} to copy.")
    return copies


def _require_run_of(auto: int | None, state: State) -> None:
    if auto is not None and (state.active_run is None or state.active_run.id != auto):
        raise InputError(f"Run {auto} is not going on, so it hands nothing over.")


def _checked_prompt(prompt: Prompt, now: Situation) -> Prompt:
    width, height = now.manifest.width, now.manifest.height
    if not is_finite(prompt):
        raise InputError("A prompt's coordinates must be numbers.")
    match prompt:
        case PointPrompt(x=x, y=y):
            if not (-0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5):
                raise InputError(f"The point {x:g},{y:g} is outside the frame of {width}x{height} pixels.")
            return prompt
        case BoxPrompt():
            x0, x1 = (min(max(x, 0), width - 1) for x in sorted((prompt.x0, prompt.x1)))
            y0, y1 = (min(max(y, 0), height - 1) for y in sorted((prompt.y0, prompt.y1)))
            if x0 == x1 or y0 == y1:
                raise InputError(f"The box has no area inside the frame of {width}x{height} pixels; draw a larger one.")
            return BoxPrompt(x0, y0, x1, y1)
        case MaskPrompt(rle=rle):
            if rle.size != (height, width):
                raise InputError(
                    f"The mask is {rle.size[1]}x{rle.size[0]} pixels, the frame {width}x{height}; give one of its size."
                )
            if not area(rle):
                raise InputError("The mask is empty; give one with at least one pixel.")
            return prompt


def _decide_feature(command: cmd.SetFeature | cmd.ClearFeature | cmd.RemoveFeature, now: Situation) -> AnyEvent:
    require_label(command.label, now.state)
    feature = now.state.features.get(command.label, {}).get(command.name)
    match command:
        case cmd.SetFeature(label=label, name=name, frame=frame, value=value):
            require_frame(frame, now)
            name, value = clean_text(name, "A feature's name"), clean_text(value, "A feature's value")
            return ev.FeatureSet(label=label, name=name, frame=frame, value=value)
        case cmd.ClearFeature(label=label, name=name, frame=frame):
            if feature is None or frame not in feature.frames:
                raise InputError(f"The feature {printable(name)} does not change at frame {frame}.")
            return ev.FeatureCleared(label=label, name=name, frame=frame)
        case cmd.RemoveFeature(label=label, name=name):
            if feature is None:
                raise InputError(f"Label {label} has no feature {printable(name)}.")
            return ev.FeatureRemoved(label=label, name=name)


def _decide_barrier(command: cmd.SetBarrier | cmd.ClearBarrier, now: Situation) -> AnyEvent:
    require_frame(command.frame, now)
    present = command.frame in now.state.barriers
    match command:
        case cmd.SetBarrier(frame=frame):
            if present:
                raise InputError(f"Frame {frame} is a barrier already.")
            return ev.BarrierSet(frame=frame)
        case cmd.ClearBarrier(frame=frame):
            if not present:
                raise InputError(f"Frame {frame} is not a barrier.")
            return ev.BarrierCleared(frame=frame)


def _set_barriers(command: cmd.SetBarriers, now: Situation) -> list[AnyEvent]:
    new = sorted(set(command.frames) - now.state.barriers)
    for frame in new:
        require_frame(frame, now)
    if not new:
        raise InputError("All of these frames are barriers already.")
    return [ev.BarrierSet(frame=frame) for frame in new]


def _split_off(command: cmd.SplitOff, now: Situation) -> list[AnyEvent]:
    label, first, last = command.label, command.first, command.last
    check_split_off(label, first, last, now)
    added = _decide_label(cmd.AddLabel(command.name), now)
    assert isinstance(added, ev.LabelAdded), "that is what the command asks for"
    return [added, ev.MasksReassigned(kind="split", label=label, other=added.label, first=first, last=last)]


def require_as_planned(planned_at: int, state: State) -> None:
    """What `_import` asks first, for those who write masks before the command.

    Raises:
        InputError: a run is going on, or the session is not as it was when the import was planned.
    """
    if state.active_run:
        raise InputError("A run is going on; end it, or wait for it, then import.")
    if state.last_seq != planned_at:
        raise InputError("The session has changed since the import was planned; import again.")


def _import(command: cmd.Import, now: Situation) -> list[AnyEvent]:
    state = now.state
    require_as_planned(command.planned_at, state)
    names = [_checked_name(name, state) for name in command.new_labels]
    if state.next_label + len(names) - 1 > MAX_LABELS or len(set(names)) < len(names):
        raise InputError(f"There are at most {MAX_LABELS} labels, each with a name of its own.")
    made = dict(enumerate(names, state.next_label))
    for label in {*command.labels, *(new.label for new in command.prompts)} - made.keys():
        require_label(label, state)
    for frame in {new.frame for new in command.prompts}:
        require_frame(frame, now)
    if max((span.last for span in command.records), default=0) > now.live.index.count:
        raise InputError("There are no such mask records.")
    return [
        *(ev.LabelAdded(label=label, name=name) for label, name in made.items()),
        *(_decide_prompt(cmd.RemovePrompt(prompt), now) for prompt in command.removed),
        *(decide_mask(each, now) for each in command.cleared),
        *(
            ev.PromptAdded(label=new.label, frame=new.frame, prompt=_checked_prompt(new.prompt, now))
            for new in command.prompts
        ),
        ev.Imported(format=command.format, path=command.path, labels=command.labels, records=command.records),
    ]


def _decide_run(command: cmd.StartRun | cmd.ProgressRun | cmd.EndRun, now: Situation) -> AnyEvent:
    active = now.state.active_run
    match command:
        case cmd.StartRun(plan=plan, engine=engine):
            if active:
                raise InputError("A run is going on; end it before you start another.")
            for sweep in plan.passes:
                for planned in sweep.labels:
                    require_label(planned.label, now.state)
            return ev.RunStarted(plan=plan, engine=engine)
        case cmd.ProgressRun(run=run, log_length=log_length):
            if active is None or active.id != run:
                raise InputError(f"Run {run} is not going on.")
            if not active.log_length <= log_length <= (now.masks.length if now.masks else 0):
                raise InputError(f"Run {run} cannot have {log_length} bytes of masks.")
            return ev.RunProgressed(run=run, log_length=log_length)
        case cmd.EndRun(run=run, outcome=outcome, reason=reason):
            if active is None or active.id != run:
                raise InputError(f"Run {run} is not going on.")
            return ev.RunEnded(run=run, outcome=outcome, reason=reason)


def _decide_setting(command: cmd.ChangeSetting, now: Situation) -> AnyEvent:
    try:
        changed(now.state.settings, command.name, command.value)
    except ValueError as error:
        raise InputError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    return ev.SettingChanged(name=command.name, value=command.value)


def _decide_undo(state: State) -> AnyEvent:
    if not state.steps:
        raise InputError("There is nothing to undo.")
    active = state.active_run
    if active and state.steps[-1] == active.id:
        raise InputError("The run is still going on; end it, then undo it.")
    return ev.Undone(target=state.steps[-1])


def _decide_redo(state: State) -> AnyEvent:
    if not state.redoable:
        raise InputError("There is nothing to redo.")
    if state.active_run:
        raise InputError("A run is going on; redo when it has ended.")
    return ev.Redone(target=state.redoable[-1])
