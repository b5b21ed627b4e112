"""What people make of an advice: they follow it, or decide otherwise and say why. Both teach the next router."""

from django.utils import timezone

from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.models import Advice, Case
from massline.respond.rules import ReasonMissing


def check_reason(advice: Advice | None, topic: object, why: str) -> None:
    """Another topic than the sure one needs a reason. Raises ReasonMissing."""
    if advice and advice.topic_sure and topic is not None and topic != advice.topic and not why.strip():
        raise ReasonMissing(advice.message_id)


def decide(case: Case, *, why: str, by: User, handed_on: bool) -> None:
    """Write down whether a person followed what was advised about the message that a case began with, once.

    A case that was only taken, with the topic advised, may still be handed on as advised: nothing is decided then. Two queries
    where nothing was advised, at most five."""
    first = case.case_messages.order_by("message").values("message")[:1]
    advice = Advice.objects.undecided().filter(message__in=first).select_related("topic", "body").first()
    if advice is None:
        return
    same_topic = advice.topic is None or case.topic in (None, advice.topic)
    same_body = advice.body is None or advice.body == case.body
    if same_topic and not same_body and not handed_on:
        return
    followed = same_topic and same_body
    said = {"followed": followed, "why": "" if followed else why, "decided_at": timezone.now(), "decided_by": by}
    if Advice.objects.undecided().filter(pk=advice.pk).update(**said) == 1:
        append("advice.followed" if followed else "advice.declined", _facts(case, advice, "" if followed else why))


def decide_again(case: Case, *, why: str, by: User) -> None:
    """Whether what was advised was followed after all, now that the topic of the case is another one: the last word counts.

    At most six queries."""
    first = case.case_messages.order_by("message").values("message")[:1]
    advice = Advice.objects.filter(message__in=first).select_related("topic", "body").first()
    if advice is None or advice.decided_at is None:
        decide(case, why=why, by=by, handed_on=False)
        return
    followed = (advice.topic is None or case.topic == advice.topic) and advice.body in (None, case.body)
    if followed == advice.followed:
        return
    said = {"followed": followed, "why": "" if followed else why, "decided_at": timezone.now(), "decided_by": by}
    Advice.objects.filter(pk=advice.pk).update(**said)
    append("advice.followed" if followed else "advice.declined", _facts(case, advice, "" if followed else why))


def _facts(case: Case, advice: Advice, why: str) -> dict[str, object]:
    """What was advised, and what was done: codes only. Of the reason its digest."""
    advised = {"topic": advice.topic.code if advice.topic else None, "body": advice.body.code if advice.body else None}
    done = {"topic": case.topic.code if case.topic else None, "body": case.body.code}
    facts: dict[str, object] = {"case": case.pk, "message": advice.message_id, "router": advice.router_id}
    reason = {"reason": digest(why, str(case.pk))} if why else {}
    return {**facts, "advised": advised, "done": done, **reason}
