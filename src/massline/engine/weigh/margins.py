"""Margins (how many people of each group there are) and samples (one person or message a row), read from files."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from massline.engine.errors import InputError, OptionError
from massline.engine.files import source_of
from massline.engine.headings import listed, plain_heading

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "variable": ("variable", "margin", "变量", "维度"),
    "category": ("category", "group", "value", "类别", "组", "取值"),
    "count": ("count", "population", "people", "number", "人数", "人口", "数量"),
    "percent": ("percent", "percentage", "share", "百分比", "占比"),
}
"""House name -> headings that mean it, as `plain_heading` writes them."""

ROUNDING: Final = 0.005
"""Share by which the sums of printed margins may differ from the whole: each figure was rounded."""

SEND: Final = "Send one group a row: variable, category, count (or percent), like sex,female,4876."


@dataclass(frozen=True, slots=True)
class Margin:
    """How the people divide by one variable. shares (k,): of each category, summing to 1."""

    variable: str
    categories: tuple[str, ...]
    shares: F64


@dataclass(frozen=True, slots=True)
class Margins:
    """All margins of one population. total: people in it; None where only percents were given."""

    each: tuple[Margin, ...]
    total: float | None


def read_margins(path: Path) -> Margins:
    """Margins from a file with one group a row. Raises InputError: what does not add up, where, and what to send."""
    source = source_of(path, expected=SEND)
    plain = [plain_heading(heading) for heading in source.headings]
    places = {
        name: next(plain.index(heading) for heading in known if heading in plain)
        for name, known in HEADINGS.items()
        if any(heading in plain for heading in known)
    }
    if not {"variable", "category"} <= places.keys() or not {"count", "percent"} & places.keys():
        raise InputError(f"{path.name} has the headings {listed(source.headings)}. {SEND}")
    figure = "count" if "count" in places else "percent"
    found: dict[str, dict[str, float]] = {}
    for block in source.blocks(places):
        for reject in block.rejects:
            raise InputError(f"{path.name}, row {reject.row}: {reject.reason}")
        cells = (block.columns[name].to_pylist() for name in ("variable", "category", figure))
        for row, variable, category, written in zip(block.rows, *cells, strict=True):
            groups = found.setdefault(variable.strip(), {})
            if category.strip() in groups:
                raise InputError(f"{path.name}, row {row}: {variable} has {category!r} twice. Keep one of the rows.")
            groups[category.strip()] = _figure(written, f"{path.name}, row {row}, {figure}")
    if not found:
        raise InputError(f"{path.name}: headings, but no group under them. {SEND}")
    return _whole(path.name, found, counts=figure == "count")


def _figure(written: str, where: str) -> float:
    figure = _number(written)
    if not 0 <= figure < math.inf:
        raise InputError(f"{where}: {written!r} is no number from 0 on. Write how many people, or the percent.")
    return figure


def _whole(name: str, found: Mapping[str, Mapping[str, float]], *, counts: bool) -> Margins:
    """The margins, when their sums agree."""
    sums = {variable: sum(groups.values()) for variable, groups in found.items()}
    total = next(iter(sums.values()))
    for variable, one in sums.items():
        if counts and (one == 0 or abs(one - total) > ROUNDING * total):
            told = ", ".join(f"{other} {people:,.0f}" for other, people in sums.items())
            raise InputError(
                f"{name}: the margins count different numbers of people: {told}. Take them from one source."
            )
        if not counts and min(abs(one - 100), 100 * abs(one - 1)) > 100 * ROUNDING:
            raise InputError(
                f"{name}: {variable} sums to {one:g} %, not 100. Add the missing group or mend the figures."
            )
    each = tuple(
        Margin(variable, tuple(groups), np.array(list(groups.values())) / sums[variable])
        for variable, groups in found.items()
    )
    return Margins(each, total if counts else None)


def read_sample(path: Path, columns: Sequence[str]) -> dict[str, list[str]]:
    """These columns of a file, as text without outer spaces. Raises InputError, OptionError for a heading it has not."""
    source = source_of(path, expected="Send a row of headings and one person or message a row.")
    plain = [plain_heading(heading) for heading in source.headings]
    places: dict[str, int] = {}
    for column in columns:
        if column in source.headings:
            places[column] = list(source.headings).index(column)
        elif plain_heading(column) in plain:
            places[column] = plain.index(plain_heading(column))
        else:
            raise OptionError(f"{path.name} has no column {column!r}. It has {listed(source.headings)}.")
    cells: dict[str, list[str]] = {column: [] for column in columns}
    for block in source.blocks(places):
        for reject in block.rejects:
            raise InputError(f"{path.name}, row {reject.row}: {reject.reason}")
        for column in columns:
            cells[column].extend(cell.strip() for cell in block.columns[column].to_pylist())
    if not len(next(iter(cells.values()), [])):
        raise InputError(f"{path.name}: headings, but no row under them. Send at least two rows.")
    return cells


def are_numbers(cells: Sequence[str]) -> bool:
    """Whether each cell that is not empty is a number, and one is there."""
    return any(cells) and all(math.isfinite(_number(cell)) for cell in cells if cell)


def numbers(cells: Sequence[str], *, column: str, positive: bool = False) -> F64:
    """A column as numbers; an empty cell is NaN. Raises InputError for the first cell that is none."""
    found = np.array([_number(cell) if cell else math.nan for cell in cells])
    filled = np.array([bool(cell) for cell in cells])
    bad = filled & ~(np.isfinite(found) & (found > 0 if positive else True))
    if bad.any():
        at, wanted = int(bad.argmax()), "number above 0" if positive else "number"
        raise InputError(f"Row {at + 1}, {column}: {cells[at]!r} is no {wanted}. Mend the cell or leave it empty.")
    return found


def _number(cell: str) -> float:
    """NaN for what is none."""
    try:
        return float(cell.strip().rstrip("%").replace(",", ""))
    except ValueError:
        return math.nan
