"""What of a message speaks: its grams, and once more those of its opening, where people say what they want.

The same compiled code reads the cases that a router learns from and the messages that it is asked about.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64, U8, code_point, strings_of
from massline.engine.grams import BUCKETS, READ_CHARACTERS, read_grams
from massline.engine.runners import Workers, map_blocks

OPENING: Final = 30
"""Signs of the opening: a title, or the first sentence."""
OPENING_WEIGHT: Final = 0.7
"""How much the grams of the opening count beside those of the whole message."""
MOST_SAID: Final = 255
"""A gram that is said more often counts as said so often."""
BLOCK: Final = 8_192
MOST_GRAMS: Final = 2 * READ_CHARACTERS


@dataclass(frozen=True, slots=True)
class Grams:
    """Which grams speak, and which words they are shown as.

    row_of (2, 2**18) int32: bucket -> row of the tables, r where it says nothing; first of the whole message, then of the
    opening. rarity (r,) float32, commonest first: what is read most lies together. word_of (2**18,) int32: bucket -> place
    in words, -1 for none.
    """

    row_of: I32
    rarity: F32
    word_of: I32
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """Rows that speak in each case and how much, one case after another. starts (n + 1,) int64; rows, weights (starts[n],)."""

    starts: I64
    rows: I32
    weights: F32


def count_cases(forms: pa.Array, *, workers: Workers) -> I64:
    """How many of the forms (n,) hold each bucket, in the whole and in the opening: (2, 2**18)."""
    said = np.zeros((2, BUCKETS), np.int64)
    for part in map_blocks(_counted, _blocks(forms), workers=workers):
        said += part
    return said


def read_cases(forms: pa.Array, row_of: I32, rarity: F32, *, workers: Workers) -> Cases:
    """The forms (n,) as a router sees them. Memory: 8 bytes for each distinct gram of each form, twice for a moment."""
    kernel = partial(_read, row_of=row_of, rarity=rarity)
    parts = list(map_blocks(kernel, _blocks(forms), workers=workers))
    lengths = np.concatenate([part[0] for part in parts])
    return Cases(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
    )


def _blocks(forms: pa.Array) -> list[pa.Array]:
    return [forms.slice(start, BLOCK) for start in range(0, len(forms), BLOCK)]


def _counted(forms: pa.Array) -> I64:
    data, offsets = strings_of(forms)
    said = np.zeros((2, BUCKETS), np.int64)
    _count_all(data, offsets, said)
    return said


def _read(forms: pa.Array, *, row_of: I32, rarity: F32) -> tuple[I64, I32, F32]:
    data, offsets = strings_of(forms)
    most = 2 * int(np.minimum(np.diff(offsets), READ_CHARACTERS).sum()) + 2 * OPENING * len(forms)
    lengths = np.zeros(len(forms), np.int64)
    rows, weights = np.empty(most, np.int32), np.empty(most, np.float32)  # what is not written takes no memory
    used = _read_all(data, offsets, (row_of, rarity), (lengths, rows, weights))
    return lengths, rows[:used].copy(), weights[:used].copy()


@nb.njit(cache=True)
def opening_ends(data: U8, start: int, end: int) -> int:
    """The byte after the first OPENING signs."""
    at, read = start, 0
    while at < end and read < OPENING:
        _, at = code_point(data, at)
        read += 1
    return at


@nb.njit(cache=True)
def room_for(count):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - a tuple of arrays
    """Working memory of `speaking` for tables of so many rows: said, logs, found, rows, weights."""
    said, logs = np.zeros(count + 1, np.uint8), np.ones(MOST_SAID + 1, np.float32)
    said[count] = 1  # what says nothing has always been said before
    logs[1:] += np.log(np.arange(1, MOST_SAID + 1)).astype(np.float32)
    shape = (2, MOST_GRAMS)
    return said, logs, np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape, np.float32)


@nb.njit(cache=True)
def speaking(data, start, end, tables, room):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - tuples of arrays
    """Read one form. How many rows speak in the whole and in the opening; room holds the buckets, rows and weights of each,
    the weights of the whole of length 1, those of the opening of length OPENING_WEIGHT."""
    row_of, rarity = tables
    said, logs, found, rows, weights = room
    first = _distinct(found[0], read_grams(data, start, end, found[0]), row_of[0], said, rows[0])
    _weigh(rows[0, :first], (said, logs, rarity), weights[0], np.float32(1))
    ends = opening_ends(data, start, end)
    second = _distinct(found[1], read_grams(data, start, ends, found[1]), row_of[1], said, rows[1])
    _weigh(rows[1, :second], (said, logs, rarity), weights[1], np.float32(OPENING_WEIGHT))
    return first, second


@nb.njit(cache=True)
def _distinct(found: I32, read: int, row_of: I32, said: U8, rows: I32) -> int:
    """Count in `said` the row of each bucket; distinct rows go to `rows`, a bucket of each to the front of `found`.
    Returns how many. Without a branch: which grams are known, no processor can guess."""
    distinct = 0
    for at in range(read):
        gram = found[at]
        row = row_of[gram]
        before = said[row]
        found[distinct], rows[distinct] = gram, row
        distinct += before == 0
        said[row] = before + (before < MOST_SAID)
    return distinct


@nb.njit(cache=True)
def _weigh(rows, facts, weights, length):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - a tuple of arrays
    """Weight of each row, (1 + ln t) times its rarity, all together of this length; clears `said`."""
    said, logs, rarity = facts
    total = np.float32(0)
    for j in range(len(rows)):
        row = rows[j]
        weights[j] = logs[said[row]] * rarity[row]
        total += weights[j] * weights[j]
        said[row] = 0
    if total > 0:
        scale = length / np.sqrt(total)
        for j in range(len(rows)):
            weights[j] *= scale


@nb.njit(cache=True, nogil=True)
def _count_all(data: U8, offsets: I64, said: I64) -> None:
    found, last = np.empty(MOST_GRAMS, np.int32), np.full((2, BUCKETS), -1, np.int32)
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        for space in range(2):
            ends = opening_ends(data, start, end) if space else end
            for gram in found[: read_grams(data, start, ends, found)]:
                if last[space, gram] != i:
                    last[space, gram] = i
                    said[space, gram] += 1


@nb.njit(cache=True, nogil=True)
def _read_all(data, offsets, tables, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill lengths (n,), rows and weights; returns how much of the latter."""
    room = room_for(len(tables[1]))
    lengths, rows, weights = out
    put = 0
    for i in range(len(offsets) - 1):
        counts = speaking(data, offsets[i], offsets[i + 1], tables, room)
        for space in range(2):
            for j in range(counts[space]):
                rows[put], weights[put] = room[3][space, j], room[4][space, j]
                put += 1
        lengths[i] = counts[0] + counts[1]
    return put
