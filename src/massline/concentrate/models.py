"""Runs of the engine, themes, placements, statements and their traces."""

import json
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from massline.beat import LEASE
from massline.bodies.models import Body
from massline.concentrate.rules import LONGEST_NAME, ActKind, has_drifted
from massline.gather.models import Call, Message
from massline.ledger.rules import new_salt
from massline.rights import Actor, Role

FATES = [
    ("placed", _("in a theme")),
    ("not_placed", _("in no theme")),
    ("too_short", _("too short to place")),
    ("copy", _("copy of another")),
    ("removed", _("no words in it")),
]


class RunQuerySet(models.QuerySet["Run"]):
    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False, problem="")

    def under_way(self) -> Self:
        """Runs that wait for a worker or that one works on."""
        return self.filter(finished_at=None, problem="")

    def left(self, now: datetime) -> Self:
        """Runs that no living worker has in hand: nobody has begun them, or whoever did gives no sign any more."""
        return self.under_way().exclude(claim__beat_at__gte=now - LEASE)

    def current(self, call: Call) -> "Run | None":
        """The newest finished run of a call: what its pages show."""
        return self.finished().filter(call=call).order_by("-finished_at", "-pk").first()


class Run(models.Model):
    """One run of the engine over the messages that a call had published by then."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="runs")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)  # why it ended without a result
    method = models.CharField(max_length=60, blank=True)
    seed = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)  # the object that `massline concentrate --json` prints
    arrived = models.JSONField(
        default=dict
    )  # of messages that came after it: fate -> number, and "similarity": its sum
    drift = models.JSONField(default=dict)  # engine.place.Drift of those; empty as long as none came
    successors = models.JSONField(
        default=dict
    )  # theme of an earlier run that was changed by hand -> rules.Shared: where its messages lie now
    periods = models.JSONField(default=list)  # equal steps of time, first to last: 2026-03-01, 2026-W09 or 2026-03

    objects = RunQuerySet.as_manager()

    def __str__(self) -> str:
        return f"run {self.pk} over {self.call.ref}"

    @property
    def whole(self) -> int:
        """Messages that it counts: those it read and those that came after it."""
        return int(self.counts.get("accepted", 0)) + sum(int(self.arrived.get(fate, 0)) for fate, _name in FATES)

    @property
    def came_after(self) -> int:
        return self.whole - int(self.counts.get("accepted", 0))

    @property
    def has_drifted(self) -> bool:
        """Whether what came after it speaks of so much else that it should be run again."""
        return has_drifted(self.arrived, self.drift)


class Claim(models.Model):
    """The worker that has a run in hand. It ends with the run; without a sign of life for LEASE it is another's to take."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="claim")
    token = models.CharField(max_length=32)  # whoever holds it may write the run's results
    beat_at = models.DateTimeField()  # the last sign of life
    attempts = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.run}, attempt {self.attempts}"


class Frozen(models.Model):
    """What places new messages into the themes of a run, without a new run. Only the newest run of a call has one."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="frozen")
    themes = models.BinaryField()  # the engine's themes.npz
    seen_until = models.DateTimeField()  # messages published before this were looked at
    turn = models.PositiveIntegerField(default=0)  # of two workers that place at once, one does

    def __str__(self) -> str:
        return f"frozen themes of {self.run}"


class ThemeQuerySet(models.QuerySet["Theme"]):
    def public(self) -> Self:
        """Themes of runs that ended well."""
        return self.filter(run__finished_at__isnull=False, run__problem="")

    def standing(self) -> Self:
        """Themes that were not merged into another one."""
        return self.filter(merged_into=None)

    def coarsest(self) -> Self:
        return self.standing().filter(parent=None).order_by("-messages", "number")

    def of_family(self, theme: "Theme") -> Self:
        """Itself, its finer themes, and all that was merged into one of them: where the messages of a theme lie."""
        finer = models.Q(parent=theme, merged_into=None) | models.Q(merged_into__parent=theme)
        return self.filter(models.Q(pk=theme.pk) | models.Q(merged_into=theme) | finer, run=theme.run_id)


class Theme(models.Model):
    """Messages that speak of one matter, as one run found them and analysts have changed it since (their acts: `Act`).

    A theme that was merged into another one keeps its messages and shows nowhere any more; what shows counts them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="themes")
    number = models.PositiveIntegerField()  # the engine's number, unique in its run
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    grain = models.PositiveSmallIntegerField()  # 0 is the coarsest
    label = models.CharField(_("name"), max_length=LONGEST_NAME)
    keywords = models.JSONField(default=list)
    messages = models.PositiveIntegerField()  # copies counted
    senders = models.PositiveIntegerField()
    share_raw = models.FloatField()  # 0 to 1, of all accepted messages
    share_corrected = models.FloatField(null=True)  # for who is missing; None: not corrected
    low = models.FloatField(null=True)  # where the corrected share likely lies (95 %)
    high = models.FloatField(null=True)
    over_time = models.JSONField(default=list)  # messages in each of the run's periods; coarsest themes only
    minority = models.BooleanField(default=False)
    x = models.FloatField(default=0.0)  # place in a plane where near is alike; coarsest themes only, any unit
    y = models.FloatField(default=0.0)
    typical = models.ManyToManyField(Message, related_name="+")
    dissenting = models.ManyToManyField(Message, related_name="+")  # at its edge: what the label says least of
    merged_into = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="merged"
    )  # a theme that stands: never one that was merged itself
    by_hand = models.BooleanField(default=False)  # split off by an analyst, not found by the run
    version = models.PositiveIntegerField(default=0)  # how often it was changed: of two changes at once, one is told

    objects = ThemeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="theme_number_in_run")]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("concentrate:theme", args=[self.run.call.ref, self.pk])


class Placement(models.Model):
    """Where a run put one message. Every message of a run has exactly one."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="placements")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="placements")
    fate = models.CharField(max_length=10, choices=FATES)
    theme = models.ForeignKey(
        Theme, on_delete=models.CASCADE, null=True, blank=True, related_name="placements"
    )  # finest grain
    copy_of = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="copied_by")
    similarity = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "message"], name="one_fate_per_message")]
        indexes = [
            models.Index(fields=["theme", "fate", "-similarity", "message"], name="placement_in_order"),
        ]  # the messages of a theme in their order, without a look at the rows

    def __str__(self) -> str:
        return f"message {self.message_id}: {self.fate}"

    @property
    def home(self) -> Theme | None:
        """The theme in which the message shows. Needs `theme__merged_into`."""
        return self.theme and (self.theme.merged_into or self.theme)


class Campaign(models.Model):
    """One text sent by many, as one run counted it: beside the themes, never hidden in them."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="campaigns")
    text = models.TextField()
    messages = models.PositiveIntegerField()
    distinct_texts = models.PositiveIntegerField()
    senders = models.PositiveIntegerField()
    first = models.DateTimeField(null=True, blank=True)
    last = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.messages} × {self.text[:40]}"


class Statement(models.Model):
    """One sentence that sums up messages, with its trace to exactly those messages."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="statements")
    text = models.TextField()
    trace = models.ManyToManyField(Message, related_name="statements")
    messages = models.PositiveIntegerField(default=0)  # in its trace: counted once, for that can be all of a theme

    def __str__(self) -> str:
        return self.text


ACTS = [
    (ActKind.RENAMED, _("renamed")),
    (ActKind.MERGED, _("merged")),
    (ActKind.SPLIT, _("split")),
    (ActKind.MOVED, _("messages moved")),
    (ActKind.UNDONE, _("taken back")),
]


class ActQuerySet(models.QuerySet["Act"]):
    def standing(self) -> Self:
        """Acts that count: neither taken back nor the taking back itself."""
        return self.filter(undone_at=None).exclude(kind=ActKind.UNDONE)

    def newest_first(self) -> Self:
        return self.select_related("theme", "other", "by", "undoes").order_by("-pk")

    def before(self, run: Run) -> Self:
        """Acts that count, done to earlier runs of the same call, that no act which counts has done again."""
        again = Act.objects.standing().filter(carries=models.OuterRef("pk"))
        mine = self.standing().filter(run__call=run.call_id, run__lt=run.pk)
        return mine.filter(~models.Exists(again)).select_related("theme", "other", "run").order_by("pk")

    def to_carry(self, run: Run) -> Self:
        """Those of them that a newer run is asked to do again, the earliest first."""
        return self.before(run).filter(set_aside_at=None)


class Act(models.Model):
    """What an analyst did to themes of a run, with what is needed to take it back. No act changes what a message says."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=10, choices=ACTS)
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")  # that was changed
    other = models.ForeignKey(
        Theme, on_delete=models.CASCADE, null=True, related_name="+"
    )  # merged into, moved to, new
    before = models.CharField(max_length=LONGEST_NAME, blank=True)  # its name then
    after = models.CharField(max_length=LONGEST_NAME, blank=True)  # the other one's name, or the new name
    messages = models.PositiveIntegerField(default=0)  # that stand elsewhere for it, copies counted
    was = models.JSONField(default=dict)  # what it found: rules.Was
    touched = models.ManyToManyField(Theme, related_name="acts")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone_by")
    undone_at = models.DateTimeField(null=True)
    carries = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="carried_by"
    )  # the act of an earlier run that it does again
    set_aside_at = models.DateTimeField(null=True)  # no newer run is asked to do it again
    salt = models.CharField(max_length=32, default=new_salt)

    objects = ActQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.before} {self.kind}"


class Edition(models.Model):
    """The themes of a call as its body published them once. It never changes: a correction is the next edition.

    `content` is canonical JSON, the very text that `digest` is of. Of messages and statements it holds counts and digests,
    never words: those may have to be hidden one day."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="editions")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()  # from 1
    content = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the content, in hexadecimal
    changes = models.JSONField(default=list)  # rules.Change, against the edition before
    note = models.TextField(blank=True)  # why there is a new one, in the body's words
    last_act = models.ForeignKey(Act, on_delete=models.PROTECT, null=True, related_name="+")  # the newest that it holds
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="edition_number_in_call")]

    def __str__(self) -> str:
        return f"edition {self.number} of {self.call.ref}"

    def get_absolute_url(self) -> str:
        return reverse("concentrate:edition", args=[self.call.ref, self.number])

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.content)
        return facts


class Look(models.Model):
    """When hot matters were last looked for among what came to a body and to those under it, and who has that in hand now."""

    body = models.OneToOneField(Body, on_delete=models.CASCADE, related_name="+")
    tried_at = models.DateTimeField(null=True)  # when somebody last began
    looked_at = models.DateTimeField(null=True)  # when the list that shows was made
    messages = models.PositiveIntegerField(default=0)  # that were looked at then
    token = models.CharField(max_length=32, blank=True)  # whoever holds it may write the list
    beat_at = models.DateTimeField(null=True)  # the last sign of life of whoever has it in hand; None: nobody has
    attempts = models.PositiveSmallIntegerField(default=0)  # workers that began and did not come to an end

    def __str__(self) -> str:
        return f"hot matters of {self.body}"


class HotMatterQuerySet(models.QuerySet["HotMatter"]):
    def listed(self, body: Body) -> Self:
        """What the last look of a body found, the hottest first; of one that was abolished nothing."""
        return self.filter(body=body, body__abolished_on=None, listed=True).order_by("rank")

    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's body and of every body under it, for those who sit at a desk."""
        if actor.body_path is None or actor.role not in (Role.HANDLER, Role.LEADER, Role.INSPECTOR):
            return self.none()
        return self.filter(body__path__startswith=actor.body_path)


class HotMatter(models.Model):
    """Many people, one matter, one place, in a short time, as a look over what came to a body found it: docs/rules/case.md, C30.

    Of words it holds the place alone: what it is called is read from a message, and goes when that is hidden or erased."""

    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="+", db_index=False)  # whose desk reads it
    found_at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField()  # among those found with it; 1 is the hottest
    heat = models.FloatField()  # as docs/reference/engine.md has it
    voices = models.PositiveIntegerField()  # in its hottest days
    days = models.PositiveSmallIntegerField()  # how many these are
    until = models.DateTimeField()  # when they ended
    first = models.DateTimeField()
    last = models.DateTimeField()
    place = models.CharField(max_length=LONGEST_NAME, blank=True)
    middle = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")  # most like all its others
    messages = models.ManyToManyField(Message, related_name="hot_matters")
    size = models.PositiveIntegerField()  # messages in it
    listed = models.BooleanField(default=True)  # the body's list shows it
    stays = models.BooleanField(default=False)  # a later step has made something of it, which says so here

    objects = HotMatterQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["body", "listed", "rank"], name="hot_matter_in_order")]

    def __str__(self) -> str:
        return self.label or self.place

    def get_absolute_url(self) -> str:
        """Its page stands where a case can be made of it."""
        return reverse("respond:hot_matter", args=[self.pk])

    @property
    def label(self) -> str:
        """What it is called: the title, or the beginning, of the message in its middle, as everybody may read it now. Needs
        `middle`."""
        return " ".join((self.middle.shown_title or self.middle.shown_text[:40]).split())
