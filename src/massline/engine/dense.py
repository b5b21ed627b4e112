"""Dense groups: messages so near to one another that a reader would say they tell of one thing.

Average linkage: two groups are joined while the mean similarity of their messages, each with each, is high enough. No
number is asked for, and no chain joins what is different.
"""

from typing import Final

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from massline.engine.buffers import F32, F64, I64
from massline.engine.nearness import CLOSE, drawn_together, evened, nearest

ALIKE: Final = 0.35
"""Mean similarity at which two groups are one. The messages stand in the middle of their neighbours, so this is far
above what strangers have; between 0.3 and 0.4 little changes (docs/reference/quality.md)."""

WIDE: Final = 0.005
WIDE_NUMBER: Final = 60
"""A group of at least this share and number of the messages is looked at again by itself."""

MOST_AT_ONCE: Final = 5_000
"""Similarities of so many messages, each with each, are held at once: 100 MB. Of a larger theme so many are joined first
and the others go to the nearest group."""


def dense_groups(points: F32, themes: I64, *, seed: int) -> I64:
    """Number of the dense group of each message, (m,), from 0. points (m, d) unit rows; themes (m,).

    First inside each theme, then across: a matter on the border of two themes is one group. 12,000 messages in 15 themes:
    3 s.
    """
    groups, count = np.zeros(len(points), np.int64), 0
    for theme in np.unique(themes):
        members = np.flatnonzero(themes == theme)
        groups[members] = count + _inside(points[members], seed)
        count = groups[members].max() + 1
    return _joined_across(points, groups, int(count))


def _inside(points: F32, seed: int) -> I64:
    some = np.sort(np.random.default_rng(seed).permutation(len(points))[:MOST_AT_ONCE])
    if len(some) < 2:
        return np.zeros(len(points), np.int64)
    groups = fcluster(linkage(distances(points[some]), "average"), 1 - ALIKE, "distance").astype(np.int64) - 1
    if len(some) == len(points):
        return groups
    middles, _ = sums_of(points[some], groups, int(groups.max()) + 1)
    out: I64 = (points @ _unit(middles).T).argmax(axis=1)
    out[some] = groups
    return out


def split_wide(points: F32, groups: I64, *, fewest: int, seed: int) -> I64:
    """The same groups, wide ones parted: each dense group that shows once a wide one is seen alone gets a number of its own,
    if at least `fewest` are in it; the rest stay together. points (m, d): not drawn together yet.

    Where all sorts of messages come together, whole kinds of them are one dense group beside the others: what they share is
    all that shows. Without it (the mean is taken away, strong directions held back again) the matters in it stand apart.
    """
    out, count = groups.copy(), int(groups.max()) + 1
    least = max(WIDE_NUMBER, WIDE * len(groups))
    for wide in np.flatnonzero(np.bincount(groups) >= least):
        members = np.flatnonzero(groups == wide)
        alone = evened(points[members])
        rows, near = nearest(alone)
        inner = _inside(drawn_together(alone, rows[:, :CLOSE], near[:, :CLOSE]), seed)
        for one in np.flatnonzero(np.bincount(inner) >= fewest):
            out[members[inner == one]] = count
            count += 1
    return np.unique(out, return_inverse=True)[1].astype(np.int64)


def distances(points: F32) -> F64:
    """1 - cosine of each pair, in the order that scipy wants. (m * (m - 1) / 2,)"""
    count = len(points)
    out, start = np.empty(count * (count - 1) // 2), 0
    for row in range(count - 1):
        end = start + count - 1 - row
        out[start:end] = 1 - points[row + 1 :] @ points[row]
        start = end
    return np.maximum(out, 0)


def _joined_across(points: F32, groups: I64, count: int) -> I64:
    """The same rule again with whole groups, whichever theme they stand in."""
    sums, sizes = sums_of(points, groups, count)
    alike = (sums @ sums.T) / np.outer(sizes, sizes)
    np.fill_diagonal(alike, -2)
    home = np.arange(count)
    while count > 1:
        one, other = divmod(int(alike.argmax()), count)
        if alike[one, other] < ALIKE:
            break
        sums[one] += sums[other]
        sizes[one] += sizes[other]
        home[home == other] = one
        alike[other], alike[:, other] = -2, -2
        fresh = np.where(alike[one] == -2, -2, (sums @ sums[one]) / (sizes * sizes[one]))
        alike[one], alike[:, one] = fresh, fresh
    return np.unique(home[groups], return_inverse=True)[1].astype(np.int64)


def sums_of(points: F32, groups: I64, count: int) -> tuple[F64, F64]:
    """Sum of the vectors (count, d) and number of messages (count,) of each group."""
    sums = np.zeros((count, points.shape[1]))
    np.add.at(sums, groups, points)
    return sums, np.bincount(groups, minlength=count).astype(np.float64)


def _unit(rows: F64) -> F32:
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
