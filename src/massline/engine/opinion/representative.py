"""Statements that mark a group, and statements that most people share: Polis' tests and its ways of choosing.

Source of the rules: compdemocracy/polis, math/src/polismath/math/repness.clj (2679ba7f) and stats.clj (a2d0747e); see
docs/explanation/opinion-groups.md for the place of each. The code is ours.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from massline.engine.opinion.rates import side_counts
from massline.engine.opinion.votes import AGREE, DISAGREE, F64, I64, Bools

Z90: Final = 1.2816
"""One-sided significance at 90 %, as stats.clj has it (`z-sig-90?`)."""
MOST: Final = 5
"""Statements chosen for a group, and for each side of the consensus."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement that marks a group. statement: its column. side: AGREE or DISAGREE. hits of trials in the group;
    rate: smoothed share; rate_test, contrast_test: z values; contrast: the rate over that of all other groups.
    best_agree: put first as the best agreed one."""

    statement: int
    side: int
    hits: int
    trials: int
    rate: float
    rate_test: float
    contrast: float
    contrast_test: float
    best_agree: bool = False


@dataclass(frozen=True, slots=True)
class Tests:
    """Statistics of every statement in every group; arrays (2, groups, m), first agree, then disagree. trials (groups, m)."""

    hits: I64
    trials: I64
    rate: F64
    rate_test: F64
    contrast: F64
    contrast_test: F64

    def sides(self, group: int) -> I64:
        """The side of each statement that sets the group apart more (m,): 0 for agree, 1 for disagree."""
        agreed, disagreed = self.contrast_test[:, group]
        return np.where(agreed > disagreed, 0, 1)

    def strength(self, group: int) -> F64:
        """What the marks of a group are sorted by (m,)."""
        at = (self.sides(group), group, np.arange(self.trials.shape[1]))
        strength: F64 = self.contrast[at] * self.contrast_test[at] * self.rate[at] * self.rate_test[at]
        return strength

    def mark(self, group: int, statement: int, *, best_agree: bool = False) -> Mark:
        """The statement as a mark of the group."""
        chosen = int(self.sides(group)[statement])
        at = (chosen, group, statement)
        return Mark(
            statement,
            (AGREE, DISAGREE)[chosen],
            int(self.hits[at]),
            int(self.trials[group, statement]),
            float(self.rate[at]),
            float(self.rate_test[at]),
            float(self.contrast[at]),
            float(self.contrast_test[at]),
            best_agree,
        )


def share_test(hits: I64, trials: I64) -> F64:
    """z of a share against one half, one hit and one trial added."""
    return 2 * np.sqrt(trials + 1) * ((hits + 1) / (trials + 1) - 0.5)


def two_share_test(hits: I64, trials: I64, other_hits: I64, other_trials: I64) -> F64:
    """z of a share against another, one hit and one trial added to each; 0 where everybody is a hit."""
    hits, trials, other_hits, other_trials = (counts + 1 for counts in (hits, trials, other_hits, other_trials))
    pooled = (hits + other_hits) / (trials + other_trials)
    error = np.sqrt(np.maximum(pooled * (1 - pooled), 0) * (1 / trials + 1 / other_trials))
    difference = hits / trials - other_hits / other_trials
    return np.where(pooled == 1, 0.0, difference / np.where(error > 0, error, 1))


def tests(counts: I64) -> Tests:
    """All statistics from a tally (groups, m, 3). The others are all people in other groups."""
    hits, trials = side_counts(counts)
    other_hits, other_trials = hits.sum(axis=1, keepdims=True) - hits, trials.sum(axis=0, keepdims=True) - trials
    rate = (hits + 1) / (trials + 2)
    return Tests(
        hits,
        trials,
        rate,
        share_test(hits, np.broadcast_to(trials, hits.shape)),
        rate / ((other_hits + 1) / (other_trials + 2)),
        two_share_test(
            hits, np.broadcast_to(trials, hits.shape), other_hits, np.broadcast_to(other_trials, hits.shape)
        ),
    )


def representative(found: Tests, *, allowed: Bools) -> list[list[Mark]]:
    """The marks of each group, at most MOST, agreed ones first. allowed (m,): statements that are not moderated out.

    A mark passes when, on one side, share and contrast are both significant at 90 %. The best agreed statement goes
    first even when it does not pass; a group without any passing one keeps that, or else the one that sets it apart most.
    """
    return [_marks(found, group, np.flatnonzero(allowed)) for group in range(found.trials.shape[0])]


def passing(found: Tests) -> Bools:
    """Which statements set each group apart for certain (groups, m): share and contrast significant at 90 % on one side."""
    both = (found.contrast_test > Z90) & (found.rate_test > Z90)
    return np.logical_or(both[0], both[1])


def _marks(found: Tests, group: int, statements: I64) -> list[Mark]:
    best = _best_agreed(found, group, statements)
    passed = statements[passing(found)[group, statements]]
    if len(passed) == 0:
        return _most_apart(found, group, statements) if best is None else [found.mark(group, best, best_agree=True)]
    rest = passed[np.argsort(-found.strength(group)[passed], kind="stable")]
    first = [] if best is None else [found.mark(group, best, best_agree=True)]
    chosen = first + [found.mark(group, int(one)) for one in rest[:MOST] if one != best]
    return sorted(chosen[:MOST], key=lambda mark: mark.side == DISAGREE)


def _best_agreed(found: Tests, group: int, statements: I64) -> int | None:
    """The statement with the best agreement, by the rules of `beats-best-agr?`: a running best, in the order of the
    statements."""
    rate, rate_test = found.rate[0, group], found.rate_test[0, group]
    contrast, contrast_test = found.contrast[0, group], found.contrast_test[0, group]
    agreed = rate * rate_test
    apart = agreed * contrast * contrast_test
    may_lead = (rate_test > Z90) | ((contrast > 1) & (rate > 0.5))
    best: int | None = None
    for at in map(int, statements[found.hits[:, group, statements].any(axis=0)]):
        if best is None:
            best = at if may_lead[at] else None
        elif contrast[best] > 1:
            best = at if apart[at] > apart[best] else best
        else:
            best = at if agreed[at] > agreed[best] else best
    return best


def _most_apart(found: Tests, group: int, statements: I64) -> list[Mark]:
    if len(statements) == 0:
        return []
    strongest = found.contrast_test[:, group, statements].max(axis=0)
    return [found.mark(group, int(statements[strongest.argmax()]))]


def shared(counts: I64, *, allowed: Bools) -> dict[int, list[int]]:
    """AGREE and DISAGREE -> statements that most people share, best first, at most MOST: over half, significant at 90
    %. counts (m, 3)."""
    hits, trials = side_counts(counts)
    rate, test = (hits + 1) / (trials + 2), share_test(hits, np.broadcast_to(trials, hits.shape))
    chosen = {}
    for row, side in enumerate((AGREE, DISAGREE)):
        passing = np.flatnonzero(allowed & (rate[row] > 0.5) & (test[row] > Z90))
        order = np.argsort(-(rate * test)[row, passing], kind="stable")
        chosen[side] = [int(at) for at in passing[order][:MOST]]
    return chosen
