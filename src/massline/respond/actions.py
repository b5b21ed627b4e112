"""The verbs of responding. Each one asks `require`, changes the case and appends to the ledger in one transaction."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import above, work_calendar
from massline.gather.models import Message
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.models import Case, CaseMessage, Reply, SetAside, Turn
from massline.respond.queries import reply_day
from massline.respond.rules import (
    REOPENINGS,
    CannotSetAside,
    HandOverRefused,
    MessageTaken,
    NotSetAside,
    ReopenedBefore,
    StaleCase,
    State,
    TurnKind,
    WrongState,
    check_move,
    reply_due,
)
from massline.rights import Actor, require


@transaction.atomic
def open_case(message: Message, *, title: str, by: User) -> Case:
    """Take a message as a case of the body that it came to. The promise runs from the day on which the message was received.

    Raises NotAllowed, MessageTaken, CalendarUnknown."""
    body = message.body
    require(by, "respond.open_case", body.path)
    now, due = timezone.now(), reply_day(message)
    case = Case.objects.create(title=title, body=body, opened_at=now, promised_days=body.reply_promise, reply_due=due)
    _put_into(case, message)
    Turn.objects.create(case=case, body=body, kind=TurnKind.TAKEN, began_at=now, began_by=by, reply_due=due)
    append("case.opened", {"case": case.pk, "message": message.pk, "body": body.code, "reply_due": str(due)})
    return case


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
    except IntegrityError:
        raise CannotSetAside(message.pk, "it was set aside before, which can be done once") from None
    facts = {"message": message.pk, "body": message.body.code}
    append("message.set_aside", {**facts, "reason": digest(reason, said.salt)})
    return said


@transaction.atomic
def ask_again(message: Message, *, by: Actor) -> None:
    """The writer says that her message needs a case after all: it lies with the body again, for good. Once.

    Raises NotAllowed, NotSetAside."""
    require(by, "respond.ask_again", message.body.path)
    held = SetAside.objects.standing().filter(message=message, message__case_message=None)
    if held.update(asked_again_at=timezone.now()) != 1:
        raise NotSetAside(message.pk)
    append("message.asked_again", {"message": message.pk, "body": message.body.code})


@transaction.atomic
def hand_over(case: Case, *, to: Body, reason: str, by: User, version: int) -> Case:
    """Give the case to another body, with a reason that everybody can read. The reply day stays: a hand-over buys no time.

    Raises NotAllowed, WrongState, StaleCase, HandOverRefused."""
    require(by, "respond.hand_over", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "handed over")
    if not reason.strip():
        raise HandOverRefused(to.code, "a reason is missing")
    if Turn.objects.filter(case=case, body=to).exists():
        raise HandOverRefused(to.code, "it has, or had, this case already")
    before = case.body
    _claim(case, version, body=to)
    _next_turn(case, kind=TurnKind.HANDED_OVER, reason=reason, by=by)
    append(
        "case.handed_over",
        {"case": case.pk, "from": before.code, "to": to.code, "reason": digest(reason, str(case.pk))},
    )
    return case


@transaction.atomic
def publish_reply(case: Case, *, text: str, by: User, version: int) -> Reply:
    """Publish the body's reply. Raises NotAllowed, WrongState, StaleCase."""
    require(by, "respond.publish_reply", case.body.path)
    check_move(case.pk, State(case.state), State.ANSWERED)
    _claim(case, version, state=State.ANSWERED)
    now = timezone.now()
    turn = Turn.objects.get(case=case, ended_at=None)
    turn.ended_at = now
    turn.save(update_fields=["ended_at"])
    reply = Reply.objects.create(case=case, turn=turn, body=case.body, text=text, published_at=now, published_by=by)
    append("reply.published", {"case": case.pk, "body": case.body.code, "reply": digest(text, reply.salt)})
    return reply


@transaction.atomic
def settle(case: Case, *, by: Actor) -> None:
    """A writer said that it is solved. Raises NotAllowed, WrongState."""
    require(by, "respond.settle", case.body.path)
    check_move(case.pk, State(case.state), State.SETTLED)
    _claim(case, case.version, state=State.SETTLED, settled_at=timezone.now())
    append("case.settled", {"case": case.pk})


@transaction.atomic
def reopen(case: Case, *, reason: str, by: Actor) -> Case:
    """Begin again one level up, with a new reply day. At the top the same body looks again. Raises NotAllowed, WrongState,
    ReopenedBefore, CalendarUnknown."""
    require(by, "respond.reopen", case.body.path)
    check_move(case.pk, State(case.state), State.OPEN)
    if case.reopenings >= REOPENINGS:
        raise ReopenedBefore(f"Case {case.pk} was reopened before; that can be done once.")
    body = above(case.body) or case.body
    days = body.reply_promise
    due = reply_due(timezone.localdate(), days, work_calendar(body).is_open)
    changes = {"state": State.OPEN, "body": body, "reply_due": due, "promised_days": days}
    calm = {"escalated_at": None, "overseer": None}
    _claim(case, case.version, **changes, **calm, reopenings=case.reopenings + 1)
    _next_turn(case, kind=TurnKind.REOPENED, reason=reason, by=None)
    append("case.reopened", {"case": case.pk, "body": body.code, "reply_due": str(due)})
    return case


@transaction.atomic
def escalate_if_overdue(case_id: int, *, today: date, by: Actor) -> bool:
    """Put an overdue case before the eyes of the body above. Safe to run twice: the row decides who was first."""
    require(by, "respond.escalate_if_overdue", "")
    case = Case.objects.overdue(today).filter(pk=case_id, escalated_at=None).select_related("body").first()
    if case is None:
        return False
    overseer = above(case.body) or case.body
    waiting = Case.objects.overdue(today).filter(pk=case_id, escalated_at=None)
    now = timezone.now()
    escalated = waiting.update(escalated_at=now, overseer=overseer, version=F("version") + 1) == 1
    if escalated:
        Turn.objects.filter(case=case, ended_at=None).update(escalated_at=now, overseer=overseer)
        append(
            "case.escalated",
            {"case": case_id, "from": case.body.code, "to": overseer.code, "reply_due": str(case.reply_due)},
        )
    return escalated


def _put_into(case: Case, message: Message) -> None:
    """Of two who take the same message at once, the second is told: the table has room for one. Raises MessageTaken."""
    try:
        with transaction.atomic():
            CaseMessage.objects.create(case=case, message=message)
    except IntegrityError:
        raise MessageTaken(message.pk, CaseMessage.objects.get(message=message).case_id) from None


def _claim(case: Case, version: int, **changes: object) -> None:
    """Change the case only if nobody changed it since `version` was read. Raises StaleCase."""
    changes["version"] = version + 1
    if Case.objects.filter(pk=case.pk, version=version).update(**changes) != 1:
        raise StaleCase(case.pk)
    case.refresh_from_db()


def _next_turn(case: Case, *, kind: TurnKind, reason: str, by: User | None) -> None:
    """End the turn that runs, if one does, and begin the next."""
    now = timezone.now()
    Turn.objects.filter(case=case, ended_at=None).update(ended_at=now)
    Turn.objects.create(
        case=case, body=case.body, kind=kind, reason=reason, began_at=now, began_by=by, reply_due=case.reply_due
    )
