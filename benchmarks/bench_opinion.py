"""Opinion groups: how fast, and how well known groups are found again.

    scripts/bench opinion                 # recovery on simulations, then growth up to two million votes
    scripts/bench opinion --growth-only
    scripts/bench opinion --compare       # growth only, beside the recorded result; fails when much slower
    scripts/bench opinion --nation        # one million people, sixty million votes, file to report
    scripts/bench opinion --red-dwarf PYTHON FOLDER   # beside red-dwarf, on Polis' export in FOLDER

Recovery: adjusted Rand index against the true groups, ours beside the reference method; in every conversation a flood of
5 % is planted. Growth: wall and processor seconds of reading, of the whole result and of a warm update, beside a
calibration loop in the same run, for machines differ. Result in results/opinion.json. For red-dwarf, which is no
dependency, PYTHON is that of an environment of its own: python3 -m venv V && V/bin/pip install red-dwarf.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from sklearn.metrics import adjusted_rand_score

from compare import slower
from massline.engine.opinion.exports import Export, read_export
from massline.engine.opinion.find import METHODS, find_opinion
from massline.engine.opinion.polis import polis_groups
from massline.engine.opinion.stable import regroup, stable_groups
from simulate_votes import Conversation, Plan, simulate

RESULT = Path(__file__).parent / "results" / "opinion.json"
GROWTH = (
    Plan(people=1_000, statements=100, groups=4, unseen=0.8),
    Plan(people=8_000, statements=400, groups=5, unseen=0.85),
    Plan(people=33_422, statements=783, groups=5, unseen=0.924),
)
RECOVERY = [
    Plan(people=people, statements=statements, groups=groups, separation=separation)
    for groups in (1, 3, 4, 5, 7, 9)
    for people, statements, separation in ((400, 60, 0.7), (1_500, 100, 0.7), (1_500, 100, 0.9))
]
RECOVERY += [
    Plan(people=people, statements=100, groups=groups, late=0.3) for groups in (3, 5) for people in (400, 1_500)
]
"""The last four: three of ten statements come when half of the people have voted."""
SEEDS = range(3)
TIMED = ("reading", "result", "warm", "polis")


@dataclass(frozen=True, slots=True)
class Recovered:
    """One simulated conversation. ours, polis: adjusted Rand index. found: number of groups by ours."""

    plan: Plan
    seed: int
    true_groups: int
    found: int
    ours: float
    polis: float
    stays: float | None
    flood_found: float
    people_marked: float


@dataclass(frozen=True, slots=True)
class Grown:
    """One size; seconds as wall and processor seconds."""

    people: int
    statements: int
    votes: int
    reading: tuple[float, float]
    result: tuple[float, float]
    warm: tuple[float, float]
    polis: tuple[float, float]
    calibration: tuple[float, float]
    peak_rss_mb: int
    agreement: float


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of a piece of work."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return round(time.perf_counter() - wall, 4), round(time.process_time() - processor, 4)


def calibration() -> None:
    """A fixed piece of work."""
    numbers = np.random.default_rng(0).random(4_000_000)
    for _ in range(5):
        numbers = np.sort(numbers)[::-1].copy()


def best(work: Callable[[], object]) -> tuple[float, float]:
    """The least wall and processor seconds of three times: others are at work on the machine."""
    wall, processor = zip(*(timed(work) for _ in range(3)), strict=True)
    return min(wall), min(processor)


def ratios(grown: Sequence[dict[str, Any]]) -> dict[str, float]:
    """What was timed at each size -> its wall time in units of the calibration loop of its run."""
    return {
        f"{row['people']:,} people, {what}": row[what][0] / row["calibration"][0] for row in grown for what in TIMED
    }


def export_of(conversation: Conversation) -> Export:
    """The conversation as if it had been read."""
    return Export(conversation.votes, {}, len(conversation.votes.values), 0)


def recover(plan: Plan, seed: int) -> Recovered:
    """Find the groups again, and the flood that was planted."""
    conversation = simulate(Plan(**asdict(plan) | {"flood": 0.05}), seed=seed)
    found = find_opinion(export_of(conversation))
    real = conversation.group >= 0
    reference = polis_groups(conversation.votes, moderated=np.zeros(len(conversation.votes.statements), np.bool_))
    certainty, marked = found.grouping.certainty, found.floods.flood >= 0
    return Recovered(
        plan,
        seed,
        len(np.unique(conversation.group[real])),
        found.grouping.groups,
        float(adjusted_rand_score(conversation.group[real], found.grouping.group[real])),
        float(adjusted_rand_score(conversation.group[real], reference.group[real])),
        None if certainty is None else certainty.stays,
        float(marked[~real].mean()),
        float(marked[real].mean()),
    )


def grow(plan: Plan) -> Grown:
    """Time one size."""
    conversation = simulate(plan, seed=1)
    votes, none = conversation.votes, np.zeros(plan.statements, np.bool_)
    export = export_of(conversation)
    found = find_opinion(export)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "votes.csv"
        pc.write_csv(found.votes, path)
        reading = best(lambda: read_export(path, reject=print))
    before = stable_groups(votes.of_people(np.arange(len(votes.people)) % 100 != 0), moderated=none, replicates=1)
    return Grown(
        plan.people,
        plan.statements,
        len(votes.values),
        reading,
        best(lambda: find_opinion(export)),
        best(lambda: regroup(votes, before, votes.statements, moderated=none)),
        best(lambda: polis_groups(votes, moderated=none)),
        best(calibration),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        float(adjusted_rand_score(conversation.group, found.grouping.group)),
    )


def growth() -> list[Grown]:
    """All sizes, a line printed for each."""
    grown = []
    for plan in GROWTH:
        grown.append(grow(plan))
        print(grown[-1])
    return grown


def nation() -> dict[str, object]:
    """A million people, 2,000 statements, 60 votes each, six groups: the whole command, from votes.csv to the report."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "votes.csv", Path(folder) / "out"
        group = write_nation(path)
        command = [sys.executable, "-c", "from massline.engine.cli import commands; commands()", "opinion"]
        begun = time.perf_counter()
        said = subprocess.run(
            [*command, str(path), "--out", str(out), "--json"], capture_output=True, check=True, text=True
        )
        wall, used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
        found = pq.read_table(out / "participants.parquet", columns=["participant", "group"])
        facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    order = found["participant"].cast(pa.int64()).to_numpy()
    return {
        "votes": json.loads(said.stdout)["votes"],
        "seconds": [round(wall, 1), round(used.ru_utime + used.ru_stime, 1)],
        "steps": facts["seconds"],
        "peak_rss_mb": used.ru_maxrss // 1024,
        "agreement": float(adjusted_rand_score(group[order], found["group"].fill_null(-1).to_numpy())),
    }


def write_nation(path: Path) -> npt.NDArray[np.int64]:
    """votes.csv of the nation; the true group of each person."""
    people, statements, each, groups = 1_000_000, 2_000, 60, 6
    generator = np.random.default_rng(0)
    group = generator.integers(0, groups, people)
    rates = np.clip(generator.beta(1, 1, (groups, statements)), 0.05, 0.95)
    step = statements // each
    writer = None
    for person in np.array_split(np.arange(people), 20):
        columns = np.arange(each) * step + generator.integers(0, step, (len(person), each))
        agree = generator.random(columns.shape, np.float32) < rates[group[person][:, None], columns]
        values = np.where(generator.random(columns.shape, np.float32) < 0.1, 0, np.where(agree, 1, -1))
        times = 1_700_000_000_000 + person[:, None] * 20_000 + np.arange(each) * 3_000
        cells = (times.ravel(), columns.ravel(), np.repeat(person, each), values.ravel())
        table = pa.table(list(cells), ["timestamp", "comment-id", "voter-id", "vote"])
        writer = writer or pc.CSVWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()
    return group


def beside_red_dwarf(python: str, folder: Path) -> dict[str, object]:
    """Seconds from votes in memory to groups, marks, consensus and priorities, ours and theirs in turn, five times. The
    first time, which compiles and loads, counts for nobody. ratio: medians, theirs by ours, of wall and processor seconds."""
    export = read_export(folder, reject=print)
    peer = [
        python,
        str(Path(__file__).with_name("red_dwarf.py")),
        str(folder / "votes.csv"),
        str(folder / "comments.csv"),
    ]
    seconds: dict[str, list[tuple[float, float]]] = {"stable": [], "polis": [], "red_dwarf": []}
    for method in METHODS:
        find_opinion(export, method=method)
    for _ in range(5):
        for method in METHODS:
            seconds[method].append(timed(partial(find_opinion, export, method=method)))
        said = json.loads(subprocess.run(peer, capture_output=True, check=True, text=True).stdout)
        seconds["red_dwarf"].append(tuple(said["seconds"][1]))
    middle = {name: [median(times) for times in zip(*pairs, strict=True)] for name, pairs in seconds.items()}
    return {
        "people": len(export.votes.people),
        "statements": len(export.statements),
        "votes": len(export.votes.values),
        "red_dwarf": said["version"],
        "seconds": seconds,
        "ratio": {
            method: [round(theirs / ours, 1) for theirs, ours in zip(middle["red_dwarf"], middle[method], strict=True)]
            for method in METHODS
        },
    }


def main() -> None:
    """Measure, print a line each, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--growth-only", action="store_true", help="leave the recovery of known groups out")
    parser.add_argument(
        "--compare", action="store_true", help="growth beside the recorded result, which stays as it is"
    )
    parser.add_argument("--nation", action="store_true", help="a million people only")
    parser.add_argument("--red-dwarf", nargs=2, metavar=("PYTHON", "FOLDER"), help="beside red-dwarf only")
    options = parser.parse_args()
    if options.red_dwarf:
        compared = beside_red_dwarf(options.red_dwarf[0], Path(options.red_dwarf[1]))
        print(compared)
        RESULT.with_name("opinion_red_dwarf.json").write_text(json.dumps(compared, indent=1) + "\n", encoding="utf-8")
        return
    if options.nation:
        measured = nation()
        print(measured)
        RESULT.with_name("opinion_nation.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        return
    recorded = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    if options.compare:
        problems = slower(ratios([asdict(one) for one in growth()]), ratios(recorded["growth"]))
        raise SystemExit("\n".join(problems) or 0)
    result: dict[str, object] = {"python": platform.python_version(), "machine": platform.machine()}
    if options.growth_only:
        result["recovery"] = recorded.get("recovery", [])
    else:
        recovered = [recover(plan, seed) for plan in RECOVERY for seed in SEEDS]
        for one in recovered:
            print(
                f"{one.true_groups} groups, {one.plan.people} people, separation {one.plan.separation}: found {one.found}, "
                f"ARI {one.ours:.2f}, Polis' method {one.polis:.2f}, flood {one.flood_found:.2f}/{one.people_marked:.4f}"
            )
        result["recovery"] = [asdict(one) for one in recovered]
    result["growth"] = [asdict(one) for one in growth()]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
