"""The work folder in the batches that `read` gave, with columns of later steps beside them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.workfolder import WorkFolder


def chosen_blocks(work: WorkFolder, chosen: npt.NDArray[np.bool_], *, begin: int = 0) -> Iterator[pa.RecordBatch]:
    """The forms of the chosen rows (n,), batch by batch. begin: only the batches from this one on."""
    cleaned = work.stored("clean/cleaned")
    start = int(cleaned.starts[begin])
    for batch in cleaned.blocks("form", begin=begin):
        yield batch.filter(pa.array(chosen[start : start + len(batch)]))
        start += len(batch)


def blocks_with_rows(work: WorkFolder, *columns: npt.NDArray[Any], begin: int = 0) -> Iterator[tuple[Any, ...]]:
    """Forms, batch by batch, with the same rows of other columns. begin: only the batches from this one on."""
    cleaned = work.stored("clean/cleaned")
    start = int(cleaned.starts[begin])
    for batch in cleaned.blocks("form", begin=begin):
        part = slice(start, start + len(batch))
        yield (batch.column("form"), *(column[part] for column in columns))
        start += len(batch)


def sample_forms(work: WorkFolder) -> pa.Array:
    return work.stored("clean/cleaned").take(work.array("embed/sample"), "form").column("form").combine_chunks()
