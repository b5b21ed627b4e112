"""Measure `massline weigh` where the answer is known, and print a table:

    python benchmarks/quality/weighing.py ../shared/data [--draws N]

Schools: samples whose whole population is known, raked as in the manual of R's package survey. Ballots: 6,760 voters of a
participatory budget, (1) brought to a population that is far from them in age and sex; (2) samples of 1,000 in which some voters
are three to six times as likely as others, raked back to the margins of all who voted: how far the shares of the twenty
best-known projects are off before and after, and how often the interval holds the true share.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from massline.engine.weigh.command import Columns, weigh_file

PROJECTS = 20
DRAWN = 1_000
BANDS = (0, 15, 25, 35, 45, 55, 65, 75)
SEXES = {"M": "male", "F": "female"}

Voter = dict[str, str]


def voters(data: Path) -> list[Voter]:
    """Everybody who voted: age band, sex, channel, and a column for each project ("yes" or "no")."""
    text = (data / "ballots" / "Poland_Warszawa_2023_Wola.pb").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.split("\nVOTES\n")[1].splitlines(), delimiter=";"))
    chosen = [set(row["vote"].split(",")) for row in rows]
    votes = {project: sum(project in one for one in chosen) for project in set().union(*chosen)}
    projects = sorted(votes, key=lambda project: (-votes[project], project))[:PROJECTS]
    told = []
    for row, vote in zip(rows, chosen, strict=True):
        likes = {f"p{project}": "yes" if project in vote else "no" for project in projects}
        told.append(
            {"age": band(row["age"]), "sex": SEXES.get(row["sex"], ""), "channel": row["voting_method"], **likes}
        )
    return told


def band(age: str) -> str:
    """The band of an age in years, "" where none is given."""
    return str(max(begin for begin in BANDS if begin <= int(age))) if age.isdigit() else ""


def write_rows(path: Path, rows: list[Any]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def margins_of(rows: list[Voter], variables: tuple[str, ...]) -> list[dict[str, Any]]:
    told = []
    for variable in variables:
        for category in sorted({row[variable] for row in rows} - {""}):
            count = sum(row[variable] == category for row in rows)
            told.append({"variable": variable, "category": category, "percent": count})
        whole = sum(one["percent"] for one in told if one["variable"] == variable)
        for one in told:
            if one["variable"] == variable:
                one["percent"] = 100 * one["percent"] / whole
    return told


def far_margins(data: Path) -> list[dict[str, Any]]:
    """Age and sex of a country's people of 15 and more: a population far from these voters."""
    with (data / "margins" / "china_wpp2019_age_sex.csv").open(encoding="utf-8") as stream:
        people = [
            {
                "age": band(row["age"].split("-")[0].rstrip("+")),
                "sex": SEXES[row["sex"]],
                "n": float(row["pop2020_thousands"]),
            }
            for row in csv.DictReader(stream)
        ]
    people = [one for one in people if one["age"] != "0"]
    return [
        {
            "variable": variable,
            "category": category,
            "count": sum(one["n"] for one in people if one[variable] == category),
        }
        for variable in ("age", "sex")
        for category in sorted({one[variable] for one in people})
    ]


def schools(data: Path, scratch: Path) -> None:
    """The figures of R's manual, beside ours."""
    with (data / "survey" / "apipop.csv").open(encoding="utf-8") as stream:
        everybody = [{"stype": row["stype"], "sch.wide": row["sch.wide"]} for row in csv.DictReader(stream)]
    margins = [
        {"variable": name, "category": group, "count": sum(row[name] == group for row in everybody)}
        for name in ("stype", "sch.wide")
        for group in sorted({row[name] for row in everybody})
    ]
    file = write_rows(scratch / "margins.csv", margins)
    for of, said in (("api00", "mean 641.23 (23.704)"), ("enroll", "total 3647280 (400603)")):
        columns = Columns(of=of, weights="pw", cluster="dnum", population="fpc")
        (line,) = weigh_file(data / "survey" / "apiclus1.csv", file, columns).lines
        ours = f"mean {line['estimate']:.2f} ({line['standard_error']:.3f})"
        if of == "enroll":
            ours = f"total {line['total']:.0f} ({line['total_standard_error']:.0f})"
        print(f"| schools, {of}, raked | {ours} | {said} |")


def ballots(data: Path, scratch: Path, draws: int) -> None:
    everybody = voters(data)
    sample = write_rows(scratch / "voters.csv", everybody)
    for name, margins in (
        ("all voters to their own margins", margins_of(everybody, ("age", "sex", "channel"))),
        ("all voters to a far population", far_margins(data)),
    ):
        said = [row for row in everybody if row["age"] and (row["age"] != "0" or "own" in name)]
        sample = write_rows(scratch / "voters.csv", said)
        told = weigh_file(
            sample, write_rows(scratch / "margins.csv", margins), Columns(of=next(reversed(everybody[0])))
        )
        facts = told.lines[0]
        effect = f"effective size {facts['effective_size']:,.0f} of {facts['rows']:,}, {facts['trimmed']} rows trimmed"
        print(
            f"| {name} | furthest group {facts['furthest_points']:.4f} points; {effect} | <= 0.1 points |", flush=True
        )
    off = [drawn(everybody, scratch, seed) for seed in range(draws)]
    raw, corrected, held = (np.mean([one[at] for one in off]) for at in range(3))
    missed = [one[3] for one in off]
    print(f"| {draws} lopsided samples of {DRAWN:,}: mean error of {PROJECTS} shares, raw | {raw:.2f} points | |")
    print(f"| the same, corrected | {corrected:.2f} points | |")
    print(f"| true share in the interval | {held:.1%} | 95 % |")
    within = f"in {sum(one <= 0.1 for one in missed)} of {draws} within 0.1 points; the worst {max(missed):.2f}"
    print(f"| furthest group of each | {within} | <= 0.1 points |")


def drawn(everybody: list[Voter], scratch: Path, seed: int) -> tuple[float, float, float, float]:
    """One lopsided sample: mean error in points raw and corrected, share of intervals that hold the truth, furthest group."""
    chance = np.random.default_rng(seed)
    likely = np.array(
        [(3.0 if row["sex"] == "M" else 1.0) * (2.0 if row["age"] in ("15", "25") else 1.0) for row in everybody]
    )
    chosen = chance.choice(len(everybody), DRAWN, replace=False, p=likely / likely.sum())
    sample = write_rows(scratch / "sample.csv", [everybody[at] for at in chosen])
    margins = write_rows(scratch / "margins.csv", margins_of(everybody, ("age", "sex")))
    raw, corrected, held, furthest = [], [], [], 0.0
    for project in [name for name in everybody[0] if name.startswith("p")]:
        truth = np.mean([row[project] == "yes" for row in everybody])
        told = next(
            line for line in weigh_file(sample, margins, Columns(of=project)).lines if line["category"] == "yes"
        )
        raw.append(100 * abs(told["raw"] - truth))
        corrected.append(100 * abs(told["estimate"] - truth))
        held.append(told["low"] <= truth <= told["high"])
        furthest = max(furthest, told["furthest_points"])
    return float(np.mean(raw)), float(np.mean(corrected)), float(np.mean(held)), furthest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=40, help="lopsided samples of the ballots")
    asked = parser.parse_args()
    print("| what | reached | R, truth or target |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        schools(asked.data, Path(scratch))
        ballots(asked.data, Path(scratch), asked.draws)


if __name__ == "__main__":
    main()
