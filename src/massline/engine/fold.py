"""Exact and near copies. Folding drops nobody; it says who stands beside whom."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, U8, U64, Bools, strings_of
from massline.engine.campaigns import campaigns_of
from massline.engine.near import anchors_of, more_anchors
from massline.engine.runners import Workers, local, map_blocks, threads_of
from massline.engine.siphash import hash_strings
from massline.engine.stored import Rows

PARTS: Final = 256
"""Hashes are looked through in so many parts, by their first byte: the table of one part stays near the processor."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Who is a copy of whom. Row numbers are those of the input.

    copy_of (n,): row of the first message of the group, -1 for that first message itself and for messages without
    copies. campaign (n,): number of the campaign, -1 for none. campaigns: CAMPAIGNS, largest first; row c is campaign
    c. texts: what a fold of these messages and more can go on from.
    """

    copy_of: I32
    campaign: I32
    campaigns: pa.Table
    texts: "Texts"


@dataclass(frozen=True, slots=True)
class Texts:
    """What was found of the m distinct texts of n messages, in the order of their rows.

    first (n,): the first row with the same form, -1 for an empty form. hashes (m, 2): of the forms. anchors (m,): number of
    the text whose near copy each is, its own for none. weights (m,): how many others agree with it, roughly.
    """

    first: I32
    hashes: U64
    anchors: I32
    weights: U8


def fold(messages: Rows, cleaned: Rows, *, seed: int, workers: Workers = 1, known: Texts | None = None) -> Folded:
    """Find copies among n messages, fewer than 2**31. messages: MESSAGES, cleaned: CLEANED, same rows: `stored.Stored`
    for files, `stored.Held` for tables in memory. They are read in blocks and never held whole.

    Exact copies have the same form (128-bit hash). Near copies are found by sketches and then compared exactly; each
    member of a group is compared with the group's anchor itself, the text that most others agree with, so a chain of
    small edits joins nothing that is different. A message with an empty form is nobody's copy. seed: keys the hashes;
    another seed may find other near copies at the edge. workers change nothing. known: the texts of an earlier fold of the
    first of these messages, with the same seed and in whole batches; who is whose copy among them stays so, and only the others
    look for copies. Memory: 32 bytes per message, 96 for each distinct text, and tables of at most 2 GiB.
    """
    keys = np.random.default_rng(seed).integers(1 << 63, size=5, dtype=np.int64).astype(np.uint64)
    if known is None or not len(known.anchors):
        first, hashes = _exact(cleaned, keys, workers)
        rows = _own(first)
        anchors, weights = anchors_of(cleaned, rows, keys[4], workers=workers)
    else:
        first, hashes = _more_exact(cleaned, keys, known, workers)
        rows, before = _own(first), (known.anchors, known.weights)
        anchors, weights = more_anchors(cleaned, rows, keys[4], before, workers=workers)
    group = _groups(first, rows, anchors)  # (n,)
    copy_of = np.where(group == np.arange(len(group), dtype=np.int32), np.int32(-1), group)
    return Folded(copy_of, *campaigns_of(messages, cleaned, first, group), Texts(first, hashes, anchors, weights))


def _own(first: I32) -> I32:
    """Rows of the distinct texts (m,), ascending. first (n,): the first row with the same form."""
    return np.flatnonzero(first == np.arange(len(first), dtype=np.int32)).astype(np.int32)


def _exact(cleaned: Rows, keys: U64, workers: Workers) -> tuple[I32, U64]:
    """(n,): the first row with the same form, -1 for an empty form; and the hashes (m, 2) of the distinct forms."""
    hashes, filled = _hashed(cleaned, keys, workers, begin=0)
    first = _first_of(hashes, filled, workers)
    return first, hashes[_own(first)]


def _more_exact(cleaned: Rows, keys: U64, known: Texts, workers: Workers) -> tuple[I32, U64]:
    """The same where the first messages are known: only the others are hashed, and looked for beside the known texts."""
    rows, before = _own(known.first), len(known.first)
    hashes, filled = _hashed(cleaned, keys, workers, begin=int(np.searchsorted(cleaned.starts, before)))
    together = np.concatenate([known.hashes, hashes])
    places = _first_of(together, np.concatenate([np.ones(len(rows), np.bool_), filled]), workers)[len(rows) :]
    to_rows = np.concatenate([rows, np.arange(before, before + len(hashes), dtype=np.int32)])
    first = np.concatenate([known.first, np.where(places < 0, np.int32(-1), to_rows[places])])
    own = np.flatnonzero(places == np.arange(len(rows), len(together), dtype=np.int32))
    return first, np.concatenate([known.hashes, hashes[own]])


def _hashed(cleaned: Rows, keys: U64, workers: Workers, *, begin: int) -> tuple[U64, Bools]:
    """Two hashes of each form from this batch on, (n, 2), and which forms are filled."""
    n, start = len(cleaned) - int(cleaned.starts[begin]), 0
    hashes, filled = np.empty((n, 2), np.uint64), np.empty(n, np.bool_)
    blocks = (batch.column("form") for batch in cleaned.blocks("form", begin=begin))
    for some, are_filled in map_blocks(partial(_hashes, keys=keys), blocks, workers=workers):
        part = slice(start, start + len(some))
        hashes[part], filled[part] = some, are_filled
        start = part.stop
    return hashes, filled


def _first_of(hashes: U64, filled: Bools, workers: Workers) -> I32:
    """(n,): the first of those that are filled with the same hashes (n, 2); -1 where none is."""
    order, starts = _by_first_byte(hashes, filled)
    first = np.full(len(hashes), -1, np.int32)
    parts = [order[starts[i] : starts[i + 1]] for i in range(PARTS)]
    for _ in local.map_blocks(partial(_first_rows, hashes=hashes, first=first), parts, workers=threads_of(workers)):
        pass  # each part writes rows of its own
    return first


def _hashes(texts: pa.Array, *, keys: U64) -> tuple[U64, Bools]:
    """Two hashes of each text, (n, 2), and whether it is filled."""
    pair = [hash_strings(texts, (int(keys[i]), int(keys[i + 1]))) for i in (0, 2)]
    return np.column_stack(pair), np.diff(strings_of(texts)[1]) > 0


@nb.njit(nogil=True, cache=True)
def _by_first_byte(hashes: U64, filled: Bools) -> tuple[I32, I64]:
    """The filled rows in the order of the first byte of hashes (n, 2), then of themselves; and where each byte
    begins."""
    starts = np.zeros(PARTS + 1, np.int64)
    for row in range(len(hashes)):
        starts[(hashes[row, 0] >> np.uint64(56)) + np.uint64(1)] += filled[row]
    starts = np.cumsum(starts)
    order, put = np.empty(starts[-1], np.int32), starts.copy()
    for row in range(len(hashes)):
        if filled[row]:
            part = hashes[row, 0] >> np.uint64(56)
            order[put[part]] = row
            put[part] += 1
    return order, starts


@nb.njit(nogil=True, cache=True)
def _first_rows(rows: I32, hashes: U64, first: I32) -> None:
    """Enter into `first` (n,), for each of these ascending rows, the first of them with the same hashes (n, 2)."""
    size = 16
    while size < 2 * len(rows):
        size <<= 1
    table, last = np.full(size, -1, np.int32), np.uint64(size - 1)
    for row in rows:
        at = hashes[row, 0] & last
        while table[at] >= 0 and (hashes[table[at], 0] != hashes[row, 0] or hashes[table[at], 1] != hashes[row, 1]):
            at = (at + np.uint64(1)) & last
        if table[at] < 0:
            table[at] = row
        first[row] = table[at]


def _groups(first: I32, rows: I32, anchors: I32) -> I32:
    """(n,): the first row of each message's group of copies; -1 for an empty form. first (n,): of exact copies; rows
    (m,) and anchors (m,): of the distinct texts."""
    heads = np.full(len(rows), len(first), np.int32)
    np.minimum.at(heads, anchors, rows)  # (m,): the first row of an anchor's members
    group = np.full(len(first), -1, np.int32)
    group[rows] = heads[anchors]
    filled = first >= 0
    group[filled] = group[first[filled]]
    return group
