"""The schema: what a team agreed on, so that everybody annotates alike. A TOML or JSON file, kept in the journal.

A label tells its class by its name: the name is that of the class, alone or followed by a space and whatever tells
its instances apart ("child", "child 2", "child on the left"). Where several classes fit, the longest name counts.
"""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from samannot_tui.errors import InputError
from samannot_tui.text import printable

LONGEST_NAME = 100
LARGEST_FILE = 2**20


def _check_name(name: str) -> None:
    if not name or name != name.strip() or name != printable(name):
        raise ValueError(f'"{printable(name)}" is no name: it is empty, or has blanks around it or control characters')
    if len(name) > LONGEST_NAME:
        raise ValueError(f"a name has {len(name)} characters; use at most {LONGEST_NAME}")


def _check_unique(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the {what} {printable(name)} is there more than once")


class LabelClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of instance.

    `minimum_pixels` is the least that a mask may cover, unless it is empty. `edge` "forbidden": no mask may reach
    the frame's outermost pixels. `notes` are for people.
    """

    name: str
    minimum_pixels: Annotated[int, msgspec.Meta(ge=0)] = 0
    edge: Literal["allowed", "forbidden"] = "allowed"
    notes: str = ""

    def __post_init__(self) -> None:
        _check_name(self.name)


class FeatureRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A feature that labels may have: one of `values`, or free text where there are none.

    `classes` are the names of those that have it; none means all. `notes` are for people.
    """

    name: str
    values: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    notes: str = ""

    def __post_init__(self) -> None:
        for name in (self.name, *self.values):
            _check_name(name)
        _check_unique("value", self.values)


VISIBLE, OCCLUDED, OUT_OF_FRAME = "visible", "occluded", "out of frame"
PRESENCE = FeatureRule("presence", (VISIBLE, OCCLUDED, OUT_OF_FRAME))


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The classes that labels belong to, and their features.

    `presence` true adds the standard feature PRESENCE to those listed; `notes` are for people.
    """

    classes: Annotated[tuple[LabelClass, ...], msgspec.Meta(min_length=1)]
    features: tuple[FeatureRule, ...] = ()
    presence: bool = False
    notes: str = ""

    def __post_init__(self) -> None:
        names = [each.name for each in self.classes]
        _check_unique("class", names)
        _check_unique("feature", [each.name for each in self.rules()])
        for rule in self.features:
            for name in rule.classes:
                if name not in names:
                    raise ValueError(f"the feature {printable(rule.name)} is for {printable(name)}, which is no class")

    def rules(self) -> tuple[FeatureRule, ...]:
        """Every feature, the standard one included."""
        return (*self.features, PRESENCE) if self.presence else self.features


def class_of(name: str, schema: Schema) -> LabelClass | None:
    """The class that a label of this name belongs to; None where it fits none."""
    fitting = [each for each in schema.classes if name == each.name or name.startswith(f"{each.name} ")]
    return max(fitting, key=lambda each: len(each.name), default=None)


def load_schema(path: Path) -> Schema:
    """Read and check a schema file; its name ends in .toml or .json.

    Raises:
        InputError: it cannot be read, or is no schema.
    """
    suffix = path.suffix.lower()
    if suffix not in (".toml", ".json"):
        raise InputError(f"{printable(path)} does not end in .toml or .json; a schema is one or the other.")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"{printable(path)} cannot be read: {error.strerror}.") from error
    if len(data) > LARGEST_FILE:
        raise InputError(f"{printable(path)} is too large for a schema.")
    try:
        # Composed as the names of labels are, or what looks the same would not be.
        text = unicodedata.normalize("NFC", data.decode())
        if suffix == ".toml":
            return msgspec.toml.decode(text, type=Schema)
        return msgspec.json.decode(text, type=Schema)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{printable(path)} is not a schema: {printable(error)}; correct it there.") from error
