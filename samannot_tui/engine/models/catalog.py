"""The official SAM 2.1 checkpoint files, by the names that people give them."""

from dataclasses import dataclass
from typing import Literal

Variant = Literal["tiny", "small", "base_plus", "large"]

BASE_URL = "https://dl.fbaipublicfiles.com/segment_anything_2/092824"


@dataclass(frozen=True)
class Model:
    """`megabytes` is the file's size for people to read: rounded, of 10^6 bytes."""

    name: str
    variant: Variant
    megabytes: int

    @property
    def file(self) -> str:
        """What the file is called."""
        return f"sam2.1_hiera_{self.variant}.pt"


# Smallest first.
CATALOG = {
    model.name: model
    for model in (
        Model("tiny", "tiny", 156),
        Model("small", "small", 184),
        Model("base-plus", "base_plus", 324),
        Model("large", "large", 898),
    )
}


def model_of_file(file: str) -> Model | None:
    """The model whose official file is called that."""
    return next((model for model in CATALOG.values() if model.file == file), None)
