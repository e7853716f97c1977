"""What the object looks like: ridge regression on random Fourier features (Rahimi & Recht, NIPS 2007).

Every matrix product is kept exact: its factors are rounded so coarsely (inputs and weights to 1/128, Fourier
features to 1/64, the solution to 2^-19) that float32 holds all partial sums. So nothing depends on the order
in which a linear algebra library adds, and the same input gives the same scores with any number of threads.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from samannot_tui.engine.flow.grid import Bool, Float
from samannot_tui.engine.flow.picture import FEATURES
from samannot_tui.engine.flow.sampling import Indices, Shape, evenly_spaced
from samannot_tui.engine.flow.settings import BASIS_SEED

WIDTH = 257  # Fourier features and a constant
_LEVELS = 64
_INPUT_LEVELS = 128
_LARGEST_INPUT = 16.0
_CLASS_WEIGHT = 50.0
_RIDGE = 0.01
_POSITION_SCALE = 1.2
_SOLUTION_GRID = 2.0**19
_BACKGROUND_BIAS = 0.3


def _basis() -> tuple[Float, Float]:
    random = np.random.RandomState(BASIS_SEED)  # this generator's stream is frozen by NumPy's policy
    weights = random.standard_normal((FEATURES + 2, WIDTH - 1)) / 2.5
    phases = random.uniform(0, 2 * np.pi, WIDTH - 1)
    return _rounded(weights), phases.astype(np.float32)


def _rounded(values: npt.NDArray[np.floating[Any]]) -> Float:
    return cast(Float, (np.rint(values * _INPUT_LEVELS) / _INPUT_LEVELS).astype(np.float32))


_WEIGHTS, _PHASES = _basis()
_UNITS = np.append(np.full(WIDTH - 1, np.sqrt(2 / (WIDTH - 1))), 1.0) / _LEVELS


@dataclass(frozen=True, eq=False)
class Gram:
    """Weighted sums over samples: `moment` = sum w x x', float32 (257, 257); `target` = sum w x y (257,)."""

    moment: Float
    target: Float


def fourier(features: Float, shape: Shape, rows: Indices, columns: Indices) -> Float:
    """Fourier features (n, 257) of half-size pixels: whole numbers from -64 to 64."""
    position = shape.position(rows, columns) * np.float32(_POSITION_SCALE)
    inputs = np.concatenate([features[rows, columns], position], axis=1)
    phase = _rounded(np.clip(inputs, -_LARGEST_INPUT, _LARGEST_INPUT)) @ _WEIGHTS
    phase += _PHASES
    result = np.empty((len(rows), WIDTH), np.float32)
    np.cos(phase, out=phase)
    phase *= _LEVELS
    np.rint(phase, out=result[:, :-1])
    result[:, -1] = _LEVELS
    return result


def observe(features: Float, shape: Shape, inside: Float, outside: Float, samples: int) -> Gram:
    """Sums over up to `samples` pixels of each side; `inside`, `outside`: half-size weights of pixels."""
    moment, target = np.zeros((WIDTH, WIDTH)), np.zeros(WIDTH)
    for weight, sign in ((inside, 1.0), (outside, -1.0)):
        chosen = evenly_spaced(weight.ravel(), samples)
        if len(chosen):
            rows, columns = np.divmod(chosen, weight.shape[1])
            x = fourier(features, shape, rows, columns)
            moment += (x.T @ x) * (_CLASS_WEIGHT / len(chosen))
            target += x.sum(axis=0) * (sign * _CLASS_WEIGHT / len(chosen))
    return Gram((moment * _UNITS * _UNITS[:, None]).astype(np.float32), (target * _UNITS).astype(np.float32))


def score(gram: Gram, features: Float, shape: Shape, where: Bool) -> Float:
    """r at half size: about +1 on the object, -1 elsewhere, less a bias for the background; 0 off `where`."""
    rows, columns = np.nonzero(where)
    result = np.zeros(where.shape, np.float32)
    fitted = fourier(features, shape, rows, columns) @ _solution(gram)
    result[rows, columns] = fitted - np.float32(_BACKGROUND_BIAS)
    return result


def _solution(gram: Gram) -> Float:
    """The ridge solution (257,), to be multiplied with `fourier` features."""
    moment = gram.moment + _RIDGE * np.eye(WIDTH)
    solution = np.linalg.solve(moment, gram.target.astype(np.float64))
    return (np.rint(solution * _UNITS * _SOLUTION_GRID) / _SOLUTION_GRID).astype(np.float32)
