"""Receipts, rates and the public scoreboard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from django.db.models import Count, DateField, F, Q, QuerySet
from django.db.models.functions import TruncDate, TruncWeek

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.respond.models import DESK_ROLES, Case, Reply, SetAside, Turn
from massline.respond.queries import Act, acts, set_aside_of, with_attachments
from massline.respond.rules import REOPENINGS, State
from massline.rights import Actor, covers
from massline.sums import SUMS
from massline.supervise.models import Rating
from massline.supervise.rules import BodyRates, Rate

WEEKS = 13  # a quarter of a year, shown on the scoreboard
Counts = Mapping[int, Mapping[str, int]]  # by the key of a body


class Step(IntEnum):
    """How far a message has come, as its writer sees it. The names of the steps stand in templates/supervise/receipt.html."""

    RECEIVED = 1
    PUBLISHED = 2
    TAKEN = 3
    REPLIED = 4
    SAID = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands, and what its writer can do now. `reply` is the latest one."""

    message: Message
    case: Case | None
    acts: list[Act]
    reply: Reply | None
    rating: Rating | None
    set_aside: SetAside | None = None

    @property
    def may_ask_again(self) -> bool:
        """After a body said that the message needs no case, once."""
        return self.case is None and self.set_aside is not None and self.set_aside.asked_again_at is None

    @property
    def replies(self) -> list[Reply]:
        return [self.reply] if self.reply else []

    @property
    def step(self) -> Step:
        if self.case is None:
            return Step.PUBLISHED if self.message.published_at else Step.RECEIVED
        if self.case.state == State.OPEN or self.reply is None:
            return Step.TAKEN
        return Step.SAID if self.rating else Step.REPLIED

    @property
    def may_rate(self) -> bool:
        return self.step == Step.REPLIED

    @property
    def may_say_later(self) -> bool:
        """Whether she is asked now if it is still solved, as she said: once for each answer."""
        if self.rating is None or self.case is None or self.case.asked_later_at is None:
            return False
        said = self.rating.solved and self.rating.still_solved is None
        return said and self.case.state in (State.ANSWERED, State.SETTLED)

    @property
    def may_reopen(self) -> bool:
        """After "not solved", once for each case."""
        said_no = self.rating is not None and not self.rating.solved
        answered = self.case is not None and self.case.state == State.ANSWERED
        return said_no and answered and self.case.reopenings < REOPENINGS  # type: ignore[union-attr]


def standing(message: Message) -> Standing:
    """Where this message stands. Nine queries."""
    case = Case.objects.filter(messages=message).select_related("body").first()
    if case is None:
        return Standing(message, None, [], None, None, set_aside_of(message))
    replies = Reply.objects.filter(case=case).select_related("body").prefetch_related(with_attachments())
    reply = replies.order_by("-pk").first()
    rating = Rating.objects.filter(reply=reply, message=message).first() if reply else None
    return Standing(message, case, acts(case), reply, rating)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the scoreboard."""

    body: Body
    rates: BodyRates
    open_cases: int
    overdue: int
    at: datetime | None = None  # when these were counted; None for now


def scoreboard(today: date) -> list[Line]:
    """Every body with its three rates and the counts behind them, in the order of the tree. Three queries, whatever the size; one
    where the counts are kept for a while (massline.sums)."""
    counted = SUMS.of("scoreboard", lambda: _counted(today))
    turns, ratings = counted.value
    lines = (_line(body, turns.get(body.pk, {}), ratings.get(body.pk, {})) for body in Body.objects.order_by("path"))
    return [replace(line, at=counted.at) for line in lines]


def _counted(today: date) -> tuple[Counts, Counts]:
    """Turns and ratings, each by the key of the body."""
    return {row["body"]: row for row in _turns(today)}, {row["reply__body"]: row for row in _ratings()}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the page: a body's line, what it had to answer week by week, and the sum of bodies under it that have no row."""

    line: Line
    weeks: list[int]
    below: int  # how many these are
    below_open: int
    below_overdue: int


def rows(today: date, under: Body | None) -> list[Row]:
    """A body and those directly under it; without one, every body at the top and those directly under it. Five queries."""
    found = scoreboard(today)
    top = (under.path, under.depth) if under else ("", 1)
    shown = [line for line in found if line.body.path.startswith(top[0]) and line.body.depth <= top[1] + 1]
    weeks = open_by_week(today, shown)
    return [_row(line, found, weeks[line.body.pk], folded=line.body.depth > top[1]) for line in shown]


def _row(line: Line, found: list[Line], weeks: list[int], *, folded: bool) -> Row:
    path = line.body.path
    below = [other for other in found if folded and other.body.path.startswith(path) and other.body != line.body]
    return Row(line, weeks, len(below), sum(other.open_cases for other in below), sum(other.overdue for other in below))


def open_by_week(today: date, lines: Iterable[Line]) -> dict[int, list[int]]:
    """How many cases each body had to answer at the end of each of the last WEEKS weeks, today last; by the body's key.

    Reckoned backwards from what is open now. Two queries, however many bodies; none where these are kept for a while."""
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 2)  # the Monday after the first week's end
    began, ended = SUMS.of(
        f"weeks:{first}", lambda: (_turns_by_week("began_at", first), _turns_by_week("ended_at", first))
    ).value
    weeks = [first + timedelta(weeks=number) for number in range(WEEKS - 1)]
    levels: dict[int, list[int]] = {}
    for line in lines:
        key, open_then = line.body.pk, [line.open_cases]
        for week in reversed(weeks):
            open_then.append(open_then[-1] - began.get((key, week), 0) + ended.get((key, week), 0))
        levels[key] = open_then[::-1]
    return levels


def _turns_by_week(moment: str, first: date) -> dict[tuple[int, date], int]:
    """Turns that began or ended, by body and Monday of the week."""
    rows = Turn.objects.annotate(week=TruncWeek(moment, output_field=DateField())).filter(week__gte=first)
    return {(row["body"], row["week"]): row["n"] for row in rows.values("body", "week").annotate(n=Count("pk"))}


def rates_of(body: Body, today: date) -> Line:
    """One body's line: its own turns only, not those of bodies under it."""
    return next(line for line in scoreboard(today) if line.body == body)


def words_about(body: Body, actor: Actor) -> QuerySet[Rating]:
    """What writers said of this body's replies in their own words: for its own desk, for nobody else."""
    ratings = (
        Rating.objects.filter(reply__body=body, message__erased_at=None).exclude(words="").select_related("reply__case")
    )
    own = actor.role in DESK_ROLES and covers(actor.body_path, body.path)
    return ratings.order_by("-pk") if own else ratings.none()


def _turns(today: date) -> Iterable[Mapping[str, int]]:
    """Per body: turns that count towards the response rate, those answered in time, those that run, those that are late.

    A turn that was handed on after its day counts as late for the body that kept it: passing a case on hides nothing."""
    answered = Q(reply__isnull=False)
    in_time = answered & Q(ended_on__lte=F("reply_due"))
    running_late = Q(ended_at__isnull=True, reply_due__lt=today)
    handed_on_late = Q(reply__isnull=True, ended_on__gt=F("reply_due"))
    counts = {
        "counted": Count("pk", filter=answered | running_late | handed_on_late),
        "in_time": Count("pk", filter=in_time),
        "open": Count("pk", filter=Q(ended_at__isnull=True)),
        "overdue": Count("pk", filter=running_late),
    }
    rows: Iterable[Any] = Turn.objects.annotate(ended_on=TruncDate("ended_at")).values("body").annotate(**counts)
    return rows


def _ratings() -> Iterable[Mapping[str, int]]:
    """Per body that replied: ratings, and what they said."""
    counts = {
        "n": Count("pk"),
        "solved": Count("pk", filter=Q(solved=True) & Q(Q(still_solved=None) | Q(still_solved=True))),
        "said": Count("pk", filter=Q(satisfied__isnull=False)),
        "satisfied": Count("pk", filter=Q(satisfied=True)),
    }
    rows: Iterable[Any] = Rating.objects.values("reply__body").annotate(**counts)
    return rows


def _line(body: Body, turns: Mapping[str, int], ratings: Mapping[str, int]) -> Line:
    rates = BodyRates(
        response=Rate(turns.get("in_time", 0), turns.get("counted", 0)),
        resolution=Rate(ratings.get("solved", 0), ratings.get("n", 0)),
        satisfaction=Rate(ratings.get("satisfied", 0), ratings.get("said", 0)),
    )
    return Line(body, rates, turns.get("open", 0), turns.get("overdue", 0))
