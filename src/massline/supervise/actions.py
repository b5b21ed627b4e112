"""The verbs of supervising: residents', by their receipt."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from massline.gather.models import Message
from massline.ledger.actions import append
from massline.respond import actions as respond
from massline.respond.models import Case, CaseMessage, Reply
from massline.respond.rules import State
from massline.rights import Actor, NotAllowed, require
from massline.supervise.models import Rating
from massline.supervise.rules import RatedBefore


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a writer says of a reply. `satisfied` is None where she did not say."""

    solved: bool
    satisfied: bool | None = None
    words: str = ""


@transaction.atomic
def rate(reply: Reply, message: Message, verdict: Verdict, *, by: Actor) -> Rating:
    """Count a writer's verdict on a reply; "solved" by most who wrote settles the case. Raises NotAllowed, RatedBefore."""
    require(by, "supervise.rate", reply.body.path)
    _require_own(reply, message, by=by, verb="supervise.rate")
    said = {"solved": verdict.solved, "satisfied": verdict.satisfied}
    defaults = {**said, "words": verdict.words, "rated_at": timezone.now()}
    rating, is_new = Rating.objects.get_or_create(reply=reply, message=message, defaults=defaults)
    if not is_new:
        raise RatedBefore(f"Message {message.pk} has rated reply {reply.pk} already.")
    append("rating.counted", {"case": reply.case_id, "body": reply.body.code, **said})
    case = Case.objects.get(pk=reply.case_id)
    if verdict.solved and case.state == State.ANSWERED and _most_say_solved(reply):
        respond.settle(case, by=by)
    return rating


@transaction.atomic
def reopen(reply: Reply, message: Message, *, reason: str, by: Actor) -> Case:
    """The writer says "not solved, look again": the case goes up one level. Raises NotAllowed, WrongState, ReopenedBefore."""
    require(by, "supervise.reopen", reply.body.path)
    _require_own(reply, message, by=by, verb="supervise.reopen")
    return respond.reopen(Case.objects.get(pk=reply.case_id), reason=reason, by=by)


def _most_say_solved(reply: Reply) -> bool:
    """Whether more than half of the case's messages have a "solved" of their writer. Source: docs/rules/case.md, C12."""
    solved = Rating.objects.filter(reply=reply, solved=True).count()
    return 2 * solved > CaseMessage.objects.filter(case=reply.case_id).count()


def _require_own(reply: Reply, message: Message, *, by: Actor, verb: str) -> None:
    """Only who wrote a message of the case speaks about its reply. Raises NotAllowed."""
    if not CaseMessage.objects.filter(case=reply.case_id, message=message).exists():
        raise NotAllowed(by.public_name, verb)
