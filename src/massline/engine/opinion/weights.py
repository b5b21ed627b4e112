"""How much each voter counts, so that the voters are as the people at large are: raking to given margins.

The groups are found from the votes alone; weights only correct how large they are and what they say. Answers stay
outside the result: it holds the weights, and no weight belongs to fewer than FEWEST people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from massline.engine.errors import InputError, OptionError
from massline.engine.opinion.tables import MARGINS
from massline.engine.opinion.votes import F64, Votes
from massline.engine.weigh.margins import Margin, Margins
from massline.engine.weigh.raking import Cells, cells_of, effective_size, rake

FEWEST: Final = 10
"""People who must stand behind a corrected figure, be in a group that is corrected for, and share a weight."""
COUNTED, TOO_FEW, NOBODY = "counted", "too_few", "nobody"


@dataclass(frozen=True, slots=True)
class Weights:
    """each (n,): how much each person counts, 1 on average; 0 for people without a vote. margins: a row for each group of
    the people at large, as MARGINS."""

    each: F64
    margins: pa.Table

    @property
    def facts(self) -> dict[str, Any]:
        """Voters, how many drawn at random would tell as much, the points by which the worst group misses its share,
        and the groups about which nothing can be said."""
        rows = self.margins.to_pylist()
        voters = self.each[self.each > 0]
        return {
            "voters": len(voters),
            "effective_size": effective_size(voters),
            "furthest_points": 100 * max((_miss(row, rows) for row in rows if row["fate"] == COUNTED), default=0.0),
            "cannot_say": [row for row in rows if row["fate"] != COUNTED],
        }


def _miss(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> float:
    covered = sum(one["share"] for one in rows if one["variable"] == row["variable"] and one["fate"] == COUNTED)
    return float(abs(row["corrected"] - row["share"] / covered))


def weigh_people(votes: Votes, margins: Margins, said: Mapping[str, Sequence[str]], *, file: str) -> Weights:
    """Weights of the voters. said: variable -> answer of each person (n,), "" for none. file: where the answers stood.

    A group with fewer than FEWEST voters is not corrected for: its voters keep their part, as those who do not say.
    Raises OptionError when no answer is one of the margins' groups.
    """
    voted = votes.per_person > 0
    cells, rows = [], []
    for margin in margins.each:
        answers = np.array(said[margin.variable], object)[voted].tolist()
        people = {category: answers.count(category) for category in margin.categories}
        if not any(people.values()):
            raise OptionError(_strangers(margin, answers, file))
        told = [answer if people.get(answer, 0) >= FEWEST else "" for answer in answers]
        cells.append(cells_of(margin, told))
        rows += [
            {"variable": margin.variable, "category": category, "share": float(share), "fate": _fate(people[category])}
            for category, share in zip(margin.categories, margin.shares, strict=True)
        ]
    raked = rake(np.ones(int(voted.sum())), cells, total=float(voted.sum()))
    each = np.zeros(len(voted))
    each[voted] = in_classes(raked.weights)
    _tell_shares(rows, cells, each[voted])
    return Weights(each, pa.Table.from_pylist(rows, schema=MARGINS))


def _strangers(margin: Margin, answers: Sequence[str], file: str) -> str:
    heard = ", ".join(sorted(set(answers) - {""})[:5]) or "nothing"
    return (
        f"No voter has a {margin.variable} that the margins know. {file} says {heard}; the margins say "
        f"{', '.join(margin.categories[:5])}. Write both alike."
    )


def _fate(people: int) -> str:
    return NOBODY if people == 0 else TOO_FEW if people < FEWEST else COUNTED


def _tell_shares(rows: list[dict[str, Any]], cells: Sequence[Cells], weights: F64) -> None:
    """Add to each group that is counted its share of the voters, raw and corrected, among those in such groups."""
    places = {(one.variable, category): (one, at) for one in cells for at, category in enumerate(one.categories)}
    for row in rows:
        one, at = places[row["variable"], row["category"]]
        here, told = one.of == at, one.of >= 0
        if row["fate"] == COUNTED:
            row["raw"] = float(here.sum() / told.sum())
            row["corrected"] = float(weights[here].sum() / weights[told].sum())


def in_classes(weights: F64) -> F64:
    """Weights (n,) joined with their neighbours until at least FEWEST people share each; their mean stays 1 a person."""
    values, place, counts = np.unique(weights, return_inverse=True, return_counts=True)
    joined, number, people = np.zeros(len(values), np.int64), 0, 0
    for at, count in enumerate(counts):
        joined[at], people = number, people + int(count)
        if people >= FEWEST and counts[at + 1 :].sum() >= FEWEST:
            number, people = number + 1, 0
    of = joined[place]
    means: F64 = np.bincount(of, weights) / np.bincount(of)
    return means[of] / means[of].mean()


def carried_weights(folder: Path, people: pa.Array) -> Weights | None:
    """Weights and margins of an earlier result in this folder; None when it has none. Raises InputError when they do not
    belong to people (n,)."""
    margins, participants = folder / "margins.parquet", folder / "participants.parquet"
    if not (margins.exists() and participants.exists()) or pq.read_metadata(margins).num_rows == 0:
        return None
    known = pq.read_table(participants, columns=["participant", "weight"])
    if not known["participant"].combine_chunks().equals(people):
        raise InputError(
            f"{folder}: participants.parquet and votes.parquet name different people. Send the whole export."
        )
    return Weights(known["weight"].to_numpy(), pq.read_table(margins).cast(MARGINS))
