"""From a statement to the exact messages behind it. A statement that no message says is refused.

Whether a message says it, `support` decides. Before it reads a message sign by sign, `candidates` leaves out those that hold
too little of the statement.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, U8, Bools, code_point, strings_of
from massline.engine.errors import UntraceableStatement
from massline.engine.grams import READ_CHARACTERS, read_grams
from massline.engine.support import FIRST_WITHOUT_SPACES, check, clauses_of, message_of, signs_needed

HELD: Final = 0.6
"""A message is read for a statement when it holds at least this share of the statement's pairs of signs and words."""


SLOT_BITS: Final = 12
"""What a message has is marked in 4,096 slots; two things in one slot are read for nothing, and nothing is missed."""
WITHOUT_SPACES = np.uint64(ord(FIRST_WITHOUT_SPACES))


def trace(statement: str, messages: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the messages (id -> text) that say a statement, in their order. Raises UntraceableStatement.

    One must say all of it, or each clause must be said by one, in the messages' own words; every number, name and no counts.
    """
    found = check(statement, {name: message_of(None, text) for name, text in messages.items()}, None)
    if not found.messages:
        raise UntraceableStatement(
            f"No message says {statement!r}: {found.reason}. Use the messages' own words and numbers, or leave it out."
        )
    return found.messages


class Wanted(NamedTuple):
    """What messages are looked at for, of t statements: slots of what they must hold, and pairs of which they must hold most.
    Those of statement i stand from needs[i] or starts[i] on."""

    slots: I64
    needs: I64  # (t + 1,)
    pairs: I32
    starts: I64  # (t + 1,)
    marks: Bools  # (t, 512): whether a statement has a pair that ends in these nine bits; most grams of a message stop here


def wanted_of(statements: pa.Array) -> Wanted:
    """What is wanted of those who may say these statements: forms, empty for none."""
    slots, pairs = _needed(statements), _pairs(statements)
    return Wanted(*slots, *pairs, _marks(*pairs))


def candidates(forms: pa.Array, themes: I32, wanted: Wanted) -> Bools:
    """Which forms (n,) hold so much of the statement of their theme that they may say it: every sign that `says` needs, and most
    of its pairs of signs and words. themes (n,), -1 for none."""
    data, offsets = strings_of(forms)
    held = themes >= 0
    held[held] = np.diff(wanted.starts)[themes[held]] > 0
    _need(data, offsets, themes, wanted, held)
    _hold(data, offsets, themes, wanted, held)
    return held


def _needed(statements: pa.Array) -> tuple[I64, I64]:
    """Slots of what each statement needs, and where each begins."""
    parts = []
    for form in statements.to_pylist():
        needed = signs_needed(clauses_of(form))
        codes = [(ord(one[0]) << 21 | ord(one[1])) if len(one) > 1 else ord(one) for one in needed]
        parts.append(sorted({int(_slot(np.uint64(code))) for code in codes}))
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.array([slot for part in parts for slot in part], np.int64), starts


@nb.njit(inline="always")
def _slot(code: np.uint64) -> np.uint64:
    return (code * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - SLOT_BITS)


@nb.njit(cache=True, nogil=True)
def _need(data: U8, offsets: I64, themes: I32, wanted: Wanted, held: Bools) -> None:
    """Let go of those that lack something. Signs of writing without spaces count alone, others as pairs."""
    seen = np.full(1 << SLOT_BITS, -1, np.int64)
    for i in np.flatnonzero(held):
        at, before = offsets[i], np.uint64(0)
        while at < offsets[i + 1]:
            sign, at = code_point(data, at)
            seen[_slot(sign if sign >= WITHOUT_SPACES else before << np.uint64(21) | sign)] = i
            before = sign
        for slot in wanted.slots[wanted.needs[themes[i]] : wanted.needs[themes[i] + 1]]:
            if seen[slot] != i:
                held[i] = False
                break


def _pairs(statements: pa.Array) -> tuple[I32, I64]:
    """Distinct odd buckets (pairs, words) of each statement, and where each begins."""
    data, offsets = strings_of(statements)
    found = np.empty(2 * READ_CHARACTERS, np.int32)
    parts = []
    for i in range(len(statements)):
        buckets = np.unique(found[: read_grams(data, offsets[i], offsets[i + 1], found)])
        parts.append(buckets[buckets % 2 == 1])
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.concatenate([*parts, np.zeros(0, np.int32)]), starts


@nb.njit(cache=True, nogil=True)
def _hold(data: U8, offsets: I64, themes: I32, wanted: Wanted, held: Bools) -> None:
    """Let go of those that hold too few of the pairs."""
    pairs, starts = wanted.pairs, wanted.starts
    found, seen = np.empty(2 * READ_CHARACTERS, np.int32), np.full(len(pairs), -1, np.int64)
    for i in np.flatnonzero(held):
        theme = themes[i]
        theirs = pairs[starts[theme] : starts[theme + 1]]
        count, hits = read_grams(data, offsets[i], offsets[i + 1], found), 0
        for gram in found[:count]:
            if wanted.marks[theme, gram >> 1 & 0x1FF]:
                at = starts[theme] + np.searchsorted(theirs, gram)
                if at < starts[theme + 1] and pairs[at] == gram and seen[at] != i:
                    hits, seen[at] = hits + 1, i
        held[i] = hits >= HELD * len(theirs)


@nb.njit(cache=True)
def _marks(pairs: I32, starts: I64) -> Bools:
    """See Wanted."""
    marks = np.zeros((len(starts) - 1, 512), np.bool_)
    for theme in range(len(marks)):
        for pair in pairs[starts[theme] : starts[theme + 1]]:
            marks[theme, pair >> 1 & 0x1FF] = True
    return marks
