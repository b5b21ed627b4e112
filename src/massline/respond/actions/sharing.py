"""Several bodies and one case: it is shared, and written about among them."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.bodies.models import Body
from massline.files.checking import Checked
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.actions.attaching import hold, keep_files
from massline.respond.actions.turns import claim
from massline.respond.models import Attachment, Case, Note, Share
from massline.respond.rules import ShareRefused, State, WrongState
from massline.rights import require


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
def finish_part(part: Share, *, text: str, by: User, files: Sequence[Checked] = ()) -> None:
    """Say that the body's part is done, in a note for the body that leads. Raises NotAllowed, ShareRefused, FileRefused."""
    require(by, "respond.finish_part", part.body.path)
    if not text.strip():
        raise ShareRefused(part.case_id, "what was done is missing")
    if Share.objects.filter(pk=part.pk, done_at=None).update(done_at=timezone.now(), done_by=by) != 1:
        raise ShareRefused(part.case_id, "its part is done already")
    Case.objects.filter(pk=part.case_id).update(version=F("version") + 1)
    note = Note(case=part.case, body=part.body, text=text, at=timezone.now(), by=by)
    _write(note, keep_files(part.case, files, by=by))
    append("case.part_done", {"case": part.case_id, "body": part.body.code})


@transaction.atomic
def write_note(case: Case, *, text: str, body: Body, by: User, files: Sequence[Checked] = ()) -> Note:
    """Write something down for the desks that work on a case, or keep files for them, in the name of a body. Raises NotAllowed,
    ShareRefused, FileRefused."""
    require(by, "respond.write_note", body.path)
    if not (text.strip() or files) or not Case.objects.visible_to(by).filter(pk=case.pk).exists():
        raise ShareRefused(case.pk, "the note is empty, or the case is not this desk's")
    note = Note(case=case, body=body, text=text, at=timezone.now(), by=by)
    kept = _write(note, keep_files(case, files, by=by))
    facts = {"case": case.pk, "body": body.code, "note": digest(text, note.salt)}
    append("note.written", facts | ({"attachments": kept} if kept else {}))
    return note


def _write(note: Note, files: Sequence[Attachment]) -> list[str]:
    """The note, with its files; returns what the log says of these."""
    note.save(force_insert=True)
    return hold(note, files)
