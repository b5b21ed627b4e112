"""What lies on a desk: cases and messages, with the days that are left to each."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar, work_calendars
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.gather.models import WAITING_FIRST, Message
from massline.respond.models import (
    ANSWERING_ROLES,
    DESK_ROLES,
    Case,
    CaseQuerySet,
)
from massline.respond.queries.routing import Advised, advised_together
from massline.respond.queries.telling import Line, days_left
from massline.respond.rules import (
    SOON,
    TAKE_DAYS,
    VERY_LATE,
    State,
    reply_due,
    working_days_left,
)
from massline.rights import Actor

ADVICE = ("advice", "advice__topic", "advice__body")  # with a message of the desk


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message on the desk, by which day it is to be taken or set aside, and the working days left; None where its calendar
    does not know. Source: docs/rules/reply-deadline.md, R10."""

    message: Message
    take_by: date | None = None
    left: int | None = None
    advised: Advised | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """What a desk sorts its cases by. soon: the last day that still counts as due soon. calendar: by which it counts, None
    without one."""

    today: date
    soon: date
    calendar: WorkCalendar | None = None
    calendars: Mapping[int, WorkCalendar] = field(default_factory=dict)  # of the desk's own body, by its key

    def late_since(self, number: int) -> date:
        """The latest due day that is so many working days past today, or more; about that, where the calendar does not know."""
        day, worked = self.today, 0
        try:
            while self.calendar and max(worked, day < self.today) < number:
                worked += self.calendar.is_open(day)
                day -= timedelta(days=1)
        except CalendarUnknown:
            left = number - worked
            return day - timedelta(days=left + 2 * (left // 5))
        return day if self.calendar else self.today - timedelta(days=number)


def desk_lines(cases: Sequence[Case], messages: Sequence[Message], days: Days) -> tuple[list[Line], list[MessageLine]]:
    """Cases and messages with the working days that are left to each, messages with what is advised about them. Two queries,
    however many bodies, none on a desk of one; and three at most for what is advised."""
    rows: list[Case | Message] = [*cases, *messages]
    bodies = {row.body_id: row.body for row in rows}
    calendars = days.calendars if bodies.keys() <= days.calendars.keys() else work_calendars(bodies.values())
    of_cases = [Line(case, days_left(case, days.today, calendars[case.body_id])) for case in cases]
    known = advised_together([message for message in messages if not message.ground]) if messages else {}
    of_messages = [_message_line(message, days.today, calendars[message.body_id]) for message in messages]
    return of_cases, [replace(line, advised=known.get(line.message.pk)) for line in of_messages]


def lines(cases: Sequence[Case], today: date) -> list[Line]:
    """Cases with the working days that are left to each. Two queries, however many bodies."""
    return desk_lines(cases, [], Days(today, today))[0]


def _message_line(message: Message, today: date, calendar: WorkCalendar) -> MessageLine:
    try:
        take_by = reply_due(timezone.localdate(message.received_at), TAKE_DAYS, calendar.is_open)
        return MessageLine(message, take_by, working_days_left(today, take_by, calendar.is_open))
    except CalendarUnknown:
        return MessageLine(message)


def days_of(body: Body | None, today: date) -> Days:
    """By the working days of this body. Without a calendar only today is soon. Two queries."""
    if body is None:
        return Days(today, today)
    calendar = work_calendar(body)
    soon = today
    with suppress(CalendarUnknown):
        soon = reply_due(today, SOON, calendar.is_open)
    return Days(today, soon, calendar, {body.pk: calendar})


def messages_to_take(actor: Actor) -> QuerySet[Message]:
    """What came to her body or under it, is in no case and not set aside: first what waits to be published, then the oldest."""
    messages = Message.objects.waiting_at(actor) if actor.role in DESK_ROLES else Message.objects.none()
    return messages.select_related("body", "call", "set_aside", *ADVICE).order_by(*WAITING_FIRST)


def messages_to_publish(actor: Actor) -> QuerySet[Message]:
    """What came to her body or under it, where she may publish."""
    return Message.objects.handled_by(actor) if actor.role in ANSWERING_ROLES else Message.objects.none()


def desk_counts(cases: CaseQuerySet, messages: QuerySet[Message], days: Days) -> dict[str, int]:
    """How much waits, of the cases on a desk and the messages to take there: by filter of cases (as `desk_cases` has them) and of
    messages (new, waiting). Two queries, which read nothing but an index (a count of keys would read every row)."""
    overdue, due_soon = Q(reply_due__lt=days.today), Q(reply_due__range=(days.today, days.soon))
    of_cases = cases.open().aggregate(
        open=Count("*"), overdue=Count("reply_due", filter=overdue), soon=Count("reply_due", filter=due_soon)
    )
    not_public = Q(published_at=None)
    return {**of_cases, **messages.order_by().aggregate(new=Count("*"), waiting=Count("body", filter=not_public))}


def desk_cases(cases: CaseQuerySet, show: str, days: Days) -> QuerySet[Case]:
    """Of the cases on a desk those under one filter, the most urgent first. show: a name of `forms.CASE_FILTERS` but for those of
    other bodies; or any: then the newest first, for what was answered years ago is seldom looked for."""
    cases = cases.select_related("body", "overseer").in_order_of_urgency()
    chosen: dict[str, Callable[[], QuerySet[Case]]] = {
        "any": lambda: cases.order_by("-pk"),
        "overdue": lambda: cases.overdue(days.today),
        "very_late": lambda: _very_late(cases, days),
        "soon": lambda: cases.due_between(days.today, days.soon),
        "urged": cases.urged,
        "reopened": cases.reopened,
        "escalated": cases.escalated,
        State.ANSWERED: lambda: cases.filter(state=State.ANSWERED),
        State.SETTLED: lambda: cases.filter(state=State.SETTLED),
    }
    return chosen.get(show, cases.open)()


def _very_late(cases: CaseQuerySet, days: Days) -> CaseQuerySet:
    """Of these cases those that are as late as the topic of each calls very late (R7). Asks first which numbers of days there are
    besides the house's own: one query, by an index over just those."""
    others = Case.objects.open().exclude(very_late_days=VERY_LATE).order_by().values_list("very_late_days", flat=True)
    since = {number: days.late_since(number) for number in {VERY_LATE, *others.distinct()}}
    if len(since) == 1:  # all by one number: the index by day tells them without a look at any row
        return cases.overdue(since[VERY_LATE] + timedelta(days=1))
    late_enough = reduce(or_, (Q(very_late_days=number, reply_due__lte=day) for number, day in since.items()))
    return cases.overdue(max(since.values()) + timedelta(days=1)).filter(late_enough)
