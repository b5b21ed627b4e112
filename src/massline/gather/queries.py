"""Reads that join calls, messages and bodies for one page or export."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Q, QuerySet, Value, When

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.gather.models import Call, CallQuerySet, Message


@dataclass(frozen=True, slots=True)
class Voices:
    """How many messages a call has published, how many people wrote them, and how many messages wait for a look.

    people: distinct senders where the source tells them; a message without one counts as one person."""

    messages: int
    people: int
    waiting: int


def calls_in_order(now: datetime) -> CallQuerySet:
    """Public calls: open ones first (the next to close on top), then those that wait for an answer, then the answered ones.

    Each has `stands` (as Call.state) and `published`, the number of messages that everybody may read. One query."""
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
    return (
        Call.objects.public(now)
        .select_related("body")
        .annotate(stands=stands, published=Count("messages", filter=Q(messages__published_at__isnull=False)))
        .order_by(*order)
    )


def voices(call: Call) -> Voices:
    """One query."""
    published = Q(published_at__isnull=False)
    found = call.messages.aggregate(
        messages=Count("pk", filter=published),
        named=Count("sender", filter=published & ~Q(sender=""), distinct=True),
        unnamed=Count("pk", filter=published & Q(sender="")),
        waiting=Count("pk", filter=~published),
    )
    return Voices(found["messages"], found["named"] + found["unnamed"], found["waiting"])


def newest_messages(call: Call) -> QuerySet[Message]:
    """What everybody may read of a call, newest first, with the body that each came to."""
    return call.messages.public().select_related("body").order_by("-received_at", "-pk")


def areas_of(call: Call) -> QuerySet[Body]:
    """The places that a message to this call may be about: those under the body that asks. Departments are no places."""
    places = Body.objects.within(call.body.path).exclude(pk=call.body_id).exclude(level=Level.DEPARTMENT)
    return places.order_by("path")


def calls_for(body: Body, now: datetime) -> CallQuerySet:
    """Open calls that ask the people of this body: its own and those of the bodies above it, the next to close first."""
    above = [body.path[:end] for end in range(Body.steplen, len(body.path) + 1, Body.steplen)]
    return Call.objects.open(now).filter(body__path__in=above).order_by("closes_at", "pk")
