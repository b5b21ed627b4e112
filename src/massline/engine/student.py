"""The student: learns from the teacher's themes of a sample to place every message by its grams alone.

It is linear: each gram points somewhere, and a message points where its grams point together. So hundreds of thousands
of messages a second need no teacher, and their order changes nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, F64, I32, I64, Bools
from massline.engine.embed import DIMENSIONS, Meaning, Sample
from massline.engine.grams import BUCKETS
from massline.engine.group import HANDFUL, Themes, first_and_lead, mean_directions
from massline.engine.minority import MOST_VIEWS, SMALL
from massline.engine.nearness import unit
from massline.engine.taught import Space, Tree, theme_means

RIDGE: Final = 1.0
"""How much the student holds back: a gram seen once teaches little."""

ROUNDS: Final = 15
"""Of the descent. The last ones only fit what is said once."""

FOLDS: Final = 4
"""Into so many parts the sample is cut to see how the student places what it has not learnt from."""

OWN: Final = 0.3
"""How much of a message's own place its target keeps; the rest is that of its coarse and its fine theme."""

COMES_AGAIN: Final = 0.5
"""A view is real when it comes again in halves of the sample with at least this stability."""

HOLD: Final = 0.2
"""A view takes whoever is nearer to it than this share of its own, and than nearly everybody else."""
OTHERS: Final = 0.999

NEWTON_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the student learns from. targets (m, d): where each message shall point, the last columns being one direction
    for each small view; views (v,): fine themes that have one."""

    targets: F32
    views: I64


def lesson_of(space: Space, tree: Tree, stability: F32) -> Lesson:
    """Where messages shall point: in the directions that tell the themes apart, small ones counting as much as large."""
    centres = theme_means(space.close, tree)  # (t, 164)
    with threadpool_limits(1):
        _, _, directions = np.linalg.svd(centres, full_matrices=False)
        directions = directions[:DIMENSIONS].T
        places, own = unit(centres @ directions), unit(space.points @ directions)
    shared = (1 - OWN) / 2
    targets = OWN * own + shared * places[tree.homes] + shared * places[tree.leaves]
    views = _small_views(centres, tree, stability)
    held = (tree.leaves[:, None] == views[None, :]) & ~tree.strange[:, None]  # (m, v)
    return Lesson(np.hstack([targets, held]).astype(np.float32), views)


def _small_views(centres: F32, tree: Tree, stability: F32) -> I64:
    """Fine themes that are small, come again, and are least like their coarse theme, which would hide them."""
    sizes = np.bincount(tree.leaves[~tree.strange], minlength=len(tree.parents))
    most = max(SMALL * len(tree.leaves), 2 * HANDFUL)
    fine = np.flatnonzero((tree.parents >= 0) & (sizes <= most) & (stability >= COMES_AGAIN))
    hidden = (centres[fine] * centres[tree.parents[fine]]).sum(axis=1)
    return np.sort(fine[np.argsort(hidden, kind="stable")][:MOST_VIEWS]).astype(np.int64)


def learn(sample: Sample, targets: F32) -> Meaning:
    """The meaning in which each message of the sample points near its target (m, d). 12,000 messages: 1 s."""
    row_of = np.full(BUCKETS, -1, np.int32)
    row_of[sample.buckets] = np.arange(len(sample.buckets), dtype=np.int32)
    return Meaning(row_of, np.ascontiguousarray(sample.weights[:, None] * _descend(sample.grams, targets)))


def honest_vectors(sample: Sample, targets: F32, *, seed: int) -> F32:
    """Vectors of the sample's messages (m, d), unit rows, each by a student that has not learnt from it."""
    fold: I32 = (np.random.default_rng(seed).permutation(len(targets)) % FOLDS).astype(np.int32)
    out = np.zeros_like(targets)
    for one in range(FOLDS):
        seen, unseen = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        if len(seen) and len(unseen):
            out[unseen] = sample.grams[unseen] @ _descend(sample.grams[seen], targets[seen])
    return unit(out)


def _descend(grams: scipy.sparse.csr_matrix, targets: F32) -> F32:
    """Ridge regression, (r, d): conjugate gradients on the messages, all directions at once."""
    back = grams.T.tocsr()
    with threadpool_limits(1):
        shares, rest = np.zeros_like(targets), targets.copy()
        way, left = rest.copy(), _sums(targets, targets)
        for _ in range(ROUNDS):
            moved = grams @ (back @ way) + np.float32(RIDGE) * way
            step = left / np.maximum(_sums(way, moved), np.float32(1e-12))
            shares += step * way
            rest -= step * moved
            before, left = left, _sums(rest, rest)
            way = np.asarray(rest + left / np.maximum(before, 1e-12) * way, np.float32)
        return np.asarray(back @ shares, np.float32)


def _sums(x: F32, y: F32) -> F32:
    return np.einsum("nd,nd->d", x, y, dtype=np.float64).astype(np.float32)


def themes_of(points: F32, tree: Tree, lesson: Lesson) -> Themes:
    """The tree as the student sees it: each theme in the middle of its messages, and how likely a message near it belongs
    there. points (m, d): honest vectors."""
    known = ~tree.strange
    wide = points.shape[1] - len(lesson.views)
    count = len(tree.parents)
    centres = np.zeros((count, points.shape[1]), np.float32)
    centres[:, :wide] = theme_means(points[:, :wide], tree)
    middles = mean_directions(points[known], tree.leaves[known], count)
    centres[lesson.views] = middles[lesson.views]
    floors, views = np.full(count, -1, np.float32), np.isin(np.arange(count), lesson.views)
    trust = np.tile(_trust_of_all(points[:, :wide], centres[:, :wide], tree), (count, 1))
    for view in lesson.views:
        scores, own = points @ centres[view], (tree.leaves == view) & known
        floors[view] = max(np.quantile(scores[own], HOLD), np.quantile(scores[~own], OTHERS))
        right, wrong = (scores[own] >= floors[view]).sum(), (scores[~own] >= floors[view]).sum()
        trust[view] = np.log((right + 1) / (wrong + 1)), 0, 0
    return Themes(centres, tree.parents, views, floors, trust)


def _trust_of_all(points: F32, centres: F32, tree: Tree) -> F32:
    """Weights of 1, similarity and lead, (3,), that make the chance of being right: a logistic regression on whether the
    teacher has the message in the coarse theme where the student puts it."""
    known = ~tree.strange
    scores = unit(points[known]) @ centres[tree.parents < 0].T
    first, lead = first_and_lead(scores)
    facts = np.column_stack([np.ones(len(scores)), scores.max(axis=1), lead])
    return logistic(facts, first == tree.homes[known]).astype(np.float32)


def logistic(facts: F64, right: Bools) -> F64:
    """Weights (k,) of a logistic regression of right (n,) on facts (n, k), by Newton's method. A slight pull towards 0
    keeps them finite where all are right."""
    weights = np.zeros(facts.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-facts @ weights))
        slope = facts.T @ (right - chance) - weights
        curve = (facts * (chance * (1 - chance))[:, None]).T @ facts + np.eye(len(weights))
        weights += np.linalg.solve(curve, slope)
    return weights
