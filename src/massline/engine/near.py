"""Near copies among distinct texts: each finds a centre by the rarest values of its sketch, and is compared with it
exactly. No text is kept in memory: about 80 bytes stand for each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64, U8, U32, strings_of
from massline.engine.character_tables import token_kinds
from massline.engine.likeness import ALIKE_IN_ORDER, ALIKE_IN_ORDER_LONG, LONG, SHORT, likenesses
from massline.engine.runners import Workers, local, map_blocks
from massline.engine.sketch import (
    BINS,
    NOBODY,
    PROBES,
    centres_of,
    count_met,
    count_values,
    enter,
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

MOST_COUNTS: Final = 1 << 31
MOST_SLOTS: Final = 1 << 29
"""Sizes up to which the tables of values grow; beyond, values share places and a few near copies are missed."""
BLOCK_TEXTS: Final = 65_536
BLOCK_PAIRS: Final = 65_536


@dataclass(frozen=True, slots=True)
class _Sketched:
    """What stands for the m texts while they look for each other. ranks (m,): the greater a text (the more others agree
    with it), the less its rank; rank & index[0] is its number. table: value -> least rank."""

    prints: U8  # (m, BINS)
    sizes: U8  # (m,)
    probes: U32  # (m, PROBES)
    ranks: U32
    index: U32  # (1,)
    table: U32


def more_anchors(cleaned: Rows, rows: I32, key: np.uint64, known: I32, *, workers: Workers) -> I32:
    """Anchor (m,) of each text, as `anchors_of`, where those of the first ones are known and stay: the others may join them or
    one another. known (k,), k <= m."""
    hubs = np.flatnonzero(known == np.arange(len(known), dtype=np.int32)).astype(
        np.int32
    )  # joined nobody, may be joined
    numbers = np.concatenate([hubs, np.arange(len(known), len(rows), dtype=np.int32)])
    found = anchors_of(cleaned, rows[numbers], key, workers=workers, hubs=len(hubs))
    return np.concatenate([known, numbers[found[len(hubs) :]]])


def anchors_of(cleaned: Rows, rows: I32, key: np.uint64, *, workers: Workers, hubs: int = 0) -> I32:
    """Anchor (m,) of each text: its own number, or that of the text whose near copy it is.

    cleaned: CLEANED. rows (m,): rows of distinct texts, ascending. Anchors are texts that joined nobody, and each member
    was compared with its anchor itself. hubs: so many texts at the beginning are anchors and join nobody. Memory: 80 bytes
    for each text, and two tables of at most 2 GiB that stand beside each other for a while.
    """
    sketched = _sketch_all(cleaned, rows, key, workers, hubs=hubs)
    texts, centres = _pairs_met(sketched, workers, hubs=hubs)
    ranks = sketched.ranks
    del sketched  # the table and 64 bytes a text, before texts are read again
    alike = _compared(cleaned, rows, texts, centres, workers=workers)
    anchors = _settled(ranks, texts, centres, alike)
    more = _second_chances(anchors, texts, centres, alike)
    if len(more[0]):
        alike = np.concatenate([alike, _compared(cleaned, rows, *more, workers=workers)])
        texts, centres = np.concatenate([texts, more[0]]), np.concatenate([centres, more[1]])
        anchors = _settled(ranks, texts, centres, alike)
    return anchors


def _sketch_all(cleaned: Rows, rows: I32, key: np.uint64, workers: Workers, *, hubs: int) -> _Sketched:
    m = len(rows)
    counts = np.zeros(_power_of_two((m - hubs) * BINS * 8, 1 << 20, MOST_COUNTS), np.uint8)
    for sketch in map_blocks(partial(_sketch, key=key), _chosen(cleaned, rows[hubs:]), workers=workers):
        count_values(sketch, counts)
    for sketch in map_blocks(partial(_sketch, key=key), _chosen(cleaned, rows[:hubs]), workers=workers):
        count_met(sketch, counts)
    table = np.full(_power_of_two(2 * int(shared_values(counts)), 1 << 10, MOST_SLOTS), NOBODY, np.uint32)
    bits = max(1, m - 1).bit_length()
    prints, sizes = np.empty((m, BINS), np.uint8), np.empty(m, np.uint8)
    probes, ranks = np.empty((m, PROBES), np.uint32), np.empty(m, np.uint32)
    kernel, start = partial(_seen, key=key, counts=counts, slots=len(table)), 0
    for some_prints, some_sizes, weight, shared, some_probes in local.map_blocks(
        kernel, _chosen(cleaned, rows), workers=_threads(workers)
    ):
        part = slice(start, start + len(weight))
        prints[part], sizes[part], probes[part] = some_prints, some_sizes, some_probes
        numbers = np.arange(part.start, part.stop, dtype=np.uint32)
        coarse = _standing(weight, numbers, hubs) >> max(0, bits - 24)  # what does not fit beside the number is cut
        ranks[part] = coarse << bits | numbers
        enter(table, shared, ranks[part])
        start = part.stop
    return _Sketched(prints, sizes, probes, ranks, np.array([(1 << bits) - 1], np.uint32), table)


def _standing(weight: U8, numbers: U32, hubs: int) -> U32:
    """0 to 255, the least for the greatest texts; hubs stand before all others."""
    behind = 255 - weight.astype(np.uint32)
    return np.where(numbers < hubs, behind >> 1, 128 + (behind >> 1)).astype(np.uint32) if hubs else behind


def _threads(workers: Workers) -> int:
    """Threads for work on tables of this machine's memory, whoever else works."""
    return workers if isinstance(workers, int) else 4


def _power_of_two(number: int, least: int, most: int) -> int:
    return min(most, max(least, 1 << max(0, number - 1).bit_length()))


def _chosen(cleaned: Rows, rows: I32) -> Iterator[pa.Array]:
    """The forms of these rows, batch by batch."""
    start = 0
    for batch in cleaned.blocks("form"):
        first, last = np.searchsorted(rows, [start, start + len(batch)])
        if last > first:
            yield batch.column("form").take(pa.array(rows[first:last] - start))
        start += len(batch)


def _tokens(texts: pa.Array) -> tuple[U32, I64]:
    return tokens_of(*strings_of(texts), token_kinds())


def _sketch(texts: pa.Array, *, key: np.uint64) -> U32:
    return sketches(*_tokens(texts), key)


def _seen(texts: pa.Array, *, key: np.uint64, counts: U8, slots: int) -> tuple[U8, U8, U8, U32, U32]:
    """Fingerprint, size, weight, shared values and probes of each text."""
    tokens, starts = _tokens(texts)
    sketch = sketches(tokens, starts, key)
    sizes = np.clip(np.diff(starts) - 1, 0, 255).astype(np.uint8)
    return fingerprints(sketch), sizes, *look(sketch, counts, slots)


def _pairs_met(sketched: _Sketched, workers: Workers, *, hubs: int) -> tuple[I64, I64]:
    """Texts and the centres that they are worth comparing with, in the order of the texts; hubs look for none."""
    parts = range(hubs, len(sketched.ranks), BLOCK_TEXTS)
    found = list(local.map_blocks(partial(_met, sketched=sketched), parts, workers=_threads(workers)))
    nothing = np.zeros(0, np.int64)
    return (
        np.concatenate([nothing, *(texts for texts, _ in found)]),
        np.concatenate([nothing, *(centres for _, centres in found)]),
    )


def _met(start: int, *, sketched: _Sketched) -> tuple[I64, I64]:
    some = sketched.probes[start : start + BLOCK_TEXTS]
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
