"""Reads over the tree of bodies and their calendars."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db.models import Q

from massline.bodies.models import Body, CalendarDay, CalendarYear
from massline.bodies.rules import WorkCalendar, country_calendar

YEARS = range(2015, 2100)


@cache
def _announced(country: str) -> WorkCalendar:
    return country_calendar(country, YEARS)


def work_calendars(bodies: Iterable[Body]) -> dict[int, WorkCalendar]:
    """The calendar of each body, by its key: the country's announced days, then what operators entered for all, then what
    was entered for this body. Two queries, however many bodies."""
    announced = _announced(settings.WORK_CALENDAR)
    keys = {body.pk for body in bodies}
    entered = list(CalendarDay.objects.filter(Q(body=None) | Q(body__in=keys)))
    years = announced.years | frozenset(CalendarYear.objects.values_list("year", flat=True))
    shared = {**announced.exceptions, **{day.day: day.is_open for day in entered if day.body_id is None}}
    return {
        key: WorkCalendar({**shared, **{day.day: day.is_open for day in entered if day.body_id == key}}, years)
        for key in keys
    }


def work_calendar(body: Body) -> WorkCalendar:
    """The calendar of one body. Two queries."""
    return work_calendars([body])[body.pk]


def everywhere() -> str:
    """The path of which every body is a part: the root's where there is one root, else "". One query."""
    roots = list(Body.objects.filter(depth=1)[:2])
    return roots[0].path if len(roots) == 1 else ""


def above(body: Body) -> Body | None:
    """The next body up, or None at the top."""
    return Body.objects.filter(path=body.parent_path).first() if body.parent_path else None
