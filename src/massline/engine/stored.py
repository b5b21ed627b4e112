"""Tables of finished steps, on disk: read in the batches they were written in, or picked row by row. Nothing stays in
memory that is not in use."""

import mmap
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from massline.engine.buffers import I64


class Rows(Protocol):
    """Rows of a table, wherever they are."""

    def __len__(self) -> int: ...

    @property
    def starts(self) -> I64:
        """Row at which each batch begins, and the number of rows, (b+1,)."""

    def blocks(self, *names: str, begin: int = 0) -> Iterator[pa.RecordBatch]:
        """All rows in order, these columns (all when none is named), in batches that depend on no worker. begin: only the
        batches from this one on."""

    def take(self, rows: I64, *names: str) -> pa.Table:
        """These rows, in this order, each as often as it is named."""


class Held:
    """A table in memory, as it is cut."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    @property
    def starts(self) -> I64:
        """See Rows."""
        return np.cumsum([0, *map(len, self._table.to_batches())], dtype=np.int64)

    def blocks(self, *names: str, begin: int = 0) -> Iterator[pa.RecordBatch]:
        """See Rows."""
        yield from self._table.select(names or self._table.column_names).to_batches()[begin:]

    def take(self, rows: I64, *names: str) -> pa.Table:
        """See Rows."""
        return self._table.select(names or self._table.column_names).take(pa.array(rows))


class Stored:
    """An Arrow file. `blocks` reads it, and keeps one batch; `take` maps it, and lets go of what it has touched, so
    that a file of any size never counts as memory in use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self._mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._reader = pa.ipc.open_file(pa.py_buffer(self._mapped))
        self.schema: pa.Schema = self._reader.schema

    @cached_property
    def starts(self) -> I64:
        """See Rows."""
        sizes = [self._reader.get_batch(i).num_rows for i in range(self._reader.num_record_batches)]
        self._mapped.madvise(mmap.MADV_DONTNEED)
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def __len__(self) -> int:
        return int(self.starts[-1])

    def blocks(self, *names: str, begin: int = 0) -> Iterator[pa.RecordBatch]:
        """See Rows."""
        wanted = [self.schema.get_field_index(name) for name in names or self.schema.names]
        options = pa.ipc.IpcReadOptions(included_fields=sorted(wanted), use_threads=False)
        with pa.OSFile(str(self._path)) as file:
            reader = pa.ipc.open_file(file, options=options)
            for i in range(begin, reader.num_record_batches):
                yield reader.get_batch(i).select(names or self.schema.names)

    def take(self, rows: I64, *names: str) -> pa.Table:
        """See Rows. Batch by batch, each let go of at once: taking from all would copy the whole column, and rows that lie
        apart would bring the whole file into memory."""
        names = names or tuple(self.schema.names)
        order = np.argsort(rows, kind="stable")
        ordered = np.asarray(rows)[order]
        bounds = np.searchsorted(ordered, self.starts)
        parts = []
        for i in np.flatnonzero(np.diff(bounds)):
            inside = pa.array(ordered[bounds[i] : bounds[i + 1]] - self.starts[i])
            parts.append(self._reader.get_batch(int(i)).select(names).take(inside))
            self._mapped.madvise(mmap.MADV_DONTNEED)
        schema = pa.schema([self.schema.field(name) for name in names])
        taken = pa.Table.from_batches(parts, schema).combine_chunks()
        if np.array_equal(order, np.arange(len(order))):
            return taken
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return taken.take(pa.array(back))
