"""Files that a desk attaches. Until a reply is published they are its writer's alone; then they go out with it, logged."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from massline.files.checking import Checked
from massline.files.kinds import FileRefused
from massline.files.shelf import NoRoom
from massline.ledger.actions import append
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.models import Attachment, Case, Note, Reply, shelf
from massline.respond.rules import LEFT_BEHIND, AttachmentGone, State, check_move
from massline.rights import Actor, require

UNSAVED = timedelta(hours=1)  # a file on the shelf may wait so long for its row


def attach(case: Case, files: Sequence[Checked], *, by: User) -> list[Attachment]:
    """Attach files to the reply that this person writes, all or none. One that is attached already is not attached again.

    The files are kept before the transaction begins: nobody waits for a disk. Raises NotAllowed, WrongState, FileRefused."""
    require(by, "respond.attach", case.body.path)
    check_move(case.pk, State(case.state), State.ANSWERED)
    kept = keep_files(case, files, by=by)
    with transaction.atomic():
        waiting = Attachment.objects.waiting().filter(case=case, by=by)
        known = {(one.name, one.digest) for one in waiting}
        fresh = [one for one in kept if (one.name, one.digest) not in known]
        if fresh and len(known) + len(fresh) > settings.ATTACHMENTS_MOST:
            raise FileRefused(fresh[-1].name, "many")
        for one in fresh:
            one.body = case.body
            one.save(force_insert=True)
    return fresh


@transaction.atomic
def take_off(attachment: Attachment, *, by: User) -> None:
    """Take a file off a reply that is not published yet. Raises NotAllowed, AttachmentGone (also for another's)."""
    require(by, "respond.take_off", attachment.body.path)
    gone, _rows = Attachment.objects.waiting().filter(pk=attachment.pk, by=by).delete()
    if not gone:
        raise AttachmentGone(attachment.case_id, "it is published, taken off, or somebody else's")


@transaction.atomic
def withdraw_attachment(attachment: Attachment, *, reason: str, by: User) -> None:
    """Take back a file of a reply or a note, with a reason. Where it stood it says so, the log too; the file is thrown away.

    Raises NotAllowed, AttachmentGone."""
    require(by, "respond.withdraw_attachment", attachment.body.path)
    if not reason.strip():
        raise AttachmentGone(attachment.case_id, "a reason is missing")
    standing = Attachment.objects.standing().exclude(reply=None, note=None).filter(pk=attachment.pk)
    if standing.update(withdrawn_at=timezone.now(), withdrawn_by=by, reason=reason) != 1:
        raise AttachmentGone(attachment.case_id, "it is not published, or was taken back a moment ago")
    facts = {"case": attachment.case_id, "body": attachment.body.code, "attachment": attachment.logged}
    append("attachment.withdrawn", {**facts, "reason": digest(reason, str(attachment.case_id))})


def clear_attachments(*, now: datetime, by: Actor) -> int:
    """Throw away files that no row names any more, and those of replies that were never sent, a week after the case was answered.
    Returns how many files went. Raises NotAllowed."""
    require(by, "respond.clear_attachments", "")
    with transaction.atomic():
        left = Attachment.objects.waiting().filter(at__lt=now - LEFT_BEHIND).exclude(case__state=State.OPEN)
        left.delete()
    return shelf().clear(_wanted, before=(now - UNSAVED).timestamp())


def keep_files(case: Case, files: Sequence[Checked], *, by: User) -> list[Attachment]:
    """The files on the shelf, and a row for each that is not written yet; the same file twice is one. Raises FileRefused."""
    rows: dict[tuple[str, str], Attachment] = {}
    for file in files:
        try:
            key = shelf().put(file.content)
            preview = shelf().put(file.preview) if file.preview else ""
        except NoRoom as problem:
            raise FileRefused(file.name, "disk") from problem
        facts = {"name": file.name, "ending": file.kind.ending, "size": len(file.content), "digest": key}
        seen = {"preview": preview, "width": file.width, "height": file.height}
        rows[file.name, key] = Attachment(case=case, at=timezone.now(), by=by, **facts, **seen)
    return list(rows.values())


def carry(reply: Reply, keys: Collection[int], *, by: User) -> list[Attachment]:
    """Let these go out with a reply that is published now. Raises AttachmentGone where one of them is not there any more."""
    mine = Attachment.objects.waiting().filter(case=reply.case, by=by, pk__in=keys)
    if mine.update(reply=reply, body=reply.body) != len(set(keys)):
        raise AttachmentGone(reply.case_id, "it was taken off a moment before, or is somebody else's")
    return list(Attachment.objects.filter(reply=reply).order_by("pk"))


def hold(note: Note, files: Sequence[Attachment]) -> list[str]:
    """Write the rows of a note's files; returns what the log says of them."""
    for one in files:
        one.note, one.body = note, note.body
        one.save(force_insert=True)
    return [one.logged for one in files]


def _wanted(digests: Collection[str]) -> set[str]:
    standing = Attachment.objects.standing().filter(Q(digest__in=digests) | Q(preview__in=digests))
    return {key for pair in standing.values_list("digest", "preview") for key in pair}
