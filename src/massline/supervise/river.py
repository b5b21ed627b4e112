"""How far what was said has come: messages, themes, cases, replies by the promised day, verdicts. The river's figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from massline.concentrate.models import Run, Theme
from massline.gather.models import Call, Message
from massline.respond.models import CaseMessage, Reply
from massline.respond.rules import State
from massline.sums import SUMS
from massline.supervise.models import Rating

Far = tuple[int | None, str, str, int]  # theme, Kept, Verdict, and how many messages have come so far


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

    themes: coarse ones of the runs that show, largest first. reached: messages in cases, by how far they have come. at: when they
    were counted, None for now."""

    messages: int
    themes: list[Theme]
    cases: int
    reached: Mapping[Reach, int]
    at: datetime | None = None

    @cached_property
    def place_of(self) -> dict[int, int]:
        """Where each theme stands among them, by its key; 0 is the largest."""
        return {theme.pk: place for place, theme in enumerate(self.themes)}


def course(call: Call | None, now: datetime, today: date) -> Course:
    """How far the messages of one call, or of all public calls, have come. Six queries, which join cases and never all messages;
    two where the figures are kept for a while (massline.sums)."""
    calls = Call.objects.public(now) if call is None else Call.objects.filter(pk=call.pk)
    runs = list(_runs_shown(calls).values_list("pk", flat=True))
    themes = Theme.objects.filter(run__in=runs).coarsest().select_related("run__call")
    shown = sha256(repr((call and call.pk, runs)).encode()).hexdigest()
    counted = SUMS.of(f"river:{shown}", lambda: _counted(calls, runs, today))
    said, cases, far = counted.value
    reached = {Reach(theme, Kept(kept), Verdict(verdict)): n for theme, kept, verdict, n in far}
    return Course(said, list(themes), cases, reached, counted.at)


def _runs_shown(calls: QuerySet[Call]) -> QuerySet[Run]:
    """The newest finished run of each call."""
    newest = Run.objects.finished().filter(call=OuterRef("call")).order_by("-finished_at", "-pk").values("pk")[:1]
    return Run.objects.filter(call__in=calls, pk=Subquery(newest))


def _counted(calls: QuerySet[Call], runs: Sequence[int], today: date) -> tuple[int, int, list[Far]]:
    """Published messages, cases that hold some of them, and how far those in cases have come."""
    taken = CaseMessage.objects.filter(message__published_at__isnull=False, message__call__in=calls)
    said = Message.objects.public().filter(call__in=calls).count()
    return said, taken.values("case").distinct().count(), _reached(taken, calls, runs, today)


def _reached(taken: QuerySet[CaseMessage], calls: QuerySet[Call], runs: Sequence[int], today: date) -> list[Far]:
    """Messages in cases, counted by theme, promise and verdict. Two queries, each of which reads a table once."""
    later = Reply.objects.filter(case=OuterRef("reply__case"), pk__gt=OuterRef("reply"))
    heard = Rating.objects.filter(message__published_at__isnull=False, message__call__in=calls)
    heard = heard.filter(~Exists(later), message__case_message__case=F("reply__case"))
    verdicts = _by_theme(heard, runs, _kept("reply__case", today)).annotate(said=Coalesce("still_solved", "solved"))
    reached = Counter[Reach]()
    for row in verdicts.values("in_theme", "kept", "said").annotate(n=Count("pk")):
        theme, kept = row["in_theme"], Kept(row["kept"])
        reached[Reach(theme, kept, Verdict.SOLVED if row["said"] else Verdict.NOT_SOLVED)] += row["n"]
        reached[Reach(theme, kept, Verdict.NOT_SAID)] -= row["n"]
    for row in _by_theme(taken, runs, _kept("case", today)).values("in_theme", "kept").annotate(n=Count("pk")):
        reached[Reach(row["in_theme"], Kept(row["kept"]), Verdict.NOT_SAID)] += row["n"]
    return [(reach.theme, str(reach.kept), str(reach.verdict), n) for reach, n in (+reached).items()]


def _by_theme(rows: QuerySet[Any], runs: Sequence[int], kept: Choice) -> QuerySet[Any]:
    """Rows with a message, each with its coarse theme in these runs."""
    shown = Q(
        message__placements__run__in=runs or [0]
    )  # no run has that key; an empty list would leave out the rows too
    above = (
        "placed__theme__merged_into__parent",
        "placed__theme__merged_into",
        "placed__theme__parent",
        "placed__theme",
    )
    placed = rows.annotate(placed=FilteredRelation("message__placements", condition=shown))
    return placed.annotate(in_theme=Coalesce(*above), kept=kept)


def _kept(case: str, today: date) -> Choice:
    """An open case (a reopened one too) is judged by its day, an answered one by its latest reply. case: where it stands."""
    is_open = Q((f"{case}__state", State.OPEN))
    return Choice(
        When(is_open & Q((f"{case}__reply_due__lt", today)), then=Value(Kept.OVERDUE)),
        When(is_open, then=Value(Kept.RUNNING)),
        When(Q((f"{case}__in_time", True)), then=Value(Kept.IN_TIME)),
        default=Value(Kept.LATE),
        output_field=CharField(),
    )
