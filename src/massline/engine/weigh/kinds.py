"""Corrected shares of a very large sample: rows that say the same of themselves are of one kind, and weigh the same.

What `raking` and `estimates` do row by row is done here kind by kind, so that a figure costs as much as the rows that it is
about, not as all rows; the figures are the same but for rounding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse

from massline.engine.buffers import I32
from massline.engine.weigh.estimates import FREEINGS, Estimate
from massline.engine.weigh.margins import F64, I64, Margins
from massline.engine.weigh.raking import NOT_SAID, Cells, Raked, cells_of, rake

ROUNDED: Final = 1e-14
"""Share of its parts below which a variance is what rounding has left: the margins give the figure."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """of (n,): the kind of each row. rows (k,): how many rows are of it. cells: of (k,), what a kind says of each margin."""

    of: I32
    rows: I64
    cells: tuple[Cells, ...]

    def by_row(self, raked: Raked) -> tuple[Raked, list[Cells]]:
        """What is known of the kinds, row by row: weights (n,) and cells. 10 bytes a row, and 2 a margin."""
        cells = [replace(one, of=_narrow(one.of)[self.of]) for one in self.cells]
        return replace(raked, weights=(raked.weights / self.rows)[self.of], steps=()), cells


def _narrow(places: I64) -> I64:
    """The same numbers in two bytes each; they are counted, and nothing else."""
    return places.astype(np.int16)


def kinds_of(margins: Margins, said: Iterable[Sequence[I32]]) -> Kinds:
    """The kinds of n rows. said: block by block, for each margin which of its categories each row is in, NOT_SAID for none.
    Memory: 12 bytes a row."""
    sizes = [len(margin.categories) + 1 for margin in margins.each]
    steps = np.cumprod([1, *sizes[:-1]])
    keys = [sum((one.astype(np.int64) + 1) * step for one, step in zip(block, steps, strict=True)) for block in said]
    found = np.unique(np.concatenate([np.zeros(0, np.int64), *map(np.unique, keys)]))
    of = np.concatenate([np.zeros(0, np.int32), *(np.searchsorted(found, one).astype(np.int32) for one in keys)])
    cells = []
    for margin, size, step in zip(margins.each, sizes, steps, strict=True):
        places = found // step % size - 1
        known = [margin.categories[at] for at in places[places != NOT_SAID].tolist()]
        cells.append(replace(cells_of(margin, known), of=places))
    return Kinds(of, np.bincount(of, minlength=len(found)).astype(np.int64), tuple(cells))


def rake_kinds(kinds: Kinds) -> Raked:
    """Weights (k,) of kinds of rows that weigh the same at first: `rake` of all their rows, added up."""
    rows = kinds.rows.astype(np.float64)
    return rake(rows, kinds.cells, total=float(rows.sum()), rows=kinds.rows)


class Shares:
    """Shares of a raked sample whose rows come from c clusters."""

    def __init__(self, kinds: Kinds, raked: Raked, clusters: I64) -> None:
        """clusters (n,): number of each row's, from 0 on."""
        self._kinds, self._raked, self._clusters = kinds, raked, clusters
        self._each = raked.weights / kinds.rows  # (k,): weight of one row
        self._sizes = np.bincount(clusters)  # (c,)
        self._kind = np.zeros(len(self._sizes), np.int32)  # (c,): of a cluster that has rows of one kind
        self._kind[clusters] = kinds.of
        mixed = np.zeros(len(self._sizes), np.bool_)
        mixed[clusters[kinds.of != self._kind[clusters]]] = True
        inside = np.flatnonzero(mixed[clusters])
        numbers, places = np.unique(clusters[inside], return_inverse=True)
        self._mixed, ones = numbers, np.ones(len(inside))
        self._counts = scipy.sparse.csr_matrix(
            (ones, (places, kinds.of[inside])), shape=(len(numbers), len(kinds.rows))
        )
        squares = np.where(mixed, 0, self._sizes.astype(np.float64) ** 2)
        self._squares = np.bincount(self._kind, squares, minlength=len(kinds.rows))  # (k,)

    def share(self, rows: I64) -> Estimate:
        """The weighted share of these rows and its standard error: `estimates.mean_of`, which is 1 for them and 0 for others."""
        held = np.bincount(self._kinds.of[rows], minlength=len(self._each))
        total = float(self._raked.weights.sum())
        value = float((self._each * held).sum() / total)
        further = self._each / total  # (k,): by how much a row that is held stands above one that is not
        left = self._freed(-value * further, held, further)
        variance, parts = self._spread(rows, left, further)
        return Estimate(value, 0.0 if variance < ROUNDED * parts else float(np.sqrt(variance)))

    def _freed(self, left: F64, held: I64, further: F64) -> F64:
        """The linearised value (k,) of a row that is not held, freed of what the margins explain."""
        steps = [step / self._kinds.rows for step in self._raked.steps]
        for _ in range(FREEINGS):
            for one, step in zip(self._kinds.cells, steps, strict=True):
                said = one.of + 1
                whole = self._kinds.rows * left + held * further
                ratio = np.divide(whole, step, out=np.zeros_like(left), where=step > 0)
                mean = np.bincount(said, ratio) / np.maximum(np.bincount(said, self._kinds.rows), 1)
                left = left - step * mean[said]
        return left

    def _spread(self, rows: I64, left: F64, further: F64) -> tuple[float, float]:
        """Variance of the sums of clusters, and the sum of what it is made of."""
        here, places = np.unique(self._clusters[rows], return_inverse=True)
        beyond = np.bincount(places, further[self._kinds.of[rows]])  # of the clusters that have such rows
        mixed = self._counts @ left
        below = self._sizes[here] * left[self._kind[here]]
        at = np.searchsorted(self._mixed, here)
        found = at < len(self._mixed)
        found[found] = self._mixed[at[found]] == here[found]
        below[found] = mixed[at[found]]
        squares = float((self._squares * left**2).sum() + (mixed**2).sum())
        parts = squares + float(np.abs(2 * below * beyond).sum() + (beyond**2).sum())
        n, whole = len(self._sizes), float(self._kinds.rows @ left + beyond.sum())
        spread = squares + float((2 * below * beyond + beyond**2).sum()) - whole**2 / n
        return max(0.0, spread) * n / (n - 1), parts
