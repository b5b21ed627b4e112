"""The work folder in the batches that `read` gave, with columns of later steps beside them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.workfolder import WorkFolder


def chosen_blocks(work: WorkFolder, chosen: npt.NDArray[np.bool_]) -> Iterator[pa.RecordBatch]:
    """The cleaned messages of the chosen rows (n,), batch by batch."""
    start = 0
    for batch in work.table("clean/cleaned").to_batches():
        yield batch.filter(pa.array(chosen[start : start + len(batch)]))
        start += len(batch)


def blocks_with_rows(work: WorkFolder, *columns: npt.NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Forms, batch by batch, with the same rows of other columns."""
    start = 0
    for batch in work.table("clean/cleaned").to_batches():
        part = slice(start, start + len(batch))
        yield (batch.column("form"), *(column[part] for column in columns))
        start += len(batch)


def sample_forms(work: WorkFolder) -> pa.Array:
    rows = pa.array(work.array("embed/sample"))
    return work.table("clean/cleaned").column("form").take(rows).combine_chunks()
