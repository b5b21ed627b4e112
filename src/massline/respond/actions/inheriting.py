"""A body is abolished, or merged with another one: what it had in hand goes to its successor."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.actions import close_body
from massline.bodies.models import Body
from massline.gather.actions import pass_on
from massline.gather.models import Message
from massline.ledger.actions import append, append_all
from massline.ledger.rules import digest
from massline.respond.actions.telling import tell
from massline.respond.models import Case, Duty, Share, Turn
from massline.respond.rules import HandOverRefused, NoticeKind, State, TurnKind
from massline.rights import Actor, require


@transaction.atomic
def abolish_body(body: Body, *, into: Body, reason: str, by: Actor) -> int:
    """Hand over every open case of a body to the one that answers in its place, with its parts in cases of others, what was put
    before it, the topics that it answers for, and its messages that are in no case; then close it. Returns how many
    cases went over.

    Due days stay. Docs: docs/rules/bodies.md. Raises NotAllowed, HandOverRefused, BodyStays. Statements: some twenty, and one
    for 500 cases."""
    require(by, "respond.abolish_body", body.path)
    if not reason.strip():
        raise HandOverRefused(into.code, "a reason is missing")
    close_body(body, into=into, by=by)
    keys = list(Case.objects.filter(body=body, state=State.OPEN).order_by("pk").values_list("pk", flat=True))
    _hand_on(keys, into, reason)
    tell(keys, NoticeKind.HANDED_OVER)
    _pass_eyes_and_parts(body, into)
    Duty.objects.filter(body=body).update(body=into)
    pass_on(Message.objects.filter(case_message=None), body=body, to=into, by=by)
    facts = {"from": body.code, "to": into.code}
    append_all("case.handed_over", [{**facts, "case": key, "reason": digest(reason, str(key))} for key in keys])
    append("body.succeeded", {**facts, "cases": len(keys)})
    return len(keys)


def _hand_on(keys: list[int], into: Body, reason: str) -> None:
    """These cases are the successor's from now on: each by a turn of its own, as any hand-over."""
    now = timezone.now()
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        Turn.objects.filter(case__in=some, ended_at=None).update(ended_at=now)
        Case.objects.filter(pk__in=some).update(body=into, version=F("version") + 1)
        due = Case.objects.filter(pk__in=some).order_by("pk").values_list("pk", "reply_due")
        turn = {"body": into, "kind": TurnKind.HANDED_OVER, "reason": reason, "began_at": now}
        Turn.objects.bulk_create(Turn(case_id=key, reply_due=day, **turn) for key, day in due)


def _pass_eyes_and_parts(body: Body, into: Body) -> None:
    """What was put before the body lies before its successor; its part in a case is the successor's, unless that has one."""
    Case.objects.filter(overseer=body, state=State.OPEN).update(overseer=into)
    known = Share.objects.filter(body=into).values("case")
    Share.objects.filter(body=body, done_at=None).exclude(case__in=known).update(body=into)
    left = Share.objects.filter(body=body, done_at=None)
    Case.objects.filter(pk__in=left.values("case")).update(version=F("version") + 1)
    left.update(done_at=timezone.now())
