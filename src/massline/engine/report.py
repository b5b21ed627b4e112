"""All of a run for people (report.html) and for machines (report.json).

The page is one file: pictures are inline SVG, nothing is fetched, nothing needs a script. What stands in it follows
from `ReportFacts` alone, so the same facts give the same bytes; timings and machines belong into run.json, not here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    import pyarrow as pa

    from massline.engine.read import Reject


class StatementLine(TypedDict):
    """One line of statements.jsonl."""

    statement: str
    theme: int
    messages: list[str]
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file of the call as it was read: its bare name (no folder), size and digest, and rows read from it."""

    name: str
    size: int  # bytes
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Messages over time: equal steps without gaps, at most 60 of them."""

    labels: tuple[str, ...]  # one per step, short and sortable: 2026-03-01, 2026-W09 or 2026-03
    counts: Mapping[int, tuple[int, ...]]  # coarse theme -> one count per label, copies counted
    everything: tuple[int, ...]  # accepted messages with a time, per label
    undated: int  # accepted messages without a time


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """Everything that the report says, masked already.

    Nothing here depends on the clock, the machine or the number of workers. rows = accepted + rejected, and the
    values of `fates` add up to accepted; `write_report` refuses facts that do not add up.
    """

    inputs: tuple[InputFile, ...]
    rows: int
    accepted: int
    rejected: int
    fates: Mapping[str, int]  # each of FATES -> messages
    removed_reasons: Mapping[str, int]  # code such as no_letters -> messages; adds up to fates["removed"]
    reject_reasons: Mapping[str, int]  # reason -> rows, adds up to rejected; at most 50, the rest summed under "…"
    rejects: Sequence[Reject]  # the first ones in file order, at most 20
    masked: Mapping[str, int]  # each of KINDS -> messages in which it was found
    senders: int  # distinct ones; each message without a sender counts as one
    without_sender: int  # accepted messages without a sender
    themes: pa.Table  # THEMES
    positions: Mapping[int, tuple[float, float]]  # coarse theme -> place in a plane, near = alike; any unit
    periods: Periods | None  # None when no message has a time
    campaigns: pa.Table  # CAMPAIGNS
    quotes: Mapping[str, str]  # message id -> masked text, for every id in `typical` and `dissenting`
    statements: Sequence[StatementLine]
    # channel, area, age, sex, residence -> value ("" = not said) -> messages. At most 50 values each, the rest
    # summed under "…"; a column that no file has is left out.
    took_part: Mapping[str, Mapping[str, int]]
    method: str  # the method version, as in run.json
    meaning: str  # how meaning was found: "words" (TF-IDF + SVD) or "teacher"
    seed: int
    versions: Mapping[str, str]  # package -> version
