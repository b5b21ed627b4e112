"""What matters are about, who answers for each, in how many working days; and what past cases advise about a message."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.respond.rules import RESOLVE_DAYS, TAKE_DAYS, VERY_LATE


class TopicQuerySet(models.QuerySet["Topic"]):
    def in_use(self) -> Self:
        """Those that a new case can have, in the order of their codes."""
        return self.filter(retired=False).order_by("code")


class Topic(models.Model):
    """One of the house's own list of what matters are about. Data of the operator's: never code."""

    code = models.SlugField(_("code"), max_length=40, unique=True)  # stays when the name changes: routers know it
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    words = models.TextField(_("words that tell it"), blank=True)  # between blank space; of use until past cases teach
    take_days = models.PositiveSmallIntegerField(default=TAKE_DAYS)
    answer_days = models.PositiveSmallIntegerField(null=True, blank=True)  # None: as the body promises
    resolve_days = models.PositiveSmallIntegerField(default=RESOLVE_DAYS)
    very_late_days = models.PositiveSmallIntegerField(default=VERY_LATE)  # after a due day that passed
    retired = models.BooleanField(_("no longer in use"), default=False)

    objects = TopicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(take_days__gte=1, resolve_days__gte=1, very_late_days__gte=1)
                & (Q(answer_days=None) | Q(answer_days__gte=1, resolve_days__gte=F("answer_days"))),
                name="topic_promises_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name


def promised_days(body: Body, topic: Topic | None) -> int:
    """Working days in which a body answers a matter: those of its topic, else its own promise."""
    return topic.answer_days if topic and topic.answer_days else body.reply_promise


class Duty(models.Model):
    """Which body answers for a topic: in an area, or (None) wherever no other row says more."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="duties")
    area = models.ForeignKey(Body, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="duties_of_topics")

    class Meta:
        verbose_name_plural = "duties"
        constraints = [
            models.UniqueConstraint(fields=["topic", "area"], name="one_duty_of_a_topic_in_an_area"),
            models.UniqueConstraint(fields=["topic"], condition=Q(area=None), name="one_duty_of_a_topic_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.topic}, {self.area or '*'}: {self.body}"


class Router(models.Model):
    """What was learnt from past cases at a time. Only the newest keeps its tables: the others are a history."""

    at = models.DateTimeField()
    method = models.CharField(max_length=20)
    cases = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()  # of these, where a person decided otherwise than an earlier router
    facts = models.JSONField()  # what it reached on cases that it had not seen
    tables = models.BinaryField()  # as engine.route writes them

    def __str__(self) -> str:
        return f"router {self.pk} of {self.cases} cases"


class AdviceQuerySet(models.QuerySet["Advice"]):
    def undecided(self) -> Self:
        """Those that nobody followed or decided against."""
        return self.filter(decided_at=None)


class Advice(models.Model):
    """What past cases, or the words of topics, advise about one message: a topic and a body, how likely each is, and why.

    Made from the words that everybody may read, and from nothing else."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="advice")
    router = models.ForeignKey(Router, on_delete=models.SET_NULL, null=True, related_name="+")  # None: words of topics
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, related_name="+")
    topic_chance = models.FloatField(null=True)
    topic_sure = models.BooleanField(default=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, null=True, related_name="+")
    body_chance = models.FloatField(null=True)
    body_sure = models.BooleanField(default=False)
    words = models.JSONField(default=list)  # that decided
    at = models.DateTimeField()
    followed = models.BooleanField(null=True)
    why = models.TextField(blank=True)  # a person decided otherwise
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = AdviceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "advice"

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.topic}, {self.body}"

    @property
    def topic_percent(self) -> int:
        """How likely its topic is, rounded down: what is not certain never reads 100."""
        return int(100 * (self.topic_chance or 0))

    @property
    def body_percent(self) -> int:
        return int(100 * (self.body_chance or 0))
