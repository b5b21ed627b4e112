"""Floods: many voters who vote by one pattern in a short time. They are marked and counted, never dropped.

In each hour in which people came, those are sought who vote by one pattern: each agrees with what the others of them
voted, far more than with what everybody votes. A pattern that people of all other times show as well is an opinion, not a flood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np

from massline.engine.opinion.votes import F64, I32, I64, Bools, Votes

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


@dataclass(frozen=True, slots=True)
class _Cells:
    """Votes of some people. rows (c,): person, counted from 0. cells (c,): 3 * statement + vote + 1. base (c,): log of
    everybody's rate of that vote. people: how many. size: 3 * statements."""

    rows: I64
    cells: I64
    base: F64
    people: int
    size: int


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
    logs = _everybody(votes)
    found: list[set[int]] = []
    windows = _windows(voted, begins)
    for window in windows:
        members = _pattern(votes, logs, window)
        if len(members) < SMALLEST or not _is_of_this_time(votes, logs, window, members):
            continue
        elsewhere = np.setdiff1d(voted, window)
        purity = _purity_of(votes, logs, members)
        draws = _drawn(elsewhere, size=len(window), draws=len(windows))
        chance = (_alike_by_chance(votes, logs, drawn, purity=purity) for drawn in draws)
        if all(len(members) >= CHANCE_TIMES * people for people in chance):
            found = _merged(found, set(members.tolist()))
    found.sort(key=lambda people: (-len(people), min(people)))
    for number, people in enumerate(found):
        none[list(people)] = number
    ends = [(begins[list(people)].min(), begins[list(people)].max()) for people in found]
    first, last = np.array(ends, np.int64).reshape(-1, 2).T
    return Floods(none, np.array([len(people) for people in found], np.int64), first, last, judged=True)


def _everybody(votes: Votes) -> F64:
    """Log rates of all votes of everybody (3 m,), drawn towards one third by three votes."""
    statements = len(votes.statements)
    cells = 3 * votes.columns.astype(np.int64) + votes.values + 1
    counts = np.bincount(cells, minlength=3 * statements).reshape(statements, 3) + 1.0
    logs: F64 = np.log(counts / counts.sum(axis=1, keepdims=True)).ravel()
    return logs


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


def _cells(votes: Votes, logs: F64, people: I64) -> _Cells:
    lengths = votes.per_person[people]
    rows = np.repeat(np.arange(len(people)), lengths)
    places = np.repeat(votes.starts[people] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(
        len(rows)
    )
    cells = 3 * votes.columns[places].astype(np.int64) + votes.values[places] + 1
    return _Cells(rows, cells, logs[cells], len(people), len(logs))


def _pattern(votes: Votes, logs: F64, window: I64) -> I64:
    """People of a window who vote by one pattern; the others leave round by round. In the last rounds the pattern is that of
    the half who follow it most, so that people who merely lean the same way do not blur it."""
    cells, kept = _cells(votes, logs, window), np.ones(len(window), np.bool_)
    for agreement in AGREEMENTS:
        again = _judged(cells, _counts(cells, kept), kept).by_pattern(agreement)
        if agreement == AGREEMENTS[-1] and again.sum() >= SMALLEST:
            follows = _judged(cells, _counts(cells, again), again).share
            core = again & (follows >= np.median(follows[again]))
            again = _judged(cells, _counts(cells, core), core).by_pattern(agreement)
        if again.sum() < SMALLEST or (agreement == AGREEMENTS[-1] and (again == kept).all()):
            return window[again] if again.sum() >= SMALLEST else window[:0]
        kept = again
    return window[kept]


def _counts(cells: _Cells, kept: Bools) -> F64:
    return np.bincount(cells.cells[kept[cells.rows]], minlength=cells.size).astype(np.float64)


@dataclass(frozen=True, slots=True)
class _Judged:
    """How people stand to a pattern. number (n,): votes that can be judged. agreed (n,): of them, as the pattern has them.
    evidence (n,): how much likelier, in logs, the pattern makes the votes than everybody's rates do."""

    number: I64
    agreed: I64
    evidence: F64

    @property
    def share(self) -> F64:
        """Share of the judged votes that are as the pattern has them (n,)."""
        return self.agreed / np.maximum(self.number, 1)

    def by_pattern(self, agreement: float) -> Bools:
        """Who votes by the pattern (n,)."""
        least = EVIDENCE if agreement == AGREEMENTS[-1] else 0.0
        matching: Bools = (self.number >= JUDGED) & (self.share >= agreement) & (self.evidence > least)
        return matching


def _judged(cells: _Cells, counts: F64, inside: Bools) -> _Judged:
    """By the pattern that the counts (3 m,) show, the own votes of those inside left out."""
    return _Judged(*_stand(cells.rows, cells.cells, cells.base, counts, inside))


@nb.njit(nogil=True, cache=True)
def _stand(rows: I64, cells: I64, base: F64, counts: F64, inside: Bools) -> tuple[I64, I64, F64]:
    """Votes judged, votes agreed and evidence of each person (n,); no evidence is taken from those who hardly agree."""
    number, agreed = np.zeros(len(inside), np.int64), np.zeros(len(inside), np.int64)
    evidence = np.zeros(len(inside))
    for at in range(len(rows)):
        own = 1.0 if inside[rows[at]] else 0.0
        first = cells[at] // 3 * 3
        same, total = counts[cells[at]] - own, counts[first] + counts[first + 1] + counts[first + 2] - own
        if total >= 1:
            number[rows[at]] += 1
            agreed[rows[at]] += same > HALF * total
    for at in range(len(rows)):
        if agreed[rows[at]] < AGREEMENTS[0] * number[rows[at]]:
            continue
        own = 1.0 if inside[rows[at]] else 0.0
        first = cells[at] // 3 * 3
        same, total = counts[cells[at]] - own, counts[first] + counts[first + 1] + counts[first + 2] - own
        if total >= 1:
            evidence[rows[at]] += np.log((same + PRIOR * np.exp(base[at])) / (total + PRIOR)) - base[at]
    return number, agreed, evidence


def _purity(cells: _Cells, counts: F64) -> float:
    """Share of the votes that are as the pattern has them, own votes left out."""
    others = counts.reshape(-1, 3).sum(axis=1)[cells.cells // 3] - 1
    judged = others >= 1
    return float(((counts[cells.cells] - 1 > HALF * others) & judged).sum() / max(1, judged.sum()))


def _purity_of(votes: Votes, logs: F64, members: I64) -> float:
    """Purity of the pattern that these people show."""
    cells = _cells(votes, logs, members)
    return _purity(cells, _counts(cells, np.ones(len(members), np.bool_)))


def _is_of_this_time(votes: Votes, logs: F64, window: I64, members: I64) -> bool:
    """Whether the pattern is one indeed, and people of other times hardly show it."""
    inside, everyone = _cells(votes, logs, members), np.ones(len(members), np.bool_)
    counts = _counts(inside, everyone)
    if _purity(inside, counts) < PURE:
        return False
    elsewhere = np.setdiff1d(np.flatnonzero(votes.per_person), window)
    if len(elsewhere) == 0:
        return False
    others = _cells(votes, logs, elsewhere)
    alike = _judged(others, counts, np.zeros(len(elsewhere), np.bool_)).by_pattern(AGREEMENTS[-1]).sum()
    expected = (alike + 1) / (len(elsewhere) + 1) * len(window)
    return bool(len(members) >= EXPECTED_TIMES * expected)


def _drawn(elsewhere: I64, *, size: int, draws: int) -> Iterator[I64]:
    """Windows of `size` people who have nothing to do with each other, as many as DRAWS allows."""
    generator = np.random.default_rng(0)
    for _ in range(min(max(draws, DRAWS[0]), DRAWS[1])):
        yield np.sort(generator.permutation(elsewhere)[:size])


def _alike_by_chance(votes: Votes, logs: F64, drawn: I64, *, purity: float) -> int:
    """People of one pattern, at least so pure, whom the search finds in such a window: of many people some always vote alike."""
    members = _pattern(votes, logs, drawn)
    return len(members) if len(members) and _purity_of(votes, logs, members) >= purity else 0


def _merged(found: list[set[int]], people: set[int]) -> list[set[int]]:
    """Floods that share people are one."""
    apart = [other for other in found if not other & people]
    joined = people.union(*(other for other in found if other & people))
    return [*apart, joined]
