"""The space in which themes are made: what the teacher knows and what the words say, joined, and each message drawn to
those that say nearly the same."""

from typing import Final

import numpy as np

from massline.engine.buffers import F32, I32, I64

DIRECTIONS: Final = 100
"""The teacher's space has 384 directions; the last ones hold hardly more than noise."""

WORDS: Final = 0.6
"""Weight of the words beside the teacher for a message that says very much; for one of so many grams half of it."""
HALF: Final = 30

NEIGHBOURS: Final = 20
CLOSE: Final = 10
"""A message is drawn to so many for coarse themes, and to so many for fine ones."""

BLOCK: Final = 512


def evened(vectors: F32) -> F32:
    """The teacher's unit vectors (n, 384) without what all have in common, in the directions that differ most, the
    strong ones held back. (n, up to DIRECTIONS) unit rows.

    The cosines of e5 sit in a narrow band round one mean, and a few directions of style drown those of matter; each is
    divided by the square root of its deviation.
    """
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread, directions = np.linalg.eigh((centred.T @ centred).astype(np.float64) / max(len(vectors), 1))
    keep = np.argsort(-spread, kind="stable")[:DIRECTIONS]
    keep = keep[spread[keep] > 1e-7]
    held = directions[:, keep] / np.maximum(spread[keep], 1e-9) ** 0.25
    return unit(centred @ held.astype(np.float32))


def joined(taught: F32, words: F32, grams: I64) -> F32:
    """Both spaces side by side: (n, d + w) unit rows. grams (n,): how many each message has; few say little."""
    weight = WORDS * grams / (grams + HALF)
    return unit(np.hstack([taught, weight[:, None].astype(np.float32) * words]))


def nearest(points: F32) -> tuple[I32, F32]:
    """The NEIGHBOURS nearest messages of each message, itself among them, the nearest first; and how near they are.
    (n, k) each. points (n, d), n at least 1. 12,000 x 164: 1.3 s, 75 MB."""
    count = min(NEIGHBOURS, len(points))
    rows, near = np.empty((len(points), count), np.int32), np.empty((len(points), count), np.float32)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        scores = points[part] @ points.T  # (b, n)
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        close = np.take_along_axis(scores, best, axis=1)
        order = np.lexsort((best, -close), axis=1)
        rows[part], near[part] = np.take_along_axis(best, order, 1), np.take_along_axis(close, order, 1)
    return rows, near


def drawn_together(points: F32, rows: I32, near: F32) -> F32:
    """Each message in the middle of its neighbours, the nearer ones weighing more. (n, d) unit rows.

    A short message leaves out most of what is meant; those that say nearly the same fill it in.
    """
    out = np.empty_like(points)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        out[part] = np.einsum("nk,nkd->nd", np.maximum(near[part], 0), points[rows[part]])
    return unit(out)


def unit(rows: F32) -> F32:
    """Rows of length 1; empty rows stay empty."""
    scaled: F32 = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    return scaled.astype(np.float32, copy=False)
