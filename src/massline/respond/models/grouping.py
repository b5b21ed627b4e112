"""How messages come to cases and go, and what desks write down about both."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.ledger.rules import new_salt
from massline.respond.models.cases import Case, CaseMessage
from massline.respond.rules import ReshapeKind


class Regrouping(models.Model):
    """Messages joined a case, or one left it, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="regroupings")
    joined = models.BooleanField()  # False: left
    messages = models.PositiveIntegerField()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="regroupings")  # that left
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.messages} messages {'joined' if self.joined else 'left'}"


class ReshapingQuerySet(models.QuerySet["Reshaping"]):
    def of(self, case: Case) -> Self:
        """Those in which a case had a part, on either side."""
        return self.filter(models.Q(case=case) | models.Q(other=case)).select_related(
            "case", "other", "by", "undone_by"
        )

    def standing(self) -> Self:
        """Those that nobody took back."""
        return self.filter(undone_at=None)


class Reshaping(models.Model):
    """Two cases became one, or one two: who wrote was counted before and after, and it can be taken back."""

    kind = models.CharField(max_length=8)  # ReshapeKind
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reshapings")  # that goes on
    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")  # merged into it, or split off it
    moved = models.ManyToManyField(CaseMessage, related_name="+")
    messages = models.PositiveIntegerField()  # that moved
    writers = models.PositiveIntegerField()  # of these
    writers_before = models.PositiveIntegerField()  # of the case that goes on
    writers_after = models.PositiveIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ReshapingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(ReshapeKind)), name="reshape_kind_is_known")
        ]

    def __str__(self) -> str:
        return f"case {self.other_id} {self.kind} {'into' if self.kind == ReshapeKind.MERGED else 'off'} case {self.case_id}"


class Note(models.Model):
    """What a body wrote down about a case for the desks that work on it. Nobody else reads it; it is never changed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    salt = models.CharField(max_length=32, default=new_salt)

    def __str__(self) -> str:
        return self.text[:80]


class SetAsideQuerySet(models.QuerySet["SetAside"]):
    def standing(self) -> Self:
        """Those that hold: the writer has not asked again."""
        return self.filter(asked_again_at=None)


class SetAside(models.Model):
    """A body's word that a message needs no case, and why. Everybody can read it; the writer may ask again, once."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="set_aside")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_again_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt)

    objects = SetAsideQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "messages set aside"

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.reason[:60]}"
