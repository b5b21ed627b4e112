"""The day of the promise: it waits, moves once, and passes."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar
from massline.bodies.rules import CalendarUnknown
from massline.ledger.actions import append, append_all
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim
from massline.respond.models import Case, CaseQuerySet, Extension, Pause, Turn
from massline.respond.queries import promise_body, running_pause, taking_body
from massline.respond.rules import (
    LONGEST_PAUSE,
    PAUSES,
    ClockRefused,
    NoticeKind,
    PauseKind,
    State,
    WrongState,
    due_after_pause,
    longest_extension,
    reply_due,
    resolution_due,
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
    tell([case.pk], NoticeKind.PAUSED)
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
    tell([case.pk], NoticeKind.RESUMED)
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
    tell([case.pk], NoticeKind.EXTENDED)
    append("case.extended", {**facts, "reason": digest(reason, str(case.pk))})
    return more


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
    tell([case.pk for case in cases], NoticeKind.ESCALATED)
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
    """Move the due day of a case and of the turn that runs; paused days count for no resolution either. Raises StaleCase."""
    claim(case, version, reply_due=due, resolve_by=_resolve_by(case))
    Turn.objects.filter(case=case, ended_at=None).update(reply_due=due)


def _resolve_by(case: Case) -> date | None:
    """When a matter is to be resolved, as its pauses stand now; as before where its year is not known."""
    if case.received_on is None or case.resolve_days is None:
        return None
    is_open = work_calendar(taking_body(case)).is_open
    pauses = [(timezone.localdate(held.began_at), held.until) for held in Pause.objects.filter(case=case)]
    try:
        return resolution_due(case.received_on, case.resolve_days, is_open, pauses)
    except CalendarUnknown:
        return case.resolve_by
