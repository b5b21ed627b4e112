"""Exact and near copies, and campaigns: many people who send one text. Folding drops nobody; it says who stands
beside whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import I64, U32, U64, strings_of
from massline.engine.characters import token_kinds
from massline.engine.mask import mask
from massline.engine.siphash import hash_strings
from massline.engine.sketch import BINS, count_values, join, pairs_of, sketches, tokens_of, weigh
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

    copy_of: npt.NDArray[np.int64]
    campaign: npt.NDArray[np.int32]
    campaigns: pa.Table


def fold(messages: pa.Table, cleaned: pa.Table, *, seed: int) -> Folded:
    """Find copies among n messages. messages: MESSAGES, cleaned: CLEANED, same rows; both may be memory-mapped files
    (`pa.ipc.open_file(pa.memory_map(path)).read_all()`), they are read in blocks and never copied whole.

    Exact copies have the same form (128-bit hash). Near copies are found by sketches and then compared exactly; each
    member of a group is compared with the group's anchor itself, the text with most neighbours, so a chain of small
    edits joins nothing that is different. A message with an empty form is nobody's copy. seed: keys the hashes;
    another seed may find other near copies at the edge. Memory: 40 bytes per message, and for each distinct text that
    shares a sketch value with another about 6 times its characters and 200 bytes.
    """
    keys = np.random.default_rng(seed).integers(1 << 63, size=5, dtype=np.int64).astype(np.uint64)
    forms = cleaned.column("form")
    first = _exact(forms, keys)  # (n,)
    group = _near(forms, first, keys[4])  # (n,)
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
def _first_rows(hashes: U64, filled: npt.NDArray[np.bool_]) -> I64:
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


def _near(forms: pa.ChunkedArray, first: I64, key: np.uint64) -> I64:
    """(n,): the first row of each message's group of copies; -1 for an empty form."""
    distinct = first == np.arange(len(first))
    counts = np.zeros(_table_size(int(distinct.sum())), np.uint8)
    for _, texts in _chosen(forms, distinct):
        count_values(sketches(*_tokens(texts), key), counts)
    rows, sketch, weight, probes, chosen = [], [], [], [], []
    for start, texts in _chosen(forms, distinct):
        values = sketches(*_tokens(texts), key)
        heavy, rare = weigh(values, counts)
        shared = heavy > 0
        rows.append(start[shared])
        sketch.append(values[shared])
        weight.append(heavy[shared])
        probes.append(rare[shared])
        chosen.append(texts.filter(pa.array(shared)))
    group = first.copy()
    if rows:
        order = np.argsort(-np.concatenate(weight), kind="stable")
        sets = pairs_of(*_tokens(pa.concat_arrays(chosen)))
        anchors = join((np.concatenate(sketch), np.concatenate(probes)), sets, order, _least(np.diff(sets[1])))
        _regroup(group, np.concatenate(rows), anchors)
    return group


def _tokens(texts: pa.Array) -> tuple[U32, I64]:
    return tokens_of(*strings_of(texts), token_kinds())


def _table_size(texts: int) -> int:
    """A power of two with room for the values of so many sketches, eight places each, within 1 MiB and 1 GiB."""
    return 1 << min(30, max(20, int(texts * BINS * 8).bit_length()))


def _chosen(forms: pa.ChunkedArray, distinct: npt.NDArray[np.bool_]) -> Iterator[tuple[I64, pa.Array]]:
    """Row numbers and texts of the distinct rows, chunk by chunk."""
    start = 0
    for chunk in forms.chunks:
        here = distinct[start : start + len(chunk)]
        yield start + np.flatnonzero(here), chunk.filter(pa.array(here))
        start += len(chunk)


def _least(sizes: I64) -> npt.NDArray[np.float64]:
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


def _campaigns(
    messages: pa.Table, forms: pa.ChunkedArray, first: I64, group: I64
) -> tuple[npt.NDArray[np.int32], pa.Table]:
    """Number of the campaign of each row (n,), and CAMPAIGNS."""
    sizes = np.bincount(group[group >= 0], minlength=1)
    heads = np.flatnonzero(sizes >= CAMPAIGN_MESSAGES)
    heads = heads[np.argsort(-sizes[heads], kind="stable")]
    campaign = np.full(len(group), -1, np.int32)
    found: list[dict[str, object]] = []
    in_groups = np.flatnonzero(np.isin(group, heads))
    by_group = in_groups[np.argsort(group[in_groups], kind="stable")]
    bounds = np.searchsorted(group[by_group], heads), np.searchsorted(group[by_group], heads, "right")
    for start, end in zip(*bounds, strict=True):
        rows = by_group[start:end]
        row = _campaign(len(found), messages, forms, rows, first[rows])
        if row is not None:
            campaign[rows] = len(found)
            found.append(row)
    return campaign, pa.Table.from_pylist(found, schema=CAMPAIGNS)


def _campaign(
    number: int, messages: pa.Table, forms: pa.ChunkedArray, rows: I64, first: I64
) -> dict[str, object] | None:
    """One row of CAMPAIGNS; None when the group is no campaign. rows (g,): its messages; first (g,): first row
    with the same form."""
    texts, counts = np.unique(first, return_counts=True)
    commonest = int(texts[counts.argmax()])
    mine = messages.select(["sender", "time", "channel"]).take(pa.array(rows))
    senders = mine.column("sender")
    people = pc.count_distinct(senders, mode="only_valid").as_py() + senders.null_count
    if people < CAMPAIGN_SENDERS or _pairs_in(forms[commonest].as_py()) < CAMPAIGN_PAIRS:
        return None
    span = pc.min_max(mine.column("time"))
    return {
        "campaign": number,
        "messages": len(rows),
        "distinct_texts": len(texts),
        "senders": people,
        "first": span["min"].as_py(),
        "last": span["max"].as_py(),
        "channels": sorted(pc.unique(mine.column("channel").drop_null()).to_pylist()),
        "text": mask(messages.column("text")[commonest].as_py()).text,
    }


def _pairs_in(text: str) -> int:
    return len(pairs_of(*_tokens(pa.array([text], pa.large_string())))[0])
