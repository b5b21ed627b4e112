"""What each group said to each statement: counts, rates with intervals, what all groups share, what bridges them."""

from typing import Final, TypeVar

import numba as nb
import numpy as np

from massline.engine.opinion.votes import AGREE, DISAGREE, F64, I8, I32, I64, Votes
from massline.engine.shares import Z95

SIDES: Final = (AGREE, DISAGREE)
SIDE_NAMES: Final = {AGREE: "agree", DISAGREE: "disagree"}

Tally = TypeVar("Tally", I64, F64)
"""Votes counted, or added up by weight."""


def tally(votes: Votes, group: I32, *, groups: int) -> I64:
    """Votes of each group on each statement (groups, m, 3): disagree, pass, agree. group (n,): -1 is in no group."""
    return _tally(
        votes.starts, votes.columns, votes.values, group, np.zeros((groups, len(votes.statements), 3), np.int64)
    )


@nb.njit(nogil=True, cache=True)
def _tally(starts: I64, columns: I32, values: I8, group: I32, out: I64) -> I64:
    for person in range(len(starts) - 1):
        if group[person] >= 0:
            for at in range(starts[person], starts[person + 1]):
                out[group[person], columns[at], values[at] + 1] += 1
    return out


def weighted_tally(votes: Votes, group: I32, weights: F64, *, groups: int, fewest: int) -> F64:
    """Votes of each group on each statement by weight (groups, m, 3), as many in all as would tell as much if all counted
    alike (Kish, Survey Sampling (1965), section 11.7); zeros where fewer than `fewest` people have voted. weights (n,)."""
    people, total, squares = _weighted_tally(
        votes.starts, votes.columns, votes.values, group, (weights, np.zeros((3, groups, len(votes.statements), 3)))
    )
    whole = squares.sum(axis=2, keepdims=True)
    scale = np.divide(total.sum(axis=2, keepdims=True), whole, out=np.zeros_like(whole), where=whole > 0)
    return np.where(people.sum(axis=2, keepdims=True) >= fewest, total * scale, 0.0)


@nb.njit(nogil=True, cache=True)
def _weighted_tally(starts: I64, columns: I32, values: I8, group: I32, into: tuple[F64, F64]) -> F64:
    """People, weights and squares of weights (3, groups, m, 3). into: weights (n,), and zeros of that shape."""
    weights, out = into
    for person in range(len(starts) - 1):
        if group[person] >= 0:
            for at in range(starts[person], starts[person + 1]):
                out[0, group[person], columns[at], values[at] + 1] += 1
                out[1, group[person], columns[at], values[at] + 1] += weights[person]
                out[2, group[person], columns[at], values[at] + 1] += weights[person] ** 2
    return out


def wilson(hits: F64 | I64, trials: F64 | I64) -> tuple[F64, F64]:
    """Low and high end of Wilson's 95 % interval of a share; 0 to 1 where there are no trials. Any shape.

    Source: Wilson, Probable inference, JASA 22 (1927) 209-212.
    """
    trials = np.asarray(trials, np.float64)
    n = np.maximum(trials, 1)
    share = np.asarray(hits, np.float64) / n
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    known = trials > 0
    return np.where(known, np.maximum(middle - half, 0), 0.0), np.where(known, np.minimum(middle + half, 1), 1.0)


def side_counts(counts: Tally) -> tuple[Tally, Tally]:
    """From a tally (..., 3): votes on the sides agree and disagree (2, ...), and all votes, passes too (...)."""
    return np.stack([counts[..., 2], counts[..., 0]]), counts.sum(axis=-1)


def consensus(counts: Tally) -> tuple[F64, F64, F64, I8]:
    """The lowest agreement among the groups, on the side where it is highest, for each statement.

    counts (groups, m, 3). Returns rate, low, high (m,) and the side (m,) AGREE or DISAGREE. low and high: the lowest of
    the groups' lower ends and the lowest of their upper ends, each of a 95 % interval: the true minimum lies between
    them at least as often as all groups' intervals hold. NaN where a group has not voted: about such a statement
    nothing can be said.
    """
    hits, trials = side_counts(counts)  # (2, groups, m), (groups, m)
    rate = np.where(trials > 0, hits / np.maximum(trials, 1), np.nan).min(axis=1)  # (2, m)
    low, high = (end.min(axis=1) for end in wilson(hits, np.broadcast_to(trials, hits.shape)))  # (2, m)
    known = (trials > 0).all(axis=0)
    side = (np.where(known, rate, 0.0)[1] > np.where(known, rate, 0.0)[0]).astype(np.intp)
    pick = (side, np.arange(len(side)))
    unknown = np.where(known, 1.0, np.nan)
    return rate[pick], low[pick] * unknown, high[pick] * unknown, np.array(SIDES, np.int8)[side]


def bridging(counts: I64) -> F64:
    """How often two people of different groups take the same side, groups that are far apart counting more. (m,), 0 to 1.

    The chance that a person of group g and one of group h both agree or both disagree, averaged over the pairs of
    groups with weight = mean distance of their rates over all statements. Rates are drawn towards one third, (hits + 1)
    / (votes + 3), so that few votes show little. NaN with fewer than two groups.
    """
    if len(counts) < 2:
        return np.full(counts.shape[1], np.nan)
    hits, trials = side_counts(counts)
    rates = (hits + 1) / (trials + 3)  # (2, groups, m)
    one, other = np.triu_indices(len(counts), 1)
    together = (rates[:, one] * rates[:, other]).sum(axis=0)  # (pairs, m)
    apart = np.abs(rates[:, one] - rates[:, other]).sum(axis=0).mean(axis=1)  # (pairs,)
    return apart @ together / max(apart.sum(), 1e-12)


def group_informed_consensus(counts: I64) -> F64:
    """Polis' figure: the product over groups of (agree + 1) / (votes + 2). (m,)

    Source: compdemocracy/polis, conversation.clj (19af6644), `:group-aware-consensus`.
    """
    product: F64 = np.prod((counts[..., 2] + 1) / (counts.sum(axis=-1) + 2), axis=0)
    return product
