"""Sketches of texts, compiled: a few numbers by which near copies find each other, and the exact likeness of two texts.

A sketch is one-permutation MinHash (Li, Owen and Zhang, NIPS 2012): runs of RUN tokens are hashed once, the hashes fall into BINS
bins, each bin keeps its least. Two texts agree in a filled bin with about the probability of their Jaccard likeness in runs.
"""

from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

from massline.engine.buffers import Bytes, Offsets, code_point

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
U8 = npt.NDArray[np.uint8]
I32 = npt.NDArray[np.int32]

RUN: Final = 4
BINS: Final = 32
EMPTY: Final = 0xFFFFFFFF
ANCHORS_KEPT: Final = 4
"""Anchors remembered for one value of one bin: what is common to more texts than that (greetings) does not tell copies apart."""


@nb.njit(inline="always")
def mix(x: np.uint64) -> np.uint64:
    """Spread every bit over the word (finaliser of MurmurHash3, public domain)."""
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))


@nb.njit(nogil=True, cache=True)
def tokens_of(data: Bytes, offsets: Offsets, kinds: U8) -> tuple[U32, Offsets]:
    """The tokens of each text, end to end, and offsets (n+1,): a Chinese character is one, a word or number of an alphabet is one.
    Punctuation is none. kinds: characters.token_kinds()."""
    out, starts, put = np.empty(offsets[-1] - offsets[0], np.uint32), np.zeros(len(offsets), np.int64), 0
    for i in range(len(offsets) - 1):
        at, word = offsets[i], np.uint64(0)
        while at < offsets[i + 1]:
            point, width = code_point(data, at)
            at += width
            kind = kinds[point] if point < len(kinds) else 2
            if kind == 1:
                word = mix(word ^ np.uint64(point))
            if word and (kind != 1 or at >= offsets[i + 1]):
                out[put], put, word = np.uint32(word >> np.uint64(32)), put + 1, np.uint64(0)
            if kind == 2:
                out[put], put = np.uint32(point), put + 1
        starts[i + 1] = put
    return out[:put].copy(), starts


@nb.njit(nogil=True, cache=True)
def sketches(tokens: U32, starts: Offsets, key: np.uint64) -> U32:
    """Sketch (n, BINS) of each text's runs of RUN tokens; EMPTY where no run fell. A shorter text is one run."""
    out = np.full((len(starts) - 1, BINS), EMPTY, np.uint32)
    for i in range(len(out)):
        for at in range(starts[i], max(starts[i] + min(1, starts[i + 1] - starts[i]), starts[i + 1] - RUN + 1)):
            run = key
            for k in range(at, min(at + RUN, starts[i + 1])):
                run = mix(run ^ np.uint64(tokens[k])) + np.uint64(1)
            place, value = run >> np.uint64(59), np.uint32(run & np.uint64(0xFFFFFFFE))
            out[i, place] = min(out[i, place], value)
    return out


@nb.njit(nogil=True, cache=True)
def count_values(sketch: U32, counts: U8) -> None:
    """Count each filled bin's value of sketch (n, BINS) in an open table (a power of two long), up to 255."""
    last = np.uint64(len(counts) - 1)
    for i in range(len(sketch)):
        for place in range(BINS):
            if sketch[i, place] != EMPTY:
                at = _slot(sketch[i, place], place, last)
                counts[at] = min(counts[at], np.uint8(254)) + np.uint8(1)


@nb.njit(inline="always")
def _slot(value: np.uint32, place: int, last: np.uint64) -> np.uint64:
    return mix(np.uint64(value) | np.uint64(place + 1) << np.uint64(33)) & last


@nb.njit(nogil=True, cache=True)
def weights(sketch: U32, counts: U8) -> I32:
    """(n,): in how many bins other texts agree, each by the logarithm of how many: the middle of a group of copies weighs most.

    Values that no other text has become EMPTY: they find nothing.
    """
    last, out = np.uint64(len(counts) - 1), np.zeros(len(sketch), np.int32)
    for i in range(len(sketch)):
        for place in range(BINS):
            if sketch[i, place] != EMPTY:
                shared = counts[_slot(sketch[i, place], place, last)]
                if shared < 2:
                    sketch[i, place] = EMPTY
                while shared > 1:
                    out[i] += 1
                    shared >>= 1
    return out


@nb.njit(nogil=True, cache=True)
def pairs_of(tokens: U32, starts: Offsets) -> tuple[U64, Offsets]:
    """The distinct pairs of neighbouring tokens of each text, sorted, end to end, and offsets (n+1,)."""
    out, places, put = np.empty(len(tokens), np.uint64), np.zeros(len(starts), np.int64), 0
    for i in range(len(starts) - 1):
        begin = put
        for at in range(starts[i], starts[i + 1] - 1):
            out[put] = np.uint64(tokens[at]) << np.uint64(32) | np.uint64(tokens[at + 1])
            put += 1
        part = np.unique(out[begin:put])
        out[begin : begin + len(part)] = part
        put = begin + len(part)
        places[i + 1] = put
    return out[:put].copy(), places


@nb.njit(nogil=True, cache=True)
def likeness(first: U64, second: U64) -> float:
    """Jaccard likeness of two sorted sets: shared over all, 0 to 1."""
    i, j, shared = 0, 0, 0
    while i < len(first) and j < len(second):
        if first[i] == second[j]:
            i, j, shared = i + 1, j + 1, shared + 1
        elif first[i] < second[j]:
            i += 1
        else:
            j += 1
    return shared / max(1, len(first) + len(second) - shared)


@nb.njit(nogil=True, cache=True)
def join(
    sketch: U32, pairs: U64, starts: Offsets, order: npt.NDArray[np.int64], least: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Anchor (n,) of each text: itself, or the text before it in `order` that it is most like, when like enough.

    sketch (n, BINS); pairs, starts as `pairs_of` gives them. least (n,): the likeness that a text asks for; the stricter of two counts.
    Anchors are only texts that joined nobody, so each member is compared with its anchor itself. Cost: n * BINS look-ups, and at most
    n * BINS * ANCHORS_KEPT comparisons of two sets; both small in practice.
    """
    size = 1 << 10
    while size < np.count_nonzero(sketch != EMPTY):
        size <<= 1
    last, slots = np.uint64(size - 1), np.full((size, ANCHORS_KEPT), -1, np.int32)
    anchors, seen = (
        np.empty(len(sketch), np.int64),
        np.full(len(sketch), -1, np.int64),
    )  # seen: by whom an anchor was last compared
    for i in order:
        mine, best, anchors[i] = pairs[starts[i] : starts[i + 1]], 0.0, i
        for place in range(BINS):
            if sketch[i, place] == EMPTY:
                continue
            for other in slots[_slot(sketch[i, place], place, last)]:
                if other < 0:
                    break
                if seen[other] == i:
                    continue
                seen[other] = i
                alike = likeness(mine, pairs[starts[other] : starts[other + 1]])
                if alike > best and alike >= max(least[i], least[other]):
                    best, anchors[i] = alike, other
        if anchors[i] == i:
            _remember(slots, last, sketch[i], i)
    return anchors


@nb.njit(nogil=True, cache=True)
def _remember(slots: I32, last: np.uint64, values: U32, anchor: int) -> None:
    """Enter an anchor under each of its values where there is room."""
    for place in range(BINS):
        if values[place] != EMPTY:
            row = slots[_slot(values[place], place, last)]
            for k in range(ANCHORS_KEPT):
                if row[k] < 0:
                    row[k] = anchor
                    break
