"""All of a run for people (report.html) and for machines (report.json).

The page is one file: pictures are inline SVG, nothing is fetched, nothing needs a script. What stands in it follows
from `ReportFacts` alone, so the same facts give the same bytes; timings and machines belong into run.json, not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from massline.engine.errors import UnevenFacts
from massline.engine.report_page import page

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from massline.engine.rejects import Reject
    from massline.engine.weigh.heard import Heard


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
class Weighed:
    """What margins told of who was heard. effective_size: rows drawn at random that would tell as much. trimmed: rows held to
    the cap. furthest_points: by which the worst group misses its margin. not_said: variable -> rows that name no known group.
    suppressed: themes of too few people for a corrected share."""

    groups: tuple[Heard, ...]
    rows: int
    effective_size: float
    trimmed: int
    furthest_points: float
    not_said: Mapping[str, int]
    suppressed: int


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
    reject_reasons: Mapping[str, int]  # code of rejects.REASONS -> rows; adds up to rejected
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
    # summed under "…", as are groups of age, sex and residence that are too few to tell; a column that no file has is left out.
    took_part: Mapping[str, Mapping[str, int]]
    weighed: Weighed | None  # None without margins
    method: str  # the method version, as in run.json
    meaning: str  # how meaning was found: "words" (TF-IDF + SVD) or "teacher"
    seed: int
    versions: Mapping[str, str]  # package -> version


def write_report(out: Path, facts: ReportFacts, *, language: str) -> None:
    """Write report.html and report.json into the folder `out`. language: "zh" or "en".

    Raises UnevenFacts. The size of both grows with themes, campaigns and quotes, not with messages.
    """
    require_even(facts)
    (out / "report.html").write_text(page(facts, language=language), "utf-8", newline="\n")
    (out / "report.json").write_text(_json(facts), "utf-8", newline="\n")


def require_even(facts: ReportFacts) -> None:
    """Raise UnevenFacts unless rows, fates, reasons and coarse themes add up."""
    sums = {
        "accepted + rejected = rows": (facts.accepted + facts.rejected, facts.rows),
        "fates = accepted": (sum(facts.fates.values()), facts.accepted),
        "reasons for removing = removed": (sum(facts.removed_reasons.values()), facts.fates.get("removed", 0)),
        "reasons for rejecting = rejected": (sum(facts.reject_reasons.values()), facts.rejected),
    }
    for rule, (parts, whole) in sums.items():
        if parts != whole:
            raise UnevenFacts(f"{rule}: the parts give {parts}, the whole is {whole}. This is a fault of the program.")


def _json(facts: ReportFacts) -> str:
    """report.json: the same facts, tables as lists of rows. Times are ISO 8601 without a zone, as in the input."""
    rows = {name: getattr(facts, name) for name in facts.__slots__}
    rows["inputs"] = [asdict(file) for file in facts.inputs]
    rows["rejects"] = [asdict(reject) | {"reason": reject.sentence("en")} for reject in facts.rejects]
    rows["themes"], rows["campaigns"] = facts.themes.to_pylist(), facts.campaigns.to_pylist()
    rows["periods"] = asdict(facts.periods) if facts.periods else None
    rows["weighed"] = asdict(facts.weighed) if facts.weighed else None
    return json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True, default=_plain) + "\n"


def _plain(value: object) -> object:
    """What JSON has no word for: times and mappings that are no dict."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{value!r} cannot be written as JSON")
