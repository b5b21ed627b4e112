"""From a statement to the exact messages behind it. A statement that no message says is refused.

Whether a message says it, `support` decides. Before it reads a message sign by sign, `candidates` leaves out those that hold
too little of the statement.
"""

from collections.abc import Mapping
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, U8, Bools, code_point, strings_of
from massline.engine.errors import UntraceableStatement
from massline.engine.grams import READ_CHARACTERS, read_grams
from massline.engine.support import check, clauses_of, message_of, signs_needed

HELD: Final = 0.6
"""A message is read for a statement when it holds at least this share of the statement's pairs of signs and words."""


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


def candidates(forms: pa.Array, themes: I32, statements: pa.Array) -> Bools:
    """Which forms (n,) hold so much of the statement of their theme that they may say it: most of its pairs of signs and words,
    and every sign that `says` needs. themes (n,), -1 for none; statements (t,): forms, empty for none."""
    data, offsets = strings_of(forms)
    held = np.zeros(len(forms), np.bool_)
    _hold(data, offsets, themes, _pairs(statements), held)
    _need(data, offsets, themes, _needed(statements), held)
    return held


def _needed(statements: pa.Array) -> tuple[I64, I64]:
    """Code points of the signs that each statement needs, rising, and where each begins."""
    parts = [sorted(map(ord, signs_needed(clauses_of(form)))) for form in statements.to_pylist()]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.array([code for part in parts for code in part], np.int64), starts


@nb.njit(cache=True, nogil=True)
def _need(data: U8, offsets: I64, themes: I32, needed: tuple[I64, I64], held: Bools) -> None:
    """Let go of those that lack a sign."""
    codes, starts = needed
    seen = np.full(len(codes), -1, np.int64)
    for i in np.flatnonzero(held):
        first, end = starts[themes[i]], starts[themes[i] + 1]
        at, missing = offsets[i], end - first
        while at < offsets[i + 1] and missing > 0:
            sign, at = code_point(data, at)
            place = first + np.searchsorted(codes[first:end], np.int64(sign))
            if place < end and codes[place] == np.int64(sign) and seen[place] != i:
                missing, seen[place] = missing - 1, i
        held[i] = missing == 0


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
def _hold(data: U8, offsets: I64, themes: I32, statements: tuple[I32, I64], held: Bools) -> None:
    pairs, starts = statements
    found, seen = np.empty(2 * READ_CHARACTERS, np.int32), np.full(len(pairs), -1, np.int64)
    marks = _marks(pairs, starts)
    for i in range(len(offsets) - 1):
        theme = themes[i]
        if theme < 0 or starts[theme] == starts[theme + 1]:
            continue
        wanted = pairs[starts[theme] : starts[theme + 1]]
        count = read_grams(data, offsets[i], offsets[i + 1], found)
        if count < len(wanted) * HELD:
            continue
        hits = 0
        for gram in found[:count]:
            if marks[theme, gram >> 1 & 0x1FF]:
                at = starts[theme] + np.searchsorted(wanted, gram)
                if at < starts[theme + 1] and pairs[at] == gram and seen[at] != i:
                    hits, seen[at] = hits + 1, i
        held[i] = hits >= HELD * len(wanted)


@nb.njit(cache=True)
def _marks(pairs: I32, starts: I64) -> Bools:
    """(t, 512): whether a statement has a pair that ends in these nine bits; most grams of a message stop here."""
    marks = np.zeros((len(starts) - 1, 512), np.bool_)
    for theme in range(len(marks)):
        for pair in pairs[starts[theme] : starts[theme + 1]]:
            marks[theme, pair >> 1 & 0x1FF] = True
    return marks
