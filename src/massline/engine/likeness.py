"""When two texts are near copies, compiled: nearly the same pairs of tokens, or the same tokens in the same order.

A copy keeps the order of what it keeps. Texts written apart share set phrases, but hardly ever their order, and the
longer they are, the less: so long texts may differ in every third word, short ones in hardly any.
"""

from typing import Final

import numba as nb
import numpy as np

from massline.engine.buffers import F32, I64, U32, U64, Offsets, mix

ALIKE: Final = 0.8
"""Jaccard likeness, in distinct pairs of neighbouring tokens, from which texts are near copies whatever their length
and order."""
ALIKE_IN_ORDER: Final = 0.75
ALIKE_IN_ORDER_LONG: Final = 0.3
"""The same for short and for long texts that are near copies by their order: below, their order is not looked at."""
SHORT: Final = 20
LONG: Final = 52
"""Tokens up to which a text is short, and from which it is long; between them the asked share falls evenly."""
IN_ORDER: Final = 0.92
IN_ORDER_LONG: Final = 0.62
"""Share of the tokens of two texts that stand in both in the same order (twice the longest common subsequence over
all), from which short and long texts are near copies. Of long texts in which three words of ten were changed 0.64 stayed
at least; real messages written apart did not come near it. Short messages about one matter easily come to 0.7."""
ORDERED_TOKENS: Final = 4_096
"""Order is looked for in the first so many tokens."""


@nb.njit(nogil=True, cache=True)
def likeness(one: U32, other: U32, room: U64) -> float:
    """Jaccard likeness of two texts, 0 to 1: distinct pairs of neighbouring tokens that both have, over all that either
    has. 0 when neither has any. room: any numbers, a power of two of at least 2 * (len(one) + len(other))."""
    size = 16
    while size < 2 * (len(one) + len(other)):
        size <<= 1
    table = room[:size]  # an open table; 0 is free
    table[:] = 0
    first = _enter_pairs(one, table, False)
    both = _enter_pairs(other, table, True)
    return both[1] / max(1, first[0] + both[0])


@nb.njit(nogil=True, cache=True)
def _enter_pairs(tokens: U32, table: U64, mark: bool) -> tuple[int, int]:
    """Enter the pairs of a text into the table. Returns how many were new, and how many of those before were met: with
    `mark` each of them once."""
    last, met, new, old = np.uint64(len(table) - 1), np.uint64(1), 0, 0
    for at in range(len(tokens) - 1):
        # an even number that is not 0; odd once it is met again
        pair = mix(np.uint64(tokens[at]) << np.uint64(32) | np.uint64(tokens[at + 1])) << met | np.uint64(
            1
        ) << np.uint64(63)
        place = (pair >> np.uint64(20)) & last
        while table[place] != 0 and table[place] | met != pair | met:
            place = (place + np.uint64(1)) & last
        if table[place] == 0:
            table[place], new = pair | np.uint64(mark), new + 1
        elif mark and not table[place] & met:
            table[place], old = pair | met, old + 1
    return new, old


@nb.njit(nogil=True, cache=True)
def distinct_pairs(tokens: U32) -> int:
    """How many distinct pairs of neighbouring tokens a text has."""
    room = 16
    while room < 2 * len(tokens):
        room <<= 1
    return _enter_pairs(tokens, np.zeros(room, np.uint64), False)[0]


@nb.njit(nogil=True, cache=True)
def in_order(one: U32, other: U32) -> float:
    """Share of the tokens of two texts that both have in the same order: twice the longest common subsequence over all.

    Bit-parallel: Hyyrö, "Bit-parallel LCS-length computation revisited", AWOCA 2004. Cost: len(one) * len(other) / 64.
    """
    one, other = one[:ORDERED_TOKENS], other[:ORDERED_TOKENS]
    words, zero = (len(other) + 63) // 64, np.uint64(0)
    places = np.argsort(other, kind="mergesort")
    ordered = other[places]
    column = np.full(words, ~zero, np.uint64)  # a zero bit: the subsequence grows at this token of `other`
    match = np.zeros(words, np.uint64)
    for token in one:
        first = np.searchsorted(ordered, token)
        if first == len(ordered) or ordered[first] != token:
            continue
        at = first
        while at < len(ordered) and ordered[at] == token:
            match[places[at] >> 6] |= np.uint64(1) << np.uint64(places[at] & 63)
            at += 1
        carry = zero
        for word in range(words):
            before = column[word]
            kept = before & match[word]
            total = before + kept
            over = np.uint64(total < before)
            total += carry
            carry = over | np.uint64(total < carry)
            column[word] = total | (before - kept)
            match[word] = zero
    common = 0
    for place in range(len(other)):
        common += (column[place >> 6] >> np.uint64(place & 63)) & np.uint64(1) == zero
    return 2 * common / max(1, len(one) + len(other))


@nb.njit(nogil=True, cache=True)
def likenesses(tokens: U32, starts: Offsets, pairs: I64) -> F32:
    """Likeness (e,) of the texts named by pairs (e, 2), 0 where they are no near copies. tokens, starts: of all texts,
    end to end."""
    longest = 0
    for i in range(len(starts) - 1):
        longest = max(longest, starts[i + 1] - starts[i])
    room, alike = np.empty(max(16, 8 * longest), np.uint64), np.zeros(len(pairs), np.float32)
    for e in range(len(pairs)):
        one, other = pairs[e]
        mine, theirs = tokens[starts[one] : starts[one + 1]], tokens[starts[other] : starts[other + 1]]
        length = (min(LONG, max(SHORT, min(len(mine), len(theirs)))) - SHORT) / (LONG - SHORT)  # 0 short, 1 long
        least = ALIKE_IN_ORDER + length * (ALIKE_IN_ORDER_LONG - ALIKE_IN_ORDER)
        found = likeness(mine, theirs, room)
        if found >= ALIKE or (
            found >= least and in_order(mine, theirs) >= IN_ORDER + length * (IN_ORDER_LONG - IN_ORDER)
        ):
            alike[e] = found
    return alike
