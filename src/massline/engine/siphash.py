"""SipHash-2-4, compiled: a keyed 64-bit hash of byte strings. Source: Aumasson and Bernstein, "SipHash: a fast
short-input PRF", 2012."""

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import U64, Bytes, Offsets, strings_of

Key = tuple[int, int]

State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


def hash_strings(column: pa.Array, key: Key) -> U64:
    """Hash (n,) of each row of a large_string column; a null hashes like an empty string."""
    data, offsets = strings_of(column)
    return hash_rows(data, offsets, np.uint64(key[0]), np.uint64(key[1]))


@nb.njit(nogil=True, cache=True)
def hash_rows(data: Bytes, offsets: Offsets, k0: np.uint64, k1: np.uint64) -> U64:
    """Hash (n,) of the byte strings data[offsets[i]:offsets[i+1]]."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    for i in range(len(hashes)):
        hashes[i] = siphash(data, offsets[i], offsets[i + 1], k0, k1)
    return hashes


@nb.njit(nogil=True, cache=True)
def siphash(data: Bytes, start: int, end: int, k0: np.uint64, k1: np.uint64) -> np.uint64:
    """Hash of data[start:end] under the key (k0, k1)."""
    state = (
        k0 ^ np.uint64(0x736F6D6570736575),
        k1 ^ np.uint64(0x646F72616E646F6D),
        k0 ^ np.uint64(0x6C7967656E657261),
        k1 ^ np.uint64(0x7465646279746573),
    )
    whole = start + (end - start) // 8 * 8
    for at in range(start, whole, 8):
        state = _absorb(state, _word(data, at, 8))
    last = _word(data, whole, end - whole) | (np.uint64((end - start) & 0xFF) << np.uint64(56))
    v0, v1, v2, v3 = _absorb(state, last)
    state = (v0, v1, v2 ^ np.uint64(0xFF), v3)
    for _ in range(4):
        state = _round(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


@nb.njit(inline="always")
def _word(data: Bytes, at: int, count: int) -> np.uint64:
    word = np.uint64(0)
    for i in range(count):
        word |= np.uint64(data[at + i]) << np.uint64(8 * i)
    return word


@nb.njit(inline="always")
def _absorb(state: State, word: np.uint64) -> State:
    v0, v1, v2, v3 = _round(_round((state[0], state[1], state[2], state[3] ^ word)))
    return v0 ^ word, v1, v2, v3


@nb.njit(inline="always")
def _round(state: State) -> State:
    v0, v1, v2, v3 = state
    v0 += v1
    v1 = _turn(v1, 13) ^ v0
    v0 = _turn(v0, 32)
    v2 += v3
    v3 = _turn(v3, 16) ^ v2
    v0 += v3
    v3 = _turn(v3, 21) ^ v0
    v2 += v1
    v1 = _turn(v1, 17) ^ v2
    v2 = _turn(v2, 32)
    return v0, v1, v2, v3


@nb.njit(inline="always")
def _turn(word: np.uint64, bits: int) -> np.uint64:
    return (word << np.uint64(bits)) | (word >> np.uint64(64 - bits))
