"""Measure what the engine makes of texts whose meaning is known, and print a table:

    python benchmarks/quality/table.py ../shared/data [ROW ...] [--teach N] [--plantings N] [--keep FOLDER]

Rows: headlines, residents, stories, pairs, minority; all of them if none is named. A set that is missing is said and left out.
With the default budget each row that was measured takes its place in benchmarks/results/quality.json; the figures stand in
docs/reference/quality.md too. Nothing was fitted to these sets but what
that page names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sets
from minority import CROWD, plantings
from scores import agreement, separation

from massline.engine.pipeline import METHOD, Options, RunResult, run
from massline.engine.similar import read_pairs, similarities
from massline.engine.teacher import the_teacher

RESULTS = Path(__file__).parent.parent / "results" / "quality.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for on the command line."""

    data: Path
    folder: Path
    teach: int | None
    plantings: int


Line = tuple[str, str, str]
"""What was measured, the figures, the target."""


def grouped(found: sets.Labelled, name: str, choice: Choice, *, grain: int | None) -> tuple[RunResult, list[list[int]]]:
    """Concentrate the texts; the path of themes of each, empty where it is not placed."""
    file, out = choice.folder / f"{name}.parquet", choice.folder / name
    pq.write_table(pa.table({"id": [str(i) for i in range(len(found.texts))], "text": found.texts}), file)
    result = run([file], out, Options(grain=grain, teach=choice.teach))
    told = pq.read_table(out / "messages.parquet", columns=["id", "theme_path"]).to_pylist()
    paths: list[list[int]] = [[] for _ in found.texts]
    for one in told:
        paths[int(one["id"])] = one["theme_path"] or []
    return result, paths


def figures(found: sets.Labelled, paths: list[list[int]], *, finest: bool) -> str:
    """Against the labels: all messages, those not placed counting as one group; then the placed ones alone."""
    themes = [(path[-1] if finest else path[0]) if path else -1 for path in paths]
    placed = [i for i, theme in enumerate(themes) if theme >= 0]
    every = agreement(found.labels, themes)
    sure = agreement([found.labels[i] for i in placed], [themes[i] for i in placed])
    told = (f"{name} {every[name]:.3f} ({sure[name]:.3f})" for name in ("v", "ari", "accuracy"))
    return f"{', '.join(told)}; {len(placed) / len(themes):.1%} placed"


def headlines(choice: Choice) -> Iterator[Line]:
    found = sets.headlines(choice.data)
    result, paths = grouped(found, "headlines", choice, grain=15)
    told = figures(found, paths, finest=False)
    yield f"{len(paths):,} headlines, 15 topics, {result.method}", told, "V >= 0.53, ARI >= 0.43"


def residents(choice: Choice) -> Iterator[Line]:
    found = sets.residents(choice.data)
    result, paths = grouped(found, "residents", choice, grain=7)
    told = figures(found, paths, finest=False)
    yield f"{len(paths):,} resident messages, 7 topics, {result.method}", told, "NMI >= 0.55"


def stories(choice: Choice) -> Iterator[Line]:
    found = sets.stories(choice.data)
    result, paths = grouped(found, "stories", choice, grain=None)
    told = figures(found, paths, finest=True)
    yield f"{len(paths):,} tweets, 89 stories, {result.method}", told, "accuracy >= 0.75, NMI >= 0.88"


def pairs(choice: Choice) -> Iterator[Line]:
    path, same = sets.pairs(choice.data)
    read = list(read_pairs(path))
    left, right = [one for one, _ in read], [other for _, other in read]
    told = {
        "similar": similarities(left, right, the_teacher()),
        "pairs of signs in common": np.array([_in_common(*pair) for pair in read]),
    }
    for name, similarity in told.items():
        scores = separation(same, similarity)
        target = "AUC >= 0.905, accuracy >= 0.83 on the test pairs" if name == "similar" else ""
        yield (
            f"{len(same):,} pairs of questions, {name}",
            f"AUC {scores['auc']:.3f}, accuracy {scores['accuracy']:.3f}",
            target,
        )


def _in_common(one: str, other: str) -> float:
    first, second = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (one, other))
    return len(first & second) / max(1, len(first | second))


def minority(choice: Choice) -> Iterator[Line]:
    for kind, what in (("view", "views in many wordings"), ("residents", "matters of residents' own messages")):
        found = [one.found for one in plantings(choice.data, choice.folder, kind=kind, times=choice.plantings)]
        yield f"0.1 % planted among {CROWD:,} messages, {what}", f"found {sum(found)} of {len(found)}", ">= 95 % of 40"


ROWS: dict[str, Callable[[Choice], Iterator[Line]]] = {
    one.__name__: one for one in (headlines, residents, stories, pairs, minority)
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--teach", type=int)
    parser.add_argument("--plantings", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="a folder for the results of the runs")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        choice = Choice(asked.data, folder, asked.teach, asked.plantings)
        print("| what | figures (of the placed alone) | target, on other rows |\n| --- | --- | --- |")
        rows = {name: list(_told(ROWS[name], choice)) for name in asked.rows or ROWS}
    if asked.teach is None:
        record({name: lines for name, lines in rows.items() if lines})


def record(rows: dict[str, list[Line]]) -> None:
    """Put what was measured in the place of what was recorded of the same rows."""
    recorded = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    for name, lines in rows.items():
        told = [dict(zip(("what", "figures", "target"), line, strict=True)) for line in lines]
        recorded[name] = {"commit": commit.strip(), "method": METHOD, "seed": 0, "lines": told}
    RESULTS.write_text(json.dumps(recorded, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _told(row: Callable[[Choice], Iterator[Line]], choice: Choice) -> Iterator[Line]:
    try:
        for line in row(choice):
            print(f"| {' | '.join(line)} |", flush=True)
            yield line
    except sets.MissingSet as missing:
        print(f"| {missing} | | |", flush=True)


if __name__ == "__main__":
    main()
