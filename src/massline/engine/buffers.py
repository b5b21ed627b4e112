"""What the compiled kernels share: Arrow string columns as plain arrays (without copying), how bytes are read, how
numbers are hashed."""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bytes = U8
Offsets = I64


def strings_of(column: pa.Array) -> tuple[Bytes, Offsets]:
    """Bytes and offsets (n+1,) of a large_string column of n rows. A null is an empty string. The bytes belong to the
    column.

    Both are read-only wherever the column came from (memory or a mapped file), so that kernels are compiled once.
    """
    if column.null_count:
        column = column.fill_null("")
    _, offsets, data = column.buffers()
    ends = (
        np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
        if offsets
        else np.zeros(1, np.int64)
    )
    letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    ends.flags.writeable = letters.flags.writeable = False
    return letters, ends


def column_of(data: Bytes, offsets: Offsets) -> pa.Array:
    """The large_string column of n rows over these bytes and offsets (n+1,). The bytes must be valid UTF-8;
    nothing is copied."""
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


@nb.njit(inline="always")
def code_point(data: Bytes, at: int) -> tuple[np.uint64, int]:
    """The code point that begins at a byte of valid UTF-8, and the byte where the next begins."""
    first = np.uint64(data[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return (first & np.uint64(0x1F)) << np.uint64(6) | np.uint64(data[at + 1] & 0x3F), at + 2
    tail = np.uint64(data[at + 1] & 0x3F) << np.uint64(6) | np.uint64(data[at + 2] & 0x3F)
    if first < 0xF0:
        return (first & np.uint64(0x0F)) << np.uint64(12) | tail, at + 3
    return (first & np.uint64(0x07)) << np.uint64(18) | tail << np.uint64(6) | np.uint64(data[at + 3] & 0x3F), at + 4


@nb.njit(inline="always")
def mix(x: np.uint64) -> np.uint64:
    """Spread every bit of a number over the whole word (the finaliser of MurmurHash3, public domain)."""
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    return x ^ (x >> np.uint64(33))
