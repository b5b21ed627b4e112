"""report.html of a conversation: one self-contained page in Chinese or English that a person reads in a minute, tables beneath.

The same result gives the same bytes: no clock, no machine, no outside request, no script.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, StrictUndefined, Template

from massline.engine.opinion.exports import Export
from massline.engine.opinion.find import Opinion
from massline.engine.opinion.tables import FATES
from massline.engine.opinion.weights import COUNTED
from massline.engine.pictures import STYLE
from massline.engine.pictures.opinions import MOST_MARKS, letter, opinion_map

LISTED: Final = 8
"""Statements listed as shared, and as parting."""
TABLED: Final = 2_000
"""Statements in the whole table; the Parquet file has all."""

Words = Mapping[str, str]
Row = dict[str, Any]


def write_report(path: Path, export: Export, found: Opinion, *, language: str) -> None:
    """Write the page in "zh" or "en"."""
    path.write_text(page(export, found, language=language), encoding="utf-8")


def page(export: Export, found: Opinion, *, language: str) -> str:
    """The whole page."""
    words, count = _words(language), found.grouping.groups
    statements = found.statements.to_pylist()
    rows = [row for row in statements if row["moderated"] >= 0 and not row["meta"]]
    votes, out = _votes_on(rows), len(statements) - len(rows)
    heads = [words["group"].format(letter=letter(group)) for group in range(count)]
    names = {row["statement"]: _name(row) for row in rows}
    lede = words["lede_groups" if count else "lede_none"]
    people = found.participants.num_rows
    return _template().render(
        w=words,
        topic=export.topic,
        picture_style=STYLE,
        lede=lede.format(people=f"{people:,}", statements=len(rows), votes=f"{votes:,}", groups=count),
        shared=_shared(rows, found, words),
        shared_heads=[words["statement"], words["side"], words["least"], *_if_corrected(found, words["corrected"])],
        parted=_parted(rows, found),
        parted_heads=[words["statement"], *heads],
        map=opinion_map(
            found.grouping.places,
            found.grouping.group,
            key="map",
            title=words["map"],
            description=_described(found, words),
        ),
        map_desc=words["map_desc" if people <= MOST_MARKS else "map_dense"],
        groups=[_group(row, names, words) for row in found.groups.to_pylist()],
        mark_heads=[words["statement"], words["side"], words["rate"]],
        sure=_sure(found, words),
        fates=[(words[name], f"{found.fates[name]:,}") for name in FATES if found.fates[name]],
        people=f"{people:,}",
        changed=words["changed"].format(
            changed=export.votes.changed, withdrawn=export.votes.withdrawn, rejected=export.rejected
        ),
        left_out=_after(
            words["left_out"].format(statements=out, votes=f"{found.votes.num_rows - votes:,}") if out else "", words
        ),
        floods=_floods(found, words),
        corrected_note=_after(words["corrected_note"] if found.weights else "", words),
        margins=_margins(found, words),
        margin_heads=[words[name] for name in ("margin_group", "at_large", "voters", "corrected")],
        correction=_correction(found, words),
        method=words[f"method_{found.method.split()[0]}"],
        version=found.method,
        table=_table(rows, found, words),
        table_heads=_table_heads(found, words),
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_resource("opinion.html"))


@cache
def _words(language: str) -> Words:
    found: Words = tomllib.loads(_resource("opinion.toml"))[language]
    return found


def _resource(name: str) -> str:
    return files("massline.engine").joinpath("templates", name).read_text("utf-8")


def _votes_on(rows: Sequence[Row]) -> int:
    return sum(row["agree"] + row["disagree"] + row["pass"] for row in rows)


def _name(row: Row) -> str:
    """A statement as it is listed: its text, or its id."""
    return f"{row['text']} [{row['statement']}]" if row["text"] else f"[{row['statement']}]"


def percent(share: float | None) -> str:
    """A share for people; a dash where nothing is known."""
    return "–" if share is None else f"{share:.0%}"


def _if_corrected(found: Opinion, *cells: str) -> tuple[str, ...]:
    """Cells that only a page with corrected figures has."""
    return cells if found.weights else ()


def _after(sentence: str, words: Words) -> str:
    """A sentence that follows another one; nothing stays nothing."""
    return words["gap"] + sentence if sentence else ""


def _beside(raw: float | None, corrected: float | None, found: Opinion) -> str:
    """A share, and what it is when corrected."""
    return f"{percent(raw)} → {percent(corrected)}" if found.weights else percent(raw)


def _shared(rows: Sequence[Row], found: Opinion, words: Words) -> list[list[str]]:
    """The statements with the highest lowest agreement, by the lower end of its interval; only those above one half."""
    known = [row for row in rows if row["consensus"] is not None and row["consensus"] > 0.5]
    known.sort(key=lambda row: -row["consensus_low"])
    return [
        [
            _name(row),
            words[row["consensus_side"]],
            _interval(row, "consensus", words),
            *_if_corrected(found, _corrected(row, words)),
        ]
        for row in known[:LISTED]
    ]


def _corrected(row: Row, words: Words) -> str:
    """The corrected lowest share, with its side when that is another one."""
    if row["consensus_corrected"] is None:
        return words["cannot_say"]
    share = _interval(row, "consensus_corrected", words)
    side = row["consensus_corrected_side"]
    return share if side == row["consensus_side"] else f"{words[side]} {share}"


def _interval(row: Row, name: str, words: Words) -> str:
    rate, low, high = (
        (row[name], row[f"{name}_low"], row[f"{name}_high"]) if name else (row["rate"], row["low"], row["high"])
    )
    return words["out_of"].format(rate=percent(rate), low=percent(low), high=percent(high))


def _parted(rows: Sequence[Row], found: Opinion) -> list[list[str]]:
    """The statements on which the groups' agreement differs most for certain: by the widest gap between two intervals."""

    def gap(row: Row) -> float:
        lines = [line for line in row["groups"] if line["agree_rate"] is not None]
        return max((line["agree_low"] for line in lines), default=0) - min(
            (line["agree_high"] for line in lines), default=1
        )

    if found.grouping.groups < 2:
        return []
    apart = sorted((row for row in rows if gap(row) > 0), key=lambda row: -gap(row))
    return [[_name(row), *_agreed(row, found)] for row in apart[:LISTED]]


def _agreed(row: Row, found: Opinion) -> list[str]:
    """The share of each group that agrees."""
    return [_beside(line["agree_rate"], line["agree_corrected"], found) for line in row["groups"]]


def _group(row: Row, names: Mapping[str, str], words: Words) -> Row:
    note = words["group_note"].format(
        count=f"{row['participants']:,}", share=percent(row["share"]), unsure=row["unsure"]
    )
    if row["share_corrected"] is not None:
        note += words["gap"] + words["group_corrected"].format(share=_interval(row, "share_corrected", words))
    stays = "" if row["stays"] is None else _after(words["stays"].format(share=percent(row["stays"])), words)
    marks = [
        [names.get(mark["statement"], mark["statement"]), words[mark["side"]], _interval(mark, "", words)]
        for mark in row["marks"]
    ]
    return {"name": words["group"].format(letter=letter(row["group"])), "note": note, "stays": stays, "marks": marks}


def _sure(found: Opinion, words: Words) -> str:
    certainty = found.grouping.certainty
    if certainty is None:
        return words["sure_none"]
    return words["sure_stays"].format(replicates=certainty.replicates, share=percent(certainty.stays))


def _floods(found: Opinion, words: Words) -> str:
    if not found.floods.judged:
        return words["floods_unjudged"]
    if found.floods.count == 0:
        return words["floods_none"]
    return words["floods_some"].format(count=found.floods.count, people=int(found.floods.sizes.sum()))


def _margins(found: Opinion, words: Words) -> list[list[str]]:
    """How the people at large and the voters divide."""
    rows = [] if found.weights is None else found.weights.margins.to_pylist()
    return [
        [f"{row['variable']}: {row['category']}", percent(row["share"])]
        + (
            [percent(row["raw"]), percent(row["corrected"])]
            if row["fate"] == COUNTED
            else [words[f"margin_{row['fate']}"], words["cannot_say"]]
        )
        for row in rows
    ]


def _correction(found: Opinion, words: Words) -> str:
    if found.weights is None:
        return ""
    facts = found.weights.facts
    return words["correction"].format(
        voters=f"{facts['voters']:,}",
        effective=f"{facts['effective_size']:,.0f}",
        points=f"{facts['furthest_points']:.1f}",
    )


def _described(found: Opinion, words: Words) -> str:
    """The map in words: how many people each group has and where it lies."""
    sizes = np.bincount(found.grouping.group[found.grouping.group >= 0], minlength=found.grouping.groups)
    listed = "; ".join(f"{letter(group)}: {int(size):,}" for group, size in enumerate(sizes))
    shown = words["map_desc" if len(found.grouping.group) <= MOST_MARKS else "map_dense"]
    return f"{shown} {listed}".strip()


def _table(rows: Sequence[Row], found: Opinion, words: Words) -> list[list[str]]:
    names = ("agree", "disagree", "pass")
    columns = [*names, *(f"{name}_without_floods" for name in names if found.floods.count)]
    return [
        [
            _name(row),
            *(f"{row[name]:,}" for name in columns),
            percent(row["consensus"])
            if row["consensus_side"] is None
            else f"{words[row['consensus_side']]} {percent(row['consensus'])}",
            "–" if row["bridging_rank"] is None else str(row["bridging_rank"]),
            *_if_corrected(found, _beside(_agreement(row), row["agree_corrected"], found)),
            *_agreed(row, found),
        ]
        for row in rows[:TABLED]
    ]


def _agreement(row: Row) -> float | None:
    """Share of all votes on a statement that agree."""
    votes = row["agree"] + row["disagree"] + row["pass"]
    return row["agree"] / votes if votes else None


def _table_heads(found: Opinion, words: Words) -> list[str]:
    votes = [words["agree"], words["disagree"], words["pass"]]
    without = [f"{name} ({words['without']})" for name in votes] if found.floods.count else []
    groups = [letter(group) for group in range(found.grouping.groups)]
    everybody = _if_corrected(found, words["everybody"])
    return [words["statement"], *votes, *without, words["least"], words["bridging"], *everybody, *groups]
