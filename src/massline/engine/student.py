"""The student: learns from the teacher's themes of a sample to place every message by its grams alone.

It is linear: each gram points somewhere, and a message points where its grams point together. So hundreds of thousands
of messages a second need no teacher, and their order changes nothing.
"""

from typing import Final

import numpy as np
import scipy.sparse
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, F64, I32, Bools
from massline.engine.embed import DIMENSIONS, Meaning, Sample
from massline.engine.grams import BUCKETS
from massline.engine.group import Themes, first_and_lead
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

NEWTON_STEPS: Final = 20


def targets_of(space: Space, tree: Tree) -> F32:
    """Where each message of the sample shall point, (m, d): in the directions that tell the themes apart, small ones counting as
    much as large."""
    centres = theme_means(space.close, tree)  # (t, 164)
    with threadpool_limits(1):
        _, _, directions = np.linalg.svd(centres, full_matrices=False)
        directions = directions[:DIMENSIONS].T
        places, own = unit(centres @ directions), unit(space.points @ directions)
    shared = (1 - OWN) / 2
    targets: F32 = OWN * own + shared * places[tree.homes] + shared * places[tree.leaves]
    return targets.astype(np.float32, copy=False)


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


def themes_of(points: F32, tree: Tree, odds: F64) -> Themes:
    """The tree as the student sees it: each theme in the middle of its messages, and how likely a message near it belongs
    there. points (m, d): honest vectors; odds (t,): of the themes that words tell, the logarithm of how often these are right."""
    count, centres = len(tree.parents), theme_means(points, tree)
    trust = np.tile(_trust_of_all(points, centres, tree), (count, 1))
    told = np.flatnonzero(~np.isnan(odds)).astype(np.int32)
    trust[told] = np.column_stack([odds[told], np.zeros((len(told), 2))])
    return Themes(centres, tree.parents, np.zeros(count, np.bool_), np.full(count, -1, np.float32), trust, told)


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
