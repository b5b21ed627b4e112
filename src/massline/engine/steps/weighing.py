"""Shares of themes as they would be had every group of the people been heard in its measure: `--margins`."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import I32
from massline.engine.errors import OptionError
from massline.engine.headings import KNOWN, plain_heading
from massline.engine.tables import GROUPS, THEMES
from massline.engine.weigh.command import FEW, facts_of, warnings_of
from massline.engine.weigh.heard import groups_heard
from massline.engine.weigh.kinds import Kinds, Shares, kinds_of, rake_kinds
from massline.engine.weigh.margins import I64, Margins, read_margins
from massline.engine.weigh.raking import NOT_SAID
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
    gets none. Every accepted message is a row; what one sender says is one cluster. Each theme costs as much as its own
    messages. Raises OptionError."""
    kinds = kinds_of(margins, _said(work, margins))
    _check_known(work, margins, kinds)
    raked, voices = rake_kinds(kinds), _senders(work)
    shares = Shares(kinds, raked, voices)
    parents, themes = table.column("parent").fill_null(-1).to_numpy(), work.array("place/themes")
    homes = np.where(parents < 0, np.arange(len(parents)), parents)
    coarse = np.where(themes >= 0, homes[themes], -1) if len(parents) else themes
    wide, fine = _by_theme(coarse, len(parents)), _by_theme(themes, len(parents))
    figures = [_figure((wide if parents[t] < 0 else fine)[t], voices, shares) for t in range(len(parents))]
    for at, name in enumerate(CORRECTED):
        column = pa.array([one[at] if one else None for one in figures], pa.float64())
        table = table.set_column(THEMES.get_field_index(name), THEMES.field(name), column)
    by_row = kinds.by_row(raked)
    suppressed = sum(one is None for one in figures)
    groups = [asdict(one) for one in groups_heard(margins, by_row[1])]
    write_facts(
        part / "weighed.json",
        {**facts_of(*by_row), "suppressed": suppressed, "groups": groups, "warnings": warnings_of(*by_row)},
    )
    return table


def _said(work: WorkFolder, margins: Margins) -> Iterator[list[I32]]:
    """For each margin which of its categories each message is in, batch by batch."""
    columns = [_column(margin.variable) for margin in margins.each]
    for batch in work.stored("read/messages").blocks(*dict.fromkeys(columns)):
        told = [
            pc.index_in(batch.column(name).fill_null(""), pa.array(margin.categories, pa.large_string()))
            for name, margin in zip(columns, margins.each, strict=True)
        ]
        yield [one.fill_null(NOT_SAID).to_numpy() for one in told]


def _check_known(work: WorkFolder, margins: Margins, kinds: Kinds) -> None:
    """Raises OptionError for a margin that no message's words fit."""
    for margin, one in zip(margins.each, kinds.cells, strict=True):
        if one.not_said == len(one.of):
            heard = ", ".join(_first_words(work, _column(margin.variable))) or "nothing"
            raise OptionError(
                f"No message has a {margin.variable} that the margins know. The messages say {heard}; the margins say "
                f"{', '.join(margin.categories[:5])}. Write both alike."
            )


def _first_words(work: WorkFolder, column: str) -> list[str]:
    """The first five words of a column, in their order."""
    words: set[str] = set()
    for batch in work.stored("read/messages").blocks(column):
        words = set(sorted(words.union(pc.unique(batch.column(column).drop_null()).to_pylist()) - {""})[:5])
    return sorted(words)


def _senders(work: WorkFolder) -> I64:
    """Number of each message's sender, (n,); a message without one has its own."""
    column = work.table("read/messages").column("sender")
    known = column.is_valid().to_numpy()
    different, places = np.unique(column.drop_null().to_numpy(), return_inverse=True)
    voices = len(different) - 1 + np.cumsum(~known)
    voices[known] = places
    return voices


def _by_theme(themes: I32, number: int) -> list[I64]:
    """The rows of each theme."""
    order = np.argsort(themes, kind="stable")
    bounds = np.searchsorted(themes[order], np.arange(number + 1))
    return [order[start:end] for start, end in pairwise(bounds.tolist())]


def _figure(rows: I64, voices: I64, shares: Shares) -> tuple[float, float, float] | None:
    """Share, low and high end of one theme; None where too few people stand behind it."""
    if len(np.unique(voices[rows])) < FEW:
        return None
    share = shares.share(rows)
    return share.value, *share.share_interval
