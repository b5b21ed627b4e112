"""Many words as one tree of letters, in an open hash table that compiled kernels walk letter by letter.

A node is known by the hash of the letters that lead to it. Its value is the number of the word that ends there, or -1
where some word goes on. 250,000 words of 6 letters: 0.2 s, 50 MB.
"""

from collections.abc import Sequence
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, U8, U64, code_point, mix, strings_of

ROOT: Final = np.uint64(1)
"""Where every word begins."""


def letter_tree(words: Sequence[str]) -> tuple[U64, I32]:
    """Keys and values of the tree. Of equal words the last one counts; empty ones are left out."""
    data, offsets = strings_of(pa.array(words, pa.large_string()))
    nodes = 2 << max(1_000, sum(map(len, words))).bit_length()
    keys, values = np.zeros(nodes, np.uint64), np.full(nodes, -1, np.int32)
    _plant(data, offsets, keys, values)
    return keys, values


@nb.njit(cache=True, inline="always")
def place_of(keys: U64, key: np.uint64) -> np.uint64:
    """Where a key is, or the empty place where it belongs."""
    mask = np.uint64(len(keys) - 1)
    at = key & mask
    while keys[at] != 0 and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@nb.njit(cache=True, inline="always")
def step(key: np.uint64, c: np.uint64) -> np.uint64:
    """The key one letter further down."""
    return mix(key ^ (c + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)) | np.uint64(1)


@nb.njit(cache=True)
def _plant(data: U8, offsets: I64, keys: U64, values: I32) -> None:
    for i in range(len(offsets) - 1):
        at, key = offsets[i], np.uint64(1)
        while at < offsets[i + 1]:
            c, at = code_point(data, at)
            key = step(key, c)
            place = place_of(keys, key)
            keys[place] = key
        if offsets[i + 1] > offsets[i]:
            values[place] = i
