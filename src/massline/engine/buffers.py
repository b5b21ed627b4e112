"""Arrow string columns as plain arrays, without copying: what the compiled kernels work on."""

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


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
def code_point(data: Bytes, at: int) -> tuple[int, int]:
    """The code point that begins here, and how many bytes it has. The bytes must be valid UTF-8."""
    first = np.int64(data[at])
    if first < 0x80:
        return first, 1
    if first < 0xE0:
        return (first & 0x1F) << 6 | (data[at + 1] & 0x3F), 2
    if first < 0xF0:
        return (first & 0x0F) << 12 | np.int64(data[at + 1] & 0x3F) << 6 | (data[at + 2] & 0x3F), 3
    rest = np.int64(data[at + 1] & 0x3F) << 12 | np.int64(data[at + 2] & 0x3F) << 6 | (data[at + 3] & 0x3F)
    return (first & 0x07) << 18 | rest, 4
