"""Bodies, and the days on which their work differs from the country's calendar."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node, MP_NodeManager, MP_NodeQuerySet

from massline.bodies.rules import Level

LEVELS = [
    (Level.PROVINCE, _("Province")),
    (Level.CITY, _("City")),
    (Level.COUNTY, _("County")),
    (Level.TOWNSHIP, _("Township")),
    (Level.VILLAGE, _("Village or community")),
    (Level.DEPARTMENT, _("Department")),
]


class BodyQuerySet(MP_NodeQuerySet):
    def within(self, path: str | None) -> Self:
        """The body at this path and every body under it. Every step of a path has four characters, so a prefix is a subtree."""
        return self.none() if path is None else self.filter(path__startswith=path)

    def standing(self) -> Self:
        """Bodies that were not abolished."""
        return self.filter(abolished_on=None)


class BodyManager(MP_NodeManager.from_queryset(BodyQuerySet)):  # type: ignore[misc]
    """The tree's verbs of treebeard and our named queries."""

    def get_queryset(self) -> BodyQuerySet:
        """In the order of the tree. (treebeard's manager answers with its own query set, not with ours.)"""
        return BodyQuerySet(self.model, using=self._db).order_by("path")


class Body(MP_Node):
    """A public body that can owe somebody an answer."""

    code = models.CharField(_("code"), max_length=20, unique=True)  # statistical division code, or the operator's own
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=LEVELS)
    duties = models.TextField(_("what it is responsible for"), blank=True)
    promise_days = models.PositiveSmallIntegerField(_("promised reply in working days"), null=True, blank=True)

    abolished_on = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors"
    )  # who answers in its place since then

    objects = BodyManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(abolished_on=None) | models.Q(successor__isnull=False),
                name="abolished_has_successor",
            ),
            models.CheckConstraint(
                condition=models.Q(promise_days__isnull=True) | models.Q(promise_days__gte=1),
                name="body_promises_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name

    @property
    def reply_promise(self) -> int:
        """Working days in which this body replies: its own promise, else the house's."""
        return self.promise_days or settings.REPLY_PROMISE_DAYS

    @property
    def heir(self) -> "Body":
        """Who answers in its place: itself, or the last of its successors. A query for each of them."""
        return self.successor.heir if self.successor else self

    @property
    def parent_path(self) -> str | None:
        return self.path[: -self.steplen] or None


class Outline(models.Model):
    """Where a body's area lies, for maps: from the operator's own GeoJSON."""

    body = models.OneToOneField(Body, on_delete=models.CASCADE, related_name="outline")
    rings = (
        models.JSONField()
    )  # closed lines of [longitude, latitude] in degrees, as engine.pictures.outlines reads them

    def __str__(self) -> str:
        return f"outline of {self.body}"


class CalendarDay(models.Model):
    """A day on which work differs from Monday-Friday, as entered here: for everybody, or for one body."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    day = models.DateField()
    is_open = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=models.Q(body=None), name="one_word_per_day_for_all"),
            models.UniqueConstraint(fields=["body", "day"], name="one_word_per_day_and_body"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}: {'open' if self.is_open else 'closed'}"


class CalendarYear(models.Model):
    """A year whose working days an operator has entered because no announcement was at hand."""

    year = models.PositiveSmallIntegerField(unique=True)

    def __str__(self) -> str:
        return str(self.year)
