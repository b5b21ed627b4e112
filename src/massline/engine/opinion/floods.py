"""Floods: many voters who vote by one pattern in a short time. They are marked and counted, never dropped.

Two people who came within an hour of each other are alike when they agree on nearly all statements that both voted on and when that much
agreement is too unlikely to be chance, given how everybody votes. Somebody with enough such neighbours is in a flood. One person is never
a flood, and people who agree on what nearly everybody agrees on are not either.
"""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from massline.engine.opinion.votes import F64, I8, I32, I64, Votes

WINDOW: Final = 3_600_000
"""Milliseconds between the first votes of two people that are compared."""
NEIGHBOURS: Final = 400
"""People before and after, by the time of the first vote, that one is compared with at most."""
COMMON: Final = 8
"""Statements both must have voted on."""
AGREEMENT: Final = 0.9
"""Share of those on which both voted the same."""
UNLIKELY: Final = np.log(1e-4)
"""Log chance under which so much agreement is no chance."""
SMALLEST: Final = 5
"""People in the smallest flood."""
ALIKE: Final = 3
"""Alike neighbours that somebody in a flood has at least."""


@dataclass(frozen=True, slots=True)
class Floods:
    """flood (n,): number of the flood of each person, largest first, -1 for none. sizes (f,). first, last (f,): time of the first vote of
    the first and of the last person. judged: whether there were times to judge by."""

    flood: I32
    sizes: I64
    first: I64
    last: I64
    judged: bool

    @property
    def count(self) -> int:
        """How many floods."""
        return len(self.sizes)


def find_floods(votes: Votes) -> Floods:
    """Mark floods. Without times nothing can be said. Cost: at most people x 2 x NEIGHBOURS comparisons of two people's votes."""
    nothing = np.zeros(0, np.int64)
    none = np.full(len(votes.people), -1, np.int32)
    if votes.times is None or len(votes.values) == 0:
        return Floods(none, nothing, nothing, nothing, judged=False)
    voted = np.flatnonzero(votes.per_person)
    begins = np.full(len(votes.people), np.iinfo(np.int64).max)
    begins[voted] = np.minimum.reduceat(votes.times, votes.starts[voted])
    order = voted[np.argsort(begins[voted], kind="stable")]
    one, other = _alike(votes.starts, votes.columns, votes.values, _log_chances(votes), order, begins[order])
    flood = _joined(one, other, len(votes.people))
    count = int(flood.max()) + 1
    sizes = np.array([(flood == number).sum() for number in range(count)], np.int64)
    first = np.array([begins[flood == number].min() for number in range(count)], np.int64)
    last = np.array([begins[flood == number].max() for number in range(count)], np.int64)
    return Floods(flood, sizes, first, last, judged=True)


def _log_chances(votes: Votes) -> F64:
    """Log chance that two people vote the same on a statement, and that they do not (m, 2)."""
    counts = np.zeros((len(votes.statements), 3))
    np.add.at(counts, (votes.columns, votes.values + 1), 1)
    shares = (counts + 0.5) / (counts.sum(axis=1, keepdims=True) + 1.5)
    same = (shares**2).sum(axis=1)
    return np.log(np.stack([same, 1 - same], axis=1))


@nb.njit(nogil=True, cache=True)
def _alike(starts: I64, columns: I32, values: I8, chances: F64, order: I64, begins: I64) -> tuple[I64, I64]:
    """Pairs of alike people. order (p,): people by the time of their first vote, begins (p,)."""
    one, other = nb.typed.List.empty_list(nb.int64), nb.typed.List.empty_list(nb.int64)
    for at in range(len(order)):
        for after in range(at + 1, min(at + 1 + NEIGHBOURS, len(order))):
            if begins[after] - begins[at] > WINDOW:
                break
            if _are_alike(starts, columns, values, chances, order[at], order[after]):
                one.append(order[at])
                other.append(order[after])
    pairs = np.empty((2, len(one)), np.int64)
    for at in range(len(one)):
        pairs[0, at], pairs[1, at] = one[at], other[at]
    return pairs[0], pairs[1]


@nb.njit(nogil=True, cache=True)
def _are_alike(starts: I64, columns: I32, values: I8, chances: F64, one: int, other: int) -> bool:
    a, b, common, same, chance = starts[one], starts[other], 0, 0, 0.0
    while a < starts[one + 1] and b < starts[other + 1]:
        if columns[a] < columns[b]:
            a += 1
        elif columns[a] > columns[b]:
            b += 1
        else:
            common += 1
            if values[a] == values[b]:
                same += 1
                chance += chances[columns[a], 0]
            else:
                chance -= chances[columns[a], 0]
            a, b = a + 1, b + 1
    return common >= COMMON and same >= AGREEMENT * common and chance < UNLIKELY


def _joined(one: I64, other: I64, people: int) -> I32:
    """Floods of people with enough alike neighbours: joined by their likeness, numbered by size, the largest first."""
    alike = np.bincount(np.concatenate([one, other]), minlength=people)
    dense = (alike[one] >= ALIKE) & (alike[other] >= ALIKE)
    links = coo_array((np.ones(int(dense.sum())), (one[dense], other[dense])), shape=(people, people))
    label = connected_components(links, directed=False)[1]
    sizes = np.bincount(label, minlength=people)
    large = np.flatnonzero(sizes >= SMALLEST)
    large = large[np.argsort(-sizes[large], kind="stable")]
    number = np.full(len(sizes), -1, np.int32)
    number[large] = np.arange(len(large), dtype=np.int32)
    found: I32 = number[label]
    return found
