"""What the engine remembers of a label: all that upstream would read, and no more, whatever the video's length."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

FEATURE_FRAMES = 6
"""The network reads the memory features of so many frames behind (its `num_maskmem` - 1)."""
POINTER_FRAMES = 15
"""The network reads the object pointers of so many frames behind (its `max_obj_ptrs_in_encoder` - 1)."""
MAX_CONDITIONING = 8
"""The network attends to so many prompted frames, the nearest ones; more cost time on every frame."""


@dataclass(frozen=True, eq=False)
class Memory:
    """One label on one frame.

    Attributes:
        pointer: object pointer, float32 (1, 256).
        features: memory features, bfloat16 (1, 64, S/16, S/16) for an image of side S; None where only the
            pointer can still be read.
    """

    pointer: Tensor
    features: Tensor | None

    @property
    def nbytes(self) -> int:
        return self.pointer.nbytes + (0 if self.features is None else self.features.nbytes)


@dataclass(frozen=True, eq=False)
class Bank:
    """Memory of one label after a frame. Never changed: each frame makes a new one.

    Attributes:
        frame: the last frame visited.
        step: 1 when it was made travelling forward, else -1.
        conditioning: memories of prompted frames, also of those ahead, by frame in ascending order (where two
            are equally near, the network takes the first).
        recent: memories of tracked frames behind, by frame.
    """

    frame: int
    step: int
    conditioning: Mapping[int, Memory]
    recent: Mapping[int, Memory]

    @property
    def nbytes(self) -> int:
        return sum(memory.nbytes for memory in (*self.conditioning.values(), *self.recent.values()))

    def age(self, frame: int) -> int:
        """How many steps ago a frame was visited; negative for frames ahead."""
        return (self.frame - frame) * self.step

    def behind(self) -> "Bank":
        """This bank without the prompted frames ahead."""
        return replace(self, conditioning={one: kept for one, kept in self.conditioning.items() if self.age(one) >= 0})

    def conditioned(self, more: Mapping[int, Memory]) -> "Bank":
        """This bank with more prompted frames; those were not tracked."""
        return replace(self, conditioning=dict(sorted({**self.conditioning, **more}.items())))

    def after(self, frame: int, tracked: Memory | None) -> "Bank":
        """The bank once `frame` was visited; `tracked` is its memory, None where it is a prompted frame."""
        recent = self.recent if tracked is None else {**self.recent, frame: tracked}
        return Bank(frame, self.step, self.conditioning, recent)._pruned()

    def _pruned(self) -> "Bank":
        # One more than the network attends to: its order of the nearest is another when it must choose.
        behind = sorted((frame for frame in self.conditioning if self.age(frame) >= 0), key=self.age)
        far = {frame for frame in behind[MAX_CONDITIONING + 1 :] if self.age(frame) >= POINTER_FRAMES}
        return replace(
            self,
            conditioning={frame: memory for frame, memory in self.conditioning.items() if frame not in far},
            recent={
                frame: memory if self.age(frame) < FEATURE_FRAMES else Memory(memory.pointer, None)
                for frame, memory in self.recent.items()
                if self.age(frame) < POINTER_FRAMES
            },
        )
