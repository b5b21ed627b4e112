"""Calls and messages."""

from datetime import datetime
from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from massline.beat import LEASE
from massline.bodies.models import Body
from massline.gather.grounds import GROUND_NAMES, GROUNDS, Ground
from massline.gather.rules import Channel, RemovalState
from massline.ledger.models import Entry
from massline.ledger.rules import new_salt
from massline.people.models import User
from massline.rights import Actor, Role
from massline.terms import Terms

CHANNELS = [
    (Channel.WEB, _("Web page")),
    (Channel.API, _("Program")),
    (Channel.HOTLINE, _("Hotline")),
    (Channel.VISIT, _("Visit")),
    (Channel.MEETING, _("Meeting")),
    (Channel.PAPER, _("Paper")),
    (Channel.EMAIL, _("E-mail")),
    (Channel.FILE, _("File")),
]


class CallQuerySet(models.QuerySet["Call"]):
    def public(self, now: datetime) -> Self:
        """Calls that have begun. They stay public for ever."""
        return self.filter(opens_at__lte=now)

    def open(self, now: datetime) -> Self:
        """Calls that take messages now."""
        return self.filter(opens_at__lte=now, closes_at__gt=now)


class Call(models.Model):
    """An invitation to speak, with a start and an end, by a body in its own name."""

    ref = models.SlugField(_("reference"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    question = models.TextField(_("question"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="calls")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    publish_at_once = models.BooleanField(_("messages show at once"), default=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    published: int  # messages that everybody may read; where gather.queries.with_published has told it

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="call_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page stands where its themes are known."""
        return reverse("concentrate:call", args=[self.ref])

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at

    def state(self, now: datetime) -> str:
        """`not open yet`, `open`, `answered` or `closed`."""
        if now < self.opens_at:
            return "not open yet"
        if now < self.closes_at:
            return "open"
        return "answered" if self.answered_at else "closed"


def came_to_desk_of(actor: Actor, at: str = "") -> models.Q:
    """What makes a message one that came to the actor's body or to one under it. at: how a query goes to it, like `message__`."""
    if actor.body_path is None:
        return models.Q(pk__in=[])
    return models.Q((f"{at}body__path__startswith", actor.body_path))


class MessageQuerySet(models.QuerySet["Message"]):
    def public(self) -> Self:
        """What everybody may know of. The words of those with a `ground` are hidden or erased; that they were, shows."""
        return self.filter(published_at__isnull=False)

    def readable(self) -> Self:
        """What everybody may read, personal data masked."""
        return self.public().filter(ground="")

    def visible_to(self, actor: Actor) -> Self:
        """Published messages; for those at a desk also what came to their own body or one under it and waits."""
        if actor.body_path is None or actor.role not in (Role.HANDLER, Role.LEADER, Role.INSPECTOR):
            return self.public()
        return self.filter(models.Q(published_at__isnull=False) | models.Q(body__path__startswith=actor.body_path))

    def handled_by(self, actor: Actor) -> Self:
        """What came to the actor's body or to one under it."""
        return self.filter(came_to_desk_of(actor))

    def waiting_at(self, actor: Actor) -> Self:
        """What came to the actor's body or to one under it, and no desk has looked at. By index, among millions that are done."""
        return self.handled_by(actor).filter(waits=True)


WAITING_FIRST = (IsNull(F("published_at"), False), F("id"))
"""The order of a desk: what waits to be published, then what came first."""


class Message(models.Model):
    """What somebody said, as it came. There is no column for who said it."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="messages")
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="messages"
    )  # of the area named, else the call's
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    title = models.CharField(_("title"), max_length=500, blank=True)
    text = models.TextField(_("text"))
    shown_title = models.CharField(max_length=500, blank=True)
    shown_text = models.TextField()  # what everybody may read: personal data masked, empty once hidden or erased
    masked_kinds = models.JSONField(default=list)
    said_at = models.DateTimeField(null=True, blank=True)  # as the source says
    received_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    ground = models.CharField(max_length=20, choices=GROUND_NAMES, blank=True)  # why its words do not show
    erased_at = models.DateTimeField(null=True, blank=True)
    waits = models.BooleanField(default=True)  # until a later step has it in hand, which says so here
    sender = models.CharField(
        max_length=16, blank=True
    )  # keyed hash, made per call: counts distinct writers, names nobody
    source_id = models.CharField(max_length=200, blank=True)  # the row's id in the file it came from
    receipt_digest = models.CharField(max_length=64, unique=True, null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt)
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )  # of the log: that it was received; a file has one for all its rows. Nobody asks which messages an entry has

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["call", "source_id"], name="a_row_is_imported_once", condition=~models.Q(source_id="")
            ),
        ]
        indexes = [
            models.Index(fields=["call", "published_at", "id"], name="message_by_call"),
            models.Index(
                fields=["call", "received_at", "id"],
                condition=models.Q(published_at__isnull=False),
                name="message_by_moment",
            ),
            models.Index(fields=["body", "received_at"], name="message_by_body"),
            models.Index(fields=["body", "published_at"], condition=models.Q(waits=True), name="message_that_waits"),
            models.Index(*WAITING_FIRST, condition=models.Q(waits=True), name="message_to_look_at"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    def get_absolute_url(self) -> str:
        """Its page stands where its case is known."""
        return reverse("respond:message", args=[self.pk])


class MessageTerms(Terms):
    """By which terms a message is found: of what everybody may read of it."""

    words_of = ("shown_title", "shown_text")


class RemovalQuerySet(models.QuerySet["Removal"]):
    def public(self) -> Self:
        """What was carried out, whether it holds or was undone."""
        return self.filter(state__in=[RemovalState.DONE, RemovalState.UNDONE])

    def known_to(self, actor: Actor) -> Self:
        """Those of messages to the actor's body or one under it, and those that are its people's to decide."""
        if actor.body_path is None or actor.role not in (Role.HANDLER, Role.LEADER, Role.INSPECTOR):
            return self.none()
        own = [f"{place}__path__startswith" for place in ("message__body", "decider", "appeal_decider")]
        return self.filter(models.Q(*((place, actor.body_path) for place in own), _connector=models.Q.OR))

    def awaiting(self, user: User) -> Self:
        """What this person can decide now: she asked for none of it, and decided none of it before."""
        if user.body_path is None or user.role not in (Role.HANDLER, Role.LEADER):
            return self.none()
        asked = models.Q(state=RemovalState.ASKED, decider__path__startswith=user.body_path)
        appealed = models.Q(state=RemovalState.DONE, appealed_at__isnull=False, outcome="")
        again = appealed & models.Q(appeal_decider__path__startswith=user.body_path) & ~models.Q(decided_by=user)
        return self.filter(asked | again, message__erased_at=None).exclude(asked_by=user)


class Removal(models.Model):
    """One hiding or erasing of a message, from the asking to the outcome of an appeal. All of it but staff's names is public."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="removals")
    ground = models.CharField(max_length=20, choices=GROUND_NAMES)
    reason = models.TextField(_("reason"), blank=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")  # None: its writer asked
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_role = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10)  # RemovalState
    decider = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")  # whose people decide
    decision = models.TextField(blank=True)  # what the second person said
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_role = models.CharField(max_length=12, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    appeal = models.TextField(blank=True)  # the writer's words
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decider = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=10, blank=True)  # Outcome
    outcome_reason = models.TextField(blank=True)
    outcome_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    outcome_at = models.DateTimeField(null=True, blank=True)
    salt = models.CharField(max_length=32, default=new_salt)

    objects = RemovalQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-decided_at"], name="removal_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["message"], condition=models.Q(state="asked"), name="asked_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.ground}, {self.state}"

    @property
    def rule(self) -> Ground:
        return GROUNDS[self.ground]

    @property
    def may_appeal(self) -> bool:
        """Its writer can have a hiding looked at again, once."""
        return self.state == RemovalState.DONE and self.message.erased_at is None and self.appealed_at is None

    @property
    def appeal_waits(self) -> bool:
        return self.state == RemovalState.DONE and self.appealed_at is not None and not self.outcome


class ArrivingFileQuerySet(models.QuerySet["ArrivingFile"]):
    def left(self, now: datetime) -> Self:
        """Files whose import gives no sign of life any more."""
        return self.filter(beat_at__lt=now - LEASE)


class ArrivingFile(models.Model):
    """A file on its way into a call: read row by row, accepted as a whole, then brought in. One at a time in a call.

    It is gone when all its rows are messages, or when it was not accepted."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="arriving")
    token = models.CharField(max_length=32)  # whoever holds it may bring rows in
    beat_at = models.DateTimeField()  # the last sign of life
    accepted_at = models.DateTimeField(null=True, blank=True)  # from here on every row will be a message

    objects = ArrivingFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"a file for {self.call.ref}"


class ArrivingRow(models.Model):
    """One row of such a file, checked and masked: nobody sees it before it is a message."""

    file = models.ForeignKey(ArrivingFile, on_delete=models.CASCADE, related_name="rows")
    message = models.JSONField(encoder=DjangoJSONEncoder)  # the fields of the message that it will be

    def __str__(self) -> str:
        return f"row {self.pk} of {self.file_id}"
