"""The verbs of responding. Each one asks `require`, changes the case and appends to the ledger in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import above, work_calendar
from massline.concentrate.models import Theme
from massline.gather.models import Message
from massline.ledger.actions import append, append_all
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.models import (
    Case,
    CaseMessage,
    CaseQuerySet,
    Extension,
    Note,
    Pause,
    Regrouping,
    Reply,
    SetAside,
    Share,
    Turn,
)
from massline.respond.queries import free_messages, messages_in_theme, promise_body, reply_day, running_pause
from massline.respond.rules import (
    LONGEST_PAUSE,
    PAUSES,
    REOPENINGS,
    CannotSetAside,
    ClockRefused,
    HandOverRefused,
    LeaveRefused,
    MessageTaken,
    NothingToJoin,
    NotSetAside,
    PauseKind,
    ReopenedBefore,
    ShareRefused,
    StaleCase,
    State,
    TurnKind,
    WrongState,
    check_move,
    due_after_pause,
    longest_extension,
    reply_due,
)
from massline.rights import Actor, require

ESCALATED_AT_ONCE = 500  # cases in one transaction: on SQLite nobody else writes meanwhile


@dataclass(frozen=True, slots=True)
class Wait:
    """What a body waits for, why, and how many working days at most."""

    kind: PauseKind
    reason: str
    days: int


@transaction.atomic
def open_case(message: Message, *, title: str, by: User) -> Case:
    """Take a message as a case of the body that it came to. The promise runs from the day on which the message was received.

    Raises NotAllowed, MessageTaken, CalendarUnknown."""
    body = message.body
    require(by, "respond.open_case", body.path)
    now, due = timezone.now(), reply_day(message)
    days, received = body.reply_promise, timezone.localdate(message.received_at)
    case = Case(title=title, body=body, opened_at=now, promised_days=days, reply_due=due, counted_from=received)
    case.save(force_insert=True)
    _put_into(case, message)
    Turn.objects.create(case=case, body=body, kind=TurnKind.TAKEN, began_at=now, began_by=by, reply_due=due)
    append("case.opened", {"case": case.pk, "message": message.pk, "body": body.code, "reply_due": str(due)})
    return case


@transaction.atomic
def open_case_of_theme(theme: Theme, *, title: str, body: Body, by: User) -> Case:
    """Take all messages of a theme that are free and this desk's as one case of a body; the others stay where they are.

    The promise runs from the day of the earliest. Docs: docs/rules/case.md, C11. Raises NotAllowed, NothingToJoin,
    CalendarUnknown."""
    require(by, "respond.open_case_of_theme", body.path)
    free = free_messages(by).filter(pk__in=messages_in_theme(theme))
    first = free.order_by("received_at").first()
    if first is None:
        raise NothingToJoin(f"the theme {theme.pk}")
    now, days, received = timezone.now(), body.reply_promise, timezone.localdate(first.received_at)
    due = reply_due(received, days, work_calendar(body).is_open)
    case = Case(title=title, body=body, opened_at=now, promised_days=days, reply_due=due, counted_from=received)
    case.theme = theme
    case.save(force_insert=True)
    messages = _put_all_into(case, free)
    Turn.objects.create(case=case, body=body, kind=TurnKind.TAKEN, began_at=now, began_by=by, reply_due=due)
    facts = {"case": case.pk, "theme": theme.pk, "messages": messages, "body": body.code}
    append("case.opened", {**facts, "reply_due": str(due)})
    return case


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
    _claim(case, version)
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
    _claim(case, version)
    if CaseMessage.objects.filter(case=case, message=message).delete()[0] != 1:
        raise LeaveRefused(case.pk, f"message {message.pk} is not in it")
    if not CaseMessage.objects.filter(case=case).exists():
        raise LeaveRefused(case.pk, "it would be the last one")
    left = Regrouping(case=case, joined=False, messages=1, message=message, reason=reason, at=timezone.now(), by=by)
    left.save(force_insert=True)
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
    if running_pause(case, timezone.localdate()):
        raise HandOverRefused(to.code, "the clock stands still; let it go on first")
    before = case.body
    _claim(case, version, body=to)
    _next_turn(case, kind=TurnKind.HANDED_OVER, reason=reason, by=by)
    append(
        "case.handed_over",
        {"case": case.pk, "from": before.code, "to": to.code, "reason": digest(reason, str(case.pk))},
    )
    return case


@transaction.atomic
def share(case: Case, *, to: Body, reason: str, by: User, version: int) -> Share:
    """Ask another body for its part in a case, and say which. The owner leads: it alone replies. Docs: docs/rules/case.md, C13.

    Raises NotAllowed, WrongState, StaleCase, ShareRefused."""
    require(by, "respond.share", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "shared")
    if not reason.strip():
        raise ShareRefused(case.pk, "what the other body shall do is missing")
    if to == case.body or Share.objects.filter(case=case, body=to).exists():
        raise ShareRefused(case.pk, f"{to.code} has it, or has a part in it, already")
    _claim(case, version)
    part = Share.objects.create(case=case, body=to, reason=reason, asked_at=timezone.now(), asked_by=by)
    facts = {"case": case.pk, "lead": case.body.code, "body": to.code}
    append("case.shared", {**facts, "reason": digest(reason, str(case.pk))})
    return part


@transaction.atomic
def finish_part(part: Share, *, text: str, by: User) -> None:
    """Say that the body's part is done, in a note for the body that leads. Raises NotAllowed, ShareRefused."""
    require(by, "respond.finish_part", part.body.path)
    if not text.strip():
        raise ShareRefused(part.case_id, "what was done is missing")
    if Share.objects.filter(pk=part.pk, done_at=None).update(done_at=timezone.now(), done_by=by) != 1:
        raise ShareRefused(part.case_id, "its part is done already")
    Case.objects.filter(pk=part.case_id).update(version=F("version") + 1)
    _note(part.case, text, body=part.body, by=by)
    append("case.part_done", {"case": part.case_id, "body": part.body.code})


@transaction.atomic
def write_note(case: Case, *, text: str, body: Body, by: User) -> Note:
    """Write something down for the desks that work on a case, in the name of a body. Raises NotAllowed, ShareRefused."""
    require(by, "respond.write_note", body.path)
    if not text.strip() or not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise ShareRefused(case.pk, "the note is empty, or the case is not this desk's")
    note = _note(case, text, body=body, by=by)
    append("note.written", {"case": case.pk, "body": body.code, "note": digest(text, note.salt)})
    return note


def _note(case: Case, text: str, *, body: Body, by: User) -> Note:
    return Note.objects.create(case=case, body=body, text=text, at=timezone.now(), by=by)


@transaction.atomic
def pause(case: Case, wait: Wait, *, by: User, version: int) -> Pause:
    """Let the clock stand still while the body waits for the writer or for a third party. Docs: docs/rules/reply-deadline.md, R8.

    Raises NotAllowed, WrongState, StaleCase, ClockRefused, CalendarUnknown."""
    require(by, "respond.pause", case.body.path)
    today, is_open = _clock_of(case, wait.reason), work_calendar(promise_body(case)).is_open
    earlier = list(Pause.objects.of_promise(case))
    if any(one.ended_at is None and one.until >= today for one in earlier):
        raise ClockRefused(case.pk, "it stands still already")
    if len(earlier) >= PAUSES:
        raise ClockRefused(case.pk, f"it stood still {PAUSES} times, which is the most")
    if not 1 <= wait.days <= LONGEST_PAUSE:
        raise ClockRefused(case.pk, f"a pause has 1 to {LONGEST_PAUSE} working days, not {wait.days}")
    until = reply_due(today, wait.days, is_open)
    try:
        due = due_after_pause(today, until, case.reply_due, is_open)
    except ValueError:
        raise ClockRefused(case.pk, "no working day is left that could be counted later") from None
    held = Pause(case=case, reopening=case.reopenings, kind=wait.kind, reason=wait.reason, until=until)
    held.began_at, held.began_by, held.due_before = timezone.now(), by, case.reply_due
    held.save(force_insert=True)
    _set_due(case, due, version)
    facts = {"case": case.pk, "kind": wait.kind, "until": str(until), "reply_due": str(due)}
    append("case.paused", {**facts, "reason": digest(wait.reason, str(case.pk))})
    return held


@transaction.atomic
def resume(case: Case, *, by: User, version: int) -> Case:
    """The body got what it waited for: the clock goes on from today. Raises NotAllowed, WrongState, StaleCase, ClockRefused."""
    require(by, "respond.resume", case.body.path)
    today = _clock_of(case)
    held = running_pause(case, today)
    if held is None:
        raise ClockRefused(case.pk, "it does not stand still")
    is_open = work_calendar(promise_body(case)).is_open
    due = due_after_pause(timezone.localdate(held.began_at), today, held.due_before, is_open)
    Pause.objects.filter(pk=held.pk).update(until=today, ended_at=timezone.now(), ended_by=by)
    _set_due(case, due, version)
    append("case.resumed", {"case": case.pk, "reply_due": str(due)})
    return case


@transaction.atomic
def extend(case: Case, *, days: int, reason: str, by: User, version: int) -> Extension:
    """Add working days to the promise, once, before it is broken. Docs: docs/rules/reply-deadline.md, R9.

    Raises NotAllowed, WrongState, StaleCase, ClockRefused, CalendarUnknown."""
    require(by, "respond.extend", case.body.path)
    today, most = _clock_of(case, reason), longest_extension(case.promised_days)
    if running_pause(case, today):
        raise ClockRefused(case.pk, "it stands still; let it go on first")
    if not 1 <= days <= most:
        raise ClockRefused(case.pk, f"an extension has 1 to {most} working days, not {days}")
    more = Extension(case=case, reopening=case.reopenings, days=days, reason=reason, at=timezone.now(), by=by)
    try:
        with transaction.atomic():
            more.save(force_insert=True)
    except IntegrityError:
        raise ClockRefused(case.pk, "it was extended before, which can be done once") from None
    due = reply_due(case.reply_due, days, work_calendar(promise_body(case)).is_open)
    _set_due(case, due, version)
    facts = {"case": case.pk, "days": days, "reply_due": str(due)}
    append("case.extended", {**facts, "reason": digest(reason, str(case.pk))})
    return more


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
    changes["counted_from"] = timezone.localdate()
    calm = {"escalated_at": None, "overseer": None}
    _claim(case, case.version, **changes, **calm, reopenings=case.reopenings + 1)
    _next_turn(case, kind=TurnKind.REOPENED, reason=reason, by=None)
    append("case.reopened", {"case": case.pk, "body": body.code, "reply_due": str(due)})
    return case


def escalate_if_overdue(case_id: int, *, today: date, by: Actor) -> bool:
    """Put an overdue case before the eyes of the body above. Safe to run twice: the row decides who was first."""
    require(by, "respond.escalate_if_overdue", "")
    return _escalate(Case.objects.overdue(today).filter(pk=case_id)) == 1


def escalate_overdue(*, today: date, by: Actor) -> int:
    """Put every overdue case before the eyes of the body above; returns how many this call did.

    Any number of workers may do it at once, and die: each case is escalated once, together with its entry of the log. Five
    queries for ESCALATED_AT_ONCE cases, and two for each body above."""
    require(by, "respond.escalate_overdue", "")
    done = 0
    while some := _escalate(Case.objects.overdue(today)):
        done += some
    return done


@transaction.atomic
def _escalate(overdue: CaseQuerySet) -> int:
    """Some of these cases, the most urgent first; those that another worker has in hand are passed over."""
    waiting = overdue.filter(escalated_at=None).select_related("body").in_order_of_urgency()
    cases = list(waiting.select_for_update(skip_locked=True, of=("self",))[:ESCALATED_AT_ONCE])
    overseers = Body.objects.in_bulk({case.body.parent_path for case in cases} - {None}, field_name="path")
    now = timezone.now()
    for case in cases:
        case.overseer = overseers.get(case.body.parent_path, case.body)
    for overseer in {case.overseer for case in cases}:
        keys = [case.pk for case in cases if case.overseer == overseer]
        said = {"escalated_at": now, "overseer": overseer}
        Case.objects.filter(pk__in=keys).update(**said, version=F("version") + 1)
        Turn.objects.filter(case__in=keys, ended_at=None).update(**said)
    append_all("case.escalated", [_escalated(case) for case in cases])
    return len(cases)


def _escalated(case: Case) -> dict[str, object]:
    """What the log says of it."""
    to = case.overseer or case.body
    return {"case": case.pk, "from": case.body.code, "to": to.code, "reply_due": str(case.reply_due)}


def _clock_of(case: Case, reason: str = "-") -> date:
    """Today, where the clock of a case may be touched: it is open, not late, and a reason is given. Raises WrongState,
    ClockRefused."""
    today = timezone.localdate()
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "paused or extended")
    if not reason.strip():
        raise ClockRefused(case.pk, "a reason is missing")
    if case.reply_due < today:
        raise ClockRefused(case.pk, "its day has passed")
    return today


def _set_due(case: Case, due: date, version: int) -> None:
    """Move the due day of a case and of the turn that runs. Raises StaleCase."""
    _claim(case, version, reply_due=due)
    Turn.objects.filter(case=case, ended_at=None).update(reply_due=due)


def _put_into(case: Case, message: Message) -> None:
    """Of two who take the same message at once, the second is told: the table has room for one. Raises MessageTaken."""
    try:
        with transaction.atomic():
            CaseMessage.objects.create(case=case, message=message)
    except IntegrityError:
        raise MessageTaken(message.pk, CaseMessage.objects.get(message=message).case_id) from None


def _put_all_into(case: Case, messages: QuerySet[Message]) -> int:
    """How many came into the case; what somebody else takes at this moment stays hers. Two queries a thousand messages."""
    before = CaseMessage.objects.filter(case=case).count()
    rows = [CaseMessage(case=case, message_id=key) for key in messages.order_by("pk").values_list("pk", flat=True)]
    CaseMessage.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)
    return CaseMessage.objects.filter(case=case).count() - before


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
