"""The map of opinions: principal components of the sparse vote matrix, and people projected onto them.

An unseen statement counts as the statement's mean vote, so a centred row has entries only where the person voted:
nothing of the size people x statements is ever made. Sums go person by person, on one thread.
"""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from massline.engine.opinion.votes import F64, I8, I32, I64, Bools, Votes

DENSE_BELOW: Final = 24
"""Statements under which the whole (m, m) matrix is decomposed instead."""
BASIS: Final = 16
"""Lanczos vectors at least: with 16, six real conversations took 30 or 31 rounds each, with scipy's 20 mostly 38."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Where the votes spread most. means (m,): mean vote of each statement. components (d, m): unit rows. spread (d,):
    variance along each, summed over people."""

    means: F64
    components: F64
    spread: F64


def statement_means(votes: Votes) -> F64:
    """Mean vote of each statement (m,), 0 where nobody voted."""
    count = np.bincount(votes.columns, minlength=len(votes.statements))
    total = np.bincount(votes.columns, weights=votes.values, minlength=len(votes.statements))
    return total / np.maximum(count, 1)


def principal_axes(votes: Votes, *, count: int, tolerance: float = 0.0) -> Axes:
    """The first `count` principal components (fewer when there are fewer statements or people).

    tolerance: relative error of the spreads; 0 for all digits. Each component points to where its largest entry is
    positive, so that the picture does not flip from run to run. Cost: about 2 * v steps for each of some 30 to 100 rounds.
    """
    means, statements = statement_means(votes), len(votes.statements)
    centred = votes.values - means[votes.columns]
    count = min(count, statements, len(votes.people))
    if count == 0:
        return Axes(means, np.zeros((0, statements)), np.zeros(0))
    operator = LinearOperator(
        (statements, statements),
        matvec=lambda x: _gram_times(votes.starts, votes.columns, centred, np.ravel(x)),
        dtype=np.float64,
    )
    if statements < max(DENSE_BELOW, 2 * count + 2):
        spread, vectors = np.linalg.eigh(operator @ np.eye(statements))
    elif not centred.any():  # nobody differs: there is no direction to be found
        spread, vectors = np.zeros(count), np.eye(statements, count)
    else:
        start = np.random.default_rng(0).standard_normal(statements)
        basis = max(BASIS, 2 * count + 1)
        spread, vectors = eigsh(operator, k=count, v0=start, which="LA", tol=tolerance, ncv=basis)
    order = np.argsort(-spread, kind="stable")[:count]
    components = vectors[:, order].T.copy()  # (d, m)
    signs = np.sign(components[np.arange(count), np.abs(components).argmax(1)])
    components *= np.where(signs == 0, 1, signs)[:, None]
    return Axes(means, components, np.maximum(spread[order], 0))


@nb.njit(nogil=True, cache=True)
def _gram_times(starts: I64, columns: I32, centred: F64, x: F64) -> F64:
    """X' X x for the votes less their means X (n, m), centred its entries (v,), and x (m,)."""
    out = np.zeros(len(x))
    for person in range(len(starts) - 1):
        along = 0.0
        for at in range(starts[person], starts[person + 1]):
            along += centred[at] * x[columns[at]]
        for at in range(starts[person], starts[person + 1]):
            out[columns[at]] += centred[at] * along
    return out


def project(votes: Votes, axes: Axes, *, silent: int = 0) -> F64:
    """People on the axes (n, d). Somebody with few votes is pushed out from the middle by sqrt(m / own votes), as Polis does.

    silent: statements outside `votes` that count as passed by everybody (Polis treats moderated ones so).
    """
    scale = np.sqrt((len(votes.statements) + silent) / np.maximum(votes.per_person + silent, 1))
    return (
        _projected(votes.starts, votes.columns, votes.values, axes.means, np.ascontiguousarray(axes.components.T))
        * scale[:, None]
    )


@nb.njit(nogil=True, cache=True)
def _projected(starts: I64, columns: I32, values: I8, means: F64, axes: F64) -> F64:
    """axes (m, d). Returns (n, d)."""
    out = np.zeros((len(starts) - 1, axes.shape[1]))
    for person in range(len(out)):
        for at in range(starts[person], starts[person + 1]):
            column = columns[at]
            for axis in range(axes.shape[1]):
                out[person, axis] += (values[at] - means[column]) * axes[column, axis]
    return out


def on_all_statements(axes: Axes, used: Bools) -> Axes:
    """Two axes over all statements (m,) from axes over those in use: 0 for the others, and for an axis that is missing."""
    means, components = np.zeros(len(used)), np.zeros((2, len(used)))
    means[used] = axes.means
    components[: len(axes.components), used] = axes.components[:2]
    return Axes(means, components, axes.spread)
