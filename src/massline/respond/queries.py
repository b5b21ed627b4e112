"""Reads that join cases, turns, messages and calendars for one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar, work_calendars
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.concentrate.models import Placement, Run
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.models import ANSWERING_ROLES, DESK_ROLES, Case, Reply, SetAside, Turn
from massline.respond.rules import SOON, ActKind, Span, State, counted_days, reply_due, working_days_left
from massline.rights import Actor

ASKED = 20  # messages of a case that a reply is compared with


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened to a case. `body`: who owns it from then on, replied, or got it put before its eyes."""

    kind: ActKind
    at: datetime
    body: Body | None = None
    by: User | None = None
    text: str = ""
    shown_text: str = ""


@dataclass(frozen=True, slots=True)
class DueStory:
    """How a due day came about. `spans` is None where the calendar was changed since, or does not know these days any more."""

    received: date
    working_days: int
    due: date
    spans: list[Span] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One case on the desk. `left`: working days, None where its calendar does not know."""

    case: Case
    left: int | None


def reply_day(message: Message) -> date:
    """The last day on which a reply to this message is on time, were it taken as a case. Raises CalendarUnknown."""
    body = message.body
    return reply_due(_day(message.received_at), body.reply_promise, work_calendar(body).is_open)


def acts(case: Case) -> list[Act]:
    """Everything that happened to a case, in order; always `case.version + 1` acts. One query."""
    turns = Turn.objects.filter(case=case).order_by("pk")
    told: list[Act] = []
    for turn in turns.select_related("body", "overseer", "began_by", "reply__body", "reply__published_by"):
        kind = ActKind(turn.kind)
        told.append(Act(kind, turn.began_at, turn.body, turn.began_by, turn.reason, turn.shown_reason))
        if turn.escalated_at:
            told.append(Act(ActKind.ESCALATED, turn.escalated_at, turn.overseer))
        if hasattr(turn, "reply"):
            reply = turn.reply
            told.append(
                Act(ActKind.REPLIED, reply.published_at, reply.body, reply.published_by, reply.text, reply.text)
            )
    return [*told, Act(ActKind.SETTLED, case.settled_at)] if case.settled_at else told


def due_story(case: Case, told: Sequence[Act], today: date) -> tuple[DueStory, Line]:
    """How the due day of a case came about, from the day of its first message or of its reopening; and what is left of it.

    told: its acts. Three queries."""
    began = next(act for act in reversed(told) if act.kind in (ActKind.TAKEN, ActKind.REOPENED))
    first = case.messages.order_by("pk").first()
    received = _day(first.received_at if first and began.kind == ActKind.TAKEN else began.at)
    body = began.body or case.body
    calendars = work_calendars([body, case.body])
    story = DueStory(received, case.promised_days, case.reply_due, _spans(received, case, calendars[body.pk]))
    return story, Line(case, days_left(case, today, calendars[case.body_id]))


def _spans(received: date, case: Case, calendar: WorkCalendar) -> list[Span] | None:
    try:
        spans = counted_days(received, case.reply_due, calendar.is_open)
    except CalendarUnknown:
        return None
    return spans if spans and spans[-1].is_open and spans[-1].number == case.promised_days else None


def lines(cases: Sequence[Case], today: date) -> list[Line]:
    """Cases with the working days that are left to each. Two queries, however many bodies."""
    calendars = work_calendars(case.body for case in cases)
    return [Line(case, days_left(case, today, calendars[case.body_id])) for case in cases]


def days_left(case: Case, today: date, calendar: WorkCalendar) -> int | None:
    """Working days left for a reply; None once it is given, or where the calendar does not know."""
    if case.state != State.OPEN:
        return None
    try:
        return working_days_left(today, case.reply_due, calendar.is_open)
    except CalendarUnknown:
        return None


def soon_until(actor_body: Body | None, today: date) -> date:
    """The last day that still counts as due soon on this desk. Without a calendar only today does."""
    if actor_body is None:
        return today
    try:
        return reply_due(today, SOON, work_calendar(actor_body).is_open)
    except CalendarUnknown:
        return today


def messages_to_take(actor: Actor) -> QuerySet[Message]:
    """What came to her body or under it, is in no case and not set aside: first what waits to be published, then the oldest."""
    messages = Message.objects.handled_by(actor) if actor.role in DESK_ROLES else Message.objects.none()
    waiting_first = F("published_at").asc(nulls_first=True)
    mine = messages.filter(Q(set_aside=None) | Q(set_aside__asked_again_at__isnull=False), case_message=None)
    return mine.select_related("body", "call", "set_aside").order_by(waiting_first, "pk")


def set_aside_of(message: Message) -> SetAside | None:
    """A body's word that this message needs no case, whether it holds or its writer asked again."""
    return SetAside.objects.filter(message=message).select_related("body").first()


def messages_to_publish(actor: Actor) -> QuerySet[Message]:
    """What came to her body or under it, where she may publish."""
    return Message.objects.handled_by(actor) if actor.role in ANSWERING_ROLES else Message.objects.none()


def messages_shown_to(actor: Actor, case: Case) -> QuerySet[Message]:
    """Messages of a case that the actor may see: all at a desk, for everybody else the published ones."""
    messages = Message.objects.filter(cases=case)
    return messages if actor.role in DESK_ROLES else messages.public()


def asked_in(case: Case) -> list[str]:
    """The words of a case's messages, as they came, for the coach of its reply: the first ASKED of them. One query."""
    first = Message.objects.filter(cases=case).order_by("pk").values_list("title", "text")[:ASKED]
    return [f"{title}\n{text}" for title, text in first]


def replies_of(case: Case) -> QuerySet[Reply]:
    return Reply.objects.filter(case=case).select_related("body").order_by("pk")


def placement_of(message: Message) -> Placement | None:
    """Where the newest run over its call put this message."""
    run = Run.objects.current(message.call)
    found = Placement.objects.filter(run=run, message=message) if run else Placement.objects.none()
    return found.select_related("theme", "copy_of").first()


def desk_counts(actor: Actor, today: date, soon: date) -> dict[str, int]:
    """How much lies on her desk, by filter of cases (as `desk_cases` has them) and of messages (new, waiting). Two queries."""
    unanswered = Q(state=State.OPEN)
    cases = Case.objects.on_desk_of(actor).aggregate(
        open=Count("pk", filter=unanswered),
        overdue=Count("pk", filter=unanswered & Q(reply_due__lt=today)),
        soon=Count("pk", filter=unanswered & Q(reply_due__range=(today, soon))),
        reopened=Count("pk", filter=unanswered & Q(reopenings__gt=0)),
        escalated=Count("pk", filter=unanswered & Q(escalated_at__isnull=False)),
        answered=Count("pk", filter=Q(state=State.ANSWERED)),
        settled=Count("pk", filter=Q(state=State.SETTLED)),
    )
    messages = (
        messages_to_take(actor).order_by().aggregate(new=Count("pk"), waiting=Count("pk", filter=Q(published_at=None)))
    )
    return {**cases, **messages}


def desk_cases(actor: Actor, show: str, today: date, soon: date) -> QuerySet[Case]:
    """Cases of her desk under one filter, the most urgent first. show: a name that `desk_counts` counts."""
    cases = Case.objects.on_desk_of(actor).select_related("body", "overseer").in_order_of_urgency()
    match show:
        case "overdue":
            return cases.overdue(today)
        case "soon":
            return cases.due_between(today, soon)
        case "reopened":
            return cases.reopened()
        case "escalated":
            return cases.escalated()
        case State.ANSWERED | State.SETTLED:
            return cases.filter(state=show)
    return cases.open()


def answered_cases() -> QuerySet[Case]:
    """Public cases that stand answered, the latest first, each with its public messages and its replies."""
    replies = Reply.objects.select_related("body").order_by("-published_at", "-pk")
    return (
        Case.objects.public()
        .filter(state__in=[State.ANSWERED, State.SETTLED])
        .annotate(answered_at=Max("replies__published_at"))
        .select_related("body")
        .prefetch_related(
            Prefetch("messages", Message.objects.public().order_by("pk"), to_attr="public_messages"),
            Prefetch("replies", replies, to_attr="latest_replies"),
        )
        .order_by("-answered_at", "-pk")
    )


def latest_replies() -> QuerySet[Reply]:
    """Replies to public cases, the latest first. By primary key: a table of millions answers at once."""
    return Reply.objects.filter(case__in=Case.objects.public()).select_related("case__body", "body").order_by("-pk")


def hand_over_choices(case: Case) -> tuple[QuerySet[Body], list[Body]]:
    """Bodies of the same tree that the case may go to, and those that it may not go back to."""
    tree = Body.objects.within(case.body.path[: Body.steplen])
    had = Turn.objects.filter(case=case).values("body")
    return tree.exclude(pk__in=had), list(tree.filter(pk__in=had))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
