"""Raking: weights under which each margin of the sample is that of the population.

Source: Deming and Stephan, On a least squares adjustment of a sampled frequency table when the expected marginal totals
are known, Annals of Mathematical Statistics 11 (1940) 427-444; trimming as DeBell and Krosnick, Computing weights for
American National Election Study survey data (2009), section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from massline.engine.weigh.margins import F64, I64, Margin

CAP: Final = 5.0
"""No row counts more than this many times what an average row counts, by raking alone."""
ROUNDS: Final = 1_000
CLOSE: Final = 1e-12
"""Share of the total by which the last round of raking may still move a group."""
TRIMS: Final = 50
NOT_SAID: Final = -1


@dataclass(frozen=True, slots=True)
class Cells:
    """A sample's rows by one margin. of (n,): place of the category, NOT_SAID where the row does not tell.
    shares (k,): what each category should have; 0 for one that nobody is in."""

    variable: str
    categories: tuple[str, ...]
    of: I64
    shares: F64
    absent: tuple[str, ...]
    uncovered: float

    @property
    def not_said(self) -> int:
        """Rows that do not tell, or tell what the margin does not know."""
        return int((self.of == NOT_SAID).sum())


@dataclass(frozen=True, slots=True)
class Raked:
    """weights (n,), summing to the population. steps: weights right after each margin's last turn, which the variance
    needs. trimmed: rows at the cap. furthest: points by which the worst group misses its margin."""

    weights: F64
    steps: tuple[F64, ...]
    trimmed: int
    furthest: float


def cells_of(margin: Margin, said: Sequence[str]) -> Cells:
    """Which category each row is in. said (n,): the row's own words. A category of the population that no row is in
    cannot be spoken for: its share goes to the others, and is told in `uncovered`."""
    place = {category: at for at, category in enumerate(margin.categories)}
    of = np.array([place.get(one, NOT_SAID) for one in said], np.int64)
    present = np.bincount(of[of >= 0], minlength=len(place)) > 0
    covered = float(margin.shares[present].sum())
    shares = np.where(present, margin.shares / covered if covered else 0.0, 0.0)
    absent = tuple(
        category
        for category, here, share in zip(margin.categories, present, margin.shares, strict=True)
        if share > 0 and not here
    )
    return Cells(margin.variable, margin.categories, of, shares, absent, 1 - covered)


def rake(base: F64, cells: Sequence[Cells], *, total: float, rows: I64 | None = None) -> Raked:
    """Weights from design weights `base` (n,) > 0. Rows that do not tell a variable keep their part of it. rows (n,): how many
    each stands for; None for one.

    Cost: a few dozen rounds over n rows and the margins; memory: n numbers a margin.
    """
    start = base * (total / base.sum())
    weights, steps = _raked(start, cells)
    trimmed = np.zeros(len(base), np.bool_)
    for _ in range(TRIMS):
        most = CAP * start * (weights.sum() / start.sum())
        over = weights > most * (1 + 1e-9)
        if not over.any():
            break
        trimmed |= over
        weights, steps = _raked(np.minimum(weights, most), cells)
    weights = np.minimum(weights, CAP * start * (weights.sum() / start.sum()))
    held = int(trimmed.sum() if rows is None else rows[trimmed].sum())
    return Raked(weights * (total / weights.sum()), steps, held, _furthest(weights, cells))


def _raked(weights: F64, cells: Sequence[Cells]) -> tuple[F64, tuple[F64, ...]]:
    total = weights.sum()
    steps: list[F64] = [weights] * len(cells)
    for _ in range(ROUNDS):
        moved = 0.0
        for at, one in enumerate(cells):
            said = one.of >= 0
            now = np.bincount(one.of[said], weights[said], minlength=len(one.shares))
            wanted = one.shares * now.sum()
            moved = max(moved, float(np.abs(wanted - now).max(initial=0)))
            factor = np.divide(wanted, now, out=np.ones_like(now), where=now > 0)
            weights = np.where(said, weights * factor[one.of], weights)
            steps[at] = weights
        if moved <= CLOSE * total:
            break
    return weights, tuple(steps)


def _furthest(weights: F64, cells: Sequence[Cells]) -> float:
    """In points of a hundred."""
    worst = 0.0
    for one in cells:
        said = one.of >= 0
        now = np.bincount(one.of[said], weights[said], minlength=len(one.shares))
        if now.sum() > 0:
            worst = max(worst, float(np.abs(now / now.sum() - one.shares).max(initial=0)))
    return 100 * worst


def effective_size(weights: F64) -> float:
    """How many equally weighted rows would tell as much. Source: Kish, Survey Sampling (1965), section 11.7."""
    return float(weights.sum() ** 2 / (weights**2).sum())
