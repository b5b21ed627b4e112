"""Arrow string columns as plain arrays, without copying: what the compiled kernels work on."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]


def strings_of(column: pa.Array) -> tuple[Bytes, Offsets]:
    """Bytes and offsets (n+1,) of a large_string column of n rows. A null is an empty string. The bytes belong to the column."""
    if column.null_count:
        column = column.fill_null("")
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8), ends


def column_of(data: Bytes, offsets: Offsets) -> pa.Array:
    """The large_string column of n rows over these bytes and offsets (n+1,). The bytes must be valid UTF-8; nothing is copied."""
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
