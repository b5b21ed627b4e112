"""Calls that nobody would wish for, as large as they come: each must end with whole sums, a small report and bounded memory.

scripts/bench bad_input                       # a million rows each
scripts/bench bad_input --rows 100000 --only junk equal
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench_concentrate import COMMAND, as_installed, commit, machine, processor_seconds
from compare import calibration
from massline.project.demo.messages import generate

RESULT: Final = Path(__file__).parent / "results" / "bad_input.json"
LARGEST_REPORT: Final = 5_000_000
ENDS: Final = ("placed", "not_placed", "too_short", "copies", "removed")
Rows = Iterator[tuple[str, ...]]


def junk(count: int) -> Rows:
    """Every text is another string of signs that mean nothing."""
    yield "编号", "内容"
    chance = np.random.default_rng(0)
    for i in range(count):
        yield str(i), chance.bytes(24).hex()


def junk_column(count: int) -> Rows:
    """Sensible texts; channel and area are another string of signs in each row."""
    yield "编号", "内容", "渠道", "地区"
    chance = np.random.default_rng(0)
    for message in generate(count, seed=0):
        yield message.id, message.text, chance.bytes(12).hex(), chance.bytes(12).hex()


def one_theme(count: int) -> Rows:
    """99 of 100 messages speak of one lift."""
    yield "编号", "内容"
    chance, places = np.random.default_rng(0), [f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(2_000)]
    for i, message in enumerate(generate(count, seed=0)):
        place, floor, days = chance.choice(places), chance.integers(1, 34), chance.integers(1, 300)
        yield message.id, f"{place}小区{floor}楼电梯又坏了，{days}天没人修" if i % 100 else message.text


def equal(count: int) -> Rows:
    """All messages are one."""
    yield "编号", "内容"
    for i in range(count):
        yield str(i), "我们小区的电梯又坏了，老人爬不动楼，请尽快派人来修理好吗"


def one_message(_: int) -> Rows:
    """A file of one message."""
    yield "编号", "内容"
    yield "1", "我们小区的电梯又坏了，老人爬不动楼"


def many_columns(count: int) -> Rows:
    """10,000 columns, of which one is the text; a hundredth as many cells in all as rows times ten."""
    yield "编号", *(f"栏{i}" for i in range(9_998)), "内容"
    for message in generate(max(10, count // 1_000), seed=0):
        yield message.id, *("x" * 9_998), message.text


def no_such_groups(count: int) -> Rows:
    """Every message says of whom it is; the margins beside it know other groups. To be refused, with nothing left behind."""
    yield "编号", "内容", "性别", "年龄"
    for message in generate(count, seed=0):
        yield message.id, message.text, message.sex, message.age


def all_rejected_but_one(count: int) -> Rows:
    """Every row but the last is empty."""
    yield "编号", "内容"
    for i in range(count - 1):
        yield str(i), " "
    yield "last", "我们小区的电梯又坏了，老人爬不动楼"


def long_texts(count: int) -> Rows:
    """A hundredth as many messages, each of 5,000 signs."""
    yield "编号", "内容"
    chance = np.random.default_rng(0)
    for i in range(max(10, count // 100)):
        yield str(i), "".join(map(chr, chance.integers(0x4E00, 0x9FA5, 5_000)))


CASES: Final[dict[str, Callable[[int], Rows]]] = {
    case.__name__: case
    for case in (
        *(junk, junk_column, one_theme, equal, one_message, many_columns),
        *(all_rejected_but_one, long_texts, no_such_groups),
    )
}
MARGINS: Final = {no_such_groups.__name__: "variable,category,percent\n性别,甲,50\n性别,乙,50\n"}
"""Cases that are weighed, and by what; they must be refused."""


def measure(name: str, count: int, folder: Path) -> dict[str, object]:
    """Make the file, run the command, and check what it promises."""
    source, out = folder / f"{name}.csv", folder / name
    with source.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(CASES[name](count))
    command = [sys.executable, "-c", COMMAND, "concentrate", str(source), "--out", str(out), "--teach", "0", "--json"]
    if name in MARGINS:
        (folder / "margins.csv").write_text(MARGINS[name], "utf-8")
        command += ["--margins", str(folder / "margins.csv")]
    loop, start, used = calibration(), time.perf_counter(), processor_seconds()
    said = subprocess.run(command, check=False, capture_output=True, text=True, env=as_installed())
    seconds, cpu = time.perf_counter() - start, processor_seconds() - used
    cost = {"seconds": round(seconds, 1), "cpu": round(cpu, 1), "ratio": round(cpu / loop, 1)}
    if name in MARGINS:
        source.unlink()
        return refused(name, count, said, out) | cost
    if said.returncode not in (0, 1):
        raise SystemExit(f"{name}: ended with {said.returncode}: {said.stderr[-500:]}")
    counts, report = json.loads(said.stdout), (out / "report.html").stat().st_size
    whole = counts["rows"] == counts["accepted"] + counts["rejected"]
    if not whole or counts["accepted"] != sum(counts[end] for end in ENDS) or report > LARGEST_REPORT:
        raise SystemExit(f"{name}: sums or report are not as promised: {counts}, report of {report:,} bytes")
    source.unlink()
    return {
        "case": name, "rows": counts["rows"], "accepted": counts["accepted"], "themes": counts["themes"],
        "copies": counts["copies"], "not_placed": counts["not_placed"], "peak_rss_mb": counts["peak_rss_mb"],
        "report_bytes": report, **cost,
    }  # fmt: skip


def refused(name: str, count: int, said: subprocess.CompletedProcess[str], out: Path) -> dict[str, object]:
    """A case that must end with 2, a sentence that says what to do, and no file of a result."""
    left = [file.name for file in out.iterdir() if file.name != ".work"]
    if said.returncode != 2 or "Write both alike" not in said.stderr or left:
        raise SystemExit(f"{name}: was not refused: ended with {said.returncode}, left {left}: {said.stderr[-500:]}")
    return {"case": name, "rows": count, "refused": said.stderr.strip()[:200]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only:
            rows.append(measure(name, asked.rows, Path(folder)))
            print(
                "  ".join(
                    f"{key} {value:,}" if isinstance(value, int) else f"{key} {value}"
                    for key, value in rows[-1].items()
                ),
                flush=True,
            )
    if set(asked.only) == set(CASES):
        result = {"what": "massline concentrate on bad input", "commit": commit(), "machine": machine(), "rows": rows}
        RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
