"""How far what was said has come: messages, themes, cases, replies by the promised day, verdicts. The river's figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate

from massline.concentrate.models import Placement, Run, Theme
from massline.gather.models import Call, Message
from massline.respond.models import CaseMessage, Reply
from massline.respond.rules import State
from massline.supervise.models import Rating


class Kept(StrEnum):
    """What became of the promise to reply by a day, as the case stands now."""

    IN_TIME = "in time"
    LATE = "late"
    RUNNING = "running"  # no reply yet, the day is not past
    OVERDUE = "overdue"


class Verdict(StrEnum):
    """What the writer of a message said of the latest reply to it."""

    SOLVED = "solved"
    NOT_SOLVED = "not solved"
    NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a message in a case has come. theme: the key of its coarse theme, None without one."""

    theme: int | None
    kept: Kept
    verdict: Verdict


@dataclass(frozen=True)
class Course:
    """Everything that a river shows. Every figure counts published messages, but for `cases`.

    themes: coarse ones of the runs that show, largest first. reached: messages in cases, by how far they have come."""

    messages: int
    themes: list[Theme]
    cases: int
    reached: Mapping[Reach, int]

    @cached_property
    def place_of(self) -> dict[int, int]:
        """Where each theme stands among them, by its key; 0 is the largest."""
        return {theme.pk: place for place, theme in enumerate(self.themes)}


def course(call: Call | None, now: datetime, today: date) -> Course:
    """How far the messages of one call, or of all public calls, have come. Four queries; joins cases, never all messages."""
    calls = Call.objects.public(now) if call is None else Call.objects.filter(pk=call.pk)
    runs = _runs_shown(calls)
    themes = Theme.objects.filter(run__in=runs).coarsest().select_related("run__call")
    taken = CaseMessage.objects.filter(message__published_at__isnull=False, message__call__in=calls)
    rows = _reached(taken, runs, today)
    reached = {Reach(row["theme"], Kept(row["kept"]), _verdict(row["solved"])): row["n"] for row in rows}
    said = Message.objects.public().filter(call__in=calls).count()
    return Course(said, list(themes), taken.values("case").distinct().count(), reached)


def _runs_shown(calls: QuerySet[Call]) -> QuerySet[Run]:
    """The newest finished run of each call."""
    newest = Run.objects.finished().filter(call=OuterRef("call")).order_by("-finished_at", "-pk").values("pk")[:1]
    return Run.objects.filter(call__in=calls, pk=Subquery(newest))


def _reached(taken: QuerySet[CaseMessage], runs: QuerySet[Run], today: date) -> Iterable[Mapping[str, Any]]:
    """Messages in cases, counted by theme, promise and verdict."""
    replies = Reply.objects.filter(case=OuterRef("case")).order_by("-pk")
    placed = Placement.objects.filter(message=OuterRef("message"), run__in=runs)
    ratings = Rating.objects.filter(message=OuterRef("message"), reply=OuterRef("last"))
    ratings = ratings.annotate(last_word=Coalesce("still_solved", "solved"))
    return (
        taken.annotate(
            theme=Subquery(
                placed.values(
                    above=Coalesce("theme__merged_into__parent", "theme__merged_into", "theme__parent", "theme")
                )[:1]
            ),
            last=Subquery(replies.values("pk")[:1]),
            on=Subquery(replies.values(on=TruncDate("published_at"))[:1]),
            due=Subquery(replies.values("turn__reply_due")[:1]),
            solved=Subquery(ratings.values("last_word")[:1]),
        )
        .annotate(kept=_kept(today))
        .values("theme", "kept", "solved")
        .annotate(n=Count("pk"))
    )


def _kept(today: date) -> Choice:
    """An open case (a reopened one too) is judged by its day, an answered one by its latest reply."""
    is_open = Q(case__state=State.OPEN)
    return Choice(
        When(is_open & Q(case__reply_due__lt=today), then=Value(Kept.OVERDUE)),
        When(is_open, then=Value(Kept.RUNNING)),
        When(on__lte=F("due"), then=Value(Kept.IN_TIME)),
        default=Value(Kept.LATE),
        output_field=CharField(),
    )


def _verdict(solved: bool | None) -> Verdict:
    if solved is None:
        return Verdict.NOT_SAID
    return Verdict.SOLVED if solved else Verdict.NOT_SOLVED
