"""Files of a case, as pages tell of them."""

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from massline.people.models import User
from massline.respond.models import Attachment, Case


def with_attachments() -> Prefetch[str]:
    """What lets every reply have its files at hand, in order: one query for all."""
    return Prefetch("attachments", Attachment.objects.told())


def knowing_files(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same cases; of each is known whether it has files at all, so that `files_of` one without asks nothing."""
    return cases.annotate(has_files=Exists(Attachment.objects.filter(case=OuterRef("pk"))))


def files_of(case: Case) -> list[Attachment]:
    """All files of a case, in order: of its replies, of its notes, and those that wait. One query, once; none where it is known
    that there are none."""
    if not getattr(case, "has_files", True):
        return []
    prefetch_related_objects([case], with_attachments())
    return list(case.attachments.all())


def attached_by(case: Case, user: User) -> list[Attachment]:
    """What this person attached to a reply that she has not published."""
    mine = (one for one in files_of(case) if one.by_id == user.pk)
    return [one for one in mine if one.reply_id is None and one.note_id is None]
