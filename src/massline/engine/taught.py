"""Themes of a sample as the teacher sees them: coarse ones, and in them the dense groups that a reader would tell apart."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, I32, I64, Bools
from massline.engine.dense import dense_groups, split_wide
from massline.engine.embed import Sample, learn_meaning, vectors
from massline.engine.group import HANDFUL, by_size, first_and_lead, mean_directions, spherical_kmeans, stable_number
from massline.engine.minority import SMALL
from massline.engine.nearness import CLOSE, drawn_together, evened, joined, nearest

COARSE_NUMBERS: Final = (2, 3, 4, 6, 8, 10, 12, 15, 18, 21, 24)
STARTS: Final = 12
"""More starts find a better grouping, and the better one by similarity is mostly the better one to readers too."""

CLEAR: Final = 0.75
"""A dense group of which so much stands in one coarse theme goes there whole."""

SMALLEST: Final = 0.0004
"""Least share of the sample of a fine theme: of 0.1 % that are expected, fewer than half come by bad luck only."""

MOST_FINE: Final = 1_000
"""So many views of 0.1 % there can be."""

STRANGE: Final = 0.05
RARE: Final = 0.1
"""A fine theme with a smaller share of its coarse one takes a message from outside only if it is nearer than half of the
theme's own: a small view must not become the place for all that fits nowhere."""

UNSURE: Final = 0.25
"""A message outside every dense group is strange when it is farther from the nearest fine theme than all but STRANGE of
the theme's own, and its coarse theme is ahead of the next by less than with all but UNSURE of the messages."""

RESAMPLED: Final = 4
"""Halves of the sample that are grouped anew to see which themes come again."""


@dataclass(frozen=True, slots=True)
class Space:
    """Where the sample's messages stand, (m, d) unit rows each: alone, in the middle of many neighbours (for coarse
    themes), of few (for fine ones). whole: they are all messages of the call, and stand for no others."""

    points: F32
    wide: F32
    close: F32
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """Themes of a sample. parents (t,) int32: coarse themes first (-1), then fine ones; homes (m,): coarse theme of each
    message; leaves (m,): its finest theme; strange (m,) bool: no theme is near enough."""

    parents: I32
    homes: I64
    leaves: I64
    strange: Bools


def space_of(sample: Sample, read: F32, *, seed: int, whole: bool = True) -> Space:
    """The space of a sample that the teacher has read. read (m, 384): the teacher's vectors, row by row."""
    with threadpool_limits(1):  # more threads would add up in another order
        words = vectors(sample.forms, learn_meaning(sample, seed=seed))
        points = joined(evened(read), words, np.diff(sample.grams.indptr).astype(np.int64))
        rows, near = nearest(points)
        close = drawn_together(points, rows[:, :CLOSE], near[:, :CLOSE])
        return Space(points, drawn_together(points, rows, near), close, whole)


def find_tree(space: Space, *, even: Bools, number: int | None, seed: int, half: bool = False) -> Tree:
    """Coarse themes (`number` of them, or as many as halves of the sample agree on) and the dense groups in them.

    even (m,): messages drawn evenly; the others, drawn because they are odd, have no say in what the coarse themes are.
    half: the space holds half of a sample; fine themes may be half as large, and a few starts must do.
    """
    with threadpool_limits(1):
        drawn = space.wide[even]
        count = number or stable_number(drawn, COARSE_NUMBERS, seed=seed)
        centres = by_size(spherical_kmeans(drawn, count, seed=seed, starts=3 if half else STARTS), drawn)
        homes, lead = first_and_lead(space.wide @ centres.T)
        groups = dense_groups(space.close, homes, seed=seed)
        homes = _whole_groups(homes, groups, len(centres))
        unsure, fewest = lead < np.quantile(lead, UNSURE), (HANDFUL + half) // (1 + half)
        if not space.whole:  # five messages that stand for forty are a matter; five of five may be a way to say one
            groups = split_wide(space.points, groups, fewest=fewest, seed=seed)
        return _rooted(space.close, _in_order_of_size(homes), groups, unsure, fewest=fewest)


def _whole_groups(homes: I64, groups: I64, count: int) -> I64:
    """Coarse themes of the messages, a group that is clearly in one of them going there whole."""
    shares = np.zeros((groups.max() + 1, count))
    np.add.at(shares, (groups, homes), 1)
    clear = shares.max(axis=1) >= CLEAR * shares.sum(axis=1)
    return np.where(clear[groups], shares.argmax(axis=1)[groups], homes)


def _in_order_of_size(labels: I64) -> I64:
    """The same labels numbered anew from 0, the commonest first."""
    names, index, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(names))
    return rank[index]


def _rooted(close: F32, homes: I64, groups: I64, unsure: Bools, *, fewest: int) -> Tree:
    """The tree: groups that are large enough become fine themes; all other messages go to the nearest one of their
    coarse theme, or are strange where they are unsure of that."""
    coarse = int(homes.max()) + 1
    pieces = np.unique(homes * (groups.max() + 1) + groups, return_inverse=True)[1]
    sizes = np.bincount(pieces)
    least = max(fewest, SMALLEST * len(homes), np.sort(sizes)[::-1][:MOST_FINE].min())
    parents, leaves, strange = [-1] * coarse, homes.copy(), np.zeros(len(homes), np.bool_)
    for theme in range(coarse):
        members = np.flatnonzero(homes == theme)
        kept = [piece for piece in np.unique(pieces[members]) if sizes[piece] >= least]
        if len(kept) < 2:  # a theme that holds one dense group is that group
            continue
        kept = sorted(kept, key=lambda piece: (-sizes[piece], piece))
        own = np.full(len(sizes), -1)
        own[kept] = np.arange(len(kept))
        fine, far = _nearest_fine(close[members], own[pieces[members]], len(kept))
        leaves[members], strange[members] = len(parents) + fine, far & unsure[members]
        parents += [theme] * len(kept)
    return Tree(np.array(parents, np.int32), homes, leaves, strange)


def _nearest_fine(points: F32, fine: I64, count: int) -> tuple[I64, Bools]:
    """Fine theme of each message, -1 given where it is in none yet; and whether even the nearest is far."""
    inside = fine >= 0
    centres = mean_directions(points[inside], fine[inside], count)
    scores = points @ centres.T
    own = scores[np.flatnonzero(inside), fine[inside]]
    small = np.flatnonzero(np.bincount(fine[inside], minlength=count) < RARE * len(points))
    for theme in small if len(small) < count else ():
        bar = np.quantile(own[fine[inside] == theme], 0.5)
        scores[scores[:, theme] < bar, theme] = -1
    nearest_one = np.where(inside, fine, scores.argmax(axis=1))
    return nearest_one, ~inside & (scores.max(axis=1) < np.quantile(own, STRANGE))


def small_themes(tree: Tree) -> I64:
    """Fine themes that few hold, small ones first."""
    sizes = np.bincount(tree.leaves[~tree.strange], minlength=len(tree.parents))
    fine = np.flatnonzero((tree.parents >= 0) & (sizes <= SMALL * len(tree.leaves)))
    return fine[np.argsort(sizes[fine], kind="stable")].astype(np.int64)


def theme_means(points: F32, tree: Tree) -> F32:
    """Unit mean of each theme, coarse ones over all their messages; strangers left out. (t, d)"""
    known, count = ~tree.strange, len(tree.parents)
    means = mean_directions(points[known], tree.leaves[known], count)
    coarse = np.flatnonzero(tree.parents < 0)
    means[coarse] = mean_directions(points[known], tree.homes[known], count)[coarse]
    return means


def nearness_to_leaf(space: Space, tree: Tree) -> F32:
    """How near each message is to the middle of its finest theme, (m,)."""
    near: F32 = (space.close * theme_means(space.close, tree)[tree.leaves]).sum(axis=1)
    return near


def stability(space: Space, tree: Tree, *, even: Bools, seed: int) -> F32:
    """How surely each theme comes again when half of the sample is grouped anew: mean Jaccard index with the theme most
    like it, (t,), 0 to 1."""
    found = np.zeros(len(tree.parents))
    count = int((tree.parents < 0).sum())
    for turn in range(RESAMPLED):
        half = np.sort(np.random.default_rng((seed, turn)).permutation(len(tree.homes))[: len(tree.homes) // 2])
        part = Space(space.points[half], space.wide[half], space.close[half], space.whole)
        again = find_tree(part, even=even[half], number=count, seed=seed + turn, half=True)
        found += _likeness(tree, half, again)
    return (found / RESAMPLED).astype(np.float32)


def _likeness(tree: Tree, rows: I64, again: Tree) -> F32:
    """Best Jaccard index of each theme, restricted to the rows, with a theme of the new tree at the same grain."""
    best = np.zeros(len(tree.parents))
    for old, new in ((tree.homes[rows], again.homes), (tree.leaves[rows], again.leaves)):
        both = np.zeros((len(tree.parents), len(again.parents)))
        np.add.at(both, (old, new), 1)
        either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
        best = np.maximum(best, (both / np.maximum(either, 1)).max(axis=1))
    return best.astype(np.float32)
