"""Who took part and who is missing, as report.html tells it; and how counts and shares are written."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from massline.engine.headings import KNOWN, plain_heading
from massline.engine.pictures import share_bar
from massline.engine.weigh.command import MET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from massline.engine.report import ReportFacts, Weighed
    from massline.engine.weigh.heard import Heard

VALUES: Final = 12  # of a column of "who spoke"
HALF: Final = 0.5  # of its measure: a group that is heard less is pointed out

Row = dict[str, Any]
Words = Mapping[str, Any]


def took_part(facts: ReportFacts, words: Words) -> list[Row]:
    """Columns of "who spoke" in which anybody said anything: values by count, the rest summed up, and those that did not say."""
    listed = []
    for column, values in facts.took_part.items():
        named = [(name, count) for name, count in values.items() if name not in ("", "…")]
        named.sort(key=lambda row: (-row[1], row[0]))
        rest = sum(count for _, count in named[VALUES:]) + values.get("…", 0)
        tail = [(words["others"], rest), (words["not_said"], values.get("", 0))]
        rows = counts(named[:VALUES] + [(name, count) for name, count in tail if count], facts.accepted)
        if named:
            listed.append({"name": words[f"took_{column}"], "rows": rows})
    return listed


def missing(weighed: Weighed | None, words: Words) -> Row | None:
    """Each group of the people: how many they are and how many of the messages are theirs. None without margins."""
    if weighed is None:
        return None
    tables = [
        {
            "name": words.get(f"took_{KNOWN.get(plain_heading(variable))}", variable),
            "rows": [_heard(one, words) for one in groups],
            "not_said": counted(words["missing_not_said"], weighed.not_said.get(variable, 0)),
        }
        for variable, groups in groupby(weighed.groups, key=lambda one: one.variable)
    ]
    figures = {"rows": f"{weighed.rows:,}", "effective": f"{weighed.effective_size:,.0f}"}
    notes = [
        str(words["missing_effective"]).format(**figures),
        counted(words["missing_trimmed"], weighed.trimmed),
        counted(words["missing_suppressed"], weighed.suppressed),
    ]
    if weighed.furthest_points > MET:
        notes.append(str(words["missing_unmet"]).format(points=f"{weighed.furthest_points:.1f}"))
    return {"tables": tables, "notes": [note for note in notes if note]}


def _heard(one: Heard, words: Words) -> Row:
    times = one.share / one.people if one.share is not None and one.people > 0 else None
    if one.messages is None:
        verdict = words["missing_few"]
    elif times is None:
        verdict = ""
    elif one.messages == 0:
        verdict = words["missing_nobody"]
    else:
        verdict = words["missing_times"].format(times=f"{times:.2f}")
    return {
        "name": " · ".join(one.categories),
        "people": percent(one.people, 1),
        "heard": "" if one.share is None else percent(one.share, 1),
        "verdict": verdict,
        "little": times is not None and times < HALF,
    }


def counts(rows: Sequence[tuple[str, int]], whole: int) -> list[Row]:
    """Rows of a table of counts; bars are drawn against the greatest."""
    most = max((count for _, count in rows), default=1)
    return [
        {"name": name, "count": f"{count:,}", "share": percent(count, whole), "bar": share_bar(count / max(1, most))}
        for name, count in rows
    ]


def counted(sentence: str, count: int) -> str:
    """The sentence with its count; nothing when there is nothing to count."""
    return sentence.format(count=f"{count:,}") if count > 0 else ""


def percent(part: float, whole: float) -> str:
    share = part / whole if whole else 0.0
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.2%}"
