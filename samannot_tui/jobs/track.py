"""The main job without a screen: a video and a prompts file in, a session with masks out."""

import shutil
from pathlib import Path

from samannot_tui.errors import InputError
from samannot_tui.formats.prompts_file import PromptsFile, prompts_of, read_prompts_file
from samannot_tui.jobs.opening import Opened
from samannot_tui.media.open import open_media
from samannot_tui.session import commands as cmd
from samannot_tui.session.location import SUFFIX
from samannot_tui.session.store import Session
from samannot_tui.text import printable


def prompted_session(media: Path, prompts_file: Path, out: Path) -> Opened:
    """Make the session OUT/NAME.samannot of a video, with the labels and prompts of a prompts file.

    Nothing is written unless all of it is right.

    Raises:
        InputError: the video or the file cannot be used, a prompt lies outside the video, or the session exists.
    """
    content = read_prompts_file(prompts_file)
    source = open_media(media)
    try:
        commands = _commands(content, prompts_file)
        session = Session.create(out / f"{media.resolve().stem}{SUFFIX}", media, source.info)
        try:
            for where, command in commands:
                _submit(session, command, f"{printable(prompts_file)}, {where}")
        except BaseException:
            session.close()
            shutil.rmtree(session.folder)  # made a moment ago, and nothing in it is anybody's work
            raise
    except BaseException:
        source.close()
        raise
    return Opened(session, source, source.notices)


def _commands(content: PromptsFile, path: Path) -> list[tuple[str, cmd.AnyCommand]]:
    commands: list[tuple[str, cmd.AnyCommand]] = []
    commands += [(f"label {label.id}", cmd.AddLabel(label.name)) for label in content.labels]
    for number, entry in enumerate(content.prompts, 1):
        for prompt in prompts_of(entry, path.parent):
            commands.append((f"prompt {number}", cmd.AddPrompt(entry.label, entry.frame, prompt)))
    return commands


def _submit(session: Session, command: cmd.AnyCommand, where: str) -> None:
    try:
        session.submit(command)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
