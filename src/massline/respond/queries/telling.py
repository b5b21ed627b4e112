"""What happened to a case, and how its day came about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Count, Manager, Max, Model, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendars
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.models import (
    ANSWERING_ROLES,
    Attachment,
    Case,
    Correction,
    Extension,
    Following,
    Note,
    Pause,
    Regrouping,
    Reply,
    Reshaping,
    Share,
    Turn,
    Urging,
)
from massline.respond.queries.attaching import files_of, with_attachments
from massline.respond.rules import (
    PAUSES,
    ActKind,
    ReshapeKind,
    Span,
    State,
    TurnKind,
    counted_days,
    working_days_left,
)
from massline.rights import Actor, may

BEGINNINGS = (ActKind.TAKEN, ActKind.REOPENED, ActKind.SPLIT_OFF)  # after these a promise runs
HAND_OVERS = (ActKind.HANDED_OVER, ActKind.HANDED_BACK)  # after these another body has it, within the same promise
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
    reshaping: Reshaping | None = None  # of a merging or a splitting
    is_down: bool = False  # of a hand-over: to a body under the one that had the case
    turn: Turn | None = None  # that began with it
    correction: Correction | None = None  # of its topic
    attached: Sequence[Attachment] = ()  # to a reply


@dataclass(frozen=True, slots=True)
class DueStory:
    """How a due day came about. `spans` is None where the calendar was changed since, or does not know these days any more.

    extended: working days that were added, 0 for none. corrected: the last correction of its topic, if there was one."""

    received: date
    working_days: int
    due: date
    spans: list[Span] | None
    extended: int = 0
    corrected: Correction | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One case on the desk. `left`: working days, None where its calendar does not know."""

    case: Case
    left: int | None

    @property
    def is_very_late(self) -> bool:
        return self.left is not None and self.left <= -self.case.very_late_days


KEPT_APART = {
    "pauses": (Pause, ("began_by", "ended_by")),
    "extensions": (Extension, ("by",)),
    "urgings": (Urging, ("body", "owner", "by")),
    "shares": (Share, ("body", "asked_by", "done_by")),
    "regroupings": (Regrouping, ("by",)),
    "corrections": (Correction, ("before", "after", "by")),
}
"""What happened to a case and stands in tables of its own, with whom a page names beside it; the most frequent first."""


def _load(case: Case, name: str) -> None:
    """One of KEPT_APART at hand: no page reads it twice. One query."""
    kind, who = KEPT_APART[name]
    prefetch_related_objects([case], Prefetch(name, kind._default_manager.select_related(*who)))


def _know_that_it_is_empty(case: Case, name: str) -> None:
    """As `_load` would find it, without a query."""
    known = case.__dict__.get("_prefetched_objects_cache", {})  # where Django keeps what was prefetched
    case.__dict__["_prefetched_objects_cache"] = {**known, name: KEPT_APART[name][0]._default_manager.none()}


def in_order(rows: Manager[Row]) -> list[Row]:
    """What belongs to a case, as it came; without a query where `acts` has read it."""
    return sorted(rows.all(), key=lambda row: row.pk)


def acts(case: Case) -> list[Act]:
    """Everything that happened to a case, in order; always `case.version + 1` acts, so no table is asked for more once all are
    there. One query where its turns tell all of them, at most eight."""
    told = _acts_of_turns(case)
    others = list(_acts_of_shape(case)) if len(told) <= case.version else []
    for name in KEPT_APART:
        if len(told) + len(others) > case.version:
            _know_that_it_is_empty(case, name)
        else:
            _load(case, name)
            others += TOLD_BY[name](case)
    return sorted([*told, *others], key=lambda act: act.at) if others else told


def only_escalated_since(case: Case, version: int) -> bool:
    """Whether all that happened since a version was read is that the worker put the case before the body above. That takes
    nothing from what a handler decided meanwhile."""
    return case.version == version + 1 and acts(case)[-1].kind == ActKind.ESCALATED


def _acts_of_turns(case: Case) -> list[Act]:
    """Who owned it, was shown it, and replied, with which files. One query, two where somebody did."""
    turns = Turn.objects.filter(case=case).order_by("pk")
    told: list[Act] = []
    before: Body | None = None  # who had it
    for turn in turns.select_related("body", "overseer", "sender", "began_by", "reply__body", "reply__published_by"):
        kind = ActKind(turn.kind)
        is_down = kind == ActKind.HANDED_OVER and before is not None and turn.body.path.startswith(before.path)
        words, before = (turn.reason, turn.shown_reason), turn.body
        told.append(Act(kind, turn.began_at, turn.body, turn.began_by, *words, is_down=is_down, turn=turn))
        if turn.escalated_at:
            told.append(Act(ActKind.ESCALATED, turn.escalated_at, turn.overseer))
        if hasattr(turn, "reply"):
            reply = turn.reply
            who, words = (reply.body, reply.published_by), (reply.text, reply.text)
            files = [one for one in files_of(case) if one.reply_id == reply.pk]
            told.append(Act(ActKind.REPLIED, reply.published_at, *who, *words, attached=files))
            if reply.settled_at:
                told.append(Act(ActKind.SETTLED, reply.settled_at))
    return told


def _acts_of_pauses(case: Case) -> Iterator[Act]:
    """Pauses, and their ends before their last day."""
    for pause in in_order(case.pauses):
        words = (pause.reason, pause.reason)
        yield Act(ActKind.PAUSED, pause.began_at, None, pause.began_by, *words, day=pause.until)
        if pause.ended_at:
            yield Act(ActKind.RESUMED, pause.ended_at, None, pause.ended_by)


def _acts_of_extensions(case: Case) -> Iterator[Act]:
    for more in in_order(case.extensions):
        yield Act(ActKind.EXTENDED, more.at, None, more.by, more.reason, more.reason, days=more.days)


def _acts_of_corrections(case: Case) -> Iterator[Act]:
    """Other topics than it was taken with."""
    for one in in_order(case.corrections):
        yield Act(ActKind.CORRECTED, one.at, None, one.by, one.reason, one.reason, correction=one)


def _acts_of_messages(case: Case) -> Iterator[Act]:
    """Messages that joined or left."""
    for one in in_order(case.regroupings):
        kind = ActKind.JOINED if one.joined else ActKind.LEFT
        yield Act(kind, one.at, None, one.by, one.reason, one.reason, messages=one.messages)


def _acts_of_urging(case: Case) -> Iterator[Act]:
    """What bodies above wanted to see done, by which day."""
    for one in in_order(case.urgings):
        yield Act(ActKind.URGED, one.at, one.body, one.by, one.reason, one.reason, day=one.due)


def _acts_of_shape(case: Case) -> Iterator[Act]:
    """Cases that came into this one or went off it, it itself into another one, and what of this was taken back. One query.

    That it was split off is its first turn."""
    for one in Reshaping.objects.of(case).order_by("pk"):
        words = (one.reason, one.reason)
        if one.kind == ReshapeKind.MERGED:
            kind = ActKind.MERGED if one.case_id == case.pk else ActKind.MERGED_AWAY
            yield Act(kind, one.at, None, one.by, *words, reshaping=one)
        elif one.case_id == case.pk:
            yield Act(ActKind.SPLIT, one.at, None, one.by, *words, reshaping=one)
        if one.undone_at:
            yield Act(ActKind.TAKEN_BACK, one.undone_at, None, one.undone_by, reshaping=one)


def last_reshaping(case: Case, told: Sequence[Act]) -> Reshaping | None:
    """The latest merging into a case, or splitting off it, if that can be taken back. told: its acts. No query."""
    standing = [act.reshaping for act in told if act.reshaping and act.reshaping.undone_at is None]
    last = max(standing, key=lambda one: one.pk, default=None)
    if last is None or last.case_id != case.pk:
        return None
    wanted = State.MERGED if last.kind == ReshapeKind.MERGED else State.OPEN
    return last if last.other.state == wanted else None


def _acts_of_helpers(case: Case) -> Iterator[Act]:
    """Bodies that were asked for a part, and their parts done."""
    for part in in_order(case.shares):
        yield Act(ActKind.SHARED, part.asked_at, part.body, part.asked_by, part.reason, part.reason)
        if part.done_at:
            yield Act(ActKind.PART_DONE, part.done_at, part.body, part.done_by)


TOLD_BY: dict[str, Callable[[Case], Iterator[Act]]] = {
    "pauses": _acts_of_pauses,
    "extensions": _acts_of_extensions,
    "urgings": _acts_of_urging,
    "shares": _acts_of_helpers,
    "regroupings": _acts_of_messages,
    "corrections": _acts_of_corrections,
}


def calendars_of(case: Case, told: Sequence[Act]) -> dict[int, WorkCalendar]:
    """The calendars by which the days of a case are counted, by the key of their body. told: its acts. Two queries."""
    owners = [act.body for act in told if act.body and act.kind in (*BEGINNINGS, *HAND_OVERS)]
    return work_calendars([case.body, *owners, *(one.owner for one in in_order(case.urgings))])


def due_story(
    case: Case, told: Sequence[Act], today: date, calendars: Mapping[int, WorkCalendar] | None = None
) -> tuple[DueStory, Line]:
    """How the due day of a case came about, from the day of its first message or of its reopening; and what is left of it.

    told: its acts. calendars: `calendars_of` it, where a page has them. No query then, but for cases that are older than
    `Case.counted_from`."""
    calendars = calendars or calendars_of(case, told)
    began = next(act for act in reversed(told) if act.kind in BEGINNINGS)
    received = case.counted_from or _first_day(case, began)
    body = began.body or case.body
    extended = sum(more.days for more in in_order(case.extensions) if more.reopening == case.reopenings)
    spans = _spans(received, case, case.promised_days + extended, calendars[body.pk])
    corrected = next((one for one in reversed(in_order(case.corrections)) if one.at >= began.at), None)
    story = DueStory(received, case.promised_days, case.reply_due, spans, extended, corrected)
    return story, Line(case, days_left(case, today, calendars[case.body_id]))


def _first_day(case: Case, began: Act) -> date:
    """The day of the first message, or of the reopening."""
    first = case.messages.order_by("pk").first()
    return timezone.localdate(first.received_at if first and began.kind == ActKind.TAKEN else began.at)


def _spans(received: date, case: Case, promised: int, calendar: WorkCalendar) -> list[Span] | None:
    held = [pause for pause in in_order(case.pauses) if pause.reopening == case.reopenings]
    pauses = [(timezone.localdate(pause.began_at), pause.until) for pause in held]
    try:
        spans = counted_days(received, case.reply_due, calendar.is_open, pauses)
    except CalendarUnknown:
        return None
    return spans if spans and spans[-1].is_open and spans[-1].number == promised else None


def promise_body(case: Case) -> Body:
    """The body whose promise runs, and by whose working days it is counted: who took the case, or got it when it was reopened."""
    began = Turn.objects.filter(case=case, kind__in=(TurnKind.TAKEN, TurnKind.REOPENED, TurnKind.SPLIT_OFF)).order_by(
        "-pk"
    )
    return began.select_related("body")[0].body


def taking_body(case: Case) -> Body:
    """The body that took a case first, by whose working days its resolution is counted. One query."""
    return Turn.objects.filter(case=case).select_related("body").order_by("pk")[0].body


def clock(case: Case) -> dict[str, object]:
    """What may be done to the clock of an open case: `pause` that runs, `may_pause`, `may_extend`."""
    today = timezone.localdate()
    held = [pause for pause in in_order(case.pauses) if pause.reopening == case.reopenings]
    running = next((one for one in held if one.ended_at is None and one.until >= today), None)
    free = running is None and case.reply_due >= today
    extended = any(more.reopening == case.reopenings for more in in_order(case.extensions))
    may_pause = free and case.reply_due > today and len(held) < PAUSES
    return {"pause": running, "may_pause": may_pause, "may_extend": free and not extended}


@dataclass(frozen=True, slots=True)
class Urged:
    """A day that a body above has set, how it was counted, and the working days that are left; None where the calendar does not
    know."""

    urging: Urging
    spans: list[Span] | None
    left: int | None


def urged(case: Case, today: date, calendars: Mapping[int, WorkCalendar] | None = None) -> list[Urged]:
    """The days that bodies above have set in an open case. calendars: `calendars_of` it, where a page has them."""
    held = [one for one in in_order(case.urgings) if one.reopening == case.reopenings]
    if case.state != State.OPEN or not held:
        return []
    known = calendars or work_calendars({one.owner for one in held})
    return [_urged(one, today, known[one.owner_id]) for one in held]


def _urged(one: Urging, today: date, calendar: WorkCalendar) -> Urged:
    try:
        spans = counted_days(timezone.localdate(one.at), one.due, calendar.is_open)
        return Urged(
            one, spans if spans[-1].number == one.days else None, working_days_left(today, one.due, calendar.is_open)
        )
    except CalendarUnknown:
        return Urged(one, None, None)


def may_urge(case: Case, user: User) -> bool:
    """Whether this person's body stands above the one that owes the answer, and has set no day yet."""
    if user.body is None or user.body == case.body or case.state != State.OPEN:
        return False
    before = any(one.body_id == user.body_id and one.reopening == case.reopenings for one in in_order(case.urgings))
    return not before and may(user, "respond.urge", case.body.path)


def own_part(case: Case, actor: Actor) -> Share | None:
    """The part that the actor's body, or one under it, still has to do in a case."""
    if actor.body_path is None or actor.role not in ANSWERING_ROLES:
        return None
    mine = (part for part in in_order(case.shares) if part.body.path.startswith(actor.body_path))
    return next((part for part in mine if part.done_at is None), None)


@dataclass(frozen=True, slots=True)
class Letters:
    """What went by e-mail to the writer of a message. last: when the latest letter did, None for none."""

    confirmed: int
    asked: int
    last: datetime | None


def letters_about(message: Message) -> Letters:
    """Addresses of her message that said yes, all that were given, and the latest letter about a step. One query."""
    told = Q(notices__case__isnull=False)
    found = Following.objects.filter(message=message).aggregate(
        confirmed=Count("pk", filter=Q(confirmed_at__isnull=False), distinct=True),
        asked=Count("pk", distinct=True),
        last=Max("notices__sent_at", filter=told),
    )
    return Letters(**found)


@dataclass(frozen=True, slots=True)
class Noted:
    """A note, with its files."""

    note: Note
    attached: list[Attachment]


def notes(case: Case) -> list[Noted]:
    """What the desks wrote down about a case, in order. One query, and that for its files."""
    written = Note.objects.filter(case=case).select_related("body", "by").order_by("pk")
    return [Noted(note, [one for one in files_of(case) if one.note_id == note.pk]) for note in written]


def helpers(case: Case) -> QuerySet[Body]:
    """Bodies of the same tree that may be asked for a part in a case."""
    busy = Share.objects.filter(case=case).values("body")
    return Body.objects.within(case.body.path[: Body.steplen]).standing().exclude(pk=case.body_id).exclude(pk__in=busy)


def running_pause(case: Case, today: date) -> Pause | None:
    """What a case's clock stands still for today."""
    return Pause.objects.of_promise(case).running(today).first()


def days_left(case: Case, today: date, calendar: WorkCalendar) -> int | None:
    """Working days left for a reply; None once it is given, or where the calendar does not know."""
    if case.state != State.OPEN:
        return None
    try:
        return working_days_left(today, case.reply_due, calendar.is_open)
    except CalendarUnknown:
        return None


def replies_of(case: Case) -> QuerySet[Reply]:
    """With their files. Two queries."""
    replies = Reply.objects.filter(case=case).select_related("body").order_by("pk")
    return replies.prefetch_related(with_attachments())


def bodies_at_hand(case: Case, most: int) -> list[Body]:
    """Bodies of the same tree, in its order, so many at most. One query."""
    return list(Body.objects.within(case.body.path[: Body.steplen]).standing()[:most])


def hand_over_choices(case: Case) -> QuerySet[Body]:
    """Bodies of the same tree that the case may go to: none that has it, or had it."""
    had = Turn.objects.filter(case=case).values("body")
    return Body.objects.within(case.body.path[: Body.steplen]).standing().exclude(pk__in=had)
