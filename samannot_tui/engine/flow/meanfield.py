"""The cut: which pixels belong to the object, given each pixel's own evidence and its neighbours'."""

import numpy as np

from samannot_tui.engine.flow.grid import Bool, Float

_NEIGHBOURS = ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.707), (1, -1, 0.707))  # dy, dx, weight; the rest mirror these
_TEMPERATURES = np.linspace(4, 0.5, 15, dtype=np.float32)
_STRENGTH = 4.0


def mean_field_cut(unary: Float, colour: Float) -> Bool:
    """Label pixels by annealed mean field on an 8-connected contrast-sensitive Potts model.

    Args:
        unary: (height, width), positive for the object, as a difference of energies.
        colour: (height, width, 3), normalised Lab; neighbours of unlike colour part more easily.
    """
    height, width = unary.shape
    couplings = _couplings(colour)
    padded = np.zeros((height + 2, width + 2), np.float32)
    state = np.tanh(unary / 2)
    for temperature in _TEMPERATURES:
        padded[1:-1, 1:-1] = state
        field = unary.copy()
        for dy, dx, weight in couplings:
            field += weight * padded[1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width]
        state = np.float32(0.3) * state + np.float32(0.7) * np.tanh(field / (2 * temperature))
    return state > 0


def _couplings(colour: Float) -> list[tuple[int, int, Float]]:
    """(dy, dx, weights of the pixel's bond with its neighbour there) for all eight neighbours."""
    height, width = colour.shape[:2]
    planes = np.ascontiguousarray(colour.transpose(2, 0, 1))  # channels first: sums over them are faster
    padded = np.pad(planes, ((0, 0), (1, 1), (1, 1)))
    near = [padded[:, 1 + dy : 1 + dy + height, 1 + dx : 1 + dx + width] for dy, dx, _ in _NEIGHBOURS]
    contrasts = [np.square(planes - other).sum(axis=0) for other in near]
    beta = 1 / max(float(contrasts[0][:, :-1].mean() + contrasts[1][:-1].mean()), 1e-6)
    couplings = []
    for (dy, dx, share), contrast in zip(_NEIGHBOURS, contrasts, strict=True):
        weight = np.zeros((height + 2, width + 2), np.float32)
        bonds = _STRENGTH * share * (0.1 + 0.9 * np.exp(-beta * contrast))
        weight[1:-1, 1:-1] = bonds
        couplings.append((dy, dx, bonds))
        couplings.append((-dy, -dx, weight[1 - dy : 1 - dy + height, 1 - dx : 1 - dx + width].copy()))
    return couplings
