"""`massline weigh`: a sample and margins in; raw and corrected figures out. Exit codes as in engine/cli.py."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from massline.engine.errors import OptionError
from massline.engine.weigh.estimates import Design, Estimate, mean_of, total_of
from massline.engine.weigh.margins import F64, I64, Margins, are_numbers, numbers, read_margins, read_sample
from massline.engine.weigh.raking import Cells, Raked, cells_of, effective_size, rake

FEW: Final = 10
"""A share that fewer people stand behind is not told: it says more about them than about the public."""
MET: Final = 0.1
"""Points by which a margin may be missed before it is said."""

Weighing = tuple[Raked, Sequence[Cells], Design]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of the sample are what. The names are the sample's own headings."""

    of: str
    weights: str | None = None
    cluster: str | None = None
    strata: str | None = None
    population: str | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """Those that were given."""
        return tuple(one for one in (self.of, self.weights, self.cluster, self.strata, self.population) if one)


@dataclass(frozen=True, slots=True)
class Weighed:
    """lines: one JSON object a figure. warnings: what the reader must know beside them."""

    lines: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]


def weigh_file(sample: Path, margins: Path, columns: Columns) -> Weighed:
    """Raw and corrected figures of one column. Raises InputError, OptionError."""
    population = read_margins(margins)
    variables = [margin.variable for margin in population.each]
    read = read_sample(sample, list(dict.fromkeys((*columns.named, *variables))))
    said = read[columns.of]
    base = _base(read, columns, rows=len(said))
    cells = [cells_of(margin, read[margin.variable]) for margin in population.each]
    for one in cells:
        if one.not_said == len(said):
            raise OptionError(
                f"No row of {sample.name} has a group of {one.variable} that {margins.name} knows. The sample says "
                f"{', '.join(sorted(set(read[one.variable]))[:5])}; the margins say {', '.join(one.categories[:5])}."
            )
    raked = rake(base, cells, total=population.total or float(base.sum()))
    design = _design(read, columns, rows=len(said))
    facts = {"of": columns.of, **facts_of(raked, cells)}
    lines = [
        {**facts, **figure}
        for figure in _figures(
            columns.of, said, (raked, cells, design), has_total=_has_total(population, columns, cells)
        )
    ]
    return Weighed(tuple(lines), tuple(warnings_of(raked, cells)))


def _base(read: dict[str, list[str]], columns: Columns, *, rows: int) -> F64:
    if columns.weights is None:
        return np.ones(rows)
    base = numbers(read[columns.weights], column=columns.weights, positive=True)
    if np.isnan(base).any():
        raise OptionError(
            f"Row {int(np.isnan(base).argmax()) + 1} has no weight in {columns.weights!r}. Fill it in, or leave --weights out."
        )
    return base


def _design(read: dict[str, list[str]], columns: Columns, *, rows: int) -> Design:
    stratum = _places(read[columns.strata]) if columns.strata else np.zeros(rows, np.int64)
    cluster = _places(read[columns.cluster]) if columns.cluster else np.arange(rows)
    sampled = np.zeros(rows)
    if columns.population:
        there_are = numbers(read[columns.population], column=columns.population, positive=True)
        for one in np.unique(stratum):
            here = stratum == one
            sampled[here] = _drawn(len(np.unique(cluster[here])), there_are[here], columns.population)
    return Design(stratum, cluster, sampled)


def _places(words: Sequence[str]) -> I64:
    return np.unique(words, return_inverse=True)[1]


def _drawn(drawn: int, there_are: F64, column: str) -> float:
    """The share of a stratum's clusters that was drawn."""
    known = there_are[np.isfinite(there_are)]
    if len(known) < len(there_are) or known.min() != known.max() or known.max() < drawn:
        raise OptionError(
            f"{column!r} does not say for each stratum, once, how many clusters (or rows) there are, of which {drawn} were "
            "drawn. Name another column with --population, or leave it out."
        )
    return drawn / float(known.max())


def _has_total(population: Margins, columns: Columns, cells: Sequence[Cells]) -> bool:
    """A total needs a known population, all of which the sample can speak for."""
    return (population.total is not None or columns.weights is not None) and not any(one.absent for one in cells)


def facts_of(raked: Raked, cells: Sequence[Cells]) -> dict[str, Any]:
    """How much a raked sample tells, and what it cannot say."""
    effective = effective_size(raked.weights)
    return {
        "rows": len(raked.weights),
        "effective_size": effective,
        "design_effect": len(raked.weights) / effective,
        "trimmed": raked.trimmed,
        "furthest_points": raked.furthest,
        "cannot_say": [
            {"variable": one.variable, "categories": one.absent, "share": one.uncovered} for one in cells if one.absent
        ],
        "not_said": {one.variable: one.not_said for one in cells if one.not_said},
    }


def _figures(of: str, said: Sequence[str], weighing: Weighing, *, has_total: bool) -> list[dict[str, Any]]:
    """One figure of a column of numbers; a share for each word of any other."""
    if not any(said):
        raise OptionError(f"The column {of!r} is empty. Name another with --of.")
    missing = sum(not one for one in said)
    if not are_numbers(said):
        words = np.array(said)
        return [
            _share(word, np.where(words == "", np.nan, words == word), weighing, missing)
            for word in sorted(set(said) - {""})
        ]
    values = numbers(said, column=of)
    mean = mean_of(values, *weighing)
    low, high = mean.interval
    figure = {"missing": missing, "raw": float(np.nanmean(values)), **_told(mean, low, high)}
    if has_total:
        total = total_of(values, *weighing)
        figure |= {"total": total.value, "total_standard_error": total.error}
    return [figure]


def _share(category: str, held: F64, weighing: Weighing, missing: int) -> dict[str, Any]:
    people = int(np.nansum(held))
    if people < FEW:
        return {
            "category": category,
            "missing": missing,
            "raw": None,
            "estimate": None,
            "why": f"fewer than {FEW} people",
        }
    share = mean_of(held, *weighing)
    return {
        "category": category,
        "missing": missing,
        "raw": float(np.nanmean(held)),
        **_told(share, *share.share_interval),
    }


def _told(estimate: Estimate, low: float, high: float) -> dict[str, float]:
    return {"estimate": estimate.value, "standard_error": estimate.error, "low": low, "high": high}


def warnings_of(raked: Raked, cells: Sequence[Cells]) -> list[str]:
    """What the reader of a raked sample must know beside its figures."""
    told = [
        f"{one.variable}: nobody in the sample is {', '.join(one.absent)} ({one.uncovered:.1%} of the people). "
        "About them these figures cannot say anything."
        for one in cells
        if one.absent
    ]
    told += [
        f"{one.variable}: {one.not_said:,} of {len(one.of):,} rows name no group that the margins know; they keep their "
        "part."
        for one in cells
        if one.not_said
    ]
    if raked.trimmed:
        told.append(
            f"{raked.trimmed:,} rows would have counted more than five times an average row; they were held to that."
        )
    if raked.furthest > MET:
        told.append(
            f"The margins cannot all be met: one group is {raked.furthest:.1f} points away. Join small groups, or use fewer "
            "margins."
        )
    return told


def readable(weighed: Weighed) -> str:
    """The figures as a person reads them."""
    first = weighed.lines[0]
    head = f"{first['of']}: {first['rows']:,} rows that tell as much as {first['effective_size']:,.0f} drawn at random"
    return "\n".join([head, _row("", "raw", "corrected", "error", "95 % between"), *map(_figure_row, weighed.lines)])


def _row(name: str, *cells: str) -> str:
    raw, corrected, error, between = cells
    return f"{name:<20}{raw:>14}{corrected:>14}{error:>12}   {between}".rstrip()


def _figure_row(line: dict[str, Any]) -> str:
    name = str(line.get("category", "mean"))[:19]
    if line["estimate"] is None:
        return _row(name, "", "", "", f"cannot say: {line['why']}")
    figures = (f"{line[which]:,.6g}" for which in ("raw", "estimate", "standard_error"))
    row = _row(name, *figures, f"{line['low']:,.6g} and {line['high']:,.6g}")
    if "total" in line:
        row += "\n" + _row("total", "", f"{line['total']:,.0f}", f"{line['total_standard_error']:,.0f}", "")
    return row


def as_lines(weighed: Weighed) -> str:
    """One JSON object a line."""
    return "\n".join(json.dumps(line, ensure_ascii=False) for line in weighed.lines)
