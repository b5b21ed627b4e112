"""Two cases become one, one becomes two, and both can be taken back."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from massline.gather.models import Message
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim
from massline.respond.models import Case, CaseMessage, CaseTerms, Extension, Pause, Reshaping, Share, Turn
from massline.respond.queries import crowd, goes_down, running_pause
from massline.respond.rules import NoticeKind, ReshapeKind, ReshapeRefused, State, TurnKind, WrongState
from massline.rights import covers, require
from massline.terms import keep


@dataclass(frozen=True, slots=True)
class Piece:
    """What is split off: the numbers of its messages, the matter in a few words, and why."""

    messages: Collection[int]
    title: str
    reason: str


@transaction.atomic
def merge(case: Case, *, into: Case, reason: str, by: User, version: int) -> Reshaping:
    """An open case goes on in another one that is due no later: all its messages move there, its turn ends.

    Docs: docs/rules/case.md, C16. Raises NotAllowed, WrongState, StaleCase, ReshapeRefused. Statements: a dozen, and one more
    for 1,000 messages."""
    require(by, "respond.merge", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, State.MERGED)
    if why := _why_not_into(case, into, by, reason):
        raise ReshapeRefused(case.pk, why)
    claim(case, version, state=State.MERGED, merged_into=into)
    claim(into, into.version)
    moving = CaseMessage.objects.filter(case=case)
    done = _reshape(Reshaping(kind=ReshapeKind.MERGED, case=into, other=case, reason=reason, by=by), moving)
    _move(moving, done, to=into)
    Turn.objects.filter(case=case, ended_at=None).update(ended_at=timezone.now())
    tell([into.pk], NoticeKind.SHAPED)
    append("case.merged", _facts(done) | {"reason": digest(reason, str(case.pk))})
    return done


@transaction.atomic
def split(case: Case, piece: Piece, *, by: User, version: int) -> Case:
    """Some messages of an open case become a case of their own, of the same body and with the same day.

    Docs: docs/rules/case.md, C17. Raises NotAllowed, WrongState, StaleCase, ReshapeRefused."""
    require(by, "respond.split", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "split")
    moving = CaseMessage.objects.filter(case=case, message__in=piece.messages)
    if not piece.reason.strip():
        raise ReshapeRefused(case.pk, "reason")
    if not piece.messages or moving.count() != len(set(piece.messages)) or moving.count() == case.case_messages.count():
        raise ReshapeRefused(case.pk, "messages")
    if running_pause(case, timezone.localdate()):
        raise ReshapeRefused(case.pk, "waiting")
    claim(case, version)
    off = _like(case, piece.title, by)
    done = _reshape(Reshaping(kind=ReshapeKind.SPLIT, case=case, other=off, reason=piece.reason, by=by), moving)
    _move(moving, done, to=off)
    tell([case.pk, off.pk], NoticeKind.SHAPED)
    append("case.split", _facts(done) | {"reason": digest(piece.reason, str(case.pk)), "reply_due": str(off.reply_due)})
    return off


@transaction.atomic
def take_back(done: Reshaping, *, by: User, version: int) -> None:
    """What was merged is apart again, what was split off is one again. The latest first, while the case is open.

    version: of the case that went on. Raises NotAllowed, WrongState, StaleCase, ReshapeRefused."""
    case, other = done.case, done.other
    require(by, "respond.take_back", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "brought back into its old shape")
    wanted, then = (State.MERGED, State.OPEN) if done.kind == ReshapeKind.MERGED else (State.OPEN, State.MERGED)
    later = Reshaping.objects.of(case).standing().filter(pk__gt=done.pk)
    now = timezone.now()
    gone = other.body.abolished_on is not None
    if gone or other.state != wanted or not covers(by.body_path, other.body.path) or later.exists():
        raise ReshapeRefused(case.pk, "undone")
    if Reshaping.objects.filter(pk=done.pk, undone_at=None).update(undone_at=now, undone_by=by) != 1:
        raise ReshapeRefused(case.pk, "undone")
    claim(case, version)
    claim(other, other.version, state=then, merged_into=case if then == State.MERGED else None)
    _give_back(done)
    tell([case.pk, other.pk], NoticeKind.SHAPED)
    append("case.taken_back", _facts(done))


def _why_not_into(case: Case, into: Case, by: User, reason: str) -> str:
    """Why a case cannot go on in another one: a name of WHY_NOT_RESHAPED, "" where it can. Three queries at most."""
    today = timezone.localdate()
    checks = {
        "reason": not reason.strip(),
        "same": into.pk == case.pk,
        "elsewhere": not covers(by.body_path, into.body.path),
        "closed": into.state != State.OPEN,
        "answered": case.reopenings > 0,
        "later": into.reply_due > case.reply_due,
        "waiting": running_pause(case, today) is not None or running_pause(into, today) is not None,
        "down": goes_down(case.body, into.body),
        "shared": Share.objects.filter(case=case, done_at=None).exists(),
    }
    return next((why for why, holds in checks.items() if holds), "")


def _like(case: Case, title: str, by: User) -> Case:
    """A new case with the clock of this one: its day, what was added to it and what was not counted of it."""
    now = timezone.now()
    off = Case(title=title, body=case.body, opened_at=now, theme=case.theme, reopenings=case.reopenings)
    off.promised_days, off.reply_due, off.counted_from = case.promised_days, case.reply_due, case.counted_from
    off.topic, off.received_on, off.take_by = case.topic, case.received_on, case.take_by
    off.resolve_days, off.resolve_by, off.very_late_days = case.resolve_days, case.resolve_by, case.very_late_days
    off.escalated_at, off.overseer = case.escalated_at, case.overseer
    off.save(force_insert=True)
    keep(CaseTerms, [off], new=True)
    turn = {"kind": TurnKind.SPLIT_OFF, "began_at": now, "began_by": by, "reply_due": off.reply_due}
    Turn.objects.create(case=off, body=off.body, **turn)
    pauses = list(Pause.objects.of_promise(case))
    extensions = list(Extension.objects.filter(case=case, reopening=case.reopenings))
    acts = len(pauses) + sum(pause.ended_at is not None for pause in pauses) + len(extensions)
    kept: list[Pause | Extension] = [*pauses, *extensions]
    for row in kept:
        row.pk, row.case = None, off
        row.save(force_insert=True)
    Case.objects.filter(pk=off.pk).update(version=acts)
    off.refresh_from_db()
    return off


def _reshape(done: Reshaping, moving: QuerySet[CaseMessage]) -> Reshaping:
    """Keep the record, with the people counted before anything moves; writers_after is counted by `_move`."""
    went = crowd(Message.objects.filter(case_message__in=moving))
    before = crowd(Message.objects.filter(cases=done.case))
    done.at = timezone.now()
    done.messages, done.writers = went.messages, went.writers
    done.writers_before = done.writers_after = before.writers
    done.save(force_insert=True)
    return done


def _move(moving: QuerySet[CaseMessage], done: Reshaping, *, to: Case) -> None:
    """Which messages go is kept, so that they find back; then they go, and people are counted again."""
    keys = list(moving.order_by("pk").values_list("pk", flat=True))
    link = Reshaping.moved.through
    rows = [link(reshaping_id=done.pk, casemessage_id=key) for key in keys]
    link.objects.bulk_create(rows, batch_size=1_000)
    moving.update(case=to)
    done.writers_after = crowd(Message.objects.filter(cases=done.case)).writers
    done.save(update_fields=["writers_after"])


def _give_back(done: Reshaping) -> None:
    """After a merging those messages go back that are still there, at least one of them, and one stays; after a splitting all
    come back. The turn runs, or ends, accordingly. Raises ReshapeRefused."""
    case, other = done.case, done.other
    if done.kind == ReshapeKind.SPLIT:
        CaseMessage.objects.filter(case=other).update(case=case)
        Turn.objects.filter(case=other, ended_at=None).update(ended_at=timezone.now())
        return
    there = CaseMessage.objects.filter(case=case, pk__in=done.moved.values("pk"))
    if there.update(case=other) == 0 or not CaseMessage.objects.filter(case=case).exists():
        raise ReshapeRefused(case.pk, "undone")
    last = Turn.objects.filter(case=other).order_by("-pk").values_list("pk", flat=True)[0]
    Turn.objects.filter(pk=last).update(ended_at=None)


def _facts(done: Reshaping) -> dict[str, object]:
    people = {"writers_before": done.writers_before, "writers_after": done.writers_after}
    return {"case": done.case_id, "other": done.other_id, "kind": done.kind, "messages": done.messages, **people}
