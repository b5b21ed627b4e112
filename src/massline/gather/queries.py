"""Reads that join calls, messages and bodies for one page or export."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from massline.gather.models import Call, Message


@dataclass(frozen=True, slots=True)
class Counts:
    """What the front page says about gathering."""

    calls: int
    open_calls: int
    messages: int


def counts(now: datetime) -> Counts:
    calls = Call.objects.public(now)
    return Counts(calls.count(), calls.open(now).count(), Message.objects.public().count())


def calls_with_counts(now: datetime) -> QuerySet[Call]:
    """Public calls, open ones first, each with `published` and `waiting` messages."""
    published = Count("messages", filter=Q(messages__published_at__isnull=False))
    waiting = Count("messages", filter=Q(messages__published_at__isnull=True))
    return (
        Call.objects.public(now)
        .select_related("body")
        .annotate(published=published, waiting=waiting)
        .order_by("-closes_at")
    )
