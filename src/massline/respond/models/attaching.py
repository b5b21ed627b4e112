"""Files that a desk attaches: to the reply that everybody reads, or to a note for the desks alone."""

from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.files.kinds import KINDS, Kind
from massline.files.shelf import Shelf
from massline.ledger.rules import digest
from massline.people.models import User
from massline.respond.models.cases import DESK_ROLES, Case, CaseMessage, Reply
from massline.respond.models.grouping import Note


def shelf() -> Shelf:
    """Where the files lie."""
    return Shelf(Path(settings.ATTACHMENTS))


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def standing(self) -> Self:
        """Those that nobody took back."""
        return self.filter(withdrawn_at=None)

    def waiting(self) -> Self:
        """Those of a reply that is not published yet; only who attached them sees them."""
        return self.filter(reply=None, note=None)

    def told(self) -> Self:
        """As pages tell of them, in order; `is_open` says whether words of the case can still be read by everybody."""
        return self.annotate(is_open=Exists(_readable())).order_by("pk")

    def public(self) -> Self:
        """What everybody may open: of published replies, as long as a message of the case is neither hidden nor erased."""
        return self.standing().filter(Exists(_readable()), reply__isnull=False)

    def visible_to(self, user: User) -> Self:
        """What is public; for a desk that knows the case also what is attached to its notes, and what she attached herself."""
        everybody = Q(Exists(_readable()), reply__isnull=False)
        if user.body_path is None or user.role not in DESK_ROLES:
            return self.standing().filter(everybody)
        known = Q(case__in=Case.objects.visible_to(user))
        kept = Q(reply__isnull=False) | Q(note__isnull=False) | Q(by=user)
        return self.standing().filter(everybody | (known & kept))


def _readable() -> models.QuerySet[CaseMessage]:
    """Messages of an attachment's case that everybody can read."""
    return CaseMessage.objects.filter(
        case=OuterRef("case"), message__published_at__isnull=False, message__ground="", message__erased_at=None
    )


class Attachment(models.Model):
    """A file of a case. With a reply it is public, with a note it is not, with neither it waits for the reply to be published.

    The file lies on the shelf by its digest; taken back, the row stays, so that pages can say so, and the file goes."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments")
    note = models.ForeignKey(Note, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")  # in whose name
    name = models.CharField(_("name"), max_length=120)
    ending = models.CharField(max_length=8)  # of massline.files.kinds.KINDS
    size = models.PositiveIntegerField()  # bytes
    digest = models.CharField(max_length=64, db_index=True)  # SHA-256 of what is kept
    preview = models.CharField(max_length=64, blank=True, db_index=True)  # of a picture: the digest of a small one
    width = models.PositiveSmallIntegerField(default=0)  # of that one, in pixels
    height = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)  # why it was taken back; everybody who reads the reply reads it

    is_open: bool  # of those that `told` gives
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(reply=None) | Q(note=None), name="attached_to_one_thing"),
            models.CheckConstraint(condition=Q(ending__in=list(KINDS)), name="attachment_kind_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("respond:attachment", args=[self.pk])

    @property
    def kind(self) -> Kind:
        return KINDS[self.ending]

    @property
    def is_kept(self) -> bool:
        """Whether the file is there: a disk may lose it."""
        return shelf().has(self.digest)

    @property
    def logged(self) -> str:
        """What the log says of the file: of a published one the digest that everybody can work out, else a salted one."""
        return digest(self.digest, self.note.salt) if self.note else self.digest
