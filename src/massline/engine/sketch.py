"""Sketches of texts, compiled: a few numbers by which near copies find each other.

A sketch is one-permutation MinHash (Li, Owen and Zhang, NIPS 2012): runs of RUN tokens are hashed once, the hashes
fall into BINS bins, each bin keeps its least. Two texts agree in a filled bin with about the probability of their
Jaccard likeness in runs.
"""

from typing import Final

import numba as nb
import numpy as np

from massline.engine.buffers import F32, I32, I64, U8, U32, Bytes, Offsets, code_point, mix

RUN: Final = 4
BINS: Final = 32
EMPTY: Final = 0xFFFFFFFF
PROBES: Final = 8
"""Bins by which a text looks for its centre. Copies share rare values; greetings and set phrases are what is common."""
MOST_CENTRES: Final = 2
"""Centres with which a text is compared exactly: those that agree with it in most bins."""
NOBODY: Final = 0xFFFFFFFF
LOGARITHMS: Final = np.array([max(0, count.bit_length() - 1) for count in range(256)], np.uint8)
"""(256,): whole logarithm to the base of two."""


@nb.njit(nogil=True, cache=True)
def tokens_of(data: Bytes, offsets: Offsets, kinds: U8) -> tuple[U32, Offsets]:
    """The tokens of each text, end to end, and offsets (n+1,): a Chinese character is one, a word or number of an
    alphabet is one. Punctuation is none. kinds: character_tables.token_kinds()."""
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


@nb.njit(inline="always")
def _mixed(value: np.uint32, place: int) -> np.uint64:
    return mix(np.uint64(value) | np.uint64(place + 1) << np.uint64(33))


@nb.njit(nogil=True, cache=True)
def count_values(sketch: U32, counts: U8) -> None:
    """Count each filled bin's value of sketch (n, BINS) in an open table (a power of two long), up to 255."""
    last = np.uint64(len(counts) - 1)
    for i in range(len(sketch)):
        for place in range(BINS):
            if sketch[i, place] != EMPTY:
                at = _mixed(sketch[i, place], place) & last
                counts[at] = min(counts[at], np.uint8(254)) + np.uint8(1)


@nb.njit(nogil=True, cache=True)
def shared_values(counts: U8) -> int:
    """How many places of `count_values`' table were met more than once."""
    number = 0
    for count in counts:
        number += count > 1
    return number


@nb.njit(nogil=True, cache=True)
def look(sketch: U32, counts: U8, slots: int) -> tuple[U8, U32, U32]:
    """Weight (n,): in how many bins other texts agree, each by the logarithm of how many: the middle of a group of
    copies weighs most. Shared (n, BINS): slots of the values that other texts have too, NOBODY for others. Probes (n,
    PROBES): those of the rarest shared values, by which a text looks for its centre; NOBODY where there are fewer.

    counts: from `count_values`. slots: size of the table of `enter`, a power of two of at least 2.
    """
    last, shift = np.uint64(len(counts) - 1), np.uint64(64)
    while slots > 1:
        slots, shift = slots >> 1, shift - np.uint64(1)
    weight = np.zeros(len(sketch), np.uint8)
    shared, probes = np.full((len(sketch), BINS), NOBODY, np.uint32), np.full((len(sketch), PROBES), NOBODY, np.uint32)
    mixed, seen, rarest = np.empty(BINS, np.uint64), np.empty(BINS, np.uint8), np.empty(PROBES, np.uint8)
    for i in range(len(sketch)):
        for place in range(BINS):  # all at once: the processor waits for many places of the table together
            mixed[place] = _mixed(sketch[i, place], place)
            seen[place] = counts[mixed[place] & last]
        rarest[:] = 255
        for place in range(BINS):
            if sketch[i, place] != EMPTY and seen[place] > 1:
                shared[i, place] = np.uint32(mixed[place] >> shift)
                weight[i] += LOGARITHMS[seen[place]]
                _keep_rarest(rarest, probes[i], seen[place], shared[i, place])
    return weight, shared, probes


@nb.njit(inline="always")
def _keep_rarest(rarest: U8, probes: U32, count: np.uint8, slot: np.uint32) -> None:
    """Put a value among the rarest (PROBES,) of a text, in ascending order, when it is rarer than one of them or a place
    is free."""
    at = PROBES
    while at > 0 and (rarest[at - 1] > count or probes[at - 1] == NOBODY):
        if at < PROBES:
            rarest[at], probes[at] = rarest[at - 1], probes[at - 1]
        at -= 1
    if at < PROBES:
        rarest[at], probes[at] = count, slot


@nb.njit(nogil=True, cache=True)
def fingerprints(sketch: U32) -> U8:
    """A byte of each bin's value, 0 where no run fell: (n, BINS)."""
    out = np.zeros(sketch.shape, np.uint8)
    for i in range(len(sketch)):
        for place in range(BINS):
            if sketch[i, place] != EMPTY:
                out[i, place] = np.uint8((sketch[i, place] >> np.uint32(8)) % np.uint32(255)) + np.uint8(1)
    return out


@nb.njit(nogil=True, cache=True)
def enter(table: U32, shared: U32, ranks: U32) -> None:
    """Write each text's rank (n,) into the slots of its values (n, BINS): the least stays, in whatever order texts
    come."""
    for i in range(len(shared)):
        for place in range(BINS):
            if shared[i, place] != NOBODY:
                table[shared[i, place]] = min(table[shared[i, place]], ranks[i])


@nb.njit(nogil=True, cache=True)
def enter_met(sketch: U32, ranks: U32, counts: U8, table: U32) -> None:
    """Count the values of sketch (n, BINS), and enter the ranks (n,) of their texts, where others have been counted before."""
    last, shift, slots = np.uint64(len(counts) - 1), np.uint64(64), len(table)
    while slots > 1:
        slots, shift = slots >> 1, shift - np.uint64(1)
    for i in range(len(sketch)):
        for place in range(BINS):
            if sketch[i, place] != EMPTY:
                mixed = _mixed(sketch[i, place], place)
                at, slot = mixed & last, mixed >> shift
                if counts[at]:
                    counts[at] = min(counts[at], np.uint8(254)) + np.uint8(1)
                    table[slot] = min(table[slot], ranks[i])


@nb.njit(nogil=True, cache=True)
def centres_of(  # noqa: PLR0913 - a kernel: arrays, not objects
    start: int, probes: U32, table: U32, ranks: U32, index: U32, prints: U8, sizes: U8, least: F32
) -> tuple[I64, I64]:
    """Pairs (text, centre) that may be near copies, texts in order: whom the probes of each text meet, as far as their
    fingerprints agree, at most MOST_CENTRES for one text.

    start: number of the first of these texts. probes (n, PROBES) of these texts; all other arrays of all texts: table
    from `enter`; ranks (m,), a centre's is always less; index: rank & index is the number of a text; prints (m, BINS);
    sizes (m,): pairs of tokens, up to 255. least (256,): the likeness that texts of a size ask for.
    """
    texts, centres = np.empty(len(probes) * MOST_CENTRES, np.int64), np.empty(len(probes) * MOST_CENTRES, np.int64)
    put, met, agree = 0, np.empty(PROBES, np.int64), np.empty(PROBES, np.float64)
    for i in range(len(probes)):
        found = 0
        for slot in probes[i]:
            if slot == NOBODY or table[slot] >= ranks[start + i]:
                continue
            other, known = np.int64(table[slot] & index[0]), False
            for k in range(found):
                known = known or met[k] == other
            if not known:
                met[found], agree[found] = other, _agreement(prints, sizes, least, start + i, other)
                found += 1
        for _ in range(min(found, MOST_CENTRES)):
            best = agree[:found].argmax()
            if agree[best] < 0:
                break
            texts[put], centres[put], agree[best], put = start + i, met[best], -1.0, put + 1
    return texts[:put].copy(), centres[:put].copy()


@nb.njit(inline="always")
def _agreement(prints: U8, sizes: U8, least: F32, one: int, other: np.int64) -> float:
    """Share of the bins in which two texts agree; -1 where it is so small that they are hardly as alike as they must be.

    A likeness of j in pairs is one of about j ** 1.5 in runs; one and a half standard deviations are allowed for.
    """
    filled, same = 0, 0
    for place in range(BINS):
        filled += (prints[one, place] | prints[other, place]) != 0
        same += prints[one, place] == prints[other, place] and prints[one, place] != 0
    expected = np.float64(max(least[sizes[one]], least[sizes[other]])) ** 1.5
    if same == 0 or same < filled * expected - 1.5 * np.sqrt(filled * expected * (1 - expected)):
        return -1.0
    return same / filled


@nb.njit(nogil=True, cache=True)
def settle(order: I64, starts: I64, centres: I64, alike: F32, anchors: I32) -> None:
    """Anchor of each text: itself, or the one of its centres that it is most like, of those that joined nobody.

    order (t,): texts with centres, the greater before the lesser; centres[starts[k]:starts[k+1]] are those of
    order[k], alike (e,) their likeness, 0 for none. anchors (m,): each text's own number, changed here. As a centre is
    always greater than its text, it has been settled before.
    """
    for k in range(len(order)):
        best = np.float32(0)
        for e in range(starts[k], starts[k + 1]):
            if alike[e] > best and anchors[centres[e]] == centres[e]:
                best, anchors[order[k]] = alike[e], np.int32(centres[e])
