"""Exact and near copies, and campaigns: many people who send one text. Folding drops nobody; it says who stands
beside whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import F64, I32, I64, U8, U32, U64, Bools, strings_of
from massline.engine.character_tables import token_kinds
from massline.engine.mask import mask
from massline.engine.runners.local import map_blocks
from massline.engine.siphash import hash_strings
from massline.engine.sketch import BINS, count_values, empty_slots, join, pairs_of, sketches, tokens_of, weigh
from massline.engine.tables import CAMPAIGNS

ALIKE: Final = 0.8
"""Jaccard likeness, in distinct pairs of neighbouring tokens, from which texts are near copies whatever their
length."""
ALIKE_LONG: Final = 0.38
"""The same for long texts. Two of them written apart do not come near it (0.3 was the most seen among real messages),
while one of which every fourth word was changed stays above it. Short texts come near it by chance: they say the
same in the same few words."""
ALIKE_PAIRS: Final = 20
LONG_PAIRS: Final = 80
"""Pairs up to which a text is short, and from which it is long; between them the asked likeness falls evenly."""

CAMPAIGN_MESSAGES: Final = 10
"""A group with fewer messages is no campaign."""
CAMPAIGN_SENDERS: Final = 5
"""Nor is one with fewer senders: one person who writes often is one person. A message without a sender counts as
one."""
CAMPAIGN_PAIRS: Final = 20
"""Nor is a text as short as 支持 or "well done": many write it without having copied it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Who is a copy of whom. Row numbers are those of the input.

    copy_of (n,): row of the first message of the group, -1 for that first message itself and for messages without
    copies. campaign (n,): number of the campaign, -1 for none. campaigns: CAMPAIGNS, largest first; row c is campaign
    c.
    """

    copy_of: I64
    campaign: I32
    campaigns: pa.Table


def fold(messages: pa.Table, cleaned: pa.Table, *, seed: int, workers: int = 1) -> Folded:
    """Find copies among n messages. messages: MESSAGES, cleaned: CLEANED, same rows; both may be memory-mapped files
    (`pa.ipc.open_file(pa.memory_map(path)).read_all()`), they are read in blocks and never copied whole.

    Exact copies have the same form (128-bit hash). Near copies are found by sketches and then compared exactly; each
    member of a group is compared with the group's anchor itself, the text with most neighbours, so a chain of small
    edits joins nothing that is different. A message with an empty form is nobody's copy. seed: keys the hashes;
    another seed may find other near copies at the edge. workers: threads, which change nothing. Memory: 40 bytes per
    message, and for each distinct text that shares a sketch value with another about 6 times its characters and 200
    bytes.
    """
    keys = np.random.default_rng(seed).integers(1 << 63, size=5, dtype=np.int64).astype(np.uint64)
    forms = cleaned.column("form")
    first = _exact(forms, keys)  # (n,)
    group = _near(forms, first, keys[4], workers)  # (n,)
    copy_of = np.where((group == np.arange(len(group))) | (group < 0), -1, group)
    return Folded(copy_of, *_campaigns(messages, forms, first, group))


def _exact(forms: pa.ChunkedArray, keys: U64) -> I64:
    """(n,): the first row with the same form; -1 for an empty form."""
    hashes, filled = np.empty((2, len(forms)), np.uint64), np.empty(len(forms), bool)
    start = 0
    for chunk in forms.chunks:
        part = slice(start, start + len(chunk))
        hashes[0, part] = hash_strings(chunk, (int(keys[0]), int(keys[1])))
        hashes[1, part] = hash_strings(chunk, (int(keys[2]), int(keys[3])))
        filled[part] = np.diff(strings_of(chunk)[1]) > 0
        start += len(chunk)
    return _first_rows(hashes, filled)


@nb.njit(nogil=True, cache=True)
def _first_rows(hashes: U64, filled: Bools) -> I64:
    """(n,): the first row with the same pair of hashes (2, n); -1 where not filled."""
    n, size = hashes.shape[1], 1 << 10
    while size < 2 * n:
        size <<= 1
    table, first, last = np.full(size, -1, np.int64), np.full(n, -1, np.int64), np.uint64(size - 1)
    for row in range(n):
        if not filled[row]:
            continue
        at = hashes[0, row] & last
        while table[at] >= 0 and (hashes[0, table[at]] != hashes[0, row] or hashes[1, table[at]] != hashes[1, row]):
            at = (at + np.uint64(1)) & last
        if table[at] < 0:
            table[at] = row
        first[row] = table[at]
    return first


def _near(forms: pa.ChunkedArray, first: I64, key: np.uint64, workers: int) -> I64:
    """(n,): the first row of each message's group of copies; -1 for an empty form."""
    distinct = first == np.arange(len(first))
    counts = np.zeros(_table_size(int(distinct.sum())), np.uint8)
    for sketch in map_blocks(partial(_sketch, key=key), _chosen(forms, distinct), workers=workers):
        count_values(sketch, counts)
    compare = partial(_comparable, key=key, counts=counts)
    parts = list(map_blocks(compare, _chosen(forms, distinct), workers=workers))
    group = first.copy()
    if parts:
        rows, sketch, probes, weight, pairs, sizes = (np.concatenate(column) for column in zip(*parts, strict=True))
        sets = pairs, np.concatenate([[0], np.cumsum(sizes)])
        order = np.argsort(-weight, kind="stable")
        slots = empty_slots(int(np.count_nonzero(counts > 1)))
        _regroup(group, rows, join((sketch, probes), sets, order, _least(sizes), slots))
    return group


def _sketch(chosen: tuple[I64, pa.Array], *, key: np.uint64) -> U32:
    return sketches(*_tokens(chosen[1]), key)


def _comparable(chosen: tuple[I64, pa.Array], *, key: np.uint64, counts: U8) -> tuple[I64, U32, U32, I32, U64, I64]:
    """What `join` asks for, of the texts that share a value with another: row, sketch, probes and weight of each,
    their pairs end to end, and how many pairs each has."""
    rows, texts = chosen
    tokens, starts = _tokens(texts)
    sketch = sketches(tokens, starts, key)
    weight, probes = weigh(sketch, counts)
    shared = weight > 0
    pairs, sizes = pairs_of(tokens, starts, shared)
    return rows[shared], sketch[shared], probes[shared], weight[shared], pairs, sizes[shared]


def _tokens(texts: pa.Array) -> tuple[U32, I64]:
    return tokens_of(*strings_of(texts), token_kinds())


def _table_size(texts: int) -> int:
    """A power of two with room for the values of so many sketches, eight places each, within 1 MiB and 1 GiB."""
    return 1 << min(30, max(20, int(texts * BINS * 8).bit_length()))


def _chosen(forms: pa.ChunkedArray, distinct: Bools) -> Iterator[tuple[I64, pa.Array]]:
    """Row numbers and texts of the distinct rows, chunk by chunk."""
    start = 0
    for chunk in forms.chunks:
        here = distinct[start : start + len(chunk)]
        yield start + np.flatnonzero(here), chunk.filter(pa.array(here))
        start += len(chunk)


def _least(sizes: I64) -> F64:
    """(c,): the likeness that texts with so many pairs ask for."""
    return np.interp(sizes, [ALIKE_PAIRS, LONG_PAIRS], [ALIKE, ALIKE_LONG])


def _regroup(group: I64, rows: I64, anchors: I64) -> None:
    """Give every row the first row of its near-copy group. rows (c,): the first exact row of each text that was
    compared."""
    heads = np.full(len(rows), len(group))
    np.minimum.at(heads, anchors, rows)  # (c,): the first row of an anchor's members
    final = np.arange(len(group))
    final[rows] = heads[anchors]
    filled = group >= 0
    group[filled] = final[group[filled]]


def _campaigns(messages: pa.Table, forms: pa.ChunkedArray, first: I64, group: I64) -> tuple[I32, pa.Table]:
    """Number of the campaign of each row (n,), and CAMPAIGNS."""
    sizes = np.bincount(group[group >= 0], minlength=1)
    heads = np.flatnonzero(sizes >= CAMPAIGN_MESSAGES)
    heads = heads[np.argsort(-sizes[heads], kind="stable")]
    campaign = np.full(len(group), -1, np.int32)
    found: list[dict[str, object]] = []
    in_groups = np.flatnonzero(np.isin(group, heads))
    by_group = in_groups[np.argsort(group[in_groups], kind="stable")]
    theirs = messages.select(["sender", "time", "channel"]).take(pa.array(by_group)).combine_chunks()
    bounds = np.searchsorted(group[by_group], heads), np.searchsorted(group[by_group], heads, "right")
    for start, end in zip(*bounds, strict=True):
        rows = by_group[start:end]
        texts, counts = np.unique(first[rows], return_counts=True)
        commonest = int(texts[counts.argmax()])
        facts = _campaign(theirs.slice(start, len(rows)), forms[commonest])
        if facts is not None:
            campaign[rows] = len(found)
            text = mask(messages.column("text")[commonest].as_py()).text
            found.append({"campaign": len(found), "distinct_texts": len(texts), "text": text, **facts})
    return campaign, pa.Table.from_pylist(found, schema=CAMPAIGNS)


def _campaign(mine: pa.Table, form: pa.Scalar) -> dict[str, object] | None:
    """Who, when and where of a campaign; None when the group is none. mine: sender, time and channel of its
    messages; form: the commonest."""
    senders = mine.column("sender")
    people = pc.count_distinct(senders, mode="only_valid").as_py() + senders.null_count
    if people < CAMPAIGN_SENDERS or _pairs_in(form.as_py()) < CAMPAIGN_PAIRS:
        return None
    span = pc.min_max(mine.column("time"))
    return {
        "messages": len(mine),
        "senders": people,
        "first": span["min"].as_py(),
        "last": span["max"].as_py(),
        "channels": sorted(pc.unique(mine.column("channel").drop_null()).to_pylist()),
    }


def _pairs_in(text: str) -> int:
    return len(pairs_of(*_tokens(pa.array([text], pa.large_string())), np.ones(1, np.bool_))[0])
