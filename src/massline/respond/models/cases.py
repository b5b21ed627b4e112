"""Cases, their messages, the turns of the bodies that owned them, the parts of those that help, and replies."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.concentrate.models import HotMatter, Theme
from massline.engine.mask import mask
from massline.gather.models import Message
from massline.ledger.rules import new_salt
from massline.respond.models.topics import Topic
from massline.respond.rules import VERY_LATE, MeansKind, State, TurnKind
from massline.rights import Actor, Role

if TYPE_CHECKING:
    from massline.respond.models.attaching import Attachment

STATES = [
    (State.OPEN, _("Being handled")),
    (State.ANSWERED, _("Answered")),
    (State.SETTLED, _("Solved, says the resident")),
    (State.MERGED, _("Goes on in another case")),
]

ANSWERING_ROLES = (Role.HANDLER, Role.LEADER)

DESK_ROLES = (*ANSWERING_ROLES, Role.INSPECTOR)

TURN_KINDS = [
    (TurnKind.TAKEN, _("Taken")),
    (TurnKind.HANDED_OVER, _("Handed over")),
    (TurnKind.HANDED_BACK, _("Handed back: no means")),
    (TurnKind.REOPENED, _("Reopened")),
    (TurnKind.SPLIT_OFF, _("Split off")),
]

MEANS = [
    (MeansKind.MONEY, _("Money")),
    (MeansKind.STAFF, _("People to do it")),
    (MeansKind.AUTHORITY, _("Authority to decide or enforce")),
    (MeansKind.EQUIPMENT, _("Equipment or material")),
    (MeansKind.OWN, _("Nothing: what that body has is enough")),
]


class CaseQuerySet(models.QuerySet["Case"]):
    def public(self) -> Self:
        """Cases with at least one published message. Asked case by case: SQLite would make a list of all of them first."""
        return self.filter(Exists(CaseMessage.objects.filter(case=OuterRef("pk"), message__published_at__isnull=False)))

    def on_desk_of(self, actor: Actor) -> Self:
        """What is the actor's to look after: cases of her body, of every body under it, and those put before one of them.

        Asks first which these are, at most two queries: only with lists both databases read a million cases by index, and only
        without one where all bodies of the house are hers."""
        if actor.body_path is None or actor.role not in DESK_ROLES:
            return self.none()
        top = len(actor.body_path) <= Body.steplen  # the whole tree, which no case ever leaves
        if top and not Body.objects.exclude(path__startswith=actor.body_path).exists():
            return self.all()
        bodies = list(Body.objects.within(actor.body_path).order_by().values_list("pk", flat=True))
        hers = Q(body__in=bodies)
        if not top:
            elsewhere = Case.objects.filter(overseer__in=bodies).exclude(body__in=bodies).values_list("pk", flat=True)
            hers |= Q(pk__in=list(elsewhere))
        return self.filter(hers)

    def visible_to(self, actor: Actor) -> Self:
        """What is on her desk, and what was there before it was handed on; for analysts what the public sees."""
        if actor.body_path is None or actor.role not in DESK_ROLES:
            return self.public()
        known = Turn.objects.filter(body__path__startswith=actor.body_path)
        shared = Share.objects.filter(body__path__startswith=actor.body_path)
        return self.filter(
            Q(body__path__startswith=actor.body_path)
            | Q(overseer__path__startswith=actor.body_path)
            | Q(pk__in=known.values("case"))
            | Q(pk__in=shared.values("case"))
        )

    def to_help_with(self, actor: Actor) -> Self:
        """Open cases of other bodies in which hers, or one under it, still has a part to do."""
        if actor.body_path is None or actor.role not in DESK_ROLES:
            return self.none()
        parts = Share.objects.filter(body__path__startswith=actor.body_path, done_at=None)
        return self.open().filter(pk__in=parts.values("case"))

    def answerable_by(self, actor: Actor) -> Self:
        """Cases that the actor may hand over or reply to: those of her body and of every body under it."""
        if actor.body_path is None or actor.role not in ANSWERING_ROLES:
            return self.none()
        return self.filter(body__path__startswith=actor.body_path)

    def overdue(self, today: date) -> Self:
        """Cases still unanswered after their due day. On the due day itself a case is on time."""
        return self.open().filter(reply_due__lt=today)

    def open(self) -> Self:
        return self.filter(state=State.OPEN)

    def due_between(self, first: date, last: date) -> Self:
        """Cases still unanswered whose due day lies between these two days, both included."""
        return self.open().filter(reply_due__range=(first, last))

    def reopened(self) -> Self:
        return self.open().filter(reopenings__gt=0)

    def escalated(self) -> Self:
        return self.open().filter(escalated_at__isnull=False)

    def urged(self) -> Self:
        """Open cases that a body above wants to see answered by a day of its own."""
        return self.open().filter(urgings__reopening=F("reopenings")).distinct()

    def in_order_of_urgency(self) -> Self:
        return self.order_by("reply_due", "pk")


class Case(models.Model):
    """A matter that one body owes an answer. At any time exactly one body owns it."""

    title = models.CharField(_("matter"), max_length=200)
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="cases", verbose_name=_("responsible body"), db_index=False
    )  # two indexes begin with it
    overseer = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, blank=True, related_name="overseen_cases")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=State.OPEN)
    opened_at = models.DateTimeField()
    promised_days = (
        models.PositiveSmallIntegerField()
    )  # working days, as promised when the case (or its reopening) began
    reply_due = models.DateField(_("reply due"))
    escalated_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    in_time = models.BooleanField(null=True)  # whether the latest reply came by its day; None before the first
    reopenings = models.PositiveSmallIntegerField(default=0)
    hand_overs = models.PositiveSmallIntegerField(default=0)  # by people, forth or back; what is inherited is none
    version = models.PositiveIntegerField(default=0)  # rises with each act: a form opened before it is stale
    counted_from = models.DateField(null=True)  # day 0 of the promise that runs; None in cases older than this column
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="cases")
    received_on = models.DateField(null=True)  # day 0 of taking and of resolving; None in cases older than this column
    take_by = models.DateField(null=True)  # the last day on which it was taken in time
    resolve_days = models.PositiveSmallIntegerField(null=True)  # working days, as promised when the case began
    resolve_by = models.DateField(null=True)  # None too while the days of that year are not known
    very_late_days = models.PositiveSmallIntegerField(default=VERY_LATE)
    theme = models.ForeignKey(Theme, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases")
    hot_matter = models.ForeignKey(HotMatter, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases")
    messages = models.ManyToManyField(Message, through="CaseMessage", related_name="cases")
    ask_on = models.DateField(null=True)  # when writers are asked whether it is still solved; None: not, or asked
    asked_later_at = models.DateTimeField(null=True)  # when they were, about the latest answer
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_cases"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["body", "state", "reply_due"], name="case_queue"),
            models.Index(fields=["body", "id"], name="case_of_body"),
            models.Index(fields=["ask_on", "id"], condition=Q(ask_on__isnull=False), name="case_to_ask"),
            models.Index(fields=["state", "reply_due", "id"], condition=Q(escalated_at=None), name="case_to_escalate"),
            models.Index(fields=["state", "reply_due", "id", "body"], name="case_by_day"),
            models.Index(fields=["id", "hand_overs"], condition=Q(hand_overs__gte=2), name="case_handed_on"),
            models.Index(
                fields=["very_late_days"],
                condition=Q(state=State.OPEN) & ~Q(very_late_days=VERY_LATE),
                name="case_very_late_apart",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(State)), name="case_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into=None)),
                name="merged_case_goes_on",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("respond:case", args=[self.pk])

    @property
    def goes_on_as(self) -> "Case":
        """Itself, or the case that it went on in. A query for each merging on the way."""
        return self.merged_into.goes_on_as if self.merged_into else self


class CaseMessage(models.Model):
    """A message in a case. A message belongs to one case at most."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="case_messages")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="case_message")

    def __str__(self) -> str:
        return f"message {self.message_id} in case {self.case_id}"


class Share(models.Model):
    """Another body's part in a case: what it shall do. The owner of the case leads and answers; it alone replies."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="shares")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "body"], name="one_part_of_a_body_in_a_case")]

    def __str__(self) -> str:
        return f"{self.body} in case {self.case_id}"


class Turn(models.Model):
    """The time during which one body owned a case, how it came to it, and why."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="turns")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="turns")
    kind = models.CharField(max_length=12, choices=TURN_KINDS)
    reason = models.TextField(blank=True)
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reply_due = models.DateField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    overseer = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # whom it was put before
    ended_at = models.DateTimeField(null=True, blank=True)
    sender = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # who handed it over, or back; None where nobody did: taken, reopened, split off, inherited
    means = models.CharField(max_length=60, blank=True)  # MeansKind between blank space, "" where none was named
    means_words = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sender", "body", "kind"], condition=Q(sender__isnull=False), name="turn_handed_over"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at=None), name="one_owner_at_any_time"),
        ]

    def __str__(self) -> str:
        return f"{self.body} since {self.began_at:%Y-%m-%d}"

    @property
    def shown_reason(self) -> str:
        """The reason as everybody may read it: a resident's words, which reopen a case, with personal data masked."""
        return mask(self.reason).text if self.kind == TurnKind.REOPENED else self.reason

    @property
    def kinds_of_means(self) -> list[str]:
        return self.means.split()

    @property
    def named_means(self) -> list[str]:
        """The means that went with it, in the reader's words."""
        names = dict(MEANS)
        return [str(names[MeansKind(kind)]) for kind in self.kinds_of_means]


class Reply(models.Model):
    """A body's public answer to a case. It is never changed; a second one may follow a reopening."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="replies")
    turn = models.OneToOneField(Turn, on_delete=models.PROTECT, related_name="reply")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField(_("reply"))
    published_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)  # when enough writers had said that this solved it
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    salt = models.CharField(max_length=32, default=new_salt)

    class Meta:
        verbose_name_plural = "replies"

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def attached(self) -> "list[Attachment]":
        """Its files, in order where a query has brought them along."""
        return list(self.attachments.all())
