"""From the facts of a run to the text of report.html: what is listed, in which order, in which words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, StrictUndefined, Template

from massline.engine.pictures import (
    COLOURS,
    DESK,
    PHONE,
    STYLE,
    Bubble,
    Likely,
    Stream,
    bubbles,
    flow,
    series,
    share_bars,
)
from massline.engine.rejects import REASONS
from massline.engine.report_people import counted, counts, missing, percent, took_part
from massline.engine.shares import likely
from massline.engine.tables import FATES, KINDS

if TYPE_CHECKING:
    from datetime import datetime

    from massline.engine.report import Periods, ReportFacts

_QUOTE: Final = 240  # characters of a quote that are shown; the whole text is in the input
_QUOTES: Final = 4  # of each sort for a main theme
_DETAILED: Final = 200  # main themes with a part of their own; the table lists all
_FINE: Final = 120  # finer themes listed under a main theme, and 2,000 in all: the page stays under 5 MB
_FINE_IN_ALL: Final = 2_000
_STATEMENTS: Final = 4  # listed under a main theme
_MINORITY: Final = 40
_CAMPAIGNS: Final = 30
_MOST_BUBBLES: Final = 60

Row = dict[str, Any]
Words = Mapping[str, Any]


def page(facts: ReportFacts, *, language: str) -> str:
    """The whole of report.html in one language, "zh" or "en"."""
    words = _words(language)
    themes = _themes(facts, words)
    sections = ["sums", "themes", *(["each_theme"] if themes else [])]
    sections += ["minority", "campaigns", "took_part", "masked", "rejects", "limits", "method"]
    return _template().render(
        w=words,
        facts=facts,
        colon="：" if language == "zh" else ": ",
        picture_style=STYLE,
        colours=COLOURS,
        sections=sections,
        lede=_lede(facts, words),
        sums=_sums(facts, words),
        themes=themes,
        **_overview(themes, facts, words),
        minority=_minority(facts, words),
        **_campaigns(facts, words),
        took_part=took_part(facts, words),
        missing=missing(facts.weighed, words),
        no_sender=counted(words["no_sender"], facts.without_sender),
        when=_when(facts.periods, words),
        masked=_masked(facts, words),
        **_rejects(facts, words, language),
        method_says=words[f"method_{facts.meaning}"],
        versions=sorted(facts.versions.items()),
        inputs=[
            {"name": file.name, "rows": f"{file.rows:,}", "size": f"{file.size:,}", "sha256": file.sha256}
            for file in facts.inputs
        ],
    )


@cache
def _template() -> Template:
    text = files("massline.engine").joinpath("templates/report.html").read_text("utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(text)


@cache
def _words(language: str) -> Words:
    return tomllib.loads(files("massline.engine").joinpath("templates/report.toml").read_text("utf-8"))[language]


def _lede(facts: ReportFacts, words: Words) -> str:
    grains = facts.themes.column("grain").to_pylist()
    coarse, fine = grains.count(0), sum(grain > 0 for grain in grains)
    figures = {"accepted": f"{facts.accepted:,}", "senders": f"{facts.senders:,}", "coarse": coarse, "fine": fine}
    return str(words["lede" if coarse else "lede_none"]).format(**figures)


def _sums(facts: ReportFacts, words: Words) -> Row:
    """The accounting: the equation, the picture and the table, all from the same counts."""
    counts = [(fate, words[f"fate_{fate}"], facts.fates.get(fate, 0)) for fate in FATES]
    parts = " + ".join(f"{name} {count:,}" for _, name, count in counts)
    picture = flow(
        Stream(words["accepted"], facts.accepted, 5),
        [Stream(name, count, colour) for colour, (_, name, count) in enumerate(counts)],
        key="flow",
        title=words["sums_picture"],
        description=parts,
    )
    return {
        "read": words["sums_read"].format(
            rows=f"{facts.rows:,}", accepted=f"{facts.accepted:,}", rejected=f"{facts.rejected:,}"
        ),
        "equation": words["sums_equation"].format(accepted=f"{facts.accepted:,}", parts=parts),
        "picture": picture if facts.accepted else "",
        "accepted": f"{facts.accepted:,}",
        "whole": percent(facts.accepted, facts.accepted),
        "fates": [
            {
                "name": name,
                "count": f"{count:,}",
                "share": percent(count, facts.accepted),
                "why": _why(fate, facts, words),
            }
            for fate, name, count in counts
        ],
    }


def _why(fate: str, facts: ReportFacts, words: Words) -> str:
    why = str(words[f"why_{fate}"])
    if fate != "removed" or not facts.removed_reasons:
        return why
    named = (
        f"{words.get(f'removed_{code}', words['removed_other'])} {count:,}"
        for code, count in sorted(facts.removed_reasons.items())
    )
    return f"{why} · {' · '.join(named)}"


def _themes(facts: ReportFacts, words: Words) -> list[Row]:
    """The main themes, most messages first, each with its finer ones (at any depth)."""
    rows = facts.themes.to_pylist()
    coarse = [row for row in rows if row["grain"] == 0 and row["messages"]]
    coarse.sort(key=lambda row: (-row["messages"], row["theme"]))
    roots = _roots(rows)
    within: dict[int, list[Row]] = {root: [] for root in roots.values()}
    for row in rows:
        if row["grain"] > 0:
            within[roots[row["theme"]]].append(row)
    themes = [_theme(row, rank, facts, words) for rank, row in enumerate(coarse, 1)]
    shares = [_shares(row, facts) for row in coarse]
    scale = max((share.high for both in shares for share in both if share), default=1.0)
    for rank, (theme, row) in enumerate(zip(themes, coarse, strict=True), 1):
        raw, corrected = shares[rank - 1]
        theme["bar"] = share_bars(raw, corrected, scale=scale, colour=rank - 1)
        theme["span"] = f"{percent(raw.low, 1)}–{percent(raw.high, 1)}"
        theme["corrected"] = _corrected(corrected, words)
        if rank <= _DETAILED:
            theme |= _details(row, rank, facts, words, fine=within[row["theme"]])
    return themes


def _shares(row: Row, facts: ReportFacts) -> tuple[Likely, Likely | None]:
    """A theme's share as counted and, where margins were given, as corrected."""
    raw = Likely(row["share_raw"], *likely(row["messages"], max(facts.accepted, row["messages"])))
    known = row["share_corrected"] is not None and row["low"] is not None and row["high"] is not None
    return raw, Likely(row["share_corrected"], row["low"], row["high"]) if known else None


def _corrected(share: Likely | None, words: Words) -> str:
    """The corrected share in words, with the span in which it likely lies; nothing without margins."""
    if share is None:
        return ""
    figures = {"share": percent(share.value, 1), "low": percent(share.low, 1), "high": percent(share.high, 1)}
    return str(words["corrected"]).format(**figures)


def _roots(rows: Iterable[Row]) -> dict[int, int]:
    """Theme -> the main theme above it. Parents stand before their children, coarse to fine."""
    roots: dict[int, int] = {}
    for row in rows:
        parent = row["parent"]
        roots[row["theme"]] = row["theme"] if parent is None else roots[parent]
    return roots


def _theme(row: Row, rank: int, facts: ReportFacts, words: Words) -> Row:
    colour = (rank - 1) % COLOURS
    return _figures(row, facts, words) | {
        "rank": rank,
        "colour": colour,
        "size": row["messages"],
        "detailed": rank <= _DETAILED,
    }


def _details(row: Row, rank: int, facts: ReportFacts, words: Words, *, fine: list[Row]) -> Row:
    """What a main theme's own part shows: statements, time, other voices, and the finer themes, largest first."""
    fine = sorted(fine, key=lambda child: (-child["messages"], child["theme"]))
    listed = min(_FINE, _FINE_IN_ALL // min(int((facts.themes.column("grain").to_numpy() == 0).sum()), _DETAILED))
    mine = {row["theme"], *(child["theme"] for child in fine)}
    said = [line for line in facts.statements if line["theme"] in mine][:_STATEMENTS]
    return {
        "dissenting": _quotes(row["dissenting"][:_QUOTES], facts, words),
        "sides": [
            {
                "title": words[name].format(count=f"{row[f'messages_{side}']:,}"),
                "quotes": _quotes(row[f"asks_{side}"][:_QUOTES], facts, words),
            }
            for side, name in (("for", "said_for"), ("against", "said_against"))
            if row["messages_for"] and row["messages_against"]
        ],
        "statements": [
            {"text": _cut(line["statement"], words), "support": words["support"].format(count=f"{line['support']:,}")}
            for line in said
        ],
        "fine": [_figures(child, facts, words) for child in fine[:listed]],
        "more": counted(words["more_themes"], len(fine) - listed),
        **_theme_series(row, rank, facts.periods, words),
    }


def _figures(row: Row, facts: ReportFacts, words: Words) -> Row:
    """What every listing of a theme shows."""
    return {
        "key": row["theme"],
        "label": row["label"],
        "keywords": " · ".join(row["keywords"][:8]),
        "messages": f"{row['messages']:,}",
        "texts": f"{row['distinct_texts']:,}",
        "senders": f"{row['senders']:,}",
        "share": percent(row["share_raw"], 1),
        "again": words["again"].format(share=f"{row['stability']:.0%}") if row["stability"] is not None else "",
        "typical": _quotes(row["typical"][:_QUOTES], facts, words),
    }


def _theme_series(row: Row, rank: int, periods: Periods | None, words: Words) -> Row:
    counts = periods.counts.get(row["theme"]) if periods else None
    if not periods or not counts or len(counts) < 2:
        return {"series": "", "first": "", "last": ""}
    title = words["series_title"].format(theme=row["label"])
    picture = series(
        counts,
        key=f"s{row['theme']}",
        title=title,
        description=_series_says(counts, periods.labels, words),
        colour=rank - 1,
    )
    return {"series": picture, "first": periods.labels[0], "last": periods.labels[-1]}


def _series_says(counts: Sequence[int], labels: Sequence[str], words: Words) -> str:
    peak = max(range(len(counts)), key=counts.__getitem__)
    return str(words["series_says"]).format(
        first=labels[0], last=labels[-1], peak=labels[peak], count=f"{counts[peak]:,}"
    )


def _overview(themes: list[Row], facts: ReportFacts, words: Words) -> Row:
    """The picture of all main themes; the table beside it holds those that find no room."""
    if not themes:
        return {"bubbles": [], "bubbles_say": ""}
    says = words["themes_picture_says"].format(first=themes[0]["label"], count=themes[0]["messages"])
    shown = [
        Bubble(theme["label"], theme["size"], *facts.positions.get(theme["key"], (0.0, 0.0)))
        for theme in themes[:_MOST_BUBBLES]
    ]
    names = {"title": words["themes_picture"], "description": says}
    return {
        "bubbles": [
            ("ml-wide", bubbles(shown, key="bubbles", **names, paper=DESK)),
            ("ml-narrow", bubbles(shown, key="bubbles-narrow", **names, paper=PHONE)),
        ],
        "bubbles_say": says,
    }


def _minority(facts: ReportFacts, words: Words) -> list[Row]:
    rows = [row for row in facts.themes.to_pylist() if row["minority"]]
    rows.sort(key=lambda row: (-row["messages"], row["theme"]))
    return [_figures(row, facts, words) for row in rows[:_MINORITY]]


def _campaigns(facts: ReportFacts, words: Words) -> Row:
    rows = facts.campaigns.slice(0, _CAMPAIGNS).to_pylist()
    shown = [
        {
            "text": _cut(row["text"], words),
            "messages": f"{row['messages']:,}",
            "senders": f"{row['senders']:,}",
            "distinct_texts": f"{row['distinct_texts']:,}",
            "first": _day(row["first"]),
            "last": _day(row["last"]),
            "channels": ", ".join(row["channels"]),
        }
        for row in rows
    ]
    return {"campaigns": shown, "more_campaigns": counted(words["more_campaigns"], len(facts.campaigns) - _CAMPAIGNS)}


def _day(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d}" if time else ""


def _masked(facts: ReportFacts, words: Words) -> list[Row]:
    found = [(words[f"kind_{kind}"], facts.masked.get(kind, 0)) for kind in KINDS]
    return counts([(name, count) for name, count in found if count], facts.accepted)


def _when(periods: Periods | None, words: Words) -> Row | None:
    if periods is None or len(periods.everything) < 2:
        return None
    says = _series_says(periods.everything, periods.labels, words)
    return {
        "picture": series(periods.everything, key="when", title=words["when_title"], description=says),
        "first": periods.labels[0],
        "last": periods.labels[-1],
        "says": says,
        "undated": counted(words["undated"], periods.undated),
    }


def _rejects(facts: ReportFacts, words: Words, language: str) -> Row:
    by_count = sorted(facts.reject_reasons.items(), key=lambda row: (-row[1], row[0]))
    return {
        "rejects_intro": words["rejects_intro"].format(rejected=f"{facts.rejected:,}"),
        "reject_reasons": [
            {"name": REASONS[code][language].format(fact="N"), "count": f"{count:,}"} for code, count in by_count
        ],
        "rejects": [
            {
                "file": reject.file,
                "row": f"{reject.row:,}",
                "column": reject.column,
                "value": _cut(reject.value, words),
                "reason": reject.sentence(language),
            }
            for reject in facts.rejects
        ],
    }


def _quotes(names: Sequence[str], facts: ReportFacts, words: Words) -> list[Row]:
    return [{"id": name, "text": _cut(facts.quotes[name], words)} for name in names]


def _cut(text: str, words: Words) -> str:
    """A text in one line, shortened where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE else line[:_QUOTE].rstrip() + str(words["cut"])
