"""Text cut into the pieces that a language model knows: the most likely way to write it with them (a unigram model, found
by Viterbi's method), compiled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64, U8, U64, code_point, strings_of
from massline.engine.letter_tree import letter_tree, place_of, step

SPACE: Final = "\u2581"
"""Stands for a space in a piece, and before the first word of a text."""

UNKNOWN_COSTS: Final = 10.0
"""A letter that no piece holds is so much less likely than the least likely piece."""

MOST_LETTERS: Final = 2_000
"""Of a longer text the beginning is cut."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a model. scores (p,) float32: logarithm of how likely each is; unknown: number of the piece that
    stands for letters that no piece holds; keys, values: all pieces as a letter tree."""

    scores: F32
    unknown: int
    keys: U64
    values: I32


def learn_pieces(names: Sequence[str], scores: F32, *, unknown: int, apart: Sequence[int]) -> Pieces:
    """Make pieces ready to cut with. apart: pieces that mark a place and never stand for text. Of equal pieces the
    first one counts."""
    words, taken = [""] * len(names), set()
    for number, name in enumerate(names):
        if name not in taken and number not in apart:
            words[number] = name
            taken.add(name)
    return Pieces(scores, unknown, *letter_tree(words))


def cut(texts: pa.Array, pieces: Pieces, *, most: int) -> tuple[I32, I64]:
    """Numbers of the pieces of each text, one text after another, and where each text begins (n + 1,).

    texts: large_string, blank spaces already single. At most `most` pieces of each are kept. 20,000 texts of 30
    letters: 0.1 s.
    """
    data, offsets = strings_of(texts)
    numbers, starts = np.empty(len(texts) * most, np.int32), np.zeros(len(texts) + 1, np.int64)
    floor = np.float32(pieces.scores.min() - UNKNOWN_COSTS)
    _cut_all(data, offsets, (pieces.scores, pieces.keys, pieces.values), (pieces.unknown, floor), most, numbers, starts)
    return numbers[: starts[-1]], starts


@nb.njit(cache=True, nogil=True)
def _cut_all(  # noqa: PLR0913 - a kernel: arrays, not objects
    data: U8,
    offsets: I64,
    model: tuple[F32, U64, I32],
    unknown: tuple[int, np.float32],
    most: int,
    numbers: I32,
    starts: I64,
) -> None:
    letters = np.empty(MOST_LETTERS, np.uint64)
    found = np.empty(MOST_LETTERS, np.int32)
    for i in range(len(offsets) - 1):
        at, end, n = offsets[i], offsets[i + 1], 1
        letters[0] = 0x2581
        while at < end and n < MOST_LETTERS:
            c, at = code_point(data, at)
            letters[n] = 0x2581 if c == 32 else c
            n += 1
        count = _best_way(letters, n, model, unknown, found)
        kept = min(count, most)
        for j in range(kept):  # the best way was written from its end
            numbers[starts[i] + j] = found[count - 1 - j]
        starts[i + 1] = starts[i] + kept


@nb.njit(cache=True, nogil=True)
def _best_way(letters: U64, n: int, model: tuple[F32, U64, I32], unknown: tuple[int, np.float32], found: I32) -> int:
    """Write the pieces of the likeliest way, last one first; returns how many. Unknown letters in a row are one."""
    scores, keys, values = model
    best, back, piece = np.full(n + 1, -np.inf, np.float32), np.zeros(n + 1, np.int32), np.zeros(n + 1, np.int32)
    best[0] = 0
    for start in range(n):
        key, reach = np.uint64(1), start
        if best[start] + unknown[1] > best[start + 1]:
            best[start + 1], back[start + 1], piece[start + 1] = best[start] + unknown[1], start, unknown[0]
        while reach < n:
            key = step(key, letters[reach])
            place = place_of(keys, key)
            if keys[place] == 0:
                break
            reach += 1
            number = values[place]
            if number >= 0 and best[start] + scores[number] > best[reach]:
                best[reach], back[reach], piece[reach] = best[start] + scores[number], start, number
    count, at = 0, n
    while at > 0:
        if piece[at] != unknown[0] or count == 0 or found[count - 1] != unknown[0]:
            found[count] = piece[at]
            count += 1
        at = back[at]
    return count
