"""Several bodies and one case: it is handed over, shared, and written about among them."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.models import Body
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.deciding import decide
from massline.respond.actions.telling import tell
from massline.respond.actions.turns import claim, next_turn
from massline.respond.models import Case, Note, Share, Turn
from massline.respond.queries import running_pause
from massline.respond.rules import HandOverRefused, NoticeKind, ShareRefused, State, TurnKind, WrongState
from massline.rights import require


@transaction.atomic
def hand_over(case: Case, *, to: Body, reason: str, by: User, version: int) -> Case:
    """Give the case to another body, with a reason that everybody can read. The reply day stays: a hand-over buys no time.

    Raises NotAllowed, WrongState, StaleCase, HandOverRefused."""
    require(by, "respond.hand_over", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "handed over")
    if not reason.strip():
        raise HandOverRefused(to.code, "a reason is missing")
    if Turn.objects.filter(case=case, body=to).exists():
        raise HandOverRefused(to.code, "it has, or had, this case already")
    if running_pause(case, timezone.localdate()):
        raise HandOverRefused(to.code, "the clock stands still; let it go on first")
    before = case.body
    claim(case, version, body=to)
    next_turn(case, kind=TurnKind.HANDED_OVER, reason=reason, by=by)
    decide(case, why=reason, by=by, handed_on=True)
    tell([case.pk], NoticeKind.HANDED_OVER)
    append(
        "case.handed_over",
        {"case": case.pk, "from": before.code, "to": to.code, "reason": digest(reason, str(case.pk))},
    )
    return case


@transaction.atomic
def share(case: Case, *, to: Body, reason: str, by: User, version: int) -> Share:
    """Ask another body for its part in a case, and say which. The owner leads: it alone replies. Docs: docs/rules/case.md, C13.

    Raises NotAllowed, WrongState, StaleCase, ShareRefused."""
    require(by, "respond.share", case.body.path)
    if case.state != State.OPEN:
        raise WrongState(case.pk, case.state, "shared")
    if not reason.strip():
        raise ShareRefused(case.pk, "what the other body shall do is missing")
    if to == case.body or Share.objects.filter(case=case, body=to).exists():
        raise ShareRefused(case.pk, f"{to.code} has it, or has a part in it, already")
    claim(case, version)
    part = Share.objects.create(case=case, body=to, reason=reason, asked_at=timezone.now(), asked_by=by)
    facts = {"case": case.pk, "lead": case.body.code, "body": to.code}
    append("case.shared", {**facts, "reason": digest(reason, str(case.pk))})
    return part


@transaction.atomic
def finish_part(part: Share, *, text: str, by: User) -> None:
    """Say that the body's part is done, in a note for the body that leads. Raises NotAllowed, ShareRefused."""
    require(by, "respond.finish_part", part.body.path)
    if not text.strip():
        raise ShareRefused(part.case_id, "what was done is missing")
    if Share.objects.filter(pk=part.pk, done_at=None).update(done_at=timezone.now(), done_by=by) != 1:
        raise ShareRefused(part.case_id, "its part is done already")
    Case.objects.filter(pk=part.case_id).update(version=F("version") + 1)
    _note(part.case, text, body=part.body, by=by)
    append("case.part_done", {"case": part.case_id, "body": part.body.code})


@transaction.atomic
def write_note(case: Case, *, text: str, body: Body, by: User) -> Note:
    """Write something down for the desks that work on a case, in the name of a body. Raises NotAllowed, ShareRefused."""
    require(by, "respond.write_note", body.path)
    if not text.strip() or not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise ShareRefused(case.pk, "the note is empty, or the case is not this desk's")
    note = _note(case, text, body=body, by=by)
    append("note.written", {"case": case.pk, "body": body.code, "note": digest(text, note.salt)})
    return note


def _note(case: Case, text: str, *, body: Body, by: User) -> Note:
    return Note.objects.create(case=case, body=body, text=text, at=timezone.now(), by=by)
