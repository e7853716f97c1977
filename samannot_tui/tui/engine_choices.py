"""What the engine dialog offers: every engine and checkpoint, and what to do about those that cannot be had."""

from dataclasses import dataclass

from samannot_tui.engine.models.folder import models_folder
from samannot_tui.engine.models.inventory import Listed, listing
from samannot_tui.engine.models.machine import missing_package
from samannot_tui.engine.registry import AUTO, resolve
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.session.paths import encode_path
from samannot_tui.session.settings import Settings
from samannot_tui.text import printable

NAME_COLUMNS = 15


@dataclass(frozen=True)
class EngineChoice:
    """Values of the settings `engine` and `checkpoint`; `can_run` is False where they are no use here now."""

    engine: str
    checkpoint: str | None
    text: str
    can_run: bool = True

    def is_set(self, settings: Settings) -> bool:
        """Whether the settings are that already; flow takes no checkpoint, so that any will do."""
        return self.engine == settings.engine and (self.engine == "flow" or self.checkpoint == settings.checkpoint)


@dataclass(frozen=True)
class Offer:
    """All choices, one of which `is_set`; `problem` is why SAM 2 cannot run here, as a sentence, or empty."""

    choices: tuple[EngineChoice, ...]
    problem: str


def engine_offer(settings: Settings) -> Offer:
    """Look at what there is. Takes a look at the disk, so not for the screen's thread."""
    automatic = EngineChoice(AUTO, None, _text("auto", f"here {resolve(EngineSpec(AUTO)).reason}"))
    checkpoints = [_checkpoint(each) for each in listing(models_folder())]
    flow = EngineChoice("flow", None, _text("flow", "needs no checkpoint and no GPU"))
    choices = (automatic, *checkpoints, flow)
    if not any(choice.is_set(settings) for choice in choices):
        choices = (_as_set(settings), *choices)
    return Offer(choices, _problem(EngineSpec("sam2")))


def _checkpoint(listed: Listed) -> EngineChoice:
    name = listed.model.name if listed.model else printable(listed.path.name)
    setting = listed.model.name if listed.model else encode_path(listed.path)
    missing = missing_package()
    can_run = False
    if listed.size is None:
        assert listed.model is not None, "only an official model is listed without its file"
        about = f"{listed.model.megabytes} MB: type samannot-tui models fetch {name}"
    elif listed.problem is not None:
        which = name if listed.model else printable(listed.path)
        about = f"not good: type samannot-tui models verify {which}"
    elif missing is not None:
        about = f"needs the package {missing}"
    else:
        about, can_run = f"{listed.size / 1e6:.0f} MB", True
    return EngineChoice("sam2", setting, _text(f"sam2 {name}", about), can_run)


def _as_set(settings: Settings) -> EngineChoice:
    """The choice that was made elsewhere, such as a checkpoint in another folder."""
    spec = EngineSpec(settings.engine, settings.checkpoint)
    about = "the best checkpoint there is" if settings.checkpoint is None else printable(settings.checkpoint)
    return EngineChoice(spec.engine, spec.checkpoint, _text(printable(spec.engine), about), not _problem(spec))


def _problem(spec: EngineSpec) -> str:
    try:
        resolve(spec)
    except InputError as error:
        return str(error)
    return ""


def _text(name: str, about: str) -> str:
    return f"{name:{NAME_COLUMNS}} {about}"
