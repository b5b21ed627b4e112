"""Floods: many voters who vote by one pattern in a short time. They are marked and counted, never dropped.

In each hour in which people came, those are sought who vote by one pattern: each agrees with what the others of them
voted, far more than with what everybody votes. A pattern that people of all other times show as well is an opinion, not a flood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numba as nb
import numpy as np

from massline.engine.opinion.votes import F64, I8, I32, I64, Bools, Votes

WINDOW: Final = 3_600_000
"""Milliseconds between the first votes of the first and the last person of one window; windows overlap by half."""
SMALLEST: Final = 5
"""People in the smallest flood."""
JUDGED: Final = 5
"""Votes of a person on statements on which others of the pattern voted."""
AGREEMENTS: Final = (0.55, 0.65, 0.7, 0.7, 0.7, 0.7)
"""Share of those that must be as the pattern has them, round by round."""
EVIDENCE: Final = np.log(10.0)
"""How much likelier, in logs, the pattern must make a person's votes than everybody's rates do."""
PURE: Final = 0.8
"""Share of all votes of a flood that must be as its pattern has them."""
EXPECTED_TIMES: Final = 10.0
"""A flood has so many times the people that its pattern finds among as many people of other times."""
DRAWS: Final = (10, 200)
"""Windows at least and at most that are drawn from people of other times, one for each window of the conversation; a pattern
is sought in them in the same way."""
CHANCE_TIMES: Final = 2.0
"""A flood has so many times the people of any pattern as pure that is found in these."""
HALF: Final = 0.5
PRIOR: Final = 2.0
"""Votes at everybody's rates that a pattern starts with, so that a few people are not certain of anything."""


@dataclass(frozen=True, slots=True)
class Floods:
    """flood (n,): number of the flood of each person, largest first, -1 for none. sizes (f,). first, last (f,): time of
    the first vote of the first and of the last person. judged: whether there were times to judge by."""

    flood: I32
    sizes: I64
    first: I64
    last: I64
    judged: bool

    @property
    def count(self) -> int:
        """How many floods."""
        return len(self.sizes)


class _Ballots(NamedTuple):
    """All votes, as the compiled search takes them. starts (n+1,): where each person's votes begin. columns (v,): statement.
    sides (v,): vote + 1. rates (m, 3): everybody's rate of each vote, drawn towards one third by three votes."""

    starts: I64
    columns: I32
    sides: I8
    rates: F64


def find_floods(votes: Votes) -> Floods:
    """Mark floods. Without times nothing can be said. Cost: some rounds over the votes of each window, and one over all
    votes and DRAWS windows more for each pattern that is found."""
    nothing = np.zeros(0, np.int64)
    none = np.full(len(votes.people), -1, np.int32)
    if votes.times is None or len(votes.values) == 0:
        return Floods(none, nothing, nothing, nothing, judged=False)
    voted = np.flatnonzero(votes.per_person)
    begins = np.full(len(votes.people), np.iinfo(np.int64).max)
    begins[voted] = np.minimum.reduceat(votes.times, votes.starts[voted])
    ballots = _ballots(votes)
    found: list[set[int]] = []
    windows = _windows(voted, begins)
    for window in windows:
        members = _pattern(ballots, window)
        if len(members) == 0:
            continue
        elsewhere = voted[~np.isin(voted, window, assume_unique=True)]
        if not _is_of_this_time(ballots, members, elsewhere, len(window)):
            continue
        purity = _purity(ballots, members)
        draws = _drawn(elsewhere, size=len(window), draws=len(windows))
        chance = (_alike_by_chance(ballots, drawn, purity=purity) for drawn in draws)
        if all(len(members) >= CHANCE_TIMES * people for people in chance):
            found = _merged(found, set(members.tolist()))
    found.sort(key=lambda people: (-len(people), min(people)))
    for number, people in enumerate(found):
        none[list(people)] = number
    ends = [(begins[list(people)].min(), begins[list(people)].max()) for people in found]
    first, last = np.array(ends, np.int64).reshape(-1, 2).T
    return Floods(none, np.array([len(people) for people in found], np.int64), first, last, judged=True)


def _ballots(votes: Votes) -> _Ballots:
    sides, statements = votes.values + np.int8(1), len(votes.statements)
    counts = (
        np.bincount(3 * votes.columns.astype(np.int64) + sides, minlength=3 * statements).reshape(statements, 3) + 1.0
    )
    return _Ballots(votes.starts, votes.columns, sides, counts / counts.sum(axis=1, keepdims=True))


def _windows(voted: I64, begins: I64) -> list[I64]:
    """People by the time of their first vote, in overlapping windows with at least SMALLEST of them."""
    slot = (begins[voted] - begins[voted].min()) // (WINDOW // 2)
    order = np.argsort(slot, kind="stable")
    slots, starts = np.unique(slot[order], return_index=True)
    parts = dict(zip(slots.tolist(), np.split(voted[order], starts[1:]), strict=True))
    windows = []
    for at, part in parts.items():
        window = np.concatenate([part, parts.get(at + 1, part[:0])])
        if len(window) >= SMALLEST:
            windows.append(np.sort(window))
    return windows


@nb.njit(nogil=True, cache=True)
def _pattern(ballots: _Ballots, window: I64) -> I64:
    """People of a window who vote by one pattern, none where these are fewer than SMALLEST; the others leave round by round. In
    the last rounds the pattern is that of the half who follow it most, so that people who merely lean its way do not blur it."""
    kept = np.ones(len(window), np.bool_)
    for round_ in range(len(AGREEMENTS)):
        last = AGREEMENTS[round_] == AGREEMENTS[-1]
        again = _followers(ballots, window, kept, round_)[0]
        if last and again.sum() >= SMALLEST:
            share = _followers(ballots, window, again, round_)[1]
            core = again & (share >= np.median(share[again]))
            again = _followers(ballots, window, core, round_)[0]
        if again.sum() < SMALLEST:
            return window[:0]
        if last and (again == kept).all():
            break
        kept = again
    return window[kept]


@nb.njit(nogil=True, cache=True)
def _followers(ballots: _Ballots, people: I64, kept: Bools, round_: int) -> tuple[Bools, F64]:
    """Who of the people (n,) votes by the pattern of those kept, and the share of each one's votes that are as it has them."""
    return _by_pattern(ballots, people, kept, _counted(ballots, people[kept]), round_)


@nb.njit(nogil=True, cache=True)
def _counted(ballots: _Ballots, people: I64) -> tuple[F64, F64]:
    """Votes of the people by statement and side (m, 3), and by statement (m,)."""
    counts = np.zeros(ballots.rates.shape)
    for person in people:
        for at in range(ballots.starts[person], ballots.starts[person + 1]):
            counts[ballots.columns[at], ballots.sides[at]] += 1
    return counts, counts[:, 0] + counts[:, 1] + counts[:, 2]


@nb.njit(nogil=True, cache=True)
def _by_pattern(
    ballots: _Ballots, people: I64, counted: Bools, pattern: tuple[F64, F64], round_: int
) -> tuple[Bools, F64]:
    """As _followers. pattern: what _counted gives. counted (n,): whose own votes are in it; they are left out."""
    matching, share = np.zeros(len(people), np.bool_), np.zeros(len(people))
    for one in range(len(people)):
        own = 1.0 if counted[one] else 0.0
        matching[one], share[one] = _follows(ballots, people[one], own, pattern, round_)
    return matching, share


@nb.njit(nogil=True, cache=True)
def _follows(ballots: _Ballots, person: int, own: float, pattern: tuple[F64, F64], round_: int) -> tuple[bool, float]:
    """Whether a person votes by the pattern, of which own are this person's votes, and the share of the votes that are as it has
    them. In the last rounds it must explain the votes far better than everybody's rates do."""
    (counts, totals), agreement = pattern, AGREEMENTS[round_]
    judged, agreed = 0, 0
    for at in range(ballots.starts[person], ballots.starts[person + 1]):
        others = totals[ballots.columns[at]] - own
        judged += others >= 1
        agreed += counts[ballots.columns[at], ballots.sides[at]] - own > HALF * others
    share = agreed / max(judged, 1)
    if judged < JUDGED or share < agreement:
        return False, share
    least = EVIDENCE if agreement == AGREEMENTS[-1] else 0.0
    return _evidence(ballots, person, pattern, own) > least, share


@nb.njit(nogil=True, cache=True)
def _evidence(ballots: _Ballots, person: int, pattern: tuple[F64, F64], own: float) -> float:
    """How much likelier, in logs, the pattern makes a person's votes than everybody's rates do."""
    evidence, (counts, totals) = 0.0, pattern
    for at in range(ballots.starts[person], ballots.starts[person + 1]):
        column, side = ballots.columns[at], ballots.sides[at]
        others, rate = totals[column] - own, ballots.rates[column, side]
        if others >= 1:
            evidence += np.log((counts[column, side] - own + PRIOR * rate) / ((others + PRIOR) * rate))
    return evidence


@nb.njit(nogil=True, cache=True)
def _purity(ballots: _Ballots, members: I64) -> float:
    """Share of the members' votes that are as their pattern has them, own votes left out."""
    counts, totals = _counted(ballots, members)
    judged, agreed = 0, 0
    for person in members:
        for at in range(ballots.starts[person], ballots.starts[person + 1]):
            others = totals[ballots.columns[at]] - 1
            judged += others >= 1
            agreed += counts[ballots.columns[at], ballots.sides[at]] - 1 > HALF * others
    return agreed / max(judged, 1)


def _is_of_this_time(ballots: _Ballots, members: I64, elsewhere: I64, size: int) -> bool:
    """Whether the people show a pattern indeed, of a window of that size, and people of other times hardly show it."""
    if len(elsewhere) == 0 or _purity(ballots, members) < PURE:
        return False
    most = len(members) * (len(elsewhere) + 1) / (EXPECTED_TIMES * size) - 1
    return not _more_show(ballots, elsewhere, _counted(ballots, members), most)


@nb.njit(nogil=True, cache=True)
def _more_show(ballots: _Ballots, people: I64, pattern: tuple[F64, F64], most: float) -> bool:
    """Whether more of the people than `most` show a pattern that none of their votes is in. Of an opinion the first few tell."""
    found = 0
    for person in people:
        found += _follows(ballots, person, 0.0, pattern, len(AGREEMENTS) - 1)[0]
        if found > most:
            return True
    return False


def _drawn(elsewhere: I64, *, size: int, draws: int) -> Iterator[I64]:
    """Windows of `size` people who have nothing to do with each other, as many as DRAWS allows."""
    generator = np.random.default_rng(0)
    for _ in range(min(max(draws, DRAWS[0]), DRAWS[1])):
        yield np.sort(generator.permutation(elsewhere)[:size])


def _alike_by_chance(ballots: _Ballots, drawn: I64, *, purity: float) -> int:
    """People of one pattern, at least so pure, whom the search finds in such a window: of many people some always vote alike."""
    members = _pattern(ballots, drawn)
    return len(members) if len(members) and _purity(ballots, members) >= purity else 0


def _merged(found: list[set[int]], people: set[int]) -> list[set[int]]:
    """Floods that share people are one."""
    apart = [other for other in found if not other & people]
    joined = people.union(*(other for other in found if other & people))
    return [*apart, joined]
