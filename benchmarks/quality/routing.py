"""Measure `massline route` on past cases whose topic is known, and print a table:

    python benchmarks/quality/routing.py ../shared/data [--cases N]

Every figure is of cases that the router had not seen: the cases are cut into five (and ten) parts of like topics, five times over
with another cut, and each part is asked of a router that learnt from the others. The threshold of "sure" is the router's own.
Speed: whole commands, start included; on a busy machine the core seconds are the figure to compare.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import sets
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from massline.engine.clean import matching_form
from massline.engine.route.learn import train
from massline.engine.route.model import ask
from massline.engine.route.past import Past

BINS = 10
APPLIED = 10  # so that the start, a second, is a part of the time and not half of it


def past(forms: list[str], topics: list[str]) -> Past:
    return Past(pa.array(forms, pa.large_string()), {"topic": topics}, 0)


def unseen(found: sets.Labelled, *, parts: int, seed: int) -> dict[str, float]:
    """Figures of all cases, each by a router that had not seen it."""
    forms, truth = [matching_form(text) for text in found.texts], np.array(found.labels)
    named, chance, sure = np.empty(len(forms), object), np.zeros(len(forms)), np.zeros(len(forms), np.bool_)
    for seen, rest in StratifiedKFold(parts, shuffle=True, random_state=seed).split(forms, truth):
        router = train(past([forms[i] for i in seen], list(truth[seen])), seed=0, workers=2)
        learnt = router.learnt["topic"]
        told = ask(pa.array([forms[i] for i in rest], pa.large_string()), router.grams, learnt)
        named[rest], chance[rest], sure[rest] = np.array(learnt.names, object)[told.best], told.chance, told.sure
    right = named == truth
    return {
        "macro-F1": f1_score(truth, list(named), average="macro"),
        "right": right.mean(),
        "calibration error": calibration_error(chance, right),
        "answered": sure.mean(),
        "right where answered": right[sure].mean(),
    }


def calibration_error(chance: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error in ten bins of equal width."""
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    return sum(abs(right[bins == b].mean() - chance[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))


def baseline(found: sets.Labelled, *, parts: int, seed: int) -> float:
    """Macro-F1 of TF-IDF on 1 to 3 characters and LinearSVC, by the same cut."""
    texts, truth = np.array(found.texts, object), np.array(found.labels)
    named = np.empty(len(texts), object)
    for seen, rest in StratifiedKFold(parts, shuffle=True, random_state=seed).split(texts, truth):
        judge = make_pipeline(TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True), LinearSVC())
        named[rest] = judge.fit(texts[seen], truth[seen]).predict(texts[rest])
    return float(f1_score(truth, list(named), average="macro"))


def speed(found: sets.Labelled, cases: int) -> tuple[str, str]:
    """How long `route train` takes for so many cases and `route apply` for APPLIED times as many, as whole commands."""
    with tempfile.TemporaryDirectory() as scratch:
        file, router = Path(scratch) / "past.csv", Path(scratch) / "router.npz"
        write_cases(file, found, cases)
        command = [sys.executable, "-c", "from massline.engine.cli import commands; commands()", "route"]
        taught, work = timed([*command, "train", str(file), "--out", str(router)])
        write_cases(file, found, APPLIED * cases)
        applied, more = timed([*command, "apply", str(router), str(file), "--out", str(Path(scratch) / "out.jsonl")])
    return (
        f"{taught:.1f} s, {work:.1f} core seconds",
        f"{APPLIED * cases / applied:,.0f} messages/s, {APPLIED * cases / more:,.0f} a core second",
    )


def write_cases(file: Path, found: sets.Labelled, cases: int) -> None:
    """Cases of the set again and again, each time with another ending: copies would fall together."""
    chance = np.random.default_rng(0)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "text", "topic"))
        for i in range(cases):
            at, end = (int(one) for one in chance.integers(len(found.texts), size=2))
            writer.writerow((i, found.texts[at] + found.texts[end][:20], found.labels[at]))


def timed(command: list[str]) -> tuple[float, float]:
    """Seconds on the clock and seconds of processor time."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cases", type=int, default=100_000, help="for the speed; 0: leave it out")
    parser.add_argument("--cuts", type=int, default=5)
    asked = parser.parse_args()
    print("| what | reached | target |\n| --- | --- | --- |")
    residents = sets.residents(asked.data)
    targets = {
        "macro-F1": ">= 0.90",
        "calibration error": "<= 0.03",
        "answered": ">= 0.80",
        "right where answered": ">= 0.95",
    }
    for parts in (5, 10):
        told = [unseen(residents, parts=parts, seed=seed) for seed in range(asked.cuts)]
        for name in told[0]:
            values = [one[name] for one in told]
            spread = f"{np.mean(values):.4f} ({min(values):.4f} to {max(values):.4f})"
            print(f"| {name}, {parts} parts | {spread} | {targets.get(name, '')} |", flush=True)
    print(
        f"| the same of LinearSVC on 1-3-grams, 5 parts | macro-F1 {baseline(residents, parts=5, seed=0):.4f} | |",
        flush=True,
    )
    if asked.cases:
        for name, found in (("headlines", sets.headlines(asked.data)), ("messages of 400 signs", residents)):
            taught, applied = speed(found, asked.cases)
            print(f"| training on {asked.cases:,} {name}, {os.cpu_count()} cores | {taught} | <= 60 s |")
            print(f"| applying to {APPLIED * asked.cases:,} {name} | {applied} | >= 50,000/s |", flush=True)


if __name__ == "__main__":
    main()
