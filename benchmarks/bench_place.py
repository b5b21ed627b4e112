"""New messages into frozen themes: how many a second on all cores, and how long one message takes.

    scripts/bench place                             # themes of a call of 100,000 messages, made first
    scripts/bench place --themes DIR/themes.npz     # themes of a run that is there

Twice: from matching forms (`place_batch`, as the step does), and from the text as it came (`place_arrivals`, as the running
product does: personal data masked, form made, then placed). Medians of five; beside them the processor time, for others may be at
work on the machine.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from bench_appended import concentrated
from bench_concentrate import commit, machine
from make_messages import HEADINGS, row
from massline.engine.clean import clean_batch
from massline.engine.place import drift_of, load_themes, place_arrivals, place_batch
from massline.engine.read import read
from massline.engine.runners import local
from massline.project.demo.messages import generate

RESULT = Path(__file__).parent / "results" / "place.json"
LEARNT = 100_000
TARGETS = {"messages_a_second": 200_000, "ms_for_one": 5}
ONE_BY_ONE = 300


def batches_of(count: int, *, seed: int, folder: Path) -> tuple[Path, list[pa.RecordBatch]]:
    """A file of made-up messages, and what `read` makes of it."""
    source = folder / f"{seed}.csv"
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADINGS, *map(row, generate(count, seed=seed))])
    return source, list(read([source], columns={}, reject=lambda one: None, seed=0, rows=Counter()))


def timed(
    kernel: Callable[[pa.RecordBatch], object], batches: Sequence[pa.RecordBatch], cores: int
) -> dict[str, float]:
    """Messages a second by the clock, and microseconds of a processor for one; the median of five."""
    count, wall, cpu = sum(map(len, batches)), [], []
    for _ in range(6):
        start, used = time.perf_counter(), time.process_time()
        for _ in local.map_blocks(kernel, batches, workers=cores):
            pass
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {  # the first round compiles
        "messages_a_second": round(count / median(wall[1:])),
        "processor_microseconds": round(median(cpu[1:]) / count * 1e6, 2),
    }


def one_by_one(kernel: Callable[[pa.RecordBatch], object], batch: pa.RecordBatch) -> dict[str, float]:
    """Milliseconds for a message that comes alone."""
    wall, cpu = [], []
    for i in range(ONE_BY_ONE):
        start, used = time.perf_counter(), time.process_time()
        kernel(batch.slice(i, 1))
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - used) * 1e3)
    return {
        "median_ms": round(median(wall), 2),
        "95_of_100_ms": round(float(np.quantile(wall, 0.95)), 2),
        "processor_median_ms": round(median(cpu), 2),
    }


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--themes", type=Path)
    parser.add_argument("--messages", type=int, default=400_000)
    asked = parser.parse_args()
    about, cores = machine(), len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        themes = asked.themes
        if themes is None:
            source, _ = batches_of(LEARNT, seed=0, folder=Path(name))
            concentrated(source, Path(name) / "out")
            themes = Path(name) / "out" / "themes.npz"
        frozen = load_themes(themes)
        _, batches = batches_of(asked.messages, seed=1, folder=Path(name))
    cleaned = [clean_batch(batch) for batch in batches]
    arriving = partial(place_arrivals, frozen=frozen)
    drift = drift_of(pa.Table.from_batches([place_batch(batch, frozen) for batch in cleaned]), frozen)
    result = {
        "what": "new messages into frozen themes",
        "commit": commit(),
        "machine": about,
        "targets": TARGETS,
        "messages": asked.messages,
        "themes": len(frozen.themes.parents),
        "from_forms": timed(partial(place_batch, frozen=frozen), cleaned, cores),
        "from_texts": timed(arriving, batches, cores),
        "one_message": one_by_one(arriving, batches[0]),
        "drift": {"not_placed": round(drift.not_placed, 4), "distance": round(drift.distance, 4)},
    }
    print(json.dumps({name: result[name] for name in ("from_forms", "from_texts", "one_message", "drift")}, indent=1))
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
