"""Floods planted in real conversations: how many of their people are marked, and how many real people are.

    scripts/bench floods FOLDER       # a folder of Polis' exports, one conversation a folder

In each conversation with a hundred people or more, a flood of 5 % of the voters is planted in five ways: one pattern on all
statements; one in ten votes against it; three in twenty; each voter on a third of the statements; the votes of one real person,
sent again and again. They come within twenty minutes, in the middle of the conversation. Marked as well, without any flood
planted: how many real people. Result in results/floods.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.opinion.exports import read_export
from massline.engine.opinion.floods import find_floods
from massline.engine.opinion.votes import Votes, collect

RESULT = Path(__file__).parent / "results" / "floods.json"
SHARE, LEAST_PEOPLE, MINUTE = 0.05, 100, 60_000
KINDS = (
    "one pattern",
    "one in ten differs",
    "three in twenty differ",
    "a third of the statements",
    "a real person's votes",
)
SEEDS = range(3)


def conversations(folder: Path) -> Iterator[tuple[str, Votes]]:
    """Name and votes of those that are large enough."""
    for path in sorted(one for one in folder.iterdir() if (one / "votes.csv").exists()):
        votes = read_export(path, reject=print).votes
        if len(votes.people) >= LEAST_PEOPLE:
            yield path.name, votes


def planted(votes: Votes, kind: str, *, seed: int) -> tuple[Votes, npt.NDArray[np.bool_]]:
    """The conversation with a flood, and who is in it (n,)."""
    generator = np.random.default_rng([seed, KINDS.index(kind)])
    people, statements = len(votes.people), len(votes.statements)
    count = max(5, round(people * SHARE))
    pattern, seen = generator.choice([-1, 1], statements), np.ones(statements, np.bool_)
    if kind == "a real person's votes":
        often = np.argsort(-votes.per_person)[generator.integers(10)]
        own = slice(votes.starts[often], votes.starts[often + 1])
        pattern[votes.columns[own]], seen = votes.values[own], np.isin(np.arange(statements), votes.columns[own])
    person, statement = np.nonzero(np.broadcast_to(seen, (count, statements)))
    if kind == "a third of the statements":
        kept = generator.random(len(person)) < 1 / 3
        person, statement = person[kept], statement[kept]
    values = pattern[statement]
    against = {"one in ten differs": 0.1, "three in twenty differ": 0.15}.get(kind, 0.0)
    values = np.where(generator.random(len(values)) < against, -values, values)
    times = np.zeros(len(votes.values), np.int64) if votes.times is None else votes.times
    begins = int(np.median(times)) + generator.integers(0, 20 * MINUTE, count)
    names = pa.array([f"flood{number}" for number in range(count)])
    before = np.repeat(np.arange(people), votes.per_person)
    whole = collect(
        pa.concat_arrays([votes.people.take(pa.array(before)), names.take(pa.array(person))]),
        votes.statements.take(pa.array(np.concatenate([votes.columns, statement]))),
        np.concatenate([votes.values, values]).astype(np.int8),
        times=np.concatenate([times, begins[person] + 1_000 * statement]),
    )
    return whole, np.array([name.startswith("flood") for name in whole.people.to_pylist()])


def main() -> None:
    """Measure, print a line each, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    found = []
    for name, votes in conversations(parser.parse_args().folder):
        untouched = float((find_floods(votes).flood >= 0).mean())
        for kind in KINDS:
            rates = []
            for seed in SEEDS:
                whole, flood = planted(votes, kind, seed=seed)
                marked = find_floods(whole).flood >= 0
                rates.append((float(marked[flood].mean()), float(marked[~flood].mean())))
            line = {
                "conversation": name,
                "people": len(votes.people),
                "kind": kind,
                "found": round(min(one for one, _ in rates), 4),
                "people_marked": round(max(one for _, one in rates), 4),
                "people_marked_without_flood": round(untouched, 4),
            }
            print(line)
            found.append(line)
    RESULT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
