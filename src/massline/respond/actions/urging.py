"""The body above looks after a case under it: a named act with a day of its own."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from massline.bodies.queries import work_calendar
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim
from massline.respond.models import Case, Urging
from massline.respond.rules import LONGEST_URGING, NoticeKind, State, UrgeRefused, WrongState, reply_due
from massline.rights import require


@transaction.atomic
def urge(case: Case, *, days: int, reason: str, by: User, version: int) -> Urging:
    """A leader of a body above wants to see a case answered within so many working days from today; everybody can read why.

    The promise to the writer stays as it is. Docs: docs/rules/case.md, C21.
    Raises NotAllowed, WrongState, StaleCase, UrgeRefused, CalendarUnknown."""
    require(by, "respond.urge", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "urged")
    if by.body is None or by.body == case.body:
        raise UrgeRefused(case.pk, "own")
    if not reason.strip():
        raise UrgeRefused(case.pk, "reason")
    if not 1 <= days <= LONGEST_URGING:
        raise UrgeRefused(case.pk, "days")
    today = timezone.localdate()
    due = reply_due(today, days, work_calendar(case.body).is_open)
    claim(case, version)
    said = Urging(
        case=case, body=by.body, owner=case.body, reopening=case.reopenings, days=days, due=due, reason=reason
    )
    said.at, said.by = timezone.now(), by
    try:
        with transaction.atomic():
            said.save(force_insert=True)
    except IntegrityError:
        raise UrgeRefused(case.pk, "before") from None
    tell([case.pk], NoticeKind.URGED)
    facts = {"case": case.pk, "body": by.body.code, "owner": case.body.code, "due": str(due)}
    append("case.urged", {**facts, "reason": digest(reason, str(case.pk))})
    return said
