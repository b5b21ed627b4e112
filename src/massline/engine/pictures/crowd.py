"""Where circles stand that want to be near their like and must not overlap."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]


def arrange(
    wishes: Sequence[tuple[float, float]], sizes: Sequence[int], *, width: float, height: float
) -> tuple[F64, F64]:
    """Middles (k, 2) and radii (k,) in a picture of about this size. wishes: in any unit. Cost: 400 * k * k steps."""
    room = np.array([width, height])
    radii = _radii(np.array(sizes, np.float64), width * height)  # (k,)
    return _apart(_spread(np.array(wishes, np.float64), room), radii, room), radii  # (k, 2), (k,)


def _radii(sizes: F64, area: float) -> F64:
    """Circles of together half the picture's area, none too small to see or to touch, none wider than a third of it."""
    radii: F64 = np.sqrt(sizes / sizes.sum() * area * 0.5 / math.pi)
    return np.clip(radii, 12.0, 0.27 * math.sqrt(area))


def _spread(wishes: F64, room: F64) -> F64:
    """Order along each axis, evenly spread over the room: neighbours stay neighbours, crowds get room. (k, 2) to (k, 2)."""
    ranks = np.argsort(np.argsort(wishes, axis=0, kind="stable"), axis=0, kind="stable")
    spread: F64 = (ranks + 0.5) / len(wishes) * room
    return spread


def _apart(places: F64, radii: F64, room: F64) -> F64:
    """Push circles apart until none overlap, while all are drawn to the middle. places (k, 2), radii (k,) to (k, 2).

    They are drawn harder along the shorter side, so that the crowd takes the shape of the room."""
    least = radii[:, None] + radii[None, :] + 5.0  # (k, k)
    np.fill_diagonal(least, 0.0)
    pull = 0.016 * room[::-1] / room  # the wider, the weaker
    for step in range(400):
        if step < 300:
            places = places + (room / 2 - places) * pull
        away = places[:, None, :] - places[None, :, :]  # (k, k, 2)
        gap = np.sqrt((away**2).sum(2)) + 1e-9  # (k, k)
        push = np.maximum(least - gap, 0.0) / gap * 0.5  # (k, k)
        places = places + (away * push[:, :, None]).sum(1) * 0.7
    return places
