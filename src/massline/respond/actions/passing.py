"""A case goes to another body: with what it needs where it goes down, and back where that is missing."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.models import Body
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.deciding import decide
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import Begun, claim, next_turn
from massline.respond.models import Case, Turn
from massline.respond.queries import goes_down, running_pause, sender_of
from massline.respond.rules import (
    NO_MEANS,
    HandBackRefused,
    HandOverRefused,
    Means,
    NoticeKind,
    State,
    TurnKind,
    WrongState,
    check_means,
)
from massline.rights import require


@transaction.atomic
def hand_over(  # noqa: PLR0913 - the verb has an object, a receiver, a reason and means; who acts, and what was seen
    case: Case, *, to: Body, reason: str, by: User, version: int, means: Means = NO_MEANS
) -> Case:
    """Give the case to another body, with a reason that everybody can read. The reply day stays: a hand-over buys no time.

    means: what goes with it; needed where it goes down. Docs: docs/rules/case.md, C5 and C27. Raises NotAllowed, WrongState,
    StaleCase, HandOverRefused, MeansMissing."""
    require(by, "respond.hand_over", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "handed over")
    if not reason.strip():
        raise HandOverRefused(to.code, "a reason is missing")
    if Turn.objects.filter(case=case, body=to).exists():
        raise HandOverRefused(to.code, "it has, or had, this case already")
    if running_pause(case, timezone.localdate()):
        raise HandOverRefused(to.code, "the clock stands still; let it go on first")
    check_means(means, to.code, is_down=goes_down(case.body, to))
    before = case.body
    claim(case, version, body=to, hand_overs=F("hand_overs") + 1)
    next_turn(case, Begun(TurnKind.HANDED_OVER, reason, sender=before, means=means), by=by)
    decide(case, why=reason, by=by, handed_on=True)
    tell([case.pk], NoticeKind.HANDED_OVER)
    facts = {"case": case.pk, "from": before.code, "to": to.code, "reason": digest(reason, str(case.pk))}
    append("case.handed_over", facts | _named(means, case))
    return case


def _named(means: Means, case: Case) -> dict[str, object]:
    """What the log says of means: their kinds, and of the words the digest."""
    if not means.kinds:
        return {}
    return {"means": means.kept.split(), "means_words": digest(means.words, str(case.pk))}


@transaction.atomic
def hand_back(case: Case, *, reason: str, by: User, version: int) -> Case:
    """Give the case back to the body that handed it over with means: they did not come, or are not enough.

    reason: what is missing. The reply day stays. Docs: docs/rules/case.md, C28. Raises NotAllowed, WrongState, StaleCase,
    HandBackRefused."""
    require(by, "respond.hand_back", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "handed back")
    if not reason.strip():
        raise HandBackRefused(case.pk, "reason")
    if running_pause(case, timezone.localdate()):
        raise HandBackRefused(case.pk, "waiting")
    to, before = sender_of(case), case.body
    if to is None:
        raise HandBackRefused(case.pk, "nobody")
    claim(case, version, body=to, hand_overs=F("hand_overs") + 1)
    next_turn(case, Begun(TurnKind.HANDED_BACK, reason, sender=before), by=by)
    tell([case.pk], NoticeKind.HANDED_BACK)
    facts = {"case": case.pk, "from": before.code, "to": to.code}
    append("case.handed_back", facts | {"reason": digest(reason, str(case.pk))})
    return case
