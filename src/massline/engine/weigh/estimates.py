"""Mean, total and shares of a raked sample, with the standard errors that its design gives them.

The variance is that of R's package survey (Lumley, Analysis of complex survey samples, Journal of Statistical Software 9
(2004), 1-19): the linearised values, freed of what the margins explain, summed by cluster within strata.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from massline.engine.errors import InputError
from massline.engine.shares import Z95, likely
from massline.engine.weigh.margins import F64, I64
from massline.engine.weigh.raking import Cells, Raked

FREEINGS: Final = 10
"""Turns through the margins in which the linearised values are freed of them; as many as R's `svyrecvar`."""
NOTHING: Final = 1e-13
"""Share of the values below which an error is rounding: the margins give the figure, and nothing is left to chance."""


@dataclass(frozen=True, slots=True)
class Design:
    """How the sample was drawn. stratum (n,), cluster (n,): which each row came from. sampled (n,): the share of its
    stratum's clusters that was drawn, 0 where it is not known."""

    stratum: I64
    cluster: I64
    sampled: F64


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its standard error."""

    value: float
    error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end, 95 %, normal."""
        return self.value - Z95 * self.error, self.value + Z95 * self.error

    @property
    def share_interval(self) -> tuple[float, float]:
        """Wilson's interval of a share, 95 %, for as many rows as would give this standard error; so it stays in 0 to 1.

        Source: Korn and Graubard, Confidence intervals for proportions with small expected number of positive counts
        estimated from survey data, Survey Methodology 24 (1998) 193-201.
        """
        if self.error == 0:
            return self.value, self.value
        rows = self.value * (1 - self.value) / self.error**2
        return likely(self.value * rows, rows)


def mean_of(values: F64, raked: Raked, cells: Sequence[Cells], design: Design) -> Estimate:
    """The weighted mean of values (n,); NaN rows stand aside. Raises InputError when no row has a value."""
    known = np.isfinite(values)
    weight = float(raked.weights[known].sum())
    if weight == 0:
        raise InputError("No row has a value that counts. Name another column with --of.")
    value = float((raked.weights * np.where(known, values, 0)).sum() / weight)
    linearised = np.where(known, raked.weights * (np.where(known, values, 0) - value) / weight, 0)
    return Estimate(value, _error(linearised, raked, cells, design))


def total_of(values: F64, raked: Raked, cells: Sequence[Cells], design: Design) -> Estimate:
    """The weighted sum of values (n,) over the population; NaN rows count as 0."""
    weighted = raked.weights * np.where(np.isfinite(values), values, 0)
    return Estimate(float(weighted.sum()), _error(weighted, raked, cells, design))


def _error(linearised: F64, raked: Raked, cells: Sequence[Cells], design: Design) -> float:
    left = linearised.copy()
    for _ in range(FREEINGS):
        for one, step in zip(cells, raked.steps, strict=True):
            rows = one.of + 1  # those that do not tell are a group of their own
            ratio = np.divide(left, step, out=np.zeros_like(left), where=step > 0)
            mean = np.bincount(rows, ratio) / np.maximum(np.bincount(rows), 1)
            left -= step * mean[rows]
    variance = 0.0
    for stratum in np.unique(design.stratum):
        here = design.stratum == stratum
        sums = np.bincount(np.unique(design.cluster[here], return_inverse=True)[1], left[here])
        n = len(sums)
        if n < 2:
            raise InputError(
                "A stratum has one cluster only: its spread cannot be known. Join it with another stratum."
            )
        variance += (1 - design.sampled[here][0]) * n / (n - 1) * float(((sums - sums.mean()) ** 2).sum())
    error = float(np.sqrt(variance))
    return 0.0 if error < NOTHING * float(np.abs(linearised).sum()) else error
