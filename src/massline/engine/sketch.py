"""Sketches of texts, compiled: a few numbers by which near copies find each other, and the exact likeness of two texts.

A sketch is one-permutation MinHash (Li, Owen and Zhang, NIPS 2012): runs of RUN tokens are hashed once, the hashes
fall into BINS bins, each bin keeps its least. Two texts agree in a filled bin with about the probability of their
Jaccard likeness in runs.
"""

from typing import Final

import numba as nb
import numpy as np

from massline.engine.buffers import F64, I32, I64, U8, U32, U64, Bools, Bytes, Offsets, code_point, mix

RUN: Final = 4
BINS: Final = 32
EMPTY: Final = 0xFFFFFFFF
PROBES: Final = 8
"""Bins by which a text looks for its anchor. Copies share rare values; greetings and set phrases are what is common."""
TRIED: Final = 3
"""Anchors with which a text is compared exactly: those that most of its probes meet."""
NEVER: Final = 1 << 20
ANCHORS_KEPT: Final = 4
"""Anchors remembered for one value of one bin: what is common to more texts than that (greetings) does not tell
copies apart."""


@nb.njit(nogil=True, cache=True)
def tokens_of(data: Bytes, offsets: Offsets, kinds: U8) -> tuple[U32, Offsets]:
    """The tokens of each text, end to end, and offsets (n+1,): a Chinese character is one, a word or number of an
    alphabet is one. Punctuation is none. kinds: characters.token_kinds()."""
    out, starts, put = np.empty(offsets[-1] - offsets[0], np.uint32), np.zeros(len(offsets), np.int64), 0
    for i in range(len(offsets) - 1):
        at, word = offsets[i], np.uint64(0)
        while at < offsets[i + 1]:
            point, at = code_point(data, at)
            kind = kinds[point] if point < len(kinds) else 2
            if kind == 1:
                word = mix(word ^ point)
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
def weigh(sketch: U32, counts: U8) -> tuple[I32, U32]:
    """Weight (n,): in how many bins other texts agree, each by the logarithm of how many: the middle of a group of
    copies weighs most. Probes (n,): bits of the PROBES shared bins with the rarest values, by which a text looks for
    an anchor.

    Values that no other text has become EMPTY in sketch (n, BINS): they find nothing.
    """
    last, weight, probes = np.uint64(len(counts) - 1), np.zeros(len(sketch), np.int32), np.zeros(len(sketch), np.uint32)
    shared = np.empty(BINS, np.int64)
    for i in range(len(sketch)):
        for place in range(BINS):
            shared[place] = NEVER
            if sketch[i, place] != EMPTY:
                count = np.int64(counts[_slot(sketch[i, place], place, last)])
                if count < 2:
                    sketch[i, place] = EMPTY
                else:
                    shared[place] = count
                while count > 1:
                    weight[i] += 1
                    count >>= 1
        for _ in range(PROBES):
            rarest = shared.argmin()
            if shared[rarest] < NEVER:
                probes[i] |= np.uint32(1) << np.uint32(rarest)
                shared[rarest] = NEVER
    return weight, probes


@nb.njit(nogil=True, cache=True)
def pairs_of(tokens: U32, starts: Offsets, chosen: Bools) -> tuple[U64, I64]:
    """The distinct pairs of neighbouring tokens of each chosen text, sorted, end to end; and how many each text has,
    (n,)."""
    out, sizes, put = np.empty(len(tokens), np.uint64), np.zeros(len(chosen), np.int64), 0
    for i in np.flatnonzero(chosen):
        begin, end = put, put
        for at in range(starts[i], starts[i + 1] - 1):
            out[end], end = np.uint64(tokens[at]) << np.uint64(32) | np.uint64(tokens[at + 1]), end + 1
        out[begin:end].sort()
        for at in range(begin, end):
            if at == begin or out[at] != out[at - 1]:
                out[put], put = out[at], put + 1
        sizes[i] = put - begin
    return out[:put].copy(), sizes


@nb.njit(nogil=True, cache=True)
def likeness(sets: U64, first: Offsets, second: Offsets, least: float) -> float:
    """Jaccard likeness (shared over all, 0 to 1) of two sorted sets sets[first[0]:first[1]] and
    sets[second[0]:second[1]]. 0 as soon as it is clear that it stays under `least`."""
    i, j, shared = first[0], second[0], 0
    sizes = first[1] - i, second[1] - j
    if min(sizes) < least * max(sizes):
        return 0.0
    spare = (first[1] - i + second[1] - j) * (1.0 - least) / (1.0 + least)  # elements that may stand alone
    while i < first[1] and j < second[1] and spare >= 0:
        if sets[i] == sets[j]:
            i, j, shared = i + 1, j + 1, shared + 1
        else:
            spare -= 1
            if sets[i] < sets[j]:
                i += 1
            else:
                j += 1
    alike = shared / max(1, first[1] - first[0] + second[1] - second[0] - shared)
    return alike if alike >= least else 0.0


def empty_slots(values: int) -> I32:
    """A table (a power of two, ANCHORS_KEPT) for the anchors of so many different values: wide enough that two values
    seldom share a slot."""
    # made by NumPy, which asks for large pages; compiled code does not, and reading here and there would take twice as long
    return np.full((1 << max(10, (8 * values).bit_length()), ANCHORS_KEPT), -1, np.int32)


@nb.njit(nogil=True, cache=True)
def join(found: tuple[U32, U32], sets: tuple[U64, Offsets], order: I64, least: F64, slots: I32) -> I64:
    """Anchor (n,) of each text: itself, or the text before it in `order` that it is most like, when like enough.

    found: sketch (n, BINS) and probes (n,). sets: distinct pairs of each text, sorted, end to end, and offsets (n+1,).
    least (n,): the likeness that a text asks for; the stricter of two counts. slots: `empty_slots`, filled here.
    Anchors are only texts that joined nobody, so each member is compared with its anchor itself. Cost: at most n *
    PROBES * ANCHORS_KEPT look-ups and n * TRIED comparisons.
    """
    (sketch, _), (pairs, starts) = found, sets
    mine = np.empty(BINS * ANCHORS_KEPT, np.int64)
    agreeing = np.empty(len(mine), np.int64)
    anchors, seen = np.empty(len(sketch), np.int64), np.full(len(sketch), -1, np.int64)
    for i in order:
        best, anchors[i] = 0.0, i
        met = _met(found, i, slots, (seen, mine, agreeing))
        for _ in range(min(met, TRIED)):
            k = agreeing[:met].argmax()
            other, agreeing[k] = mine[k], -1
            alike = likeness(pairs, starts[i : i + 2], starts[other : other + 2], max(least[i], least[other], best))
            if alike > best:
                best, anchors[i] = alike, other
        if anchors[i] == i:
            _remember(slots, sketch[i], i)
    return anchors


@nb.njit(nogil=True, cache=True)
def _met(found: tuple[U32, U32], i: int, slots: I32, room: tuple[I64, I64, I64]) -> int:
    """The anchors that stand in the slots of text i's probes, each once; returns how many.

    room: where each anchor was met last (n,), as text * len(mine) + place; for the anchors met now; for by how many
    probes each of them was met."""
    (sketch, probes), (seen, mine, agreeing) = found, room
    last, count = np.uint64(len(slots) - 1), 0
    for place in range(BINS):
        if probes[i] >> np.uint32(place) & np.uint32(1):
            at = _slot(sketch[i, place], place, last)
            for k in range(ANCHORS_KEPT):
                other = slots[at, k]
                if other >= 0 and seen[other] // len(mine) == i:
                    agreeing[seen[other] % len(mine)] += 1
                elif other >= 0:
                    seen[other], mine[count], agreeing[count] = i * len(mine) + count, other, 1
                    count += 1
    return count


@nb.njit(nogil=True, cache=True)
def _remember(slots: I32, values: U32, anchor: int) -> None:
    """Enter an anchor under each of its values where there is room."""
    last = np.uint64(len(slots) - 1)
    for place in range(BINS):
        if values[place] != EMPTY:
            at = _slot(values[place], place, last)
            for k in range(ANCHORS_KEPT):
                if slots[at, k] < 0:
                    slots[at, k] = anchor
                    break
