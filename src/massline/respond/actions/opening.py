"""How a message finds its case, leaves it again, or needs none."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar
from massline.bodies.rules import CalendarUnknown
from massline.concentrate.models import HotMatter, Theme
from massline.gather.models import Message
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.deciding import check_reason, decide
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim
from massline.respond.models import (
    Advice,
    Case,
    CaseMessage,
    CaseTerms,
    Regrouping,
    SetAside,
    Topic,
    Turn,
    promised_days,
)
from massline.respond.queries import free_messages, messages_in_matters, messages_in_theme
from massline.respond.rules import (
    RESOLVE_DAYS,
    TAKE_BACK,
    TAKE_DAYS,
    VERY_LATE,
    CannotSetAside,
    CannotTakeBack,
    LeaveRefused,
    MessageTaken,
    NothingToJoin,
    NoticeKind,
    NotSetAside,
    State,
    TurnKind,
    WrongState,
    reply_due,
    resolution_due,
)
from massline.rights import Actor, require
from massline.terms import keep


@transaction.atomic
def open_case(message: Message, *, title: str, by: User, topic: Topic | None = None, why: str = "") -> Case:
    """Take a message as a case of the body that it came to. The promise runs from the day on which the message was received.

    topic: what it is about; why: where past cases surely advise another one. Raises NotAllowed, MessageTaken, ReasonMissing,
    CalendarUnknown."""
    body = message.body
    require(by, "respond.open_case", body.path)
    check_reason(Advice.objects.undecided().filter(message=message).first(), topic, why)
    case = _begin(Case(title=title, body=body, topic=topic), timezone.localdate(message.received_at))
    _put_into(case, message)
    _first_turn(case, by)
    decide(case, why=why, by=by, handed_on=False)
    append("case.opened", _opened(case) | {"message": message.pk})
    return case


@transaction.atomic
def open_case_of_theme(theme: Theme, *, title: str, body: Body, by: User, topic: Topic | None = None) -> Case:
    """Take all messages of a theme that are free and this desk's as one case of a body; the others stay where they are.

    The promise runs from the day of the earliest. Docs: docs/rules/case.md, C11. Raises NotAllowed, NothingToJoin,
    CalendarUnknown."""
    require(by, "respond.open_case_of_theme", body.path)
    case = Case(title=title, body=body, topic=topic, theme=theme)
    return _open_of_many(case, messages_in_theme(theme), by, {"theme": theme.pk})


@transaction.atomic
def open_case_of_hot_matter(matter: HotMatter, *, title: str, body: Body, by: User, topic: Topic | None = None) -> Case:
    """Take all messages of a hot matter that are free and this desk's as one case of a body; the others stay where they are.

    The promise runs from the day of the earliest. The matter stays when its list is made anew. Docs: docs/rules/case.md, C30.
    Raises NotAllowed, NothingToJoin, CalendarUnknown."""
    require(by, "respond.open_case_of_hot_matter", body.path)
    if HotMatter.objects.filter(pk=matter.pk).update(stays=True) != 1:
        raise NothingToJoin(f"the hot matter {matter.pk}, which was looked for anew meanwhile")
    case = Case(title=title, body=body, topic=topic, hot_matter=matter)
    return _open_of_many(case, messages_in_matters([matter]), by, {"hot_matter": matter.pk})


def _open_of_many(case: Case, inside: QuerySet[Message], by: User, whence: dict[str, int]) -> Case:
    """Begin a case with those of these messages that are free and this desk's. whence: what the log says that they came from.

    Raises NothingToJoin, CalendarUnknown."""
    free, what = free_messages(by).filter(pk__in=inside), " ".join(f"{kind} {key}" for kind, key in whence.items())
    first = free.order_by("received_at").first()
    if first is None:
        raise NothingToJoin(what)
    _begin(case, timezone.localdate(first.received_at))
    messages = _put_all_into(case, free)
    if not messages:  # somebody else took them at this moment
        raise NothingToJoin(what)
    _first_turn(case, by)
    append("case.opened", _opened(case) | whence | {"messages": messages})
    return case


def _begin(case: Case, received: date) -> Case:
    """Save a new case with its days, all counted from the day of receipt. Raises CalendarUnknown where no day of reply can be
    told; that of the resolution, which lies further ahead, may be unknown."""
    is_open, topic = work_calendar(case.body).is_open, case.topic
    case.opened_at, case.counted_from, case.received_on = timezone.now(), received, received
    case.promised_days = promised_days(case.body, topic)
    case.reply_due = reply_due(received, case.promised_days, is_open)
    case.take_by = reply_due(received, topic.take_days if topic else TAKE_DAYS, is_open)
    case.resolve_days = max(topic.resolve_days if topic else RESOLVE_DAYS, case.promised_days)
    with suppress(CalendarUnknown):
        case.resolve_by = resolution_due(received, case.resolve_days, is_open, ())
    case.very_late_days = topic.very_late_days if topic else VERY_LATE
    case.save(force_insert=True)
    keep(CaseTerms, [case], new=True)
    return case


def _first_turn(case: Case, by: User) -> None:
    turn = Turn(case=case, body=case.body, kind=TurnKind.TAKEN, began_at=case.opened_at, began_by=by)
    turn.reply_due = case.reply_due
    turn.save(force_insert=True)
    tell([case.pk], NoticeKind.TAKEN)


def _opened(case: Case) -> dict[str, object]:
    """What the log says of every case that begins."""
    days = {"reply_due": str(case.reply_due), "resolve_by": str(case.resolve_by) if case.resolve_by else None}
    return {"case": case.pk, "body": case.body.code, "topic": case.topic.code if case.topic else None, **days}


@transaction.atomic
def join(case: Case, messages: Collection[int], *, by: User, version: int) -> int:
    """Let more messages join an open case; returns how many did. What is in a case or not this desk's is passed over.

    Raises NotAllowed, WrongState, StaleCase, NothingToJoin."""
    require(by, "respond.join", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "joined by messages")
    joined = _put_all_into(case, free_messages(by).filter(pk__in=messages))
    if not joined:
        raise NothingToJoin("these")
    claim(case, version)
    Regrouping.objects.create(case=case, joined=True, messages=joined, at=timezone.now(), by=by)
    append("case.joined", {"case": case.pk, "messages": joined})
    return joined


@transaction.atomic
def leave(case: Case, message: Message, *, reason: str, by: User, version: int) -> None:
    """Take a message out of an open case again: it lies with the body that it came to, and its writer reads why.

    Raises NotAllowed, WrongState, StaleCase, LeaveRefused."""
    require(by, "respond.leave", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "left by a message")
    if not reason.strip():
        raise LeaveRefused(case.pk, "a reason is missing")
    claim(case, version)
    gone = CaseMessage.objects.filter(case=case, message=message).delete()[1]  # with marks of mergings that brought it
    if not gone.get(CaseMessage._meta.label):
        raise LeaveRefused(case.pk, f"message {message.pk} is not in it")
    if not CaseMessage.objects.filter(case=case).exists():
        raise LeaveRefused(case.pk, "it would be the last one")
    left = Regrouping(case=case, joined=False, messages=1, message=message, reason=reason, at=timezone.now(), by=by)
    left.save(force_insert=True)
    _wait(message, True)
    append("case.left", {"case": case.pk, "message": message.pk, "reason": digest(reason, message.salt)})


@transaction.atomic
def set_aside(message: Message, *, reason: str, by: User) -> SetAside:
    """Say in the name of the body that a message needs no case, and why; everybody can read it. Docs: docs/rules/case.md, C10.

    Raises NotAllowed, MessageTaken, CannotSetAside."""
    require(by, "respond.set_aside", message.body.path)
    if message.published_at is None:
        raise CannotSetAside(message.pk, "it is not published yet, and nothing may go unseen")
    if not reason.strip():
        raise CannotSetAside(message.pk, "a reason is missing")
    if taken := CaseMessage.objects.filter(message=message).first():
        raise MessageTaken(message.pk, taken.case_id)
    said = SetAside(message=message, body=message.body, reason=reason, at=timezone.now(), by=by)
    try:
        with transaction.atomic():
            said.save(force_insert=True)
            _wait(message, False)
    except IntegrityError:
        raise CannotSetAside(message.pk, "it was set aside before, which can be done once") from None
    facts = {"message": message.pk, "body": message.body.code}
    append("message.set_aside", {**facts, "reason": digest(reason, said.salt)})
    return said


@transaction.atomic
def take_back_set_aside(message: Message, *, by: User) -> None:
    """The body takes back that a message needs no case, while that is fresh: it lies in the queue again. The log keeps both.

    Raises NotAllowed, CannotTakeBack."""
    require(by, "respond.take_back_set_aside", message.body.path)
    fresh = SetAside.objects.standing().filter(message=message, message__case_message=None)
    if fresh.filter(at__gt=timezone.now() - TAKE_BACK).delete()[0] != 1:
        raise CannotTakeBack(message.pk)
    _wait(message, True)
    append("message.set_aside_taken_back", {"message": message.pk, "body": message.body.code})


@transaction.atomic
def ask_again(message: Message, *, by: Actor) -> None:
    """The writer says that her message needs a case after all: it lies with the body again, for good. Once.

    Raises NotAllowed, NotSetAside."""
    require(by, "respond.ask_again", message.body.path)
    held = SetAside.objects.standing().filter(message=message, message__case_message=None)
    if held.update(asked_again_at=timezone.now()) != 1:
        raise NotSetAside(message.pk)
    _wait(message, True)
    append("message.asked_again", {"message": message.pk, "body": message.body.code})


def _wait(message: Message, waits: bool) -> None:
    """Whether the message waits for a desk. (The tables of cases and of what was set aside say why; this is what is counted.)"""
    Message.objects.filter(pk=message.pk).update(waits=waits)


def _put_into(case: Case, message: Message) -> None:
    """Of two who take the same message at once, the second is told: the table has room for one. Raises MessageTaken."""
    try:
        with transaction.atomic():
            CaseMessage.objects.create(case=case, message=message)
            _wait(message, False)
    except IntegrityError:
        raise MessageTaken(message.pk, CaseMessage.objects.get(message=message).case_id) from None


def _put_all_into(case: Case, messages: QuerySet[Message]) -> int:
    """How many came into the case; what somebody else takes at this moment stays hers. Two queries a thousand messages."""
    before = CaseMessage.objects.filter(case=case).count()
    rows = [CaseMessage(case=case, message_id=key) for key in messages.order_by("pk").values_list("pk", flat=True)]
    CaseMessage.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)
    Message.objects.filter(waits=True, case_message__case=case).update(waits=False)
    return CaseMessage.objects.filter(case=case).count() - before
