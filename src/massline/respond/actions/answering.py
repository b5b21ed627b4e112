"""The answer, and what the writer makes of it."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone

from massline.bodies.queries import above, work_calendar
from massline.ledger.actions import append, append_all
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.attaching import carry
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import Begun, claim, next_turn
from massline.respond.markup import plain
from massline.respond.models import Case, Draft, Reply, ReplyTerms, Turn, promised_days
from massline.respond.rules import (
    ASK_LATER,
    REOPENINGS,
    NoticeKind,
    ReopenedBefore,
    State,
    TurnKind,
    WrongState,
    check_move,
    reply_due,
)
from massline.rights import Actor, require
from massline.terms import keep

ASKED_AT_ONCE = 500  # cases in one transaction


@transaction.atomic
def publish_reply(case: Case, *, text: str, by: User, version: int, attached: Collection[int] = ()) -> Reply:
    """Publish the body's reply, without markup. attached: keys of the files that go out with it. Raises NotAllowed, WrongState,
    StaleCase, AttachmentGone."""
    require(by, "respond.publish_reply", case.body.path)
    check_move(case.pk, State(case.state), State.ANSWERED)
    now, today, text = timezone.now(), timezone.localdate(), plain(text)
    claim(case, version, state=State.ANSWERED, in_time=today <= case.reply_due, ask_on=today + ASK_LATER)
    turn = Turn.objects.get(case=case, ended_at=None)
    turn.ended_at = now
    turn.save(update_fields=["ended_at"])
    reply = Reply.objects.create(case=case, turn=turn, body=case.body, text=text, published_at=now, published_by=by)
    keep(ReplyTerms, [reply], new=True)
    Draft.objects.filter(case=case, user=by).delete()
    tell([case.pk], NoticeKind.REPLIED)
    facts = {"case": case.pk, "body": case.body.code, "reply": digest(text, reply.salt)}
    files = [one.logged for one in carry(reply, attached, by=by)] if attached else []
    append("reply.published", facts | ({"attachments": files} if files else {}))
    return reply


@transaction.atomic
def settle(case: Case, *, by: Actor) -> None:
    """A writer said that it is solved. Raises NotAllowed, WrongState."""
    require(by, "respond.settle", case.body.path)
    check_move(case.pk, State(case.state), State.SETTLED)
    now = timezone.now()
    claim(case, case.version, state=State.SETTLED, settled_at=now)
    Reply.objects.filter(pk=case.replies.order_by("-pk")[:1].values("pk")).update(settled_at=now)
    tell([case.pk], NoticeKind.SETTLED)
    append("case.settled", {"case": case.pk})


@transaction.atomic
def reopen(case: Case, *, reason: str, by: Actor) -> Case:
    """Begin again one level up, with a new reply day; that of the resolution stays. At the top the same body looks again. A
    settled case only once its writers were asked later. Raises NotAllowed, WrongState, ReopenedBefore, CalendarUnknown."""
    require(by, "respond.reopen", case.body.path)
    check_move(case.pk, State(case.state), State.OPEN)
    if case.state == State.SETTLED and case.asked_later_at is None:
        raise WrongState(case.pk, case.state, State.OPEN)
    if case.reopenings >= REOPENINGS:
        raise ReopenedBefore(f"Case {case.pk} was reopened before; that can be done once.")
    body = (above(case.body.heir) or case.body.heir).heir
    days = promised_days(body, case.topic)
    due = reply_due(timezone.localdate(), days, work_calendar(body).is_open)
    changes = {"state": State.OPEN, "body": body, "reply_due": due, "promised_days": days}
    changes["counted_from"] = timezone.localdate()
    calm = {"escalated_at": None, "overseer": None, "ask_on": None, "asked_later_at": None}
    claim(case, case.version, **changes, **calm, reopenings=case.reopenings + 1)
    next_turn(case, Begun(TurnKind.REOPENED, reason), by=None)
    tell([case.pk], NoticeKind.REOPENED)
    append("case.reopened", {"case": case.pk, "body": body.code, "reply_due": str(due)})
    return case


def ask_later(*, today: date, by: Actor) -> int:
    """Ask the writers of every case that was answered four weeks ago whether it is still solved: on the pages of their receipts,
    and by letter. Each answer once, however many workers do this at once or die of it. Returns how many cases there were.

    Docs: docs/rules/case.md, C20. Raises NotAllowed."""
    require(by, "respond.ask_later", "")
    done = 0
    while some := _ask_some(today):
        done += some
    return done


@transaction.atomic
def _ask_some(today: date) -> int:
    """Those that another worker has in hand are passed over."""
    due = Case.objects.filter(ask_on__lte=today, state__in=(State.ANSWERED, State.SETTLED)).order_by("ask_on", "pk")
    keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:ASKED_AT_ONCE])
    Case.objects.filter(pk__in=keys).update(ask_on=None, asked_later_at=timezone.now())
    tell(keys, NoticeKind.ASKED_LATER)
    append_all("case.asked_later", [{"case": key} for key in keys])
    return len(keys)
