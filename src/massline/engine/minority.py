"""Small distinct views that must not be averaged away: found in the sample by what is rare, then given a direction of
their own."""

from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, I64
from massline.engine.embed import Meaning, Sample, vectors
from massline.engine.group import HANDFUL, Themes, mean_directions

SMALL: Final = 0.01
"""A view is small when at most this share of the sample holds it; a larger one is a theme like others."""

ALIKE: Final = 0.25
"""Two messages hold one view when their rare grams alone make them so similar (cosine)."""

MOST_VIEWS: Final = 24
MOST_NEIGHBOURS: Final = 100


def find_views(sample: Sample, similarity: F32) -> list[I64]:
    """Groups of sample messages that say the same rare thing, largest first. similarity (m,): of each message to its
    theme.

    Only messages that their theme explains badly (the lower half) are looked at, and only grams that few of them use.
    30,000 messages of 45 characters: about 2 s, 400 MB at the worst.
    """
    badly_placed = np.flatnonzero(similarity <= np.median(similarity)) if len(similarity) else np.zeros(0, np.int64)
    grams = sample.grams[badly_placed]
    seen = np.bincount(grams.indices, minlength=grams.shape[1])
    pairs = sample.buckets % 2 == 1
    rare = pairs & (seen >= HANDFUL) & (seen <= min(max(SMALL * len(sample.rows), 2 * HANDFUL), MOST_NEIGHBOURS))
    if not rare.any():
        return []
    rare_grams = grams[:, rare]
    alike = (rare_grams @ rare_grams.T).tocsr()
    alike.data[alike.data < ALIKE] = 0
    alike.eliminate_zeros()
    groups = [
        badly_placed[members]
        for members in _gather(alike)
        if len(members) <= max(SMALL * len(sample.rows), 2 * HANDFUL)
    ]
    return groups[:MOST_VIEWS]


def _gather(alike: scipy.sparse.csr_matrix) -> list[I64]:
    """Whoever has most neighbours gathers them; each message goes with one group. No chains: all are near the one in
    the middle."""
    free = np.ones(alike.shape[0], np.bool_)
    groups = []
    for middle in np.argsort(-np.diff(alike.indptr), kind="stable"):
        neighbours = alike.indices[alike.indptr[middle] : alike.indptr[middle + 1]]
        if len(neighbours) < HANDFUL:
            break
        members = np.sort(neighbours[free[neighbours]])
        if free[middle] and len(members) >= HANDFUL:
            groups.append(members.astype(np.int64))
            free[members] = False
    return sorted(groups, key=lambda members: (-len(members), int(members[0])))


def with_directions(meaning: Meaning, sample: Sample, views: list[I64]) -> Meaning:
    """The meaning with one more direction for each view: its mean, less what the directions so far already hold.

    The SVD keeps what many say; so a view that few hold would otherwise leave no mark in the vectors.
    """
    basis: F32 = meaning.table / sample.weights[:, None]  # (r, d) orthonormal columns
    for members in views:
        direction = np.asarray(sample.grams[members].sum(axis=0), np.float32).ravel()
        with threadpool_limits(1):
            direction = direction - basis @ (basis.T @ direction)
        upright = direction / max(float(np.linalg.norm(direction)), 1e-9)
        basis = np.column_stack([basis, upright]).astype(np.float32)
    return replace(meaning, table=np.ascontiguousarray(basis * sample.weights[:, None], np.float32))


def add_views(themes: Themes, sample: Sample, meaning: Meaning, views: list[I64]) -> Themes:
    """The tree with each view as a fine theme under its nearest coarse one. meaning: with the views' directions.

    A coarse theme that was not split gets a fine theme for all its other messages, so that fine ones always add up to
    coarse ones.
    """
    points = vectors(sample.forms, meaning)  # (m, d + views)
    centres = np.pad(themes.centres, ((0, 0), (0, points.shape[1] - themes.centres.shape[1])))
    middles = np.stack([mean_directions(points[members], np.zeros(len(members), np.int64), 1)[0] for members in views])
    coarse = np.flatnonzero(themes.parents < 0)
    homes = coarse[(middles @ centres[coarse].T).argmax(axis=1)].astype(np.int32)
    rest = np.unique(homes[themes.leaves[homes]])
    typical = [np.quantile(points[members] @ middle, 0.1) for members, middle in zip(views, middles, strict=True)]
    return Themes(
        np.concatenate([centres, centres[rest], middles]),
        np.concatenate([themes.parents, rest, homes]),
        np.concatenate([themes.views, np.zeros(len(rest), np.bool_), np.ones(len(views), np.bool_)]),
        np.concatenate(
            [themes.floors, themes.floors[rest], np.maximum(typical, themes.floors[homes]).astype(np.float32)]
        ),
    )
