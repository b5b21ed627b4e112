"""The reference: opinion groups as Polis finds them, computed at once from all votes.

Rules from compdemocracy/polis, math/src/polismath/math: conversation.clj (19af6644), pca.clj (78508481), clusters.clj
(314d5325). The place of each rule and what cannot be reproduced stands in docs/explanation/opinion-groups.md. The code is ours.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import numba as nb
import numpy as np

from massline.engine.opinion.projection import Axes, on_all_statements, principal_axes, project
from massline.engine.opinion.votes import F64, I32, I64, Bools, Votes, by_time

LEAST_VOTES: Final = 7
"""Votes after which a person is in the conversation (fewer when there are fewer statements)."""
LEAST_PEOPLE: Final = 15
"""While fewer are in, those with the most votes are taken in."""
BASE_CLUSTERS: Final = 100
BASE_ROUNDS: Final = 100
GROUP_ROUNDS: Final = 20
MOST_GROUPS: Final = 5
PEOPLE_PER_GROUP: Final = 12
"""At most 2 + base clusters / this many groups are tried."""
SAME_WITHIN: Final = 0.01
"""Centres that move less than this have come to rest."""
ORDERS: Final = 10
"""Orders of the people in which the groups are sought when there are more people than base clusters; an even number, for two
threads."""
STARTS: Final = 5
"""Starts of k-means in each of them."""
TINY: Final = float(np.finfo(np.float64).tiny)
MOST_CLUSTERED: Final = 10_000
"""People at most from whom the base clusters of one order are made; the others join the nearest."""


@dataclass(frozen=True, slots=True)
class PolisGroups:
    """group (n,): -1 when not in the conversation. places (n, 2). centres (k, 2). silhouettes: number of groups -> mean
    silhouette. base (n,): base cluster, -1 outside. axes: over all statements, 0 for moderated ones."""

    group: I32
    places: F64
    centres: F64
    silhouettes: dict[int, float]
    base: I32
    axes: Axes


def polis_groups(votes: Votes, *, moderated: Bools) -> PolisGroups:
    """Groups of a conversation. moderated (m,): statements taken out, which Polis counts as passed by everybody.

    Polis carries clusters on from update to update, so its result depends on its past. With at most BASE_CLUSTERS people
    this is what it finds after a restart, the people in the order in which they entered. With more, that order alone
    decides the base clusters and where k-means begins: then the number of groups is the one whose mean silhouette over
    ORDERS orders is the best, and of these groupings the one that agrees most with the others is taken.

    Cost: the axes, and for each order some dozen rounds over at most MOST_CLUSTERED people x 100 base clusters.
    """
    axes, places = polis_map(votes, moderated=moderated)
    inside = entered(votes)
    base, group, silhouettes = _grouped(places[inside])
    everywhere = np.full((2, len(places)), -1, np.int32)
    everywhere[:, inside] = base, group
    groups = int(group.max(initial=-1)) + 1
    middles = [places[everywhere[1] == one].mean(axis=0) for one in range(groups)]
    centres = np.reshape(np.array(middles, np.float64), (groups, 2))
    return PolisGroups(everywhere[1], places, centres, silhouettes, everywhere[0], axes)


def polis_map(votes: Votes, *, moderated: Bools) -> tuple[Axes, F64]:
    """The axes over all statements and the people's places (n, 2)."""
    inner = votes.on_statements(~moderated)
    found = principal_axes(inner, count=2)
    places = np.zeros((len(votes.people), 2))
    places[:, : len(found.components)] = project(inner, found, silent=int(moderated.sum()))
    return on_all_statements(found, ~moderated), places


def entered(votes: Votes) -> I64:
    """People in the conversation, in the order in which they cast their seventh vote; people with fewer come last.

    Votes are replayed one by one: a person enters with 7 votes (or with as many as there are statements by then); while
    fewer than 15 are in, those with the most votes are taken in. Who is in stays in. Without times people vote one
    after the other.
    """
    person = np.repeat(np.arange(len(votes.people)), votes.per_person)
    order = np.arange(len(person)) if votes.times is None else by_time(votes.times)
    inside, seventh = _replay(person[order], votes.columns[order], len(votes.people), len(votes.statements))
    people = np.flatnonzero(inside)
    return people[np.argsort(seventh[people], kind="stable")]


@nb.njit(nogil=True, cache=True)
def _replay(person: I64, columns: I32, people: int, statements: int) -> tuple[Bools, I64]:
    """Who is in at the end (n,), and the place of each one's seventh vote among all votes (n,)."""
    counts, inside = np.zeros(people, np.int64), np.zeros(people, np.bool_)
    seventh = np.full(people, len(person))
    seen, seen_so_far, entered_so_far = np.zeros(statements, np.bool_), 0, 0
    for at in range(len(person)):
        one = person[at]
        counts[one] += 1
        if counts[one] == LEAST_VOTES:
            seventh[one] = at
        if not seen[columns[at]]:
            seen[columns[at]] = True
            seen_so_far += 1
        if not inside[one] and counts[one] >= min(LEAST_VOTES, seen_so_far):
            inside[one] = True
            entered_so_far += 1
        while entered_so_far < LEAST_PEOPLE:
            most = _busiest_outside(counts, inside)
            if most < 0:
                break
            inside[most] = True
            entered_so_far += 1
    return inside, seventh


@nb.njit(nogil=True, cache=True)
def _busiest_outside(counts: I64, inside: Bools) -> int:
    """Who has voted most of those outside; -1 when nobody is left."""
    most = -1
    for one in range(len(counts)):
        if not inside[one] and counts[one] > 0 and (most < 0 or counts[one] > counts[most]):
            most = one
    return most


class _Tried(NamedTuple):
    """One order of the people. base (n,): base cluster of each. labels (c, b): group of each of the b base clusters, when 2, 3,
    ... groups are sought. silhouettes (c,): the mean silhouette of each of these groupings."""

    base: I32
    labels: I32
    silhouettes: F64


def _grouped(points: F64) -> tuple[I32, I32, dict[int, float]]:
    """Base cluster and group of each point (n,), and number of groups -> mean silhouette."""
    if len(points) <= BASE_CLUSTERS:
        tried = [_tried(points, np.arange(len(points)), starts=1)]
    else:
        generator = np.random.default_rng(0)
        orders = [np.arange(len(points)), *(generator.permutation(len(points)) for _ in range(ORDERS - 1))]
        with ThreadPoolExecutor(1) as beside:  # this thread takes the other half: it need not wait for one to wake up
            others = beside.submit(_all_tried, points, orders[1::2])
            pairs = zip(_all_tried(points, orders[::2]), others.result(), strict=True)
            tried = [one for pair in pairs for one in pair]
    counts = min(len(one.labels) for one in tried)
    silhouettes = {2 + at: float(np.mean([one.silhouettes[at] for one in tried])) for at in range(counts)}
    if not silhouettes:
        return tried[0].base, np.zeros(len(points), np.int32), {}
    best = max(silhouettes, key=lambda k: (silhouettes[k], k))
    groupings = [one.labels[best - 2][one.base] for one in tried]
    chosen = _most_alike(groupings)
    return tried[chosen].base, groupings[chosen], silhouettes


def _all_tried(points: F64, orders: list[I64]) -> list[_Tried]:
    return [_tried(points, order, starts=STARTS) for order in orders]


def _tried(points: F64, order: I64, *, starts: int) -> _Tried:
    """Groups of the points (n, 2), which come in this order (n,)."""
    base, centres, weights = _base_clusters(points, order)
    most = min(MOST_GROUPS, 2 + len(centres) // PEOPLE_PER_GROUP) if len(centres) > 1 else 1
    return _Tried(base, *_groupings(centres, weights, _orders(len(centres), starts, most)))


@nb.njit(nogil=True, cache=True)
def _base_clusters(points: F64, order: I64) -> tuple[I32, F64, F64]:
    """Base cluster of each point (n,), their centres (b, 2), and how many points each has (b,)."""
    order = order[:MOST_CLUSTERED]
    guess = np.zeros(len(points), np.int64)
    guess[order], centres = k_means(points[order], np.ones(len(order)), BASE_CLUSTERS, BASE_ROUNDS)
    base = _nearest(points, centres, _by_place(centres, np.arange(len(centres))), guess).astype(np.int32)
    weights = np.zeros(len(centres))
    for cluster in base:
        weights[cluster] += 1
    return base, centres, weights


@cache
def _orders(size: int, starts: int, most: int) -> I64:
    """For each number of groups from 2 on, the order as it is, and others drawn (most - 1, starts, size): from each, k-means
    starts elsewhere."""
    generators = [np.random.default_rng(k) for k in range(2, most + 1)]
    drawn = [[np.arange(size), *(each.permutation(size) for _ in range(starts - 1))] for each in generators]
    return np.array(drawn, np.int64).reshape(len(generators), starts, size)


@nb.njit(nogil=True, cache=True)
def _groupings(centres: F64, weights: F64, orders: I64) -> tuple[I32, F64]:
    """Labels and silhouettes as in _Tried, orders as _orders gives them."""
    labels, silhouettes = np.zeros((len(orders), len(centres)), np.int32), np.zeros(len(orders))
    for at in range(len(orders)):
        labels[at] = _least_scattered(centres, weights, orders[at], at + 2)
        silhouettes[at] = silhouette(centres, labels[at])
    return labels, silhouettes


@nb.njit(nogil=True, cache=True)
def _least_scattered(centres: F64, weights: F64, orders: I64, k: int) -> I32:
    """Groups of the base clusters (b,): of the starts of k-means in these orders, the one with the least scatter."""
    least, best = np.inf, np.zeros(len(centres), np.int32)
    for order in orders:
        points, heavy = centres[order], weights[order]
        label, middles = k_means(points, heavy, k, GROUP_ROUNDS)
        scatter = 0.0
        for at in range(len(points)):
            away, up = points[at, 0] - middles[label[at], 0], points[at, 1] - middles[label[at], 1]
            scatter += heavy[at] * (away * away + up * up)
        if scatter < least:
            least = scatter
            best[order] = label
    return best


def _most_alike(groupings: list[I32]) -> int:
    """Which grouping (n,) agrees most with the others: by pairs that are together in both. Source: Fowlkes and Mallows,
    A method for comparing two hierarchical clusterings, JASA 78 (1983) 553-569."""
    together = np.array([[_together(one, other) for other in groupings] for one in groupings])
    own = np.diag(together)
    return int((together / np.sqrt(own[:, None] * own)).sum(axis=1).argmax())


@nb.njit(nogil=True, cache=True)
def _together(one: I32, other: I32) -> float:
    """Pairs of people who are in one group in both groupings, each person with itself too."""
    both = np.zeros((one.max() + 1, other.max() + 1))
    for person in range(len(one)):
        both[one[person], other[person]] += 1
    return (both**2).sum()


@nb.njit(nogil=True, cache=True)
def k_means(points: F64, weights: F64, k: int, rounds: int) -> tuple[I32, F64]:
    """Polis' k-means: it starts from the first k distinct points, and clusters that become empty vanish. points (n, 2),
    weights (n,) above 0.

    Returns the cluster of each point (n,) and the centres (at most k, 2).
    """
    return _settled(points, weights, _first_distinct(points, k), rounds)


@nb.njit(nogil=True, cache=True)
def _settled(points: F64, weights: F64, centres: F64, rounds: int) -> tuple[I32, F64]:
    nearest, order = np.zeros(len(points), np.int64), _by_place(centres, np.arange(len(centres)))
    while True:
        nearest = _nearest(points, centres, order, nearest)
        total, sums = np.zeros(len(centres)), np.zeros(centres.shape)
        for one in range(len(points)):
            at = nearest[one]
            total[at] += weights[one]
            sums[at, 0] += weights[one] * points[one, 0]
            sums[at, 1] += weights[one] * points[one, 1]
        filled = total > 0
        if not filled.all():
            nearest, total, sums = (np.cumsum(filled) - 1)[nearest], total[filled], sums[filled]
        moved = sums / total.reshape(-1, 1)
        after = _by_place(moved, order if len(moved) == len(order) else np.arange(len(moved)))
        if rounds == 0 or _at_rest(centres[order], moved[after]):
            return nearest.astype(np.int32), moved
        centres, order, rounds = moved, after, rounds - 1


@nb.njit(nogil=True, cache=True)
def _by_place(centres: F64, order: I64) -> I64:
    """The order of the centres by x, then by y. order (k,): one that may be near, as that of the round before, to be quick."""
    out = order.copy()
    for at in range(1, len(out)):
        one, to = out[at], at
        x, y = centres[one, 0], centres[one, 1]
        while to > 0 and (
            centres[out[to - 1], 0] > x or (centres[out[to - 1], 0] == x and centres[out[to - 1], 1] > y)
        ):
            out[to] = out[to - 1]
            to -= 1
        out[to] = one
    return out


@nb.njit(nogil=True, cache=True)
def _first_distinct(points: F64, most: int) -> F64:
    """The first `most` distinct points, fewer when there are fewer."""
    kept = np.empty((min(most, len(points)), 2))
    number = 0
    for one in range(len(points)):
        if number == len(kept):
            break
        known = False
        for at in range(number):
            known = known or (kept[at, 0] == points[one, 0] and kept[at, 1] == points[one, 1])
        if not known:
            kept[number] = points[one]
            number += 1
    return kept[:number].copy()


@nb.njit(nogil=True, cache=True)
def _nearest(points: F64, centres: F64, order: I64, guess: I64) -> I64:
    """The nearest centre of each point (n,), the first where several are. order (k,): of the centres by x. guess (n,): a centre
    that may be near. Only those are looked at that can be as near along x as the nearest so far: few, with a good guess."""
    xs, ys, rank = centres[order, 0], centres[order, 1], np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    out = np.empty(len(points), np.int64)
    for one in range(len(points)):
        x, y, best = points[one, 0], points[one, 1], guess[one]
        least = (x - centres[best, 0]) ** 2 + (y - centres[best, 1]) ** 2
        for step in (-1, 1):
            at = rank[guess[one]] + step
            while 0 <= at < len(xs) and (x - xs[at]) ** 2 <= least:
                distance = (x - xs[at]) ** 2 + (y - ys[at]) ** 2
                if distance < least or (distance == least and order[at] < best):
                    least, best = distance, order[at]
                at += step
        out[one] = best
    return out


@nb.njit(nogil=True, cache=True)
def _at_rest(before: F64, after: F64) -> bool:
    """Whether the centres, by place, are pairwise closer than SAME_WITHIN (as far as both lists go)."""
    for at in range(min(len(before), len(after))):
        if np.hypot(before[at, 0] - after[at, 0], before[at, 1] - after[at, 1]) >= SAME_WITHIN:
            return False
    return True


@nb.njit(nogil=True, cache=True)
def silhouette(points: F64, label: I32) -> float:
    """Mean silhouette of points (n, 2); 0 for a point alone in its cluster, -1 when all are in one. Cost: n x n distances."""
    sizes = np.bincount(label)
    if len(sizes) < 2:
        return -1.0
    total, sums = 0.0, np.empty(len(sizes))
    for one in range(len(points)):
        own = label[one]
        if sizes[own] == 1:
            continue
        sums[:] = 0
        for other in range(len(points)):
            away, up = points[one, 0] - points[other, 0], points[one, 1] - points[other, 1]
            sums[label[other]] += np.sqrt(away * away + up * up)
        inner, outer = sums[own] / (sizes[own] - 1), np.inf
        for at in range(len(sizes)):
            if at != own and sizes[at] > 0:
                outer = min(outer, sums[at] / sizes[at])
        total += (outer - inner) / max(inner, outer, TINY)
    return total / len(points)
