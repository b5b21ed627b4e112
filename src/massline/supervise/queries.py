"""Rates and the public scoreboard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from massline.bodies.models import Body
from massline.respond.models import Turn
from massline.supervise.models import Rating
from massline.supervise.rules import BodyRates, Rate


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the scoreboard."""

    body: Body
    rates: BodyRates
    open_cases: int
    overdue: int


def scoreboard(today: date) -> list[Line]:
    """Every body with its three rates and the counts behind them, in the order of the tree. Three queries, whatever the size."""
    turns = {row["body"]: row for row in _turns(today)}
    ratings = {row["reply__body"]: row for row in _ratings()}
    return [_line(body, turns.get(body.pk, {}), ratings.get(body.pk, {})) for body in Body.objects.order_by("path")]


def rates_of(body: Body, today: date) -> Line:
    """One body's line: its own turns only, not those of bodies under it."""
    return next(line for line in scoreboard(today) if line.body == body)


def _turns(today: date) -> Iterable[Mapping[str, int]]:
    """Per body: turns that count towards the response rate, those answered in time, those that run, those that are late.

    A turn that was handed on after its day counts as late for the body that kept it: passing a case on hides nothing."""
    answered = Q(reply__isnull=False)
    in_time = answered & Q(ended_on__lte=F("reply_due"))
    running_late = Q(ended_at__isnull=True, reply_due__lt=today)
    handed_on_late = Q(reply__isnull=True, ended_on__gt=F("reply_due"))
    counts = {
        "counted": Count("pk", filter=answered | running_late | handed_on_late),
        "in_time": Count("pk", filter=in_time),
        "open": Count("pk", filter=Q(ended_at__isnull=True)),
        "overdue": Count("pk", filter=running_late),
    }
    rows: Iterable[Any] = Turn.objects.annotate(ended_on=TruncDate("ended_at")).values("body").annotate(**counts)
    return rows


def _ratings() -> Iterable[Mapping[str, int]]:
    """Per body that replied: ratings, and what they said."""
    counts = {
        "n": Count("pk"),
        "solved": Count("pk", filter=Q(solved=True)),
        "said": Count("pk", filter=Q(satisfied__isnull=False)),
        "satisfied": Count("pk", filter=Q(satisfied=True)),
    }
    rows: Iterable[Any] = Rating.objects.values("reply__body").annotate(**counts)
    return rows


def _line(body: Body, turns: Mapping[str, int], ratings: Mapping[str, int]) -> Line:
    rates = BodyRates(
        response=Rate(turns.get("in_time", 0), turns.get("counted", 0)),
        resolution=Rate(ratings.get("solved", 0), ratings.get("n", 0)),
        satisfaction=Rate(ratings.get("satisfied", 0), ratings.get("said", 0)),
    )
    return Line(body, rates, turns.get("open", 0), turns.get("overdue", 0))
