"""Where somebody who steps through a video will be next."""

from collections.abc import Container


class Travel:
    """The direction and stride of successive positions, and the window of frames ahead in it."""

    def __init__(self, frame_count: int, window: int) -> None:
        """`window`: how many frames ahead are worth having, 0 for none."""
        self._frame_count = frame_count
        self._window = window
        self._position = 0
        self._last_step = 0
        self._stride = 1

    def move_to(self, frame: int) -> None:
        """Somebody looks at `frame` now. Two equal steps, or one to a neighbour, set the stride.

        A jump, after which nobody knows, counts as the beginning of a walk forward.
        """
        step = frame - self._position
        if step == 0:
            return
        self._stride = step if abs(step) == 1 or step == self._last_step else 1
        self._position, self._last_step = frame, step

    def will_pass(self, frame: int) -> bool:
        """Whether `frame` lies in the window ahead."""
        steps, rest = divmod(frame - self._position, self._stride)
        return rest == 0 and 0 < steps <= self._window

    def next_missing(self, present: Container[int]) -> int | None:
        """The nearest frame ahead that is not `present`; None while half the window still is.

        Waiting until half of it is used up makes the window fill in long runs: stepping backward, each
        run decodes a group of pictures once instead of once a frame.
        """
        ahead = range(1, self._window + 1)
        for step in ahead:
            frame = self._position + step * self._stride
            if not 0 <= frame < self._frame_count:
                return None
            if frame not in present:
                return frame if step <= (self._window + 1) // 2 else None
        return None
