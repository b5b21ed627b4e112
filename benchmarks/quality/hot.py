"""Print the hot matters of a stream for reading by hand, and what storms by few senders do to them:

    python benchmarks/quality/hot.py ../shared/data [--first N]

The reader's own verdict on each group stands in docs/reference/quality.md.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from massline.engine.read import read
from massline.engine.rising import rising
from massline.engine.rising_command import written
from massline.engine.tables import MESSAGES


def stormed(messages: pa.Table, *, row: int, copies: int, senders: int) -> pa.Table:
    """The stream with so many more copies of one message, by so few senders, in one day."""
    told = messages.slice(row, 1).to_pylist()[0]
    storm = [{**told, "id": f"storm-{i}", "sender": i % senders} for i in range(copies)]
    return pa.concat_tables([messages, pa.Table.from_pylist(storm, MESSAGES)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--first", type=int, default=10)
    asked = parser.parse_args()
    batches = read([asked.data / "messages" / "stream.csv"], columns={}, reject=print, seed=0)
    messages = pa.Table.from_batches(list(batches), MESSAGES)
    start = time.perf_counter()
    found = rising(messages, seed=0, workers=2)
    print(f"{len(messages):,} messages, {len(found)} hot matters, {time.perf_counter() - start:.1f} s")
    titles = messages.column("title").to_pylist()
    for rank, one in enumerate(found[: asked.first], 1):
        print(f"\n{rank}. {one.place}: {one.label}")
        print(f"   heat {one.heat}, {len(one.rows)} messages, {written(one.first)} to {written(one.last)}")
        for row in one.rows:
            print(f"     {titles[row]}")
    quiet = int(np.setdiff1d(np.arange(len(messages)), [row for one in found for row in one.rows])[0])
    for name, row in (("the hottest", found[0].rows[0]), ("one that is not hot", quiet)):
        after = rising(stormed(messages, row=row, copies=1_000, senders=2), seed=0, workers=2)
        heat = next((one.heat for one in after if row in one.rows), 0.0)
        before = found[0].heat if row != quiet else 0.0
        print(f"\n1,000 copies by two senders of {name}: heat {heat} (before: {before})")


if __name__ == "__main__":
    main()
