"""Who asked to be told of each step by e-mail, and what she was told."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from massline.gather.models import Message
from massline.respond.models.cases import Case
from massline.respond.rules import MOST_TRIES


class FollowingQuerySet(models.QuerySet["Following"]):
    def confirmed(self) -> Self:
        """Those whose address said yes itself. To no other is anything written but the question."""
        return self.filter(confirmed_at__isnull=False)


class Following(models.Model):
    """Somebody's wish to be told of each step, of the case that her message is in, or of a case that everybody can read.

    The address lies sealed by the installation's key: who reads the database alone reads no address, and cannot tell that two
    are the same. With the wish it is gone."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="followings")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="followings")
    sealed = models.TextField()
    mark = models.CharField(
        max_length=64, unique=True
    )  # keyed digest of address and thing: asked twice, it is one wish
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = FollowingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(message=None) ^ Q(case=None), name="follows_a_message_or_a_case"),
        ]

    def __str__(self) -> str:
        return f"following {self.pk}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self, now: datetime) -> Self:
        """Those to be sent now: nobody has them in hand, and they were not tried too often."""
        return self.filter(sent_at=None, not_before__lte=now, tries__lt=MOST_TRIES)


class Notice(models.Model):
    """One letter to one follower about one step. Queued with the step, sent by a worker."""

    following = models.ForeignKey(Following, on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(max_length=16)  # NoticeKind
    at = models.DateTimeField()
    not_before = models.DateTimeField()  # nobody else takes it in hand before
    token = models.CharField(max_length=32, blank=True)  # of the worker that has it in hand
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["not_before", "id"], condition=Q(sent_at=None), name="notice_to_send")]

    def __str__(self) -> str:
        return f"{self.kind}, to following {self.following_id}"
