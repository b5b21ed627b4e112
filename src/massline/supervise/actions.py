"""The verbs of supervising: residents', by their receipt."""

from django.db import transaction
from django.utils import timezone

from massline.gather.models import Message
from massline.ledger.actions import append
from massline.respond import actions as respond
from massline.respond.models import Case, Reply
from massline.respond.rules import State
from massline.rights import Actor, require
from massline.supervise.models import Rating
from massline.supervise.rules import RatedBefore


@transaction.atomic
def rate(reply: Reply, message: Message, *, solved: bool, satisfied: bool | None, by: Actor, words: str = "") -> Rating:
    """Count a writer's verdict on a reply; "solved" settles the case. Raises NotAllowed, RatedBefore."""
    require(by, "supervise.rate", reply.body.path)
    rating, is_new = Rating.objects.get_or_create(
        reply=reply,
        message=message,
        defaults={"solved": solved, "satisfied": satisfied, "words": words, "rated_at": timezone.now()},
    )
    if not is_new:
        raise RatedBefore(f"Message {message.pk} has rated reply {reply.pk} already.")
    append("rating.counted", {"case": reply.case_id, "body": reply.body.code, "solved": solved, "satisfied": satisfied})
    case = Case.objects.get(pk=reply.case_id)
    if solved and case.state == State.ANSWERED:
        respond.settle(case, by=by)
    return rating


@transaction.atomic
def reopen(reply: Reply, message: Message, *, reason: str, by: Actor) -> Case:
    """The writer says "not solved, look again": the case goes up one level. Raises NotAllowed, WrongState, ReopenedBefore."""
    require(by, "supervise.reopen", reply.body.path)
    case = Case.objects.get(pk=reply.case_id, messages=message)
    return respond.reopen(case, reason=reason, by=by)
