"""What the map of opinions says in words and figures: its groups, what marks each, and every statement by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from massline.face.parts import Cell, Column

if TYPE_CHECKING:
    from massline.engine.opinion.find import Opinion

MARKS: Final = 3
"""Statements that are named as a group's own."""


@dataclass(frozen=True)
class Side:
    """A group: its name, the mark of its people (SVG), how many they are, and what marks it: (agrees, statement, votes, of)."""

    name: str
    mark: SafeString
    people: int
    says: tuple[tuple[bool, str, int, int], ...]


@dataclass(frozen=True)
class Drawn:
    """Everything parts/opinions.html shows. elsewhere: people who stand in no group; head, rows: the table."""

    picture: SafeString
    dense: bool
    people: int
    sides: tuple[Side, ...]
    elsewhere: int
    head: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def drawn(found: Opinion, *, key: str, title: str) -> Drawn:
    """The picture of what the engine found of a conversation, and the same in words. key: an id of its own on the page."""
    from massline.engine.pictures.opinions import (  # numpy and scipy: for pages with this picture only
        MOST_MARKS,
        opinion_map,
    )

    statements = [row for row in found.statements.to_pylist() if row["moderated"] >= 0 and not row["meta"]]
    sides = tuple(_side(row, {one["statement"]: _words(one) for one in statements}) for row in found.groups.to_pylist())
    people, grouped = found.participants.num_rows, sum(side.people for side in sides)
    says = "; ".join(f"{side.name}: {side.people:,}" for side in sides) or _("No groups were found.")
    places = found.grouping
    svg = opinion_map(places.places, places.group, key=key, title=title, description=says)
    head = (Column(_("Statement")), *(Column(side.name, number=True) for side in sides))
    rows = tuple((Cell(_words(one)), *(_agree(part) for part in one["groups"])) for one in statements)
    return Drawn(_safe(svg), people > MOST_MARKS, people, sides, people - grouped, head, rows)


def _side(row: dict[str, Any], words: dict[str, str]) -> Side:
    from massline.engine.pictures.opinions import letter, mark

    marks = [one for one in row["marks"] if one["statement"] in words][:MARKS]
    says = tuple((one["side"] == "agree", words[one["statement"]], one["votes"], one["of"]) for one in marks)
    name = _("Group %(letter)s") % {"letter": letter(row["group"])}
    return Side(name, _safe(mark(row["group"])), row["participants"], says)


def _words(statement: dict[str, Any]) -> str:
    return statement["text"] or f"[{statement['statement']}]"


def _agree(part: dict[str, Any]) -> Cell:
    """How many of a group agree; a dash where none of it voted."""
    rate, votes = part["agree_rate"], part["agree"] + part["disagree"] + part["pass"]
    if rate is None or not votes:
        return Cell("–")
    return Cell(
        f"{rate:.0%}", note=_("%(agree)s of %(votes)s") % {"agree": f"{part['agree']:,}", "votes": f"{votes:,}"}
    )


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - drawn by the engine, which escapes every word
