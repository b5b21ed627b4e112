"""The verbs of supervising: residents', by their receipt."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from massline.gather.models import Message
from massline.ledger.actions import append, append_all
from massline.respond import actions as respond
from massline.respond.models import Case, CaseMessage, Reply
from massline.respond.rules import REOPENINGS, State
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
def erase_words(*, by: Actor) -> int:
    """What writers of erased messages said in their ratings goes too; the verdicts count on. Returns how many there were.

    A worker looks for them every half minute; safe to run twice. Raises NotAllowed. Source: docs/rules/hiding.md, H6."""
    require(by, "supervise.erase_words", "")
    left = Rating.objects.filter(message__erased_at__isnull=False).exclude(words="").select_related("reply__body")
    erased = [rating for rating in left if Rating.objects.filter(pk=rating.pk).exclude(words="").update(words="")]
    append_all(
        "rating.words_erased", ({"case": rating.reply.case_id, "body": rating.reply.body.code} for rating in erased)
    )
    return len(erased)


@transaction.atomic
def reopen(reply: Reply, message: Message, *, reason: str, by: Actor) -> Case:
    """The writer says "not solved, look again": the case goes up one level. Raises NotAllowed, WrongState, ReopenedBefore."""
    require(by, "supervise.reopen", reply.body.path)
    _require_own(reply, message, by=by, verb="supervise.reopen")
    return respond.reopen(Case.objects.get(pk=reply.case_id), reason=reason, by=by)


@transaction.atomic
def say_later(reply: Reply, message: Message, verdict: Verdict, *, by: Actor) -> bool:
    """Four weeks later the writer says, once, whether it is still solved. "No" counts as not solved and has the case reopened,
    where it was not before. Returns whether it was. verdict.words: what is wrong again. Docs: docs/rules/case.md, C20.

    Raises NotAllowed, RatedBefore, CalendarUnknown."""
    require(by, "supervise.say_later", reply.body.path)
    _require_own(reply, message, by=by, verb="supervise.say_later")
    case = Case.objects.get(pk=reply.case_id)
    asked = Rating.objects.filter(reply=reply, message=message, solved=True, still_solved=None)
    if case.asked_later_at is None or asked.update(still_solved=verdict.solved, later_at=timezone.now()) != 1:
        raise RatedBefore(f"Message {message.pk} is not asked about reply {reply.pk}.")
    append("rating.said_later", {"case": reply.case_id, "body": reply.body.code, "solved": verdict.solved})
    again = not verdict.solved and case.reopenings < REOPENINGS and case.state in (State.ANSWERED, State.SETTLED)
    if again:
        respond.reopen(case, reason=verdict.words, by=by)
    return again


def _most_say_solved(reply: Reply) -> bool:
    """Whether more than half of the case's messages have a "solved" of their writer. Source: docs/rules/case.md, C12."""
    solved = Rating.objects.filter(reply=reply, solved=True).count()
    return 2 * solved > CaseMessage.objects.filter(case=reply.case_id).count()


def _require_own(reply: Reply, message: Message, *, by: Actor, verb: str) -> None:
    """Only who wrote a message of the case speaks about its reply. Raises NotAllowed."""
    if not CaseMessage.objects.filter(case=reply.case_id, message=message).exists():
        raise NotAllowed(by.public_name, verb)
