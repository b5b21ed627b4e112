"""A second run on a file to which messages have been appended, beside a run over all of it from the beginning.

    scripts/bench appended                       # 1,000,000 messages and a tenth as many again
    scripts/bench appended --messages 8542000

Both are the whole command with the teacher, one after the other, in the same run; only their ratio says something.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench_concentrate import COMMAND, as_installed, commit, machine, processor_seconds
from make_messages import row, write
from massline.project.demo.messages import generate

RESULT = Path(__file__).parent / "results" / "appended.json"
SHARE = 0.1
TARGET = 0.25
"""The second run may take this share of the time of a whole one."""


def concentrated(source: Path, out: Path) -> dict[str, object]:
    """Wall and processor seconds of the whole command, its start included, and what it says of itself."""
    command = [sys.executable, "-c", COMMAND, "concentrate", str(source), "--out", str(out), "--json"]
    start, used = time.perf_counter(), processor_seconds()
    said = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=as_installed())
    seconds, cpu = time.perf_counter() - start, processor_seconds() - used
    if said.returncode not in (0, 1):
        raise SystemExit(f"massline concentrate ended with {said.returncode}; see above.")
    facts = json.loads((out / "run.json").read_text("utf-8"))
    return {
        "seconds": round(seconds, 2),
        "cpu": round(cpu, 2),
        **json.loads(said.stdout),
        "continues": facts.get("continues"),
        "steps": facts["timings"]["steps"],
        "steps_cpu": facts["timings"]["cpu"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    asked = parser.parse_args()
    about, new = machine(), int(asked.messages * SHARE)
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "call.csv"
        told = generate(asked.messages + new, seed=0)
        with source.open("w", encoding="utf-8", newline="") as stream:
            write(islice(told, asked.messages), stream, None)
        first = concentrated(source, Path(name) / "out")
        with source.open("a", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(map(row, told))
        second = concentrated(source, Path(name) / "out")
        whole = concentrated(source, Path(name) / "whole")
        kept = sum(file.stat().st_size for file in (Path(name) / "out" / ".kept").rglob("*") if file.is_file())
    if not second["continues"]:
        raise SystemExit("The second run did not go on from the first.")
    ratios = {what: round(float(second[what]) / float(whole[what]), 3) for what in ("seconds", "cpu")}
    for label, one in (("first", first), ("appended", second), ("whole", whole)):
        print(f"{label:9} {one['seconds']:>7} s  {one['cpu']:>7} processor s  {one['peak_rss_mb']} MB  {one['steps']}")
    print(f"appended by whole: {ratios['seconds']} by the clock, {ratios['cpu']} by the processor (wanted: {TARGET})")
    result = {
        "what": "massline concentrate on a file grown by a tenth",
        "commit": commit(),
        "machine": about,
        "messages": asked.messages,
        "target": TARGET,
        "ratios": ratios,
        "kept_bytes": kept,
        "file_bytes": sum(one["size"] for one in second["continues"]["inputs"]),
        "rows": [first, second, whole],
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
