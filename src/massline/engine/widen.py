"""Groups of a sample that are one matter, joined by their words and widened over the pool that the sample was drawn from.

A view that one in a thousand holds has a dozen messages in the sample and a hundred in the pool, and the dozen show only some
of its wordings. So its words are asked of the pool, and those found there teach more words. That is self-training (Yarowsky,
Unsupervised word sense disambiguation rivaling supervised methods, ACL 1995), with each step on trial: a group keeps those
whom it found, or the group that it was joined to, only if its words then tell it as well as before, each message judged
without itself.
"""

from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse
from scipy.cluster.hierarchy import fcluster, linkage

from massline.engine.buffers import F32, F64, I64
from massline.engine.dense import sums_of
from massline.engine.embed import Sample
from massline.engine.evidence import Heard, claimed, hear, small_and_told

JOIN: Final = 0.9
"""Groups are one matter from so much on: the cosine of their middles, and the share of each that the other's words find among
the first of all messages."""

BEGIN: Final = 0.6
"""From this F1 in the sample on a group is looked for in the pool: five messages on one matter seldom say it in words that tell
each of them from 12,000 others, and a hundred do."""

TOLD: Final = 0.85
"""With this F1 in the pool words tell a theme."""

NEARLY: Final = 0.6
"""A message that says so much of what a group asks for is tried as one of it: what nobody of the sample said lies there."""

WORTH: Final = 0.5
"""From this F1 on a group may look for more: as long as many of its own are outside, its words seem worse than they are."""

ROUNDS: Final = 3
"""So often a group looks for more: whom it has found teaches it new words."""

AS_WELL: Final = 0.98
"""So much of the better F1 of two groups theirs must be together."""

FEWEST: Final = 4
"""Messages of a group; one that stays so small is no theme."""


def widened(groups: I64, heard: Heard, *, pool: Sample, inside: I64, close: F32) -> tuple[I64, Heard]:
    """Group of each message of the pool, (n,), -1 in none, and what tells these groups. Only small ones that words tell go on.

    groups (m,), heard: those of the sample; inside (m,): where its messages stand in the pool; close (m, d): what the teacher
    sees of them. A pool of 100,000 and 230 groups: 6 s, 400 MB.
    """
    begun = small_and_told(heard, groups, fewest=FEWEST, sure=BEGIN)
    found = np.full(len(pool.rows), -1)
    found[inside] = np.where(np.isin(groups, np.flatnonzero(begun)), groups, -1)
    if not begun.any():
        return found, hear(pool.grams, found)
    there = replace(heard, good=heard.good * begun, scores=(pool.grams @ heard.words.T).tocsc())
    found = numbered(claimed(there, found, sure=BEGIN))
    found, heard = _with_more(found, hear(pool.grams, found), pool.grams)
    found = _joined_on_trial(found, heard, pool.grams, middles_of(close, found[inside]))
    return found, hear(pool.grams, found)


def _with_more(groups: I64, heard: Heard, grams: scipy.sparse.csr_matrix) -> tuple[I64, Heard]:
    """The groups with those who say nearly what they ask for, where they stay small and are told as well as before; and what
    tells them then."""
    growing = np.ones(len(heard.good), np.bool_)
    for _ in range(ROUNDS):
        more = claimed(heard, groups, share=NEARLY, sure=WORTH)
        new = (groups < 0) & (more >= 0)
        growing &= np.isin(np.arange(len(growing)), more[new])
        if not growing.any():
            break
        tried = np.where((more >= 0) & growing[more], more, -1)
        again = hear(grams, tried, count=len(growing))
        growing &= (again.good >= heard.good) & small_and_told(again, tried, fewest=FEWEST)
        groups, heard = np.where(new & ~growing[more], -1, more), heard.with_those(again, growing)
    return groups, heard


def _joined_on_trial(groups: I64, heard: Heard, grams: scipy.sparse.csr_matrix, middles: F64) -> I64:
    """The groups, those in one that words tell nearly as well together as the better told of them alone."""
    both = joined(groups, heard, middles)
    again, inside = hear(grams, both), groups >= 0
    home, best = np.zeros(len(heard.good), np.int64), np.zeros(len(again.good))
    home[groups[inside]] = both[inside]
    np.maximum.at(best, home, heard.good)
    kept = again.good >= AS_WELL * best
    return numbered(np.where(inside & ~kept[both], len(kept) + groups, both))


def numbered(groups: I64) -> I64:
    """The same groups, numbered from 0 without gaps."""
    names = np.unique(groups[groups >= 0])
    return np.where(groups >= 0, np.searchsorted(names, groups), -1)


def middles_of(points: F32, groups: I64) -> F64:
    """Mean of the points (m, d) of each group, (k, d). groups (m,): -1 in none."""
    sums, sizes = sums_of(points[groups >= 0], groups[groups >= 0], int(groups.max(initial=-1)) + 1)
    return sums / np.maximum(sizes, 1)[:, None]


def joined(groups: I64, heard: Heard, middles: F64, *, beside: float = -1.0) -> I64:
    """The groups again, those in one that know each other by their words and lie side by side: average linkage. (n,)

    beside: mean similarity below which they are strangers, whatever their words."""
    if len(middles) < 2:
        return groups
    known = _known_by_words(groups, heard)
    near = middles @ middles.T
    alike = np.where(near >= beside, near + (known + known.T) / 2, 0)
    upper = np.triu_indices(len(middles), 1)
    home = fcluster(linkage(np.maximum(2 - alike[upper], 0), "average"), 2 - JOIN, "distance").astype(np.int64) - 1
    return np.where(groups >= 0, home[groups], -1)


def _known_by_words(groups: I64, heard: Heard) -> F64:
    """Share of each group (column) among as many as it has twice over of those outside whom the words of a group (row) rank
    first. (k, k)"""
    sizes = np.bincount(groups[groups >= 0])
    found = np.zeros((len(sizes), len(sizes)))
    for asked in range(len(sizes)):
        part = slice(heard.scores.indptr[asked], heard.scores.indptr[asked + 1])
        rows, said = heard.scores.indices[part], heard.scores.data[part]
        outside = (groups[rows] != asked) & (said > 0)
        theirs = groups[rows[outside][_loudest(said[outside], 2 * int(sizes.max()))]]
        first = (theirs >= 0) & (np.arange(len(theirs)) < 2 * sizes[theirs])
        found[asked] = np.bincount(theirs[first], minlength=len(sizes))
    return found / sizes


def _loudest(said: F32, most: int) -> I64:
    """Places of so many of the largest, the largest first, of equals the first one."""
    some = np.arange(len(said))
    if len(said) > most:
        some = np.flatnonzero(said >= np.partition(said, -most)[-most])
    return some[np.argsort(-said[some], kind="stable")][:most]
