"""`massline rising`: a stream of messages with times in, hot matters out. Exit codes as in engine/terminal.py."""

import datetime as dt
import json
import os
from pathlib import Path
from typing import Final

import click
import pyarrow as pa

from massline.engine.errors import InputError, OptionError
from massline.engine.progress import progress_bar
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.rising import Matter, rising
from massline.engine.tables import MESSAGES
from massline.engine.terminal import WITH_REJECTS, FilePath, mapped_columns, refusals, tell_rejects, whole_file

STEPS: Final = ("read", "group", "write")


@click.command(
    "rising", epilog="Example: massline rising stream.csv --out hot.jsonl --map time=留言时间,sender=留言用户"
)
@click.argument("files", nargs=-1, required=True, type=FilePath)
@click.option("--out", type=FilePath, help="File for the lines; standard output if not said.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@click.option("--seed", default=0, show_default=True, help="Same files and seed, same lines.")
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="How many work at once. Changes no byte.")
@refusals
def rising_command(files: tuple[Path, ...], out: Path | None, columns: str, seed: int, workers: int | None) -> int:
    """Find hot matters: one JSON object a line with rank, label, place, heat, first, last and messages (ids).

    Heat is (v - e) / sqrt(1 + e): v people in the busiest 28 days, e that the matter's earlier pace would give. Who writes or
    copies often is one person still, and likes count nothing.
    """
    if not 0 <= seed < 2**32:
        raise OptionError(f"--seed is {seed}. Write a number from 0 to {2**32 - 1}.")
    rejects: list[Reject] = []
    with progress_bar(STEPS) as watch, whole_file(out) as stream:
        watch("read", 0)
        batches = read(files, columns=mapped_columns(columns), reject=rejects.append, seed=seed)
        messages = pa.Table.from_batches(list(batches), MESSAGES)
        without_time = messages.column("time").null_count
        if without_time == len(messages):
            raise InputError("No message has a time, so nothing can rise. Say which column it is: --map time=HEADING.")
        watch("group", len(messages))
        found = rising(messages, seed=seed, workers=workers or os.cpu_count() or 1)
        watch("write", len(found))
        ids = messages.column("id").to_pylist()
        for rank, matter in enumerate(found, 1):
            stream.write(json.dumps(as_line(rank, matter, ids), ensure_ascii=False) + "\n")
    if without_time:
        click.echo(f"massline: {without_time:,} messages have no time; they make nothing hot.", err=True)
    return max(tell_rejects(rejects), WITH_REJECTS if without_time else 0)


def as_line(rank: int, matter: Matter, ids: list[str]) -> dict[str, object]:
    """The names of the contract."""
    return {
        "rank": rank,
        "label": matter.label,
        "place": matter.place or None,
        "heat": matter.heat,
        "first": written(matter.first),
        "last": written(matter.last),
        "messages": [ids[row] for row in matter.rows],
    }


def written(seconds: int) -> str:
    """A time as the source had it, without a zone."""
    return (dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)).isoformat(" ")  # noqa: DTZ001 - no zone is invented
