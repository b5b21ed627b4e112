"""The grams of a matching form, compiled: what `embed`, `label`, `minority` and `trace` count instead of reading
strings.

A gram is a single sign or a pair of neighbours in writing without spaces (Chinese, kana, Hangul, Thai), or a whole
word elsewhere. Digits alone are no gram: 3 栋 and 5 栋 are the same matter. Forms are read as UTF-8 bytes; no Python
string is made.
"""

from typing import Final

import numba as nb
import numpy as np

from massline.engine.buffers import I32, Bools, Bytes, Offsets, code_point, mix

BITS: Final = 18
BUCKETS: Final = 1 << BITS
"""Grams are hashed into so many buckets; 262,144 of them hold the grams of 30,000 messages with few collisions."""

READ_CHARACTERS: Final = 2_000
"""Meaning is taken from the first so many characters of a message: what follows repeats, or was pasted in."""

BREAK: Final = 0
SIGN: Final = 1
LETTER: Final = 2
DIGIT: Final = 3


@nb.njit(cache=True)
def kind_of(c: np.uint64) -> int:
    """SIGN for writing without spaces, LETTER for alphabets, DIGIT, or BREAK for all that ends a word."""
    if c < 0x80:
        if 48 <= c <= 57:
            return DIGIT
        return LETTER if 97 <= c <= 122 or 65 <= c <= 90 else BREAK
    if c < 0x0E00:
        return LETTER if c >= 0xC0 and c != 0xD7 and c != 0xF7 else BREAK
    if c < 0x1100:
        return SIGN
    if c < 0x2000:
        return LETTER
    if 0x3041 <= c <= 0x30FF or 0x3400 <= c <= 0x9FFF or 0xAC00 <= c <= 0xD7A3:
        return SIGN
    return SIGN if 0xF900 <= c <= 0xFAFF or 0x20000 <= c <= 0x3FFFF else BREAK


@nb.njit(cache=True)
def read_grams(data: Bytes, start: int, end: int, out: I32) -> int:  # noqa: C901 - one state machine, read in one piece
    """Write the buckets of a form's grams, in order and with repeats; returns how many. Single signs have even
    buckets, all else odd ones.

    out: room for 2 * READ_CHARACTERS buckets.
    """
    at, read, count = start, 0, 0
    before, word, piece, letters = np.uint64(0), np.uint64(0), np.uint64(0), 0
    mask, odd = np.uint64(BUCKETS - 2), np.uint64(1)
    while read <= READ_CHARACTERS:
        # one turn past the end, as a break, closes the last word
        c, at = code_point(data, at) if at < end else (np.uint64(0), at + 1)
        kind = kind_of(c)
        read += 1
        if kind in (LETTER, DIGIT):
            word = mix(word ^ (c + np.uint64(0x9E3779B97F4A7C15)))
            letters += kind == LETTER
            if letters <= 5:
                piece = word
            before = np.uint64(0)
            continue
        if letters > 1:
            out[count] = (word & mask) | odd
            count += 1
            if letters > 6 and count < len(out):  # the first five letters too: complain, complaints, complained
                out[count] = (mix(piece) & mask) | odd
                count += 1
        word, letters = np.uint64(0), 0
        if kind == SIGN:
            out[count] = mix(c) & mask
            count += 1
            if before != 0 and count < len(out):
                out[count] = (mix((before << np.uint64(21)) | c) & mask) | odd
                count += 1
        before = c if kind == SIGN else np.uint64(0)
        if at > end or count + 3 > len(out):
            break
    return count


@nb.njit(cache=True, nogil=True)
def letters_of(data: Bytes, offsets: Offsets) -> tuple[I32, Bools]:
    """How much a form says: one for each sign, two for each word; and whether it is one letter again and again.

    Returns letters (n,) int32 and repeated (n,) bool.
    """
    n = len(offsets) - 1
    letters, repeated = np.zeros(n, np.int32), np.zeros(n, np.bool_)
    for i in range(n):
        at, end, in_word = offsets[i], offsets[i + 1], False
        only, varied = np.uint64(0), False
        while at < end:
            c, at = code_point(data, at)
            kind = kind_of(c)
            if kind == SIGN:
                letters[i] += 1
            elif kind == LETTER and not in_word:
                letters[i] += 2
            if kind in (SIGN, LETTER):
                varied = varied or (only != 0 and only != c)
                only = c
            in_word = kind == LETTER or (kind == DIGIT and in_word)
        repeated[i] = letters[i] > 0 and not varied
    return letters, repeated
