"""The reference: opinion groups as Polis finds them, computed at once from all votes.

Rules from compdemocracy/polis, math/src/polismath/math: conversation.clj (19af6644), pca.clj (78508481), clusters.clj
(314d5325). The place of each rule and what cannot be reproduced stands in docs/explanation/opinion-groups.md. The code is ours.
"""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np

from massline.engine.opinion.projection import Axes, on_all_statements, principal_axes, project
from massline.engine.opinion.votes import F64, I32, I64, Bools, Votes

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

    Polis carries clusters on from update to update, so its result depends on its past; this is what it finds after a
    restart, when the people come in the order in which they entered. Cost: the axes, and 100 rounds over people x 100
    base clusters.
    """
    axes, places = polis_map(votes, moderated=moderated)
    inside = entered(votes)
    group, base = np.full(len(places), -1, np.int32), np.full(len(places), -1, np.int32)
    points = places[inside]
    base_of, centres = k_means(points, np.ones(len(points)), k=BASE_CLUSTERS, rounds=BASE_ROUNDS)
    weights = np.bincount(base_of, minlength=len(centres)).astype(np.float64)
    found, silhouettes = _best_grouping(centres, weights)
    base[inside], group[inside] = base_of, found[base_of]
    groups = int(found.max()) + 1 if len(found) else 0
    middles = np.array([np.average(centres[found == g], axis=0, weights=weights[found == g]) for g in range(groups)])
    return PolisGroups(group, places, middles.reshape(groups, 2), silhouettes, base, axes)


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
    order = np.arange(len(person)) if votes.times is None else np.lexsort((votes.columns, person, votes.times))
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


def k_means(points: F64, weights: F64, *, k: int, rounds: int) -> tuple[I32, F64]:
    """Polis' k-means: it starts from the first k distinct points, and clusters that become empty vanish. points (n, 2),
    weights (n,).

    Returns the cluster of each point (n,) and the centres (at most k, 2).
    """
    centres = _first_distinct(points, k)
    while True:
        nearest = _nearest(points, centres)
        label = np.unique(nearest, return_inverse=True)[1].astype(np.int32)
        total = np.bincount(label, weights=weights)
        moved = np.stack([np.bincount(label, weights=weights * axis) / total for axis in points.T], axis=1)
        if rounds == 0 or _at_rest(centres, moved):
            return label, moved
        centres, rounds = moved, rounds - 1


def _first_distinct(points: F64, k: int) -> F64:
    first = np.sort(np.unique(points, axis=0, return_index=True)[1])[:k]
    return points[first]


@nb.njit(nogil=True, cache=True)
def _nearest(points: F64, centres: F64) -> I64:
    out = np.empty(len(points), np.int64)
    for one in range(len(points)):
        least = np.inf
        for at in range(len(centres)):
            distance = (points[one, 0] - centres[at, 0]) ** 2 + (points[one, 1] - centres[at, 1]) ** 2
            if distance < least:
                least, out[one] = distance, at
    return out


def _at_rest(before: F64, after: F64) -> bool:
    """Whether the centres, sorted, are pairwise closer than SAME_WITHIN (as far as both lists go)."""
    common = min(len(before), len(after))
    one, other = (places[np.lexsort(places.T[::-1])][:common] for places in (before, after))
    return bool((np.hypot(*(one - other).T) < SAME_WITHIN).all())


def _best_grouping(centres: F64, weights: F64) -> tuple[I32, dict[int, float]]:
    """Groups of the base clusters (b,) for the number of groups with the best silhouette, and all silhouettes."""
    if len(centres) < 2:
        return np.zeros(len(centres), np.int32), {}
    tried = range(2, min(MOST_GROUPS, 2 + len(centres) // PEOPLE_PER_GROUP) + 1)
    labels = {k: k_means(centres, weights, k=k, rounds=GROUP_ROUNDS)[0] for k in tried}
    silhouettes = {k: silhouette(centres, label) for k, label in labels.items()}
    best = max(silhouettes, key=lambda k: (silhouettes[k], k))
    return labels[best], silhouettes


def silhouette(points: F64, label: I32) -> float:
    """Mean silhouette of points (n, 2); 0 for a point alone in its cluster, -1 when all are in one."""
    sizes = np.bincount(label)
    if len(sizes) < 2:
        return -1.0
    distances = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))  # (n, n), n at most 100
    sums = np.stack([distances[:, label == one].sum(axis=1) for one in range(len(sizes))], axis=1)
    own = (np.arange(len(points)), label)
    inner = sums[own] / np.maximum(sizes[label] - 1, 1)
    means = sums / sizes
    means[own] = np.inf
    outer = means.min(axis=1)
    widest = np.maximum(np.maximum(inner, outer), np.finfo(np.float64).tiny)
    return float(np.where(sizes[label] == 1, 0.0, (outer - inner) / widest).mean())
