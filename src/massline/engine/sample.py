"""Which messages teach: drawn evenly over time, channel, area and cheap clusters of words, and then those that are
placed badly, in which small matters hide."""

from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64
from massline.engine.embed import learn_meaning, vectors, weigh_sample
from massline.engine.group import spherical_kmeans

POOL: Final = 100_000
"""The sample is drawn from so many messages at most, themselves drawn by chance: enough for 100 of a view of 0.1 %."""

KNOWN: Final = 6_000
"""Messages from which the cheap clusters are made, and their number."""
CLUSTERS: Final = 48

ODD: Final = 4
"""One in so many of the sample is drawn in the second pass, when a first student has placed the pool."""

NEAR: Final = 3
"""Of those so many parts, all but one are drawn because they may belong to a small theme, the last because they are odd."""


def draw_pool(distinct: I64, *, seed: int) -> I64:
    """Rows of the pool, in order. distinct (n,): rows of all messages that are no copies."""
    if len(distinct) <= POOL:
        return distinct
    return np.sort(np.random.default_rng(seed).choice(distinct, POOL, replace=False))


def draw_evenly(columns: pa.Table, count: int, *, seed: int) -> I64:
    """Places of `count` messages of a pool, (count,), in order: each has the same chance, and every stratum gets its
    share. columns: form, time, channel and area of the pool, row by row.

    The pool is put in order by strata, then every n-th message is taken, from a start that `seed` gives.
    """
    keys = [_codes(columns.column(name)) for name in ("area", "channel")]
    time = columns.column("time").cast(pa.int64()).fill_null(-1).to_numpy()
    order = np.lexsort((time, *keys, _word_clusters(columns.column("form").combine_chunks(), seed)))
    at = (np.arange(count) + np.random.default_rng(seed).random()) * (len(order) / count)
    return np.sort(order[at.astype(np.int64)])


def _codes(column: pa.ChunkedArray) -> I64:
    codes = column.combine_chunks().dictionary_encode().indices.fill_null(-1)
    return codes.to_numpy(zero_copy_only=False).astype(np.int64)


def _word_clusters(forms: pa.Array, seed: int) -> I64:
    """Cheap clusters by words alone, (n,): good enough to see that each kind of message is drawn."""
    some = np.sort(np.random.default_rng(seed).permutation(len(forms))[:KNOWN])
    sample = weigh_sample(some, forms.take(pa.array(some)))
    meaning = learn_meaning(sample, seed=seed)
    centres = spherical_kmeans(vectors(sample.forms, meaning), min(CLUSTERS, len(some)), seed=seed, starts=1, rounds=10)
    return (vectors(forms, meaning) @ centres.T).argmax(axis=1)


def draw_near(labels: I32, similarity: F32, small: I64, *, taken: I64, count: int) -> I64:
    """Places of up to `count` messages of the pool that a first student put into small themes, in order: as many of each
    theme, from those in its middle to those at its edge.

    labels, similarity (n,): where each message of the pool was put; small (v,): themes that a handful of messages read so far
    make, of which a few more tell whether they are one matter, and what does not belong to it; taken: places drawn already.
    """
    free = np.ones(len(labels), np.bool_)
    free[taken] = False
    drawn: list[I64] = []
    for turn, theme in enumerate(small):
        there = np.flatnonzero(free & (labels == theme))
        share = min(len(there), (count - sum(map(len, drawn))) // (len(small) - turn))
        order = there[np.argsort(-similarity[there], kind="stable")]
        drawn.append(order[np.linspace(0, len(order) - 1, share).astype(np.int64)])
    return np.sort(np.concatenate([np.zeros(0, np.int64), *drawn]))


def draw_odd(chance: F32, taken: I64, count: int) -> I64:
    """Places of the `count` messages of the pool that are placed most unsurely, in order. chance (n,): that each is placed
    rightly, NaN where nothing is known of its words; taken: places drawn already."""
    worth = np.where(np.isnan(chance), -1.0, chance.astype(np.float64))
    worth[taken] = 2
    return np.sort(np.argsort(worth, kind="stable")[:count])
