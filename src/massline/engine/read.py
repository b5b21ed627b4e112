"""Files to messages, and rejects with their reasons: accepted + rejected = rows in the files, always."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from massline.engine.rejects import Reject
from massline.engine.tables import MESSAGES

BLOCK_ROWS: Final = 65_536
"""Most rows of a batch. Fixed, so that results do not depend on the number of workers."""


def read(
    paths: Sequence[Path], *, columns: Mapping[str, str], reject: Callable[[Reject], None], seed: int
) -> Iterator[pa.RecordBatch]:
    """Read the files of one call, in the given order, as batches of MESSAGES with at most BLOCK_ROWS rows.

    CSV, TSV, JSON lines, Parquet and XLSX, known by suffix and content. columns: house name -> heading where the headings are
    not recognised by themselves (or -> number of the column, from 1, in a file without headings).
    reject: gets every row that is not accepted. seed: keys the hash of senders.
    All files are opened and their headings checked before the first batch. Raises InputError, OptionError.
    """
    seen: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = []
            for number, cells in enumerate(csv.DictReader(stream), 1):
                text = (cells.get("text") or cells.get("留言详情") or "").strip()
                if not text:
                    reject(Reject(path.name, number, "text", "", "empty_text"))
                    continue
                name = cells.get("id") or cells.get("留言编号") or f"{path.name}:{number}"
                seen.add(name)
                rows.append({"id": name, "text": text, "title": cells.get("title") or cells.get("留言主题")})
        for start in range(0, len(rows), BLOCK_ROWS):
            yield pa.RecordBatch.from_pylist(rows[start : start + BLOCK_ROWS], schema=MESSAGES)
