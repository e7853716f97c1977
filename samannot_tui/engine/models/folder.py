"""The folder of checkpoint files, and which file `--checkpoint` and the setting of that name mean."""

import os
from pathlib import Path

from platformdirs import user_cache_path

from samannot_tui.engine.models.catalog import CATALOG, Model
from samannot_tui.engine.models.files import is_there, open_checkpoint
from samannot_tui.errors import InputError
from samannot_tui.session.paths import decode_path, encode_path
from samannot_tui.text import printable


def models_folder() -> Path:
    """Where checkpoint files are kept: SAMANNOT_MODELS, or a folder in the platform's cache folder."""
    named = os.environ.get("SAMANNOT_MODELS")
    return (Path(named) if named else user_cache_path("samannot-tui") / "models").absolute()


def fetched_models(folder: Path) -> list[Model]:
    """The official models whose files are in the folder, smallest first."""
    return [model for model in CATALOG.values() if is_there(folder / model.file)]


def other_checkpoints(folder: Path) -> list[Path]:
    """The `.pt` files in the folder that are not an official model's, by name."""
    official = {model.file for model in CATALOG.values()}
    return sorted(path for path in folder.glob("*.pt") if path.name not in official and is_there(path))


def checkpoint_setting(argument: str) -> str:
    """What the setting `checkpoint` becomes for `--checkpoint NAME|PATH`; a model's name wins over a path."""
    return argument if argument in CATALOG else encode_path(Path(argument).absolute())


def find_checkpoint(setting: str) -> Path:
    """The file that the setting `checkpoint` means; it is there and can be opened.

    Raises:
        InputError: it is not there, something else than a file, or may not be read.
    """
    model = CATALOG.get(setting)
    path = _decoded(setting) if model is None else models_folder() / model.file
    if model is not None and not os.path.lexists(path):
        raise InputError(
            f"The checkpoint {model.name} has not been fetched yet: run `samannot-tui models fetch {model.name}` "
            f"(about {model.megabytes} MB)."
        )
    try:
        open_checkpoint(path).close()
    except InputError as error:
        advice = "" if os.path.lexists(path) else f" Give the path of a file, or one of {', '.join(CATALOG)}."
        raise InputError(f"{error}{advice}") from error
    return path


def _decoded(setting: str) -> Path:
    try:
        return decode_path(setting)
    except ValueError as error:
        raise InputError(f"The checkpoint that the session names is no path: {printable(setting)}.") from error
