"""Write made-up messages: python benchmarks/make_messages.py 1000000 messages.csv [--seed 0] [--truth truth.csv]

The file has the headings that `massline concentrate` recognises. A name that ends with .parquet makes a Parquet file of the same
messages, of a fifth of the size and made by all cores. --truth also writes what is true about each message, to measure
the steps: matter, campaign, copy_of, and the planted personal data as kind=text, separated by tabs.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from massline.project.demo.county import CHANNELS
from massline.project.demo.messages import BLOCK, MadeUpMessage, generate

HEADINGS = ("编号", "主题", "内容", "时间", "渠道", "地区", "用户", "年龄", "性别", "居住地")
TRUTH = ("id", "matter", "campaign", "copy_of", "planted")

PART = 32 * BLOCK
"""Messages of a row group of a Parquet file."""
SCHEMA = pa.schema([(heading, pa.large_string()) for heading in HEADINGS])


def row(message: MadeUpMessage) -> tuple[str, ...]:
    """One message under HEADINGS."""
    time, channel = message.time.isoformat(" "), CHANNELS[message.channel][0]
    people = (message.sender, message.age, message.sex, message.residence)
    return message.id, message.title, message.text, time, channel, message.area, *people


def truth(message: MadeUpMessage) -> tuple[str, ...]:
    """What is true about one message, under TRUTH."""
    planted = "\t".join(f"{piece.kind}={piece.text}" for piece in message.planted)
    return message.id, message.matter, message.campaign, message.copy_of, planted


def write(messages: Iterable[MadeUpMessage], out: TextIO, facts: TextIO | None) -> None:
    """Write the messages, and what is true about them where `facts` is given."""
    rows = csv.writer(out)
    rows.writerow(HEADINGS)
    truths = csv.writer(facts) if facts else None
    if truths:
        truths.writerow(TRUTH)
    for message in messages:
        rows.writerow(row(message))
        if truths:
            truths.writerow(truth(message))


def write_parquet(path: Path, count: int, *, seed: int) -> None:
    """Write the messages that `generate` gives as a Parquet file, each part of them made by one of the cores. Half a gigabyte
    of memory a core."""
    parts, cores = range(0, count, PART), len(os.sched_getaffinity(0))
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as file, multiprocessing.Pool(cores) as pool:
        for table in pool.imap(partial(_part, count=count, seed=seed), parts):
            file.write_table(table)


def _part(first: int, *, count: int, seed: int) -> pa.Table:
    rows = map(row, islice(generate(count, seed=seed, first=first), PART))
    columns = [pa.array(column, pa.large_string()) for column in zip(*rows, strict=True)]
    return pa.table(columns, schema=SCHEMA)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--truth", type=Path)
    asked = parser.parse_args()
    if asked.out.suffix == ".parquet":
        if asked.truth:
            parser.error("--truth is written beside a CSV file only.")
        write_parquet(asked.out, asked.count, seed=asked.seed)
        return
    with ExitStack() as files:
        out = files.enter_context(asked.out.open("w", encoding="utf-8", newline=""))
        facts = files.enter_context(asked.truth.open("w", encoding="utf-8", newline="")) if asked.truth else None
        write(generate(asked.count, seed=asked.seed), out, facts)


if __name__ == "__main__":
    main()
