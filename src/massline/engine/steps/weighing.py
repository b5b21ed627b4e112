"""Shares of themes as they would be had every group of the people been heard in its measure: `--margins`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import Bools
from massline.engine.errors import OptionError
from massline.engine.headings import KNOWN, plain_heading
from massline.engine.tables import GROUPS, THEMES
from massline.engine.weigh.command import FEW, Weighing, facts_of, warnings_of
from massline.engine.weigh.estimates import Design, mean_of
from massline.engine.weigh.margins import I64, Margins, read_margins
from massline.engine.weigh.raking import cells_of, rake
from massline.engine.workfolder import WorkFolder, write_facts

CORRECTED: Final = ("share_corrected", "low", "high")


def margins_of_call(path: Path) -> Margins:
    """Margins that messages can be weighed by. Raises InputError, and OptionError when they name a variable that no message
    tells."""
    found = read_margins(path)
    for margin in found.each:
        if _column(margin.variable) not in GROUPS:
            raise OptionError(
                f"{path.name} has margins of {margin.variable!r}. Messages can tell {', '.join(GROUPS)}; leave the others out."
            )
    return found


def _column(variable: str) -> str:
    return KNOWN.get(plain_heading(variable), "")


def weigh_themes(work: WorkFolder, table: pa.Table, margins: Margins, part: Path) -> pa.Table:
    """THEMES with corrected shares; the others of the call, themes apart, in weighed.json. A theme of fewer than FEW people
    gets none. Each theme costs some thirty turns through all messages. Raises OptionError."""
    weighing = _weighing(work, margins)
    voices = weighing[2].cluster
    parents, themes = table.column("parent").fill_null(-1).to_numpy(), work.array("place/themes")
    homes = np.where(parents < 0, np.arange(len(parents)), parents)
    coarse = np.where(themes >= 0, homes[themes], -1) if len(parents) else themes
    figures = [_figure(coarse == t if parents[t] < 0 else themes == t, voices, weighing) for t in range(len(parents))]
    for at, name in enumerate(CORRECTED):
        column = pa.array([one[at] if one else None for one in figures], pa.float64())
        table = table.set_column(THEMES.get_field_index(name), THEMES.field(name), column)
    raked, cells, _ = weighing
    told = facts_of(raked, cells)
    told["suppressed"] = sum(one is None for one in figures)
    write_facts(part / "weighed.json", {**told, "warnings": warnings_of(raked, cells)})
    return table


def _weighing(work: WorkFolder, margins: Margins) -> Weighing:
    """Every accepted message is a row; what one sender says is one cluster."""
    said = _said(work)
    rows = len(next(iter(said.values())))
    cells = [cells_of(margin, said[_column(margin.variable)]) for margin in margins.each]
    for margin, one in zip(margins.each, cells, strict=True):
        if one.not_said == rows:
            heard = ", ".join(sorted(set(said[_column(margin.variable)]) - {""})[:5]) or "nothing"
            raise OptionError(
                f"No message has a {margin.variable} that the margins know. The messages say {heard}; the margins say "
                f"{', '.join(margin.categories[:5])}. Write both alike."
            )
    raked = rake(np.ones(rows), cells, total=float(rows))
    return raked, cells, Design(np.zeros(rows, np.int64), _senders(work), np.zeros(rows))


def _said(work: WorkFolder) -> Mapping[str, list[str]]:
    told: dict[str, list[str]] = {name: [] for name in GROUPS}
    for batch in work.stored("read/messages").blocks(*GROUPS):
        for name, column in told.items():
            column.extend(batch.column(name).fill_null("").to_pylist())
    return told


def _senders(work: WorkFolder) -> I64:
    """Number of each message's sender, (n,); a message without one has its own."""
    column = work.table("read/messages").column("sender")
    known = column.is_valid().to_numpy()
    keys = np.where(known, column.fill_null(0).to_numpy(), np.arange(len(column), dtype=np.uint64))
    return np.unique(np.stack([known.astype(np.uint64), keys], axis=1), axis=0, return_inverse=True)[1].ravel()


def _figure(held: Bools, voices: I64, weighing: Weighing) -> tuple[float, float, float] | None:
    """Share, low and high end of one theme; None where too few people stand behind it."""
    if len(np.unique(voices[held])) < FEW:
        return None
    share = mean_of(held.astype(np.float64), *weighing)
    return share.value, *share.share_interval
