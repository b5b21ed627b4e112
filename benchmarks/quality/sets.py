"""The development sets, read where they lie. Nothing of them is copied; a set that is missing is said by name."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts, and what somebody said they are about."""

    texts: list[str]
    labels: list[str]


class MissingSet(Exception):
    """A set does not lie in the data folder."""


def _lines(path: Path) -> list[str]:
    if not path.exists():
        raise MissingSet(f"{path} is missing; this row is left out")
    return path.read_text(encoding="utf-8-sig").splitlines()


def headlines(data: Path) -> Labelled:
    """Chinese headlines with 15 topics, both files."""
    rows = [
        line.split("_!_")
        for part in ("dev", "test")
        for line in _lines(data / "headlines" / f"toutiao_cat_data.{part}.txt")
    ]
    return Labelled([row[3] for row in rows], [row[1] for row in rows])


def residents(data: Path) -> Labelled:
    """Messages of residents with 7 topics."""
    rows = list(csv.DictReader(_lines(data / "messages" / "labelled.csv")))
    return Labelled([row["text"] for row in rows], [row["一级标签"] for row in rows])


def all_residents(data: Path) -> list[tuple[str, str]]:
    """Title and text of every message of a resident, labelled or not; the labelled ones have no title of their own."""
    told = []
    for name in ("stream", "unlabelled", "replies"):
        rows = csv.DictReader(_lines(data / "messages" / f"{name}.csv"))
        told += [(row["留言主题"] or "", " ".join((row["留言详情"] or "").split())) for row in rows]
    return list(dict.fromkeys(told)) + [("", text) for text in residents(data).texts]


def questions(data: Path) -> list[str]:
    """Short questions of both sets of pairs, each text once."""
    lines = [line for name in ("lcqmc_dev", "afqmc_train") for line in _lines(data / "pairs" / f"{name}.txt")]
    return list(dict.fromkeys(text for line in lines for text in line.split("\t")[:2]))


def stories(data: Path) -> Labelled:
    """English tweets in 89 stories."""
    rows = [json.loads(line) for line in _lines(data / "stories" / "Tweet.jsonl")]
    return Labelled([row["text"] for row in rows], [str(row["cluster"]) for row in rows])


def pairs(data: Path) -> tuple[Path, list[bool]]:
    """A file of pairs (LCQMC, development), and which of them say the same."""
    path = data / "pairs" / "lcqmc_dev.txt"
    return path, [line.split("\t")[2] == "1" for line in _lines(path)]
