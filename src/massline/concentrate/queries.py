"""Reads that join a call with what a run found in it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.concentrate.models import FATES, Campaign, Placement, Run, Statement, Theme
from massline.gather.models import Call, Message

FATE_COUNTS = {
    "placed": "placed",
    "not_placed": "not_placed",
    "too_short": "too_short",
    "copy": "copies",
    "removed": "removed",
}
"""Fate of a message -> its name in the counts of a run, as `massline concentrate --json` prints them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a run found, for the page of themes."""

    run: Run
    themes: list[Theme]  # the coarsest, largest first, each with `finer`: how many themes it has below it
    campaigns: list[Campaign]  # the largest
    campaigns_in_all: int
    fates: list[tuple[str, str, int]]  # fate, its name, messages; they add up to `messages`
    messages: int


def latest(call: Call) -> Run | None:
    """The run that the call's pages show."""
    return Run.objects.current(call)


def count_themes() -> int:
    """Coarsest themes that the pages of all calls show now. One query."""
    newest = Run.objects.finished().filter(call=OuterRef("run__call")).order_by("-finished_at", "-pk").values("pk")[:1]
    return Theme.objects.filter(parent=None, run=Subquery(newest)).count()


def themes_in_brief(call: Call, most: int) -> tuple[Run | None, list[Theme]]:
    """The run that shows, and its largest coarse themes. Two queries."""
    run = latest(call)
    return run, list(Theme.objects.filter(run=run).coarsest()[:most]) if run else []


def picture_of(run: Run, campaigns: int) -> Picture:
    """Three queries."""
    themes = list(
        Theme.objects.filter(run=run).coarsest().select_related("run__call").annotate(finer=Count("children"))
    )
    found = Campaign.objects.filter(run=run).order_by("-messages", "pk")
    numbers = run_counts(run)
    fates = [(fate, str(name), numbers[fate]) for fate, name in FATES]
    return Picture(run, themes, list(found[:campaigns]), found.count(), fates, numbers["messages"])


def run_counts(run: Run) -> dict[str, int]:
    """`messages`, and each fate: they add up to it. No query."""
    parts = {fate: int(run.counts.get(name, 0)) for fate, name in FATE_COUNTS.items()}
    return {"messages": sum(parts.values()), **parts}


def themes_of(run: Run) -> list[Theme]:
    """All themes of a run, coarse to fine, the larger first, each with `typical_ids`. Two queries."""
    public = Prefetch("typical", Message.objects.public().only("pk").order_by("pk"), to_attr="typical_messages")
    themes = list(Theme.objects.filter(run=run).order_by("grain", "-messages", "number").prefetch_related(public))
    for theme in themes:
        theme.typical_ids = [message.pk for message in theme.typical_messages]  # type: ignore[attr-defined]
    return themes


def last_request(call: Call) -> Run | None:
    """A run under way, else the newest one if it failed: what who may ask for a run should know."""
    newest = Run.objects.filter(call=call).order_by("-requested_at", "-pk").first()
    under_way = Run.objects.under_way().filter(call=call).first()
    return under_way or (newest if newest and newest.problem else None)


def theme_messages(theme: Theme) -> QuerySet[Message]:
    """Published messages that a theme (of any grain) holds, the nearest to its middle first, copies left out.

    Each has `copies`: how many others say the same."""
    inside = Placement.objects.filter(Q(theme=theme) | Q(theme__parent=theme), fate="placed")
    return (
        Message.objects.public()
        .filter(placements__in=inside)
        .select_related("body")
        .annotate(copies=Count("copied_by", filter=Q(copied_by__run=theme.run_id)))
        .order_by("-placements__similarity", "pk")
    )


def statement_messages(statement: Statement) -> QuerySet[Message]:
    """The trace of a statement: exactly the messages that it sums up."""
    return statement.trace.public().select_related("body").order_by("pk")


def statements_of(theme: Theme) -> QuerySet[Statement]:
    """Each with `support`: how many messages its trace leads to. A coarse theme says what its finer ones say."""
    mine = Statement.objects.filter(Q(theme=theme) | Q(theme__parent=theme))
    return mine.annotate(support=Count("trace")).order_by("-support", "pk")


def siblings(theme: Theme) -> QuerySet[Theme]:
    """Other themes of the same grain beside this one."""
    return (
        Theme.objects.filter(run=theme.run_id, parent=theme.parent_id)
        .exclude(pk=theme.pk)
        .order_by("-messages", "number")
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many messages of a call came from one place, with its outline where it has one."""

    body: Body
    messages: int
    rings: list[Any]


def places(call: Call) -> tuple[list[Spoken], int]:
    """Where a call's messages came from, most first, and how many named no place of these. Two queries.

    The places are those under the call's body that have outlines, the coarsest of them; without outlines, those right under it.
    What came from further down counts for the place above it."""
    under = Body.objects.within(call.body.path).exclude(pk=call.body_id).exclude(level=Level.DEPARTMENT)
    areas = list(under.select_related("outline"))
    drawn = [area.depth for area in areas if hasattr(area, "outline")]
    depth = min(drawn) if drawn else call.body.depth + 1
    shown = {area.path: area for area in areas if area.depth == depth}
    said: Counter[str] = Counter()
    for path, number in call.messages.public().values_list("body__path").annotate(n=Count("pk")).order_by():
        said[path[: depth * Body.steplen]] += number
    found = [
        Spoken(area, said[path], area.outline.rings if drawn and hasattr(area, "outline") else [])
        for path, area in shown.items()
    ]
    elsewhere = sum(said.values()) - sum(place.messages for place in found)
    return sorted(found, key=lambda place: (-place.messages, place.body.path)), elsewhere
