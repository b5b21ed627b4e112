"""What moves the day of a promise."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.respond.models.cases import Case
from massline.respond.models.topics import Topic
from massline.respond.rules import PauseKind

PAUSE_KINDS = [
    (PauseKind.WRITER, _("Waiting for the writer")),
    (PauseKind.THIRD_PARTY, _("Waiting for a third party")),
]


class PauseQuerySet(models.QuerySet["Pause"]):
    def of_promise(self, case: Case) -> Self:
        """Those of the promise that runs now: since the case was taken, or reopened."""
        return self.filter(case=case, reopening=case.reopenings).order_by("pk")

    def running(self, today: date) -> Self:
        """Those that nobody ended and whose last day has not passed."""
        return self.filter(ended_at=None, until__gte=today)


class Pause(models.Model):
    """Working days that are not counted, because a body waits for somebody, and why. It ends by itself with its last day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    reopening = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=PAUSE_KINDS)
    reason = models.TextField()
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    until = models.DateField()  # its last day; the day on which it was ended, if that was earlier
    due_before = models.DateField()  # when the reply was due without it
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=list(PauseKind)), name="pause_kind_is_known")]

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.get_kind_display()} until {self.until}"


class Extension(models.Model):
    """Working days that were added to a promise, once, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="extensions")
    reopening = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "reopening"], name="one_extension_of_a_promise")]

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.days} working days more"


class Correction(models.Model):
    """Another topic than a case was taken with, why, and what became of its days. Never a later day."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="corrections")
    before = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField()
    due_before = models.DateField()
    due_after = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_after__lte=F("due_before")), name="correction_buys_no_time"),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.after} instead of {self.before}"


class UrgingQuerySet(models.QuerySet["Urging"]):
    def of_promise(self, case: Case) -> Self:
        """Those of the promise that runs now, with their bodies."""
        return self.filter(case=case, reopening=case.reopenings).select_related("body", "owner").order_by("pk")


class Urging(models.Model):
    """A body above wants to see a case answered by a day of its own, and says why. It ends with the answer."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="urgings")
    reopening = models.PositiveSmallIntegerField()
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")  # that urges
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")  # by whose working days it is counted
    days = models.PositiveSmallIntegerField()
    due = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = UrgingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "reopening", "body"], name="urged_once_by_a_body"),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id}: {self.body} until {self.due}"
