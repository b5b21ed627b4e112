"""The topic of an open case is corrected: its days are counted anew, never later, and past advice learns of it."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from massline.bodies.queries import work_calendar
from massline.bodies.rules import CalendarUnknown
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.deciding import decide_again
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim
from massline.respond.models import Case, Correction, Extension, Pause, Topic, Turn, promised_days
from massline.respond.queries import promise_body, running_pause, taking_body
from massline.respond.rules import (
    RESOLVE_DAYS,
    VERY_LATE,
    CorrectionRefused,
    NoticeKind,
    State,
    WrongState,
    corrected_due,
    counted_days,
    resolution_due,
)
from massline.rights import require


@transaction.atomic
def correct_topic(case: Case, *, topic: Topic | None, reason: str, by: User, version: int) -> Correction:
    """Give an open case another topic, None for none of the list; its days move to the front or stay, never back.

    Docs: docs/rules/reply-deadline.md, R12. Raises NotAllowed, WrongState, StaleCase, CorrectionRefused, CalendarUnknown."""
    require(by, "respond.correct_topic", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "given another topic")
    if not reason.strip():
        raise CorrectionRefused(case.pk, "reason")
    if topic == case.topic:
        raise CorrectionRefused(case.pk, "same")
    if running_pause(case, timezone.localdate()):
        raise CorrectionRefused(case.pk, "waiting")
    done = Correction(case=case, before=case.topic, after=topic, reason=reason, due_before=case.reply_due, by=by)
    case.reply_due, case.promised_days = _answer(case, topic)
    case.resolve_by, case.resolve_days = _resolution(case, topic)
    very_late = min(case.very_late_days, topic.very_late_days if topic else VERY_LATE)
    days = {name: getattr(case, name) for name in ("reply_due", "promised_days", "resolve_by", "resolve_days")}
    claim(case, version, topic=topic, very_late_days=very_late, **days)
    Turn.objects.filter(case=case, ended_at=None).update(reply_due=case.reply_due)
    done.due_after, done.at = case.reply_due, timezone.now()
    done.save(force_insert=True)
    decide_again(case, why=reason, by=by)
    tell([case.pk], NoticeKind.CORRECTED)
    append("case.corrected", _facts(done) | {"reason": digest(reason, str(case.pk))})
    return done


def _answer(case: Case, topic: Topic | None) -> tuple[date, int]:
    """When the reply is due, and the working days that make this day. Where it is not known from when a case counts (those older
    than that column) the day stays. Raises CalendarUnknown."""
    if case.counted_from is None:
        return case.reply_due, case.promised_days
    body = promise_body(case)
    is_open, pauses = work_calendar(body).is_open, _pauses(Pause.objects.of_promise(case))
    added = sum(more.days for more in Extension.objects.filter(case=case, reopening=case.reopenings))
    by_topic = resolution_due(case.counted_from, promised_days(body, topic) + added, is_open, pauses)
    due = corrected_due(case.reply_due, by_topic, timezone.localdate(), is_open)
    if due == case.reply_due:
        return due, case.promised_days
    return due, counted_days(case.counted_from, due, is_open, pauses)[-1].number - added


def _resolution(case: Case, topic: Topic | None) -> tuple[date | None, int | None]:
    """When the matter is to be resolved, and the working days that make this day: never later than was promised, and not before
    the first answer is due. case: with the new day of that. As before where the days of that year are not known."""
    if case.received_on is None or case.resolve_days is None:
        return case.resolve_by, case.resolve_days
    body = taking_body(case)
    is_open, pauses = work_calendar(body).is_open, _pauses(Pause.objects.filter(case=case))
    days = max(topic.resolve_days if topic else RESOLVE_DAYS, promised_days(body, topic))
    try:
        day = max(resolution_due(case.received_on, min(days, case.resolve_days), is_open, pauses), case.reply_due)
        if case.resolve_by and day >= case.resolve_by:
            return case.resolve_by, case.resolve_days
        return day, counted_days(case.received_on, day, is_open, pauses)[-1].number
    except CalendarUnknown:
        return case.resolve_by, case.resolve_days


def _pauses(held: QuerySet[Pause]) -> list[tuple[date, date]]:
    return [(timezone.localdate(pause.began_at), pause.until) for pause in held]


def _facts(done: Correction) -> dict[str, object]:
    """What the log says: codes and days."""
    topics = {"before": done.before.code if done.before else None, "after": done.after.code if done.after else None}
    return {"case": done.case_id, **topics, "due_before": str(done.due_before), "reply_due": str(done.due_after)}
