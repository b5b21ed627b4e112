"""Where circles stand that want to be near their like and must not overlap."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def arrange(wishes: Sequence[tuple[float, float]], sizes: Sequence[int]) -> tuple[F64, F64]:
    """Middles (k, 2) and radii (k,) in a picture of 640 x 480. wishes: in any unit. Cost: 400 * k * k steps."""
    radii = _radii(np.array(sizes, np.float64))  # (k,)
    return _apart(_spread(np.array(wishes, np.float64)), radii), radii  # (k, 2), (k,)


def _radii(sizes: F64) -> F64:
    """Circles of together half the picture's area (640 x 480), none too small to see or to touch."""
    radii: F64 = np.sqrt(sizes / sizes.sum() * 640 * 480 * 0.5 / math.pi)
    return np.clip(radii, 12.0, 150.0)


def _spread(wishes: F64) -> F64:
    """Order along each axis, evenly spread over 640 x 480: neighbours stay neighbours, crowds get room. (k, 2) to (k, 2)."""
    ranks = np.argsort(np.argsort(wishes, axis=0, kind="stable"), axis=0, kind="stable")
    spread: F64 = (ranks + 0.5) / len(wishes) * np.array([640.0, 480.0])
    return spread


def _apart(places: F64, radii: F64) -> F64:
    """Push circles apart until none overlap, while all are drawn to the middle. places (k, 2), radii (k,) to (k, 2)."""
    least = radii[:, None] + radii[None, :] + 5.0  # (k, k)
    np.fill_diagonal(least, 0.0)
    middle = np.array([320.0, 240.0])
    for step in range(400):
        if step < 300:
            places = places + (middle - places) * np.array([0.012, 0.02])
        away = places[:, None, :] - places[None, :, :]  # (k, k, 2)
        gap = np.sqrt((away**2).sum(2)) + 1e-9  # (k, k)
        push = np.maximum(least - gap, 0.0) / gap * 0.5  # (k, k)
        places = places + (away * push[:, :, None]).sum(1) * 0.7
    return places
