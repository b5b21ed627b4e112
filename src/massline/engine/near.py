"""Near copies among distinct texts: each finds a centre by the rarest values of its sketch, and is compared with it
exactly. No text is kept in memory: about 80 bytes stand for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64, U8, U32, strings_of
from massline.engine.character_tables import token_kinds
from massline.engine.likeness import ALIKE_IN_ORDER, ALIKE_IN_ORDER_LONG, LONG, SHORT, likenesses
from massline.engine.runners import Workers, local, map_blocks, threads_of
from massline.engine.sketch import (
    BINS,
    NOBODY,
    PROBES,
    centres_of,
    count_values,
    enter,
    enter_met,
    fingerprints,
    look,
    settle,
    shared_values,
    sketches,
    tokens_of,
)
from massline.engine.stored import Rows

LEAST: Final = np.interp(np.arange(256), [SHORT, LONG], [ALIKE_IN_ORDER, ALIKE_IN_ORDER_LONG]).astype(np.float32)
"""(256,): how alike texts with so many pairs are at least when they are near copies; the last stands for all longer
ones. It only saves comparing others."""

_Met = tuple[U32, I64, I64]
"""Ranks of m texts, and pairs of a text and a centre that it is worth comparing with."""

MOST_COUNTS: Final = 1 << 31
MOST_SLOTS: Final = 1 << 29
"""Sizes up to which the tables of values grow; beyond, values share places and a few near copies are missed."""
DRAWN_TEXTS: Final = 1 << 18
"""From so many texts it is judged how many different values there are."""
BLOCK_TEXTS: Final = 65_536
BLOCK_PAIRS: Final = 262_144


@dataclass(frozen=True, slots=True)
class _Sketched:
    """What stands for the m texts while they look for each other. ranks (m,): the greater a text (the more others agree
    with it), the less its rank; rank & index[0] is its number. table: value -> least rank. hubs: so many texts at the beginning
    look for nobody."""

    prints: U8  # (m, BINS)
    sizes: U8  # (m,)
    probes: U32  # (m - hubs, PROBES)
    ranks: U32
    index: U32  # (1,)
    table: U32
    hubs: int

    @classmethod
    def of(cls, m: int, hubs: int, slots: int) -> Self:
        """Room for m texts, and an empty table of so many slots."""
        prints, sizes, probes = (
            np.empty((m, BINS), np.uint8),
            np.empty(m, np.uint8),
            np.empty((m - hubs, PROBES), np.uint32),
        )
        index = np.array([(1 << max(1, m - 1).bit_length()) - 1], np.uint32)
        return cls(prints, sizes, probes, np.empty(m, np.uint32), index, np.full(slots, NOBODY, np.uint32), hubs)

    def rank(self, part: slice, weights: U8) -> U32:
        """Note and give the ranks of some texts: the greater the weight (n,), the less. Hubs stand before all others."""
        behind = 255 - weights.astype(np.uint32)
        standing = (behind if not self.hubs else behind >> 1 if part.start < self.hubs else 128 + (behind >> 1)).astype(
            np.uint32
        )
        bits = int(self.index[0]).bit_length()
        numbers = np.arange(part.start, part.stop, dtype=np.uint32)
        self.ranks[part] = standing >> max(0, bits - 24) << bits | numbers  # what does not fit beside the number is cut
        return self.ranks[part]


def anchors_of(cleaned: Rows, rows: I32, key: np.uint64, *, workers: Workers) -> tuple[I32, U8]:
    """Anchor (m,) of each text: its own number, or that of the text whose near copy it is; and the weight of each (m,).

    cleaned: CLEANED. rows (m,): rows of distinct texts, ascending. Anchors are texts that joined nobody, and each member
    was compared with its anchor itself. Memory: 80 bytes for each text, and two tables of at most 2 GiB that stand beside each
    other for a while.
    """
    met, weights = _meet_all(cleaned, rows, key, workers)
    return _joined(met, cleaned, rows, workers), weights


def more_anchors(
    cleaned: Rows, rows: I32, key: np.uint64, known: tuple[I32, U8], *, workers: Workers
) -> tuple[I32, U8]:
    """As `anchors_of`, where anchors and weights of the first texts are known and stay: the others may join them or one
    another. known: anchors and weights, (k,), k <= m. The first ones are read once, and only for what others may share."""
    anchors, weights = known
    hubs = np.flatnonzero(anchors == np.arange(len(anchors), dtype=np.int32)).astype(
        np.int32
    )  # joined nobody, may be joined
    numbers = np.concatenate([hubs, np.arange(len(anchors), len(rows), dtype=np.int32)])
    met, more = _meet_hubs(cleaned, rows[numbers], key, weights[hubs], workers)
    found = _joined(met, cleaned, rows[numbers], workers)
    return np.concatenate([anchors, numbers[found[len(hubs) :]]]), np.concatenate([weights, more])


def _joined(met: _Met, cleaned: Rows, rows: I32, workers: Workers) -> I32:
    """Anchor (m,) of each text."""
    ranks, texts, centres = met
    alike = _compared(cleaned, rows, texts, centres, workers=workers)
    anchors = _settled(ranks, texts, centres, alike)
    more = _second_chances(anchors, texts, centres, alike)
    if len(more[0]):
        alike = np.concatenate([alike, _compared(cleaned, rows, *more, workers=workers)])
        texts, centres = np.concatenate([texts, more[0]]), np.concatenate([centres, more[1]])
        anchors = _settled(ranks, texts, centres, alike)
    return anchors


def _meet_all(cleaned: Rows, rows: I32, key: np.uint64, workers: Workers) -> tuple[_Met, U8]:
    """Whom each text meets, and its weight (m,)."""
    counts = _counted(cleaned, rows, key, workers)
    slots = _power_of_two(2 * int(shared_values(counts)), 1 << 10, MOST_SLOTS)
    sketched = _Sketched.of(len(rows), 0, slots)
    weights = _look_all(sketched, cleaned, rows, (key, counts), workers)
    del counts
    return (sketched.ranks, *_pairs_met(sketched, workers)), weights


def _meet_hubs(cleaned: Rows, rows: I32, key: np.uint64, weights: U8, workers: Workers) -> tuple[_Met, U8]:
    """The same where the first texts are hubs, with these weights (h,), which stand before all others and look for nobody; and
    the weights of the others."""
    hubs = len(weights)
    counts = _counted(cleaned, rows[hubs:], key, workers)
    sketched = _Sketched.of(len(rows), hubs, _power_of_two(2 * int(np.count_nonzero(counts)), 1 << 10, MOST_SLOTS))
    start = 0
    for sketch, prints, sizes in map_blocks(partial(_printed, key=key), _chosen(cleaned, rows[:hubs]), workers=workers):
        part = slice(start, start + len(sizes))
        sketched.prints[part], sketched.sizes[part] = prints, sizes
        ranks = sketched.rank(part, weights[part])
        enter_met(sketch, ranks, counts, sketched.table)
        start = part.stop
    more = _look_all(sketched, cleaned, rows, (key, counts), workers)
    del counts
    return (sketched.ranks, *_pairs_met(sketched, workers)), more


def _counted(cleaned: Rows, rows: I32, key: np.uint64, workers: Workers) -> U8:
    """How many of the texts have each value: a table of `count_values`, with at least 8 places for each value, as a rule 256:
    values that share a place look commoner than they are."""
    places, sketch = len(rows) * BINS * 8, partial(_sketch, key=key)
    if len(rows) > DRAWN_TEXTS:
        drawn = rows[np.arange(DRAWN_TEXTS, dtype=np.int64) * len(rows) // DRAWN_TEXTS]
        values = _different_values(map_blocks(sketch, _picked(cleaned, drawn), workers=workers), len(rows))
        places = min(places, values * 256)
    counts = np.zeros(_power_of_two(places, 1 << 20, MOST_COUNTS), np.uint8)
    for found in map_blocks(sketch, _chosen(cleaned, rows), workers=workers):
        count_values(found, counts)
    return counts


def _different_values(sketches: Iterator[U32], texts: int) -> int:
    """How many different values so many texts have, judged by the sketches of DRAWN_TEXTS of them.

    Their number grows as a power of the texts (Heaps' law), whose exponent the two halves of the drawn show. A table made
    for what is there takes a tenth of the memory of one for the most that can be, and is quicker."""
    counts, found = np.zeros(8 * DRAWN_TEXTS * BINS, np.uint8), []
    for sketch in sketches:
        count_values(sketch, counts)
        found.append(np.count_nonzero(counts))
    half, whole = found[len(found) // 2 - 1], found[-1]
    return int(whole * (texts / DRAWN_TEXTS) ** np.log2(whole / half))


def _look_all(sketched: _Sketched, cleaned: Rows, rows: I32, by: tuple[np.uint64, U8], workers: Workers) -> U8:
    """Enter all but the hubs, and say what they look for; returns their weights. by: key of the sketches, and `_counted`."""
    key, counts = by
    hubs, weights = sketched.hubs, np.empty(len(rows) - sketched.hubs, np.uint8)
    kernel, start = partial(_seen, key=key, counts=counts, slots=len(sketched.table)), hubs
    for prints, sizes, weight, shared, probes in local.map_blocks(
        kernel, _chosen(cleaned, rows[hubs:]), workers=threads_of(workers)
    ):
        part = slice(start, start + len(weight))
        sketched.prints[part], sketched.sizes[part] = prints, sizes
        weights[part.start - hubs : part.stop - hubs] = weight
        sketched.probes[part.start - hubs : part.stop - hubs] = probes
        enter(sketched.table, shared, sketched.rank(part, weight))
        start = part.stop
    return weights


def _power_of_two(number: int, least: int, most: int) -> int:
    return min(most, max(least, 1 << max(0, number - 1).bit_length()))


def _chosen(cleaned: Rows, rows: I32) -> Iterator[pa.Array]:
    """The forms of these rows, batch by batch."""
    start = 0
    for batch in cleaned.blocks("form"):
        first, last = np.searchsorted(
            rows, np.array([start, start + len(batch)], rows.dtype)
        )  # another type: rows are copied
        if last > first:
            yield batch.column("form").take(pa.array(rows[first:last] - start))
        start += len(batch)


def _picked(cleaned: Rows, rows: I32) -> Iterator[pa.Array]:
    """The same where the rows lie far apart."""
    for start in range(0, len(rows), BLOCK_TEXTS):
        some = rows[start : start + BLOCK_TEXTS].astype(np.int64)
        yield cleaned.take(some, "form").column("form").combine_chunks()


def _tokens(texts: pa.Array) -> tuple[U32, I64]:
    return tokens_of(*strings_of(texts), token_kinds())


def _sketch(texts: pa.Array, *, key: np.uint64) -> U32:
    return sketches(*_tokens(texts), key)


def _printed(texts: pa.Array, *, key: np.uint64) -> tuple[U32, U8, U8]:
    """Sketch, fingerprint and size of each text."""
    tokens, starts = _tokens(texts)
    sketch = sketches(tokens, starts, key)
    return sketch, fingerprints(sketch), np.clip(np.diff(starts) - 1, 0, 255).astype(np.uint8)


def _seen(texts: pa.Array, *, key: np.uint64, counts: U8, slots: int) -> tuple[U8, U8, U8, U32, U32]:
    """Fingerprint, size, weight, shared values and probes of each text."""
    sketch, prints, sizes = _printed(texts, key=key)
    return prints, sizes, *look(sketch, counts, slots)


def _pairs_met(sketched: _Sketched, workers: Workers) -> tuple[I64, I64]:
    """Texts and the centres that they are worth comparing with, in the order of the texts; hubs look for none."""
    parts = range(sketched.hubs, len(sketched.ranks), BLOCK_TEXTS)
    found = list(local.map_blocks(partial(_met, sketched=sketched), parts, workers=threads_of(workers)))
    nothing = np.zeros(0, np.int64)
    return (
        np.concatenate([nothing, *(texts for texts, _ in found)]),
        np.concatenate([nothing, *(centres for _, centres in found)]),
    )


def _met(start: int, *, sketched: _Sketched) -> tuple[I64, I64]:
    some = sketched.probes[start - sketched.hubs : start - sketched.hubs + BLOCK_TEXTS]
    return centres_of(
        start, some, sketched.table, sketched.ranks, sketched.index, sketched.prints, sketched.sizes, LEAST
    )


def _compared(cleaned: Rows, rows: I32, texts: I64, centres: I64, *, workers: Workers) -> F32:
    """Likeness (e,) of each pair of texts, 0 where they are not alike enough."""

    def blocks() -> Iterator[tuple[pa.Array, I64]]:
        for start in range(0, len(texts), BLOCK_PAIRS):
            pairs = np.column_stack([texts[start : start + BLOCK_PAIRS], centres[start : start + BLOCK_PAIRS]])
            numbers, places = np.unique(pairs, return_inverse=True)
            forms = cleaned.take(rows[numbers].astype(np.int64), "form").column("form").combine_chunks()
            yield forms, places.reshape(pairs.shape)

    return np.concatenate([np.zeros(0, np.float32), *map_blocks(_likenesses, blocks(), workers=workers)])


def _likenesses(block: tuple[pa.Array, I64]) -> F32:
    forms, pairs = block
    return likenesses(*_tokens(forms), pairs)


def _settled(ranks: U32, texts: I64, centres: I64, alike: F32) -> I32:
    """Anchor (m,) of each text, from its centres and how alike they are."""
    anchors, near = np.arange(len(ranks), dtype=np.int32), np.flatnonzero(alike > 0)
    near = near[np.lexsort((centres[near], texts[near], ranks[texts[near]]))]
    theirs = texts[near]
    starts = np.flatnonzero(np.concatenate([[True], theirs[1:] != theirs[:-1]])) if len(near) else near
    settle(theirs[starts], np.append(starts, len(near)), centres[near], alike[near], anchors)
    return anchors


def _second_chances(anchors: I32, texts: I64, centres: I64, alike: F32) -> tuple[I64, I64]:
    """Texts that are like a text which itself has joined another: they may be like that other one."""
    lost = (alike > 0) & (anchors[texts] == texts) & (anchors[centres] != centres)
    pairs = np.unique(np.column_stack([texts[lost], anchors[centres[lost]]]), axis=0).astype(np.int64)
    return pairs[:, 0], pairs[:, 1]
