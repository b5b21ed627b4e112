"""Our method: the same groups whatever the order of votes, the number of workers or a restart; as many groups as the votes show.

The number of groups is the smallest that foretells held-back votes as well as any other. How sure the grouping is comes
from fitting it again to resampled people. Everybody with a vote that takes a side gets the likeliest group, and how likely it is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment

from massline.engine.opinion.latent import Mixture, fit, memberships, overall_rates, refine, sides, vote_gains
from massline.engine.opinion.projection import Axes, on_all_statements, principal_axes, project
from massline.engine.opinion.rates import tally
from massline.engine.opinion.representative import passing, tests
from massline.engine.opinion.votes import F64, I32, I64, Bools, Votes
from massline.engine.siphash import hash_strings

MOST_GROUPS: Final = 12
LEARNERS: Final = 6_000
"""People at most from whom the number of groups is learnt."""
FITTED: Final = 40_000
"""People at most to whom the groups are fitted; all others are placed."""
RESAMPLED: Final = 3_000
"""People at most in a resampling."""
LEAST_SIDES: Final = 5
"""Sides a person must have taken to be learnt from (fewer when there are fewer statements)."""
HELD_BACK: Final = 10
"""One vote in so many is held back at a time."""
ENOUGH: Final = 6_000
"""Votes held back from which the number of groups is chosen. Where one tenth has fewer, others are held back in turn."""
STARTS: Final = 6
SHORT: Final = 6
"""Rounds of a first try."""
LONG: Final = 60
"""Rounds of a fit."""
FEW: Final = 10
"""Rounds of a fit that goes on from an earlier one."""
AGAIN: Final = 25
"""Rounds of a fit to resampled people."""
AXES: Final = 10
"""Axes on which first memberships are sought."""
ROUGHLY: Final = 1e-3
"""Relative error of those axes: they only show where to begin."""
SURE: Final = 0.8
"""Chance from which on a person counts as placed."""
STEADY: Final = 0.6
"""Share of people that must stay in their group when it is fitted again; else fewer groups are tried."""
WEAKEST: Final = 0.4
"""The same share in the group that holds together least."""
ONE_ERROR: Final = 1.0
"""Standard errors by which fewer groups may foretell worse."""
PATIENCE: Final = 3
"""Numbers of groups in a row that foretell worse before no more are tried."""
SMALLEST: Final = 5
"""People that a group must have."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure a grouping is. replicates: times it was fitted again to resampled people. stays: share of people who
    stay; stays_by (k,): the same for each group. marks (k, m): share of the replicates in which a statement in use
    passes the tests of a mark of the group."""

    replicates: int
    stays: float
    stays_by: F64
    marks: F64


@dataclass(frozen=True, slots=True)
class StableGroups:
    """group (n,): the likeliest, -1 for people who took no side or when no groups were found. chance (n,): how likely it is.
    places (n, 2). mixture: over the statements in use. used (m,): those. foretold: number of groups -> mean log chance
    of a held-back vote. certainty: None when no groups were found."""

    group: I32
    chance: F64
    places: F64
    centres: F64
    mixture: Mixture
    used: Bools
    foretold: dict[int, float]
    certainty: Certainty | None
    axes: Axes

    @property
    def groups(self) -> int:
        """How many groups were found; 0 for none."""
        return 0 if len(self.mixture.weight) == 1 else len(self.mixture.weight)


def stable_groups(
    votes: Votes, *, moderated: Bools, seed: int = 0, replicates: int = 20, flooded: Bools | None = None
) -> StableGroups:
    """Groups of a conversation. moderated (m,): statements left out. flooded (n,): people from whom groups are not
    learnt; they are placed like everybody. Cost: a few seconds for two million votes, see benchmarks."""
    used = ~moderated
    taken = sides(votes.on_statements(used))
    teachers = taken if flooded is None else taken.of_people(~flooded)
    learners = _sample(teachers, most=LEARNERS)
    mixture, foretold = _number_of_groups(learners, seed=seed)
    certainty = None
    while len(mixture.weight) > 1:
        certainty = _resampled(learners, mixture, seed=seed, replicates=replicates)
        steady = certainty.stays >= STEADY and certainty.stays_by.min() >= WEAKEST
        if steady and _smallest(learners, mixture) >= SMALLEST:
            break
        mixture, certainty = _Fitting.of(learners, seed=seed).best(len(mixture.weight) - 1), None
    fitted = _sample(teachers, most=FITTED)
    mixture = refine(fitted, mixture, weights=np.ones(len(fitted.people)), rounds=LONG)
    return _placed(votes, taken, used, _largest_first(mixture, certainty), foretold)


def _smallest(people: Votes, mixture: Mixture) -> int:
    """People in the smallest group."""
    group = memberships(people, mixture).argmax(axis=1)
    return int(np.bincount(group, minlength=len(mixture.weight)).min())


def regroup(votes: Votes, before: StableGroups, known: pa.Array, *, moderated: Bools) -> StableGroups:
    """The same groups after a batch more of votes: the fit goes on from where it stood, the number and the names of the
    groups stay.

    known (m,): the statements of the earlier votes. A new statement begins at everybody's rates. How sure the grouping
    was is carried on for the statements that were there.
    """
    used = ~moderated
    taken = sides(votes.on_statements(used))
    overall = overall_rates(taken)
    earlier = dict(zip(known.filter(pa.array(before.used)).to_pylist(), before.mixture.agree, strict=True))
    names = taken.statements.to_pylist()
    agree = np.array(
        [earlier.get(name, np.full(len(before.mixture.weight), overall[at])) for at, name in enumerate(names)]
    )
    fitted = _sample(taken, most=FITTED)
    start = Mixture(before.mixture.weight, agree, overall, before.mixture.gain)
    mixture = refine(fitted, start, weights=np.ones(len(fitted.people)), rounds=FEW)
    certainty = before.certainty
    if certainty is not None:
        marks = dict(zip(earlier, certainty.marks.T, strict=True))
        none = np.zeros(len(mixture.weight))
        carried = np.array([marks.get(name, none) for name in names]).T
        certainty = Certainty(certainty.replicates, certainty.stays, certainty.stays_by, carried)
    return _placed(votes, taken, used, (mixture, certainty), before.foretold)


def _sample(taken: Votes, *, most: int) -> Votes:
    """People who took enough sides (all, when none did), at most so many: those whose id has the smallest hash, so
    that a newcomer moves at
    most one."""
    enough = taken.per_person >= min(LEAST_SIDES, max(1, len(taken.statements) // 2))
    if not enough.any():
        enough = taken.per_person >= 0
    if enough.sum() > most:
        keys = hash_strings(taken.people.cast(pa.large_string()), (11, 7)).astype(np.uint64)
        keys[~enough] = np.iinfo(np.uint64).max
        chosen = np.zeros(len(keys), np.bool_)
        chosen[np.argsort(keys, kind="stable")[:most]] = True
        enough &= chosen
    return taken.of_people(enough)


def _number_of_groups(learners: Votes, *, seed: int) -> tuple[Mixture, dict[int, float]]:
    """The smallest number of groups that foretells held-back votes as well as the best, fitted to all votes of the learners."""
    parts = _parts(learners)
    times = min(HELD_BACK, -(-ENOUGH * HELD_BACK // max(1, len(parts))))
    fittings = [_Fitting.of(_only(learners, parts != part), seed=seed) for part in range(times)]
    hidden = [_only(learners, parts == part) for part in range(times)]
    gains: dict[int, F64] = {}
    for k in range(1, min(MOST_GROUPS, len(learners.people) // (2 * SMALLEST)) + 1):
        gains[k] = np.zeros(len(learners.people))
        for known, held in zip(fittings, hidden, strict=True):
            mixture = known.best(k)
            gains[k] += vote_gains(held, memberships(known.votes, mixture), mixture)
        best = max(gains, key=lambda one: gains[one].sum())
        if k - best >= PATIENCE:
            break
    votes = max(1, sum(len(held.values) for held in hidden))
    foretold = {k: float(gain.sum()) / votes for k, gain in gains.items()}
    return _Fitting.of(learners, seed=seed).best(_smallest_as_good(gains)), foretold


def _smallest_as_good(gains: dict[int, F64]) -> int:
    """The smallest number whose votes are foretold within one standard error of the best; 1, no groups, only when it is
    the best itself. gains: number -> (n,)."""
    if not gains:
        return 1
    best = max(gains, key=lambda k: (gains[k].sum(), -k))
    for k in range(min(2, best), best):
        worse = gains[best] - gains[k]
        if worse.sum() <= ONE_ERROR * np.sqrt(len(worse)) * worse.std():
            return k
    return best


def _parts(votes: Votes) -> I64:
    """In which of HELD_BACK parts each vote is (v,): by a hash of person and statement, so that it does not depend on the
    order of anything."""
    person = hash_strings(votes.people.cast(pa.large_string()), (3, 5)).astype(np.uint64)
    statement = hash_strings(votes.statements.cast(pa.large_string()), (5, 3)).astype(np.uint64)
    mixed = np.repeat(person, votes.per_person) * np.uint64(0x9E3779B97F4A7C15) ^ statement[votes.columns]
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(33)) % np.uint64(HELD_BACK)).astype(np.int64)


def _only(votes: Votes, keep: Bools) -> Votes:
    kept = np.concatenate([[0], np.cumsum(keep)])
    return Votes(votes.people, votes.statements, kept[votes.starts], votes.columns[keep], votes.values[keep], None)


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Votes to which groups are fitted, and where their people lie on the first axes (n, d)."""

    votes: Votes
    places: F64
    seed: int

    @classmethod
    def of(cls, votes: Votes, *, seed: int) -> "_Fitting":
        """Find the axes. votes: sides only."""
        if len(votes.people) == 0 or len(votes.statements) == 0:
            return cls(votes, np.zeros((len(votes.people), 1)), seed)
        return cls(votes, project(votes, principal_axes(votes, count=AXES, tolerance=ROUGHLY)), seed)

    def best(self, k: int) -> Mixture:
        """The best of several fits of k groups, each from people who lie near each other."""
        weights = np.ones(len(self.places))
        if k == 1:
            return fit(self.votes, weights[:, None], weights=weights, rounds=1)
        return self._best(k, weights, np.random.default_rng([self.seed, k]), starts=STARTS, rounds=LONG)

    def again(self, k: int, *, replicate: int) -> Mixture:
        """A fit of k groups to people drawn with repetition."""
        generator = np.random.default_rng([self.seed, 1_000_003, k, replicate])
        weights = generator.poisson(1.0, len(self.places)).astype(np.float64)
        return self._best(k, weights, generator, starts=2, rounds=AGAIN)

    def _best(self, k: int, weights: F64, generator: np.random.Generator, *, starts: int, rounds: int) -> Mixture:
        near = self.places[:, : k + 1]
        tries = [
            fit(self.votes, _near(near, weights, k, generator), weights=weights, rounds=SHORT) for _ in range(starts)
        ]
        return refine(self.votes, max(tries, key=lambda mixture: mixture.gain), weights=weights, rounds=rounds)


def _near(places: F64, weights: F64, k: int, generator: np.random.Generator) -> F64:
    """First memberships (n, k): k people far apart, each with those who are nearest, after some rounds of k-means."""
    chance = weights / weights.sum()
    centres = places[[generator.choice(len(places), p=chance)]]
    for _ in range(k - 1):
        distance = _squares(places, centres).min(axis=1) * weights
        total = distance.sum()
        pick = generator.choice(len(places), p=distance / total if total > 0 else chance)
        centres = np.concatenate([centres, places[[pick]]])
    for _ in range(10):
        nearest = _squares(places, centres).argmin(axis=1)
        belongs = np.eye(k)[nearest] * weights[:, None]
        mass = belongs.sum(axis=0)
        centres = np.where(mass[:, None] > 0, belongs.T @ places / np.maximum(mass, 1e-12)[:, None], centres)
    return np.eye(k)[nearest] * 0.9 + 0.1 / k


def _squares(places: F64, centres: F64) -> F64:
    """Squared distances (n, k)."""
    squares = (places**2).sum(axis=1)[:, None] - 2 * places @ centres.T + (centres**2).sum(axis=1)
    return np.maximum(squares, 0.0)


def _resampled(learners: Votes, mixture: Mixture, *, seed: int, replicates: int) -> Certainty:
    """Fit the groups again to people drawn with repetition, and see who stays and which statements still mark their group."""
    people = _sample(learners, most=RESAMPLED)
    fitting, k = _Fitting.of(people, seed=seed), len(mixture.weight)
    reference = memberships(people, mixture).argmax(axis=1).astype(np.int32)
    sizes = np.maximum(np.bincount(reference, minlength=k), 1)
    stays, marks = np.zeros((replicates, k)), np.zeros((k, len(people.statements)))
    for one in range(replicates):
        label = memberships(people, fitting.again(k, replicate=one)).argmax(axis=1)
        overlap = np.zeros((k, k), np.int64)
        np.add.at(overlap, (reference, label), 1)
        match = linear_sum_assignment(-overlap)[1]
        stays[one] = overlap[np.arange(k), match] / sizes
        renamed = np.argsort(match)[label].astype(np.int32)
        marks += passing(tests(tally(people, renamed, groups=k)))
    return Certainty(replicates, float((stays @ sizes / sizes.sum()).mean()), stays.mean(axis=0), marks / replicates)


def _largest_first(mixture: Mixture, certainty: Certainty | None) -> tuple[Mixture, Certainty | None]:
    """Groups by size, so that their numbers do not depend on where the fit began."""
    order = np.argsort(-mixture.weight, kind="stable")
    sorted_mixture = Mixture(mixture.weight[order], mixture.agree[:, order].copy(), mixture.overall, mixture.gain)
    if certainty is None:
        return sorted_mixture, None
    renamed = Certainty(certainty.replicates, certainty.stays, certainty.stays_by[order], certainty.marks[order])
    return sorted_mixture, renamed


def _placed(
    votes: Votes, taken: Votes, used: Bools, found: tuple[Mixture, Certainty | None], foretold: dict[int, float]
) -> StableGroups:
    mixture, certainty = found
    belongs = memberships(taken, mixture)
    group, chance = belongs.argmax(axis=1).astype(np.int32), belongs.max(axis=1)
    silent = taken.per_person == 0
    group[silent | (len(mixture.weight) == 1)] = -1
    chance[group < 0] = np.nan
    inner = votes.on_statements(used)
    axes = principal_axes(_sample(inner, most=FITTED), count=2)
    places = np.zeros((len(votes.people), 2))
    places[:, : len(axes.components)] = project(inner, axes)
    k = len(mixture.weight)
    middles = [places[group == one].mean(axis=0) if (group == one).any() else np.zeros(2) for one in range(k) if k > 1]
    return StableGroups(
        group,
        chance,
        places,
        np.reshape(middles, (-1, 2)),
        mixture,
        used,
        foretold,
        certainty,
        on_all_statements(axes, used),
    )
