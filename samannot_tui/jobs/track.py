"""The main job without a screen: a video and a prompts file in, a session with masks out."""

import shutil
from pathlib import Path

from samannot_tui.engine.video import plan_video
from samannot_tui.errors import InputError
from samannot_tui.formats.prompts_file import PromptsFile, prompts_of, read_prompts_file
from samannot_tui.jobs.opening import Opened
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.draft import Draft
from samannot_tui.session.location import SUFFIX, session_name
from samannot_tui.session.manifest import manifest_of
from samannot_tui.session.store import Session
from samannot_tui.text import printable


def prompted_session(media: Path, prompts_file: Path, out: Path) -> Opened:
    """Make the session OUT/NAME.samannot of a video, with the labels and prompts of a prompts file.

    Nothing is written unless all of it is right.

    Raises:
        InputError: the video or the file cannot be used, a prompt lies outside the video, no label has anything
            to start from, or the session exists.
    """
    content = read_prompts_file(prompts_file)
    source = open_media(media)
    try:
        commands = _commands(content, prompts_file)
        folder = out / f"{session_name(media, source.info)}{SUFFIX}"
        draft = Draft(manifest_of(media, source.info, folder))
        for where, command in commands:
            _submit(draft, command, f"{printable(prompts_file)}, {where}")
        plan_video(draft.state, draft.live, source.info.frame_count)  # refuses prompts that compute nothing
        session = Session.create(folder, media, source.info, draft.state.history)
    except BaseException:
        source.close()
        raise
    return Opened(session, source, source.notices)


def discard_untouched(opened: Opened) -> None:
    """Delete a session that `prompted_session` made and no run has begun on, so that a second try can make it.

    What was opened stays the caller's to close.
    """
    if not opened.session.state.runs:
        shutil.rmtree(opened.session.folder)


def _commands(content: PromptsFile, path: Path) -> list[tuple[str, cmd.AnyCommand]]:
    commands: list[tuple[str, cmd.AnyCommand]] = []
    commands += [(f"label {label.id}", cmd.AddLabel(label.name)) for label in content.labels]
    for number, entry in enumerate(content.prompts, 1):
        for prompt in prompts_of(entry, path.parent):
            commands.append((f"prompt {number}", cmd.AddPrompt(entry.label, entry.frame, prompt)))
    return commands


def _submit(draft: Draft, command: cmd.AnyCommand, where: str) -> None:
    try:
        draft.submit(command)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
