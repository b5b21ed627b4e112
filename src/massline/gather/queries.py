"""Reads that join calls, messages and bodies for one page or export."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.queries import above
from massline.bodies.rules import Level
from massline.gather.grounds import GROUNDS, Ground
from massline.gather.models import Call, CallQuerySet, Message, Removal, RemovalQuerySet
from massline.gather.rules import RemovalState, is_about, receipt_digest
from massline.people.models import User
from massline.rights import Actor, may
from massline.sums import SUMS


@dataclass(frozen=True, slots=True)
class Voices:
    """How many messages a call has published, how many people wrote them, and how many messages wait for a look.

    people: distinct senders where the source tells them; a message without one counts as one person. at: when they were counted,
    None for now."""

    messages: int
    people: int
    waiting: int
    at: datetime | None = None


def calls_in_order(now: datetime) -> CallQuerySet:
    """Public calls: open ones first (the next to close on top), then those that wait for an answer, then the answered ones.

    Each has `stands` (as Call.state). One query."""
    stands = Case(
        When(closes_at__gt=now, then=Value("open")),
        When(answered_at=None, then=Value("closed")),
        default=Value("answered"),
    )
    closing_next = Case(When(closes_at__gt=now, then="closes_at"))
    order = (
        "-stands",
        closing_next,
        "-closes_at",
        "-pk",
    )  # the words happen to stand in the alphabet the other way round
    return Call.objects.public(now).select_related("body").annotate(stands=stands).order_by(*order)


def published_of_calls() -> Mapping[int, int]:
    """How many messages of each call everybody may read, by its key. One query; none where they are kept (massline.sums)."""
    public = Message.objects.public().order_by().values_list("call")
    return SUMS.of("published", lambda: dict(public.annotate(n=Count("pk")))).value


def with_published(calls: Iterable[Call], counts: Mapping[int, int] | None = None) -> list[Call]:
    """The same calls, each with `published`, out of these counts of all calls, or of new ones."""
    counts, found = published_of_calls() if counts is None else counts, list(calls)
    for call in found:
        call.published = counts.get(call.pk, 0)
    return found


def voices(call: Call) -> Voices:
    """One query; none where they are kept for a while (massline.sums)."""
    counted = SUMS.of(f"voices:{call.pk}", lambda: _voices(call))
    return Voices(*counted.value, counted.at)


def _voices(call: Call) -> tuple[int, int, int]:
    published = Q(published_at__isnull=False)
    found = call.messages.aggregate(
        messages=Count("pk", filter=published),
        named=Count("sender", filter=published & ~Q(sender=""), distinct=True),
        unnamed=Count("pk", filter=published & Q(sender="")),
        waiting=Count("pk", filter=~published),
    )
    return found["messages"], found["named"] + found["unnamed"], found["waiting"]


def newest_messages(call: Call) -> QuerySet[Message]:
    """What everybody may read of a call, newest first, with the body that each came to."""
    return call.messages.public().select_related("body").order_by("-received_at", "-pk")


def about_itself(message: Message, body: Body) -> bool:
    """Whether a body that judges this message would judge words about itself: it came to that body, or names it."""
    return message.body_id == body.pk or is_about((body.name, body.name_en), f"{message.title}\n{message.text}")


def message_of(code: str) -> Message | None:
    """The message that a receipt was given for, under today's secret key or an older one. Source: docs/rules/receipts.md."""
    digests = [receipt_digest(code, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return Message.objects.filter(receipt_digest__in=digests).select_related("call", "body").first()


@dataclass(frozen=True, slots=True)
class MonthOfGround:
    """How much was hidden or erased on one ground in one month, and how much of it shows again."""

    month: date
    ground: Ground
    removed: int
    shown_again: int


def removals_by_month() -> list[MonthOfGround]:
    """The latest month first, grounds in the order of their list. One query."""
    counts = Removal.objects.public().annotate(month=TruncMonth("decided_at")).values("month", "ground")
    shown = Count("pk", filter=Q(state=RemovalState.UNDONE))
    rows = {(row["month"].date(), row["ground"]): row for row in counts.annotate(n=Count("pk"), shown=shown).order_by()}
    months = sorted({month for month, _ in rows}, reverse=True)
    found = [(month, ground, rows.get((month, key))) for month in months for key, ground in GROUNDS.items()]
    return [MonthOfGround(month, ground, row["n"], row["shown"]) for month, ground, row in found if row]


def removals_shown() -> QuerySet[Removal]:
    """All that was hidden or erased, the latest first, with the bodies that acted."""
    bodies = ("message__body", "body", "decider", "appeal_decider")
    return Removal.objects.public().select_related(*bodies).order_by("-decided_at", "-pk")


def removals_in_full() -> RemovalQuerySet:
    """Each with its message and all bodies."""
    return Removal.objects.select_related("message__body", "message__call", "body", "decider", "appeal_decider")


def removal_counts() -> dict[str, int]:
    """How much is hidden now, erased, shown again, and how many appeals wait. One query."""
    erases = [key for key, ground in GROUNDS.items() if ground.erases]
    done = Q(state=RemovalState.DONE)
    return Removal.objects.aggregate(
        hidden=Count("pk", filter=done & ~Q(ground__in=erases)),
        erased=Count("pk", filter=done & Q(ground__in=erases)),
        shown_again=Count("pk", filter=Q(state=RemovalState.UNDONE)),
        declined=Count("pk", filter=Q(state=RemovalState.DECLINED)),
        waiting=Count("pk", filter=done & Q(appealed_at__isnull=False, outcome="")),
    )


REMOVAL_COLUMNS = (
    *(
        "message",
        "ground",
        "erased",
        "state",
        "date",
        "body",
        "role",
        "second_body",
        "second_role",
        "reason",
        "decision",
    ),
    *("appealed", "outcome", "outcome_date", "outcome_body", "outcome_reason"),
)


def removal_row(removal: Removal) -> dict[str, object]:
    """One line of the table for programs: REMOVAL_COLUMNS. Cells that a spreadsheet would reckon with are quoted."""
    second = removal.decider if removal.decided_role else None
    values = (
        *(removal.message_id, removal.ground, removal.rule.erases, removal.state, _day(removal.decided_at)),
        *(removal.body and removal.body.name, removal.asked_role, second and second.name, removal.decided_role),
        *(removal.reason, removal.decision, _day(removal.appealed_at), removal.outcome, _day(removal.outcome_at)),
        *(removal.appeal_decider and removal.appeal_decider.name, removal.outcome_reason),
    )
    return {name: _plain(value) for name, value in zip(REMOVAL_COLUMNS, values, strict=True)}


def _day(moment: datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""


def _plain(value: object) -> str:
    """A cell that begins with one of these is a formula to a spreadsheet."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def next_step(removal: Removal, user: User) -> str:
    """What this person can decide about it now: `hide`, `erase`, `appeal`, `show` (again), or nothing: "". One query at most."""
    waits = removal.state == RemovalState.ASKED or removal.appeal_waits
    if waits and Removal.objects.awaiting(user).filter(pk=removal.pk).exists():
        return "appeal" if removal.appeal_waits else "erase" if removal.rule.erases else "hide"
    if removal.state != RemovalState.DONE or removal.message.erased_at or removal.decider is None:
        return ""
    return "show" if may(user, "gather.show_again", removal.decider.path) else ""


def who_decides(message: Message, body: Body) -> Body:
    """Whose people are the second person when this body asks: its own; the body's above where it would judge itself."""
    return (above(body) if about_itself(message, body) else None) or body


def copies_of(message: Message, actor: Actor) -> QuerySet[Message]:
    """Other messages of the call that say the very same, came to the actor's bodies, and show: nobody asked to hide them.

    Cost: no index helps; the texts of the call's messages are compared, each once."""
    same = Message.objects.handled_by(actor).filter(call=message.call_id, title=message.title, text=message.text)
    asked = Removal.objects.filter(state=RemovalState.ASKED).values("message")
    shown = same.filter(ground="", erased_at=None).exclude(pk=message.pk).exclude(pk__in=asked)
    return shown.select_related("body", "call").order_by("pk")


def removals_alike(removal: Removal, step: str) -> RemovalQuerySet:
    """Others of the very same words that stand as this one does, asked for by the same person with the same reason, and wait
    for the same decision. step: what can be decided now (`next_step`); an appeal is of one message. Cost: as `copies_of`."""
    if step not in ("hide", "erase", "show"):
        return Removal.objects.none()
    as_this = ("state", "ground", "reason", "body_id", "asked_by_id", "decider_id", "decided_by_id")
    words = {f"message__{name}": getattr(removal.message, name) for name in ("call_id", "title", "text")}
    found = Removal.objects.filter(**{name: getattr(removal, name) for name in as_this}, **words)
    return (
        found.exclude(pk=removal.pk).select_related("message__body", "message__call", "body", "decider").order_by("pk")
    )


def removals_of(message: Message) -> list[Removal]:
    """When this message was hidden or erased, in order. One query."""
    return list(removals_shown().filter(message=message).order_by("pk"))


def removal_to_appeal(message: Message) -> Removal | None:
    """The hiding that the message's writer may have looked at again."""
    found = Removal.objects.filter(message=message, state=RemovalState.DONE).select_related("message__body", "decider")
    return next((removal for removal in found if removal.may_appeal), None)


def areas_of(call: Call) -> QuerySet[Body]:
    """The places that a message to this call may be about: those under the body that asks. Departments are no places, nor is
    what was abolished."""
    places = Body.objects.within(call.body.path).standing().exclude(pk=call.body_id).exclude(level=Level.DEPARTMENT)
    return places.order_by("path")


def calls_for(body: Body, now: datetime) -> CallQuerySet:
    """Open calls that ask the people of this body: its own and those of the bodies above it, the next to close first."""
    above = [body.path[:end] for end in range(Body.steplen, len(body.path) + 1, Body.steplen)]
    return Call.objects.open(now).filter(body__path__in=above).order_by("closes_at", "pk")
