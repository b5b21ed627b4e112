"""The answer, and what the writer makes of it."""

from django.db import transaction
from django.utils import timezone

from massline.bodies.queries import above, work_calendar
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim, next_turn
from massline.respond.models import Case, Draft, Reply, ReplyTerms, Turn
from massline.respond.rules import REOPENINGS, NoticeKind, ReopenedBefore, State, TurnKind, check_move, reply_due
from massline.rights import Actor, require
from massline.terms import keep


@transaction.atomic
def publish_reply(case: Case, *, text: str, by: User, version: int) -> Reply:
    """Publish the body's reply. Raises NotAllowed, WrongState, StaleCase."""
    require(by, "respond.publish_reply", case.body.path)
    check_move(case.pk, State(case.state), State.ANSWERED)
    claim(case, version, state=State.ANSWERED)
    now = timezone.now()
    turn = Turn.objects.get(case=case, ended_at=None)
    turn.ended_at = now
    turn.save(update_fields=["ended_at"])
    reply = Reply.objects.create(case=case, turn=turn, body=case.body, text=text, published_at=now, published_by=by)
    keep(ReplyTerms, [reply], new=True)
    Draft.objects.filter(case=case, user=by).delete()
    tell([case.pk], NoticeKind.REPLIED)
    append("reply.published", {"case": case.pk, "body": case.body.code, "reply": digest(text, reply.salt)})
    return reply


@transaction.atomic
def settle(case: Case, *, by: Actor) -> None:
    """A writer said that it is solved. Raises NotAllowed, WrongState."""
    require(by, "respond.settle", case.body.path)
    check_move(case.pk, State(case.state), State.SETTLED)
    claim(case, case.version, state=State.SETTLED, settled_at=timezone.now())
    tell([case.pk], NoticeKind.SETTLED)
    append("case.settled", {"case": case.pk})


@transaction.atomic
def reopen(case: Case, *, reason: str, by: Actor) -> Case:
    """Begin again one level up, with a new reply day. At the top the same body looks again. Raises NotAllowed, WrongState,
    ReopenedBefore, CalendarUnknown."""
    require(by, "respond.reopen", case.body.path)
    check_move(case.pk, State(case.state), State.OPEN)
    if case.reopenings >= REOPENINGS:
        raise ReopenedBefore(f"Case {case.pk} was reopened before; that can be done once.")
    body = (above(case.body.heir) or case.body.heir).heir
    days = body.reply_promise
    due = reply_due(timezone.localdate(), days, work_calendar(body).is_open)
    changes = {"state": State.OPEN, "body": body, "reply_due": due, "promised_days": days}
    changes["counted_from"] = timezone.localdate()
    calm = {"escalated_at": None, "overseer": None}
    claim(case, case.version, **changes, **calm, reopenings=case.reopenings + 1)
    next_turn(case, kind=TurnKind.REOPENED, reason=reason, by=None)
    tell([case.pk], NoticeKind.REOPENED)
    append("case.reopened", {"case": case.pk, "body": body.code, "reply_due": str(due)})
    return case
