"""Time and memory of `massline concentrate`, file to report, over growing numbers of made-up messages.

    scripts/bench concentrate                       # 10,000, 100,000 and 1,000,000 messages
    scripts/bench concentrate --national            # and 8,542,000, the size of one national call
    scripts/bench concentrate --growth              # 100,000, 1,000,000 and 10,000,000: how each step grows
    scripts/bench concentrate --sizes 85000000      # ten times as many: 45 GB of disk
    scripts/bench concentrate --sizes 10000 --compare

The first two are recorded in concentrate.json, all others under a name with their sizes. --teach 0 leaves the teacher out. From
20,000,000 messages on they are written as Parquet, by all cores, for a CSV file would be five times as large.

Beside each time stand two limits measured in the same run: reading the same file once from memory, and a fixed piece
of work (the calibration loop). Only the ratio to the calibration loop is compared between runs, for machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from compare import calibration, slower
from make_messages import write, write_parquet
from massline.project.demo.messages import generate

RESULT = Path(__file__).parent / "results" / "concentrate.json"
SIZES = (10_000, 100_000, 1_000_000)
GROWTH = (100_000, 1_000_000, 10_000_000)
LARGE = 20_000_000
BYTES = {"file": 50, "work": 480}
"""Bytes a message, in a large call: of the Parquet file, and of DIR with its work folder."""
NATIONAL = 8_542_000
TARGETS = {"messages": NATIONAL, "seconds": 180, "peak_rss_mb": 6_144, "growth": 1.05}
PACKAGES = ("numpy", "numba", "pyarrow", "scikit-learn", "rjieba", "opencc")
COMMAND = "from massline.engine.cli import commands; commands()"


@dataclass(frozen=True, slots=True)
class Measured:
    """One size. seconds: wall time of the whole command with its start. cpu: processor seconds of it, all cores together.

    steps, steps_cpu: wall and processor seconds of each step, from run.json.
    calibration, reading: seconds of the two limits. ratio: processor seconds / calibration; load: how many programs wanted
    to run at the end of it, its own threads among them: where it is above the number of cores, `seconds` says little.
    """

    messages: int
    bytes: int
    seconds: float
    cpu: float
    peak_rss_mb: float
    themes: int
    campaigns: int
    steps: dict[str, float]
    steps_cpu: dict[str, float]
    calibration: float
    reading: float
    ratio: float
    load: float


def reading(path: Path) -> float:
    """Seconds to read the file once; it was just written, so it comes from memory, not from a disk."""
    start = time.perf_counter()
    with path.open("rb") as stream:
        while stream.read(1 << 20):
            pass
    return time.perf_counter() - start


def as_installed() -> dict[str, str]:
    """The environment of a command that is installed: Python's own code is kept compiled, as numba's is. Where that is switched
    off, each start compiles some six hundred modules anew, two processor seconds of no program's making."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "massline-bytecode"), **kept}


def processor_seconds() -> float:
    """Processor seconds of all commands that ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def made(count: int, folder: Path) -> Path:
    """A file of `count` messages."""
    if count < LARGE:
        source = folder / f"{count}.csv"
        with source.open("w", encoding="utf-8", newline="") as stream:
            write(generate(count, seed=0), stream, None)
        return source
    room, wanted = shutil.disk_usage(folder).free, count * sum(BYTES.values())
    if room < wanted:
        raise SystemExit(
            f"{count:,} messages take {wanted / 1e9:.0f} GB in {folder}, where {room / 1e9:.0f} GB are free. Set TMPDIR."
        )
    source = folder / f"{count}.parquet"
    write_parquet(source, count, seed=0)
    return source


def measure(count: int, folder: Path, options: Sequence[str]) -> Measured:
    """Make `count` messages, run the command on them in a process of its own, and read what it says about itself."""
    source, out = made(count, folder), folder / f"{count}"
    loop, read = calibration(), reading(source)
    command = [
        sys.executable,
        "-c",
        COMMAND,
        "concentrate",
        str(source),
        "--out",
        str(out),
        *options,
        "--json",
    ]
    start, used = time.perf_counter(), processor_seconds()
    said = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=as_installed())
    seconds = time.perf_counter() - start
    if said.returncode not in (0, 1):
        raise SystemExit(f"massline concentrate ended with {said.returncode} on {count:,} messages; see above.")
    counts, facts = json.loads(said.stdout), json.loads((out / "run.json").read_text("utf-8"))
    return Measured(
        count,
        source.stat().st_size,
        round(seconds, 2),
        round(processor_seconds() - used, 2),
        counts["peak_rss_mb"],
        counts["themes"],
        counts["campaigns"],
        facts["timings"]["steps"],
        facts["timings"]["cpu"],
        round(loop, 3),
        round(read, 3),
        round((processor_seconds() - used) / loop, 1),
        round(os.getloadavg()[0], 1),
    )


def growth(rows: Sequence[Measured]) -> float | None:
    """Exponent of processor time against messages from 100,000 (or the smallest size) to the largest, start of the process
    included; 1 is in proportion."""
    large = max(rows, key=lambda row: row.messages)
    small = min((row for row in rows if row.messages >= min(100_000, large.messages)), key=lambda row: row.messages)
    if small is large:
        return None
    return round(float(np.log(large.cpu / small.cpu) / np.log(large.messages / small.messages)), 3)


def growth_of_steps(rows: Sequence[Measured]) -> dict[str, float]:
    """The same of the processor time of each step, from the size before the largest to the largest: below, the fixed part of a
    step hides how it grows."""
    small, large = sorted(rows, key=lambda row: row.messages)[-2:]
    times = np.log(large.messages / small.messages)
    cpu = {name: (small.steps_cpu[name], seconds) for name, seconds in large.steps_cpu.items()}
    return {
        name: round(float(np.log(max(now, 0.01) / max(before, 0.01)) / times), 2) for name, (before, now) in cpu.items()
    }


def machine() -> dict[str, object]:
    """What the figures were measured on. No name of the machine, no path."""
    models = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": models[0] if models else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),  # above 0 means that others were at work on it
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def commit() -> str:
    """The commit that was measured, with a plus when files had changed since."""
    found = subprocess.run(["git", "describe", "--always", "--dirty=+"], check=False, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def ratios(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Each size -> its processor time in units of the calibration loop of its run."""
    return {f"{row['messages']:,} messages": row["ratio"] for row in rows}


def table(rows: Sequence[Measured]) -> str:
    """The figures for people."""
    lines = [
        f"{'messages':>10} {'seconds':>8} {'cpu':>7} {'peak MB':>8} {'per s':>8} {'x loop':>7} {'reading':>8}  steps"
    ]
    for row in rows:
        steps = "  ".join(f"{name} {seconds:.1f}" for name, seconds in row.steps.items())
        figures = f"{row.messages:>10,} {row.seconds:>8.1f} {row.cpu:>7.1f} {row.peak_rss_mb:>8.0f}"
        lines.append(f"{figures} {row.messages / row.seconds:>8,.0f} {row.ratio:>7.1f} {row.reading:>8.3f}  {steps}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--growth", action="store_true", help=f"{GROWTH} messages; 3 GB of files, a quarter of an hour")
    parser.add_argument("--teach", default="", help="how many messages the teacher reads, as the command's own option")
    parser.add_argument(
        "--national", action="store_true", help=f"also {NATIONAL:,} messages; 2 GB of files, some minutes"
    )
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--compare", action="store_true", help="compare with the recorded result and leave it as it is")
    asked = parser.parse_args()
    about, options = machine(), ["--workers", str(asked.workers), *(["--teach", asked.teach] if asked.teach else [])]
    sizes = tuple(asked.sizes or (GROWTH if asked.growth else SIZES)) + ((NATIONAL,) if asked.national else ())
    with tempfile.TemporaryDirectory() as folder:
        measure(1_000, Path(folder), options)  # compiled code is cached by the first run; it is no part of the time
        rows = [measure(count, Path(folder), options) for count in sizes]
    print(table(rows))
    if len(rows) > 1:
        print(f"growth of time: messages to the power of {growth(rows)}; of each step: {growth_of_steps(rows)}")
    if asked.compare:
        problems = slower(ratios([asdict(row) for row in rows]), ratios(json.loads(RESULT.read_text("utf-8"))["rows"]))
        raise SystemExit("\n".join(problems) or 0)
    result = {
        "what": "massline concentrate",
        "commit": commit(),
        "options": options,
        "machine": about,
        "targets": TARGETS,
        "growth": growth(rows),
        "growth_of_steps": growth_of_steps(rows) if len(rows) > 1 else {},
        "rows": [asdict(row) for row in rows],
    }
    usual = not (asked.sizes or asked.growth or asked.teach)
    name = (
        RESULT.stem
        if usual
        else "_".join([RESULT.stem, *map(str, sizes), *([f"teach{asked.teach}"] if asked.teach else [])])
    )
    RESULT.parent.mkdir(exist_ok=True)
    (RESULT.parent / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
