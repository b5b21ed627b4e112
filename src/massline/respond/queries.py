"""Reads that join cases, turns, messages and calendars for one page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Count, F, Manager, Max, Model, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar, work_calendars
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.concentrate.models import Placement, Run, Theme
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.models import (
    ANSWERING_ROLES,
    DESK_ROLES,
    Case,
    CaseMessage,
    Extension,
    Note,
    Pause,
    Regrouping,
    Reply,
    SetAside,
    Share,
    Turn,
)
from massline.respond.rules import (
    PAUSES,
    SOON,
    TAKE_DAYS,
    VERY_LATE,
    ActKind,
    Span,
    State,
    TurnKind,
    counted_days,
    reply_due,
    working_days_left,
)
from massline.rights import Actor

MOST_DIGITS = 10  # of a number of a case
ALIKE = 8  # messages that are offered to join a case
ASKED = 20  # messages of a case that a reply is compared with
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened to a case. `body`: who owns it from then on, replied, or got it put before its eyes."""

    kind: ActKind
    at: datetime
    body: Body | None = None
    by: User | None = None
    text: str = ""
    shown_text: str = ""
    day: date | None = None  # of a pause: its last day as it stands now
    days: int = 0  # of an extension: working days
    messages: int = 0  # that joined or left


@dataclass(frozen=True, slots=True)
class DueStory:
    """How a due day came about. `spans` is None where the calendar was changed since, or does not know these days any more.

    extended: working days that were added, 0 for none."""

    received: date
    working_days: int
    due: date
    spans: list[Span] | None
    extended: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One case on the desk. `left`: working days, None where its calendar does not know."""

    case: Case
    left: int | None

    @property
    def is_very_late(self) -> bool:
        return self.left is not None and self.left <= -VERY_LATE


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message on the desk, by which day it is to be taken or set aside, and the working days left; None where its calendar
    does not know. Source: docs/rules/reply-deadline.md, R10."""

    message: Message
    take_by: date | None = None
    left: int | None = None


def reply_day(message: Message) -> date:
    """The last day on which a reply to this message is on time, were it taken as a case. Raises CalendarUnknown."""
    body = message.body
    return reply_due(_day(message.received_at), body.reply_promise, work_calendar(body).is_open)


def load(case: Case) -> Case:
    """The same case with its pauses, extensions, parts and regroupings at hand: no page reads them twice. Four queries."""
    people = {"pauses": ("began_by", "ended_by"), "extensions": ("by",), "regroupings": ("by",)}
    people["shares"] = ("body", "asked_by", "done_by")
    rows = {"pauses": Pause, "extensions": Extension, "regroupings": Regrouping, "shares": Share}
    wanted = [Prefetch(name, rows[name]._default_manager.select_related(*who)) for name, who in people.items()]
    prefetch_related_objects([case], *wanted)
    return case


def in_order(rows: Manager[Row]) -> list[Row]:
    """What belongs to a case, as it came; without a query where `load` had it."""
    return sorted(rows.all(), key=lambda row: row.pk)


def acts(case: Case) -> list[Act]:
    """Everything that happened to a case, in order; always `case.version + 1` acts. Five queries."""
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
    if case.settled_at:
        told.append(Act(ActKind.SETTLED, case.settled_at))
    others = [*_acts_of_clock(case), *_acts_of_messages(case), *_acts_of_helpers(case)]
    return sorted([*told, *others], key=lambda act: act.at) if others else told


def _acts_of_clock(case: Case) -> Iterator[Act]:
    """Pauses, their ends before their last day, and extensions. Two queries."""
    for pause in in_order(case.pauses):
        words = (pause.reason, pause.reason)
        yield Act(ActKind.PAUSED, pause.began_at, None, pause.began_by, *words, day=pause.until)
        if pause.ended_at:
            yield Act(ActKind.RESUMED, pause.ended_at, None, pause.ended_by)
    for more in in_order(case.extensions):
        yield Act(ActKind.EXTENDED, more.at, None, more.by, more.reason, more.reason, days=more.days)


def _acts_of_messages(case: Case) -> Iterator[Act]:
    """Messages that joined or left. One query."""
    for one in in_order(case.regroupings):
        kind = ActKind.JOINED if one.joined else ActKind.LEFT
        yield Act(kind, one.at, None, one.by, one.reason, one.reason, messages=one.messages)


def _acts_of_helpers(case: Case) -> Iterator[Act]:
    """Bodies that were asked for a part, and their parts done. One query."""
    for part in in_order(case.shares):
        yield Act(ActKind.SHARED, part.asked_at, part.body, part.asked_by, part.reason, part.reason)
        if part.done_at:
            yield Act(ActKind.PART_DONE, part.done_at, part.body, part.done_by)


def due_story(case: Case, told: Sequence[Act], today: date) -> tuple[DueStory, Line]:
    """How the due day of a case came about, from the day of its first message or of its reopening; and what is left of it.

    told: its acts. Five queries."""
    began = next(act for act in reversed(told) if act.kind in (ActKind.TAKEN, ActKind.REOPENED))
    received = case.counted_from or _first_day(case, began)
    body = began.body or case.body
    calendars = work_calendars([body, case.body])
    extended = sum(more.days for more in in_order(case.extensions) if more.reopening == case.reopenings)
    spans = _spans(received, case, case.promised_days + extended, calendars[body.pk])
    story = DueStory(received, case.promised_days, case.reply_due, spans, extended)
    return story, Line(case, days_left(case, today, calendars[case.body_id]))


def _first_day(case: Case, began: Act) -> date:
    """The day of the first message, or of the reopening."""
    first = case.messages.order_by("pk").first()
    return _day(first.received_at if first and began.kind == ActKind.TAKEN else began.at)


def _spans(received: date, case: Case, promised: int, calendar: WorkCalendar) -> list[Span] | None:
    held = [pause for pause in in_order(case.pauses) if pause.reopening == case.reopenings]
    pauses = [(_day(pause.began_at), pause.until) for pause in held]
    try:
        spans = counted_days(received, case.reply_due, calendar.is_open, pauses)
    except CalendarUnknown:
        return None
    return spans if spans and spans[-1].is_open and spans[-1].number == promised else None


def promise_body(case: Case) -> Body:
    """The body whose promise runs, and by whose working days it is counted: who took the case, or got it when it was reopened."""
    began = Turn.objects.filter(case=case, kind__in=(TurnKind.TAKEN, TurnKind.REOPENED)).order_by("-pk")
    return began.select_related("body")[0].body


def clock(case: Case) -> dict[str, object]:
    """What may be done to the clock of an open case: `pause` that runs, `may_pause`, `may_extend`."""
    today = timezone.localdate()
    held = [pause for pause in in_order(case.pauses) if pause.reopening == case.reopenings]
    running = next((one for one in held if one.ended_at is None and one.until >= today), None)
    free = running is None and case.reply_due >= today
    extended = any(more.reopening == case.reopenings for more in in_order(case.extensions))
    may_pause = free and case.reply_due > today and len(held) < PAUSES
    return {"pause": running, "may_pause": may_pause, "may_extend": free and not extended}


def own_part(case: Case, actor: Actor) -> Share | None:
    """The part that the actor's body, or one under it, still has to do in a case."""
    if actor.body_path is None or actor.role not in ANSWERING_ROLES:
        return None
    mine = (part for part in in_order(case.shares) if part.body.path.startswith(actor.body_path))
    return next((part for part in mine if part.done_at is None), None)


def notes(case: Case) -> list[Note]:
    """What the desks wrote down about a case, in order. One query."""
    return list(Note.objects.filter(case=case).select_related("body", "by").order_by("pk"))


def helpers(case: Case) -> QuerySet[Body]:
    """Bodies of the same tree that may be asked for a part in a case."""
    busy = Share.objects.filter(case=case).values("body")
    return Body.objects.within(case.body.path[: Body.steplen]).exclude(pk=case.body_id).exclude(pk__in=busy)


def running_pause(case: Case, today: date) -> Pause | None:
    """What a case's clock stands still for today."""
    return Pause.objects.of_promise(case).running(today).first()


def desk_lines(cases: Sequence[Case], messages: Sequence[Message], today: date) -> tuple[list[Line], list[MessageLine]]:
    """Cases and messages with the working days that are left to each. Two queries, however many bodies."""
    calendars = work_calendars([*(case.body for case in cases), *(message.body for message in messages)])
    of_cases = [Line(case, days_left(case, today, calendars[case.body_id])) for case in cases]
    return of_cases, [_message_line(message, today, calendars[message.body_id]) for message in messages]


def lines(cases: Sequence[Case], today: date) -> list[Line]:
    """Cases with the working days that are left to each. Two queries, however many bodies."""
    return desk_lines(cases, [], today)[0]


def _message_line(message: Message, today: date, calendar: WorkCalendar) -> MessageLine:
    try:
        take_by = reply_due(_day(message.received_at), TAKE_DAYS, calendar.is_open)
        return MessageLine(message, take_by, working_days_left(today, take_by, calendar.is_open))
    except CalendarUnknown:
        return MessageLine(message)


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


def very_late_until(actor_body: Body | None, today: date) -> date:
    """The latest due day of which a case is very late today, on this desk. Without a calendar, a week back."""
    day = today - timedelta(days=VERY_LATE)
    if actor_body is None:
        return day
    try:
        is_open = work_calendar(actor_body).is_open
        while working_days_left(today, day, is_open) > -VERY_LATE:
            day -= timedelta(days=1)
    except CalendarUnknown:
        return today - timedelta(days=7)
    return day


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


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many wrote. writers: distinct senders where the source tells them; a message without one counts as one person."""

    messages: int
    writers: int


def crowd(messages: QuerySet[Message]) -> Crowd:
    """Counted by the table, exactly, whatever the number. messages: each once. One query."""
    nameless = Q(sender="")
    found = messages.order_by().aggregate(
        messages=Count("pk"),
        named=Count("sender", filter=~nameless, distinct=True),
        nameless=Count("pk", filter=nameless),
    )
    return Crowd(found["messages"], found["named"] + found["nameless"])


def free_messages(actor: Actor) -> QuerySet[Message]:
    """Published messages that came to her body or under it and are in no case: what can join one."""
    if actor.role not in ANSWERING_ROLES:
        return Message.objects.none()
    return Message.objects.handled_by(actor).filter(published_at__isnull=False, case_message=None)


def messages_in_theme(theme: Theme) -> QuerySet[Message]:
    """Every message that a theme of any grain holds, copies among them."""
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme))
    return Message.objects.filter(pk__in=inside.values("message"))


def alike(case: Case, actor: Actor) -> list[Message]:
    """A few free messages of the theme that the case came from, or else of that of its first message. At most four queries."""
    theme = case.theme
    if theme is None:
        first = Message.objects.filter(cases=case).select_related("call").order_by("pk").first()
        placement = placement_of(first) if first else None
        theme = placement.theme if placement else None
    free = free_messages(actor).filter(ground="")
    return list(free.filter(pk__in=messages_in_theme(theme)).order_by("pk")[:ALIKE]) if theme else []


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
    return found.select_related("theme__merged_into", "copy_of").first()


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
    """Cases of her desk under one filter, the most urgent first. show: a name of `forms.CASE_FILTERS`, or any."""
    if show == "shared":
        return Case.objects.to_help_with(actor).select_related("body", "overseer").in_order_of_urgency()
    cases = Case.objects.on_desk_of(actor).select_related("body", "overseer").in_order_of_urgency()
    chosen: dict[str, Callable[[], QuerySet[Case]]] = {
        "any": cases.all,
        "overdue": lambda: cases.overdue(today),
        "very_late": lambda: cases.overdue(very_late_until(actor.body, today) + timedelta(days=1)),  # type: ignore[attr-defined]
        "soon": lambda: cases.due_between(today, soon),
        "reopened": cases.reopened,
        "escalated": cases.escalated,
        State.ANSWERED: lambda: cases.filter(state=State.ANSWERED),
        State.SETTLED: lambda: cases.filter(state=State.SETTLED),
    }
    return chosen.get(show, cases.open)()


def saying(cases: QuerySet[Case], words: Sequence[str]) -> QuerySet[Case]:
    """Those of the cases in which each of these words stands: in the title, in what everybody may read of a message, in a
    reply; or whose number it is. No index helps: the time grows with the cases that are looked through."""
    for word in words:
        said = CaseMessage.objects.filter(_in_message(word, "message__")).values("case")
        replied = Reply.objects.filter(text__icontains=word).values("case")
        number = Q(pk=int(word)) if word.isascii() and word.isdecimal() and len(word) < MOST_DIGITS else Q()
        cases = cases.filter(Q(title__icontains=word) | Q(pk__in=said) | Q(pk__in=replied) | number)
    return cases


def messages_saying(messages: QuerySet[Message], words: Sequence[str]) -> QuerySet[Message]:
    """Those of the messages in whose public words each of these stands."""
    for word in words:
        messages = messages.filter(_in_message(word))
    return messages


def _in_message(word: str, prefix: str = "") -> Q:
    return Q((f"{prefix}shown_text__icontains", word)) | Q((f"{prefix}shown_title__icontains", word))


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


def hand_over_choices(case: Case) -> QuerySet[Body]:
    """Bodies of the same tree that the case may go to: none that has it, or had it."""
    had = Turn.objects.filter(case=case).values("body")
    return Body.objects.within(case.body.path[: Body.steplen]).exclude(pk__in=had)


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
