"""Latent opinion groups: each group agrees with each statement at its own rate, each person belongs to one group.

A mixture of independent agree/disagree votes, fitted by expectation maximisation on the votes that were cast: an unseen
statement says nothing, a pass says nothing about the side.
Sums go person by person, on one thread.
"""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np

from massline.engine.opinion.votes import F64, I8, I32, I64, PASS, Votes

PRIOR: Final = 2.0
"""Votes at the statement's overall rate that every group starts with, so that a small group is not certain of anything."""
SETTLED: Final = 1e-6
"""Relative gain of the log-likelihood under which a fit has come to rest."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """k groups. weight (k,): share of people. agree (m, k): chance that a side taken is agree. overall (m,): the same
    over everybody. gain: log-likelihood of the votes it was fitted to."""

    weight: F64
    agree: F64
    overall: F64
    gain: float


def sides(votes: Votes) -> Votes:
    """The votes that take a side. All people stay."""
    keep = votes.values != PASS
    kept = np.concatenate([[0], np.cumsum(keep)])
    return Votes(votes.people, votes.statements, kept[votes.starts], votes.columns[keep], votes.values[keep], None)


def overall_rates(votes: Votes) -> F64:
    """Share of agree among the sides taken (m,), drawn towards one half by two votes."""
    statements = len(votes.statements)
    agree = np.bincount(votes.columns, weights=votes.values > 0, minlength=statements)
    return (agree + 1) / (np.bincount(votes.columns, minlength=statements) + 2)


def fit(votes: Votes, start: F64, *, weights: F64, rounds: int) -> Mixture:
    """A mixture from first memberships. votes: sides only. start (n, k): how much each person belongs to each group.
    weights (n,): how often each person counts. rounds: at most so many."""
    overall = overall_rates(votes)
    counts = _counted(votes.starts, votes.columns, votes.values, start * weights[:, None], len(overall))
    return refine(
        votes, _mixture(counts, (start * weights[:, None]).sum(axis=0), overall), weights=weights, rounds=rounds
    )


def refine(votes: Votes, mixture: Mixture, *, weights: F64, rounds: int) -> Mixture:
    """Go on from a mixture until the votes gain no more."""
    overall, gain = overall_rates(votes), -np.inf
    for _ in range(rounds):
        counts, people, reached = _expect(votes.starts, votes.columns, votes.values, weights, _logs(mixture))
        mixture = _mixture(counts, people, overall, gain=float(reached))
        if mixture.gain - gain < SETTLED * abs(mixture.gain):
            break
        gain = mixture.gain
    return mixture


def _mixture(counts: F64, people: F64, overall: F64, *, gain: float = -np.inf) -> Mixture:
    """counts (m, 2, k): weighted disagree and agree votes. people (k,): weighted people."""
    agree = (counts[:, 1] + PRIOR * overall[:, None]) / (counts.sum(axis=1) + PRIOR)
    return Mixture((people + 1) / (people + 1).sum(), agree, overall, gain)


def _logs(mixture: Mixture) -> tuple[F64, F64]:
    """Log chances of disagree and agree (m, 2, k) and of the groups (k,)."""
    return np.log(np.stack([1 - mixture.agree, mixture.agree], axis=1)), np.log(mixture.weight)


def memberships(votes: Votes, mixture: Mixture) -> F64:
    """How likely each person belongs to each group (n, k), from the sides the person took. votes: sides only."""
    return _memberships(votes.starts, votes.columns, votes.values, *_logs(mixture))


def vote_gains(votes: Votes, membership: F64, mixture: Mixture) -> F64:
    """Log chance of the votes of each person (n,) when only the membership (n, k) is known of the person. votes: sides only."""
    return _gains(votes.starts, votes.columns, votes.values, membership, mixture.agree)


@nb.njit(inline="always")
def _join(row: F64) -> float:
    """Turn log chances (k,) into chances, in place. Returns the log of their sum."""
    most = row.max()
    total = 0.0
    for at in range(len(row)):
        row[at] = np.exp(row[at] - most)
        total += row[at]
    for at in range(len(row)):
        row[at] /= total
    return most + np.log(total)


@nb.njit(inline="always")
def _chances(columns: I32, values: I8, logs: F64, row: F64) -> None:
    """Add the log chances of one person's votes to the row (k,)."""
    for at in range(len(columns)):
        side = 1 if values[at] > 0 else 0
        for group in range(len(row)):
            row[group] += logs[columns[at], side, group]


@nb.njit(nogil=True, cache=True)
def _expect(starts: I64, columns: I32, values: I8, weights: F64, model: tuple[F64, F64]) -> tuple[F64, F64, float]:
    """Weighted votes by statement, side and group (m, 2, k), people by group (k,), and log-likelihood. model: see `_logs`."""
    logs, first = model
    counts, members, gain, row = np.zeros(logs.shape), np.zeros(len(first)), 0.0, np.empty(len(first))
    for one in range(len(starts) - 1):
        if weights[one] == 0:
            continue
        row[:] = first
        _chances(columns[starts[one] : starts[one + 1]], values[starts[one] : starts[one + 1]], logs, row)
        gain += weights[one] * _join(row)
        for group in range(len(row)):
            row[group] *= weights[one]
            members[group] += row[group]
        for at in range(starts[one], starts[one + 1]):
            side = 1 if values[at] > 0 else 0
            for group in range(len(row)):
                counts[columns[at], side, group] += row[group]
    return counts, members, gain


@nb.njit(nogil=True, cache=True)
def _counted(starts: I64, columns: I32, values: I8, membership: F64, statements: int) -> F64:
    """As the counts of `_expect`, from given memberships (n, k)."""
    counts = np.zeros((statements, 2, membership.shape[1]))
    for one in range(len(starts) - 1):
        for at in range(starts[one], starts[one + 1]):
            side = 1 if values[at] > 0 else 0
            for group in range(membership.shape[1]):
                counts[columns[at], side, group] += membership[one, group]
    return counts


@nb.njit(nogil=True, cache=True)
def _memberships(starts: I64, columns: I32, values: I8, logs: F64, first: F64) -> F64:
    out = np.empty((len(starts) - 1, len(first)))
    for one in range(len(out)):
        out[one] = first
        _chances(columns[starts[one] : starts[one + 1]], values[starts[one] : starts[one + 1]], logs, out[one])
        _join(out[one])
    return out


@nb.njit(nogil=True, cache=True)
def _gains(starts: I64, columns: I32, values: I8, membership: F64, agree: F64) -> F64:
    out = np.zeros(len(starts) - 1)
    for one in range(len(out)):
        for at in range(starts[one], starts[one + 1]):
            chance = 0.0
            for group in range(membership.shape[1]):
                chance += membership[one, group] * agree[columns[at], group]
            out[one] += np.log(chance if values[at] > 0 else 1 - chance)
    return out
