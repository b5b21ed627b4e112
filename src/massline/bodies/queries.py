"""Reads over the tree of bodies and their calendars."""

from functools import cache

from django.conf import settings
from django.db.models import F, Q

from massline.bodies.models import Body, CalendarDay, CalendarYear
from massline.bodies.rules import WorkCalendar, country_calendar

YEARS = range(2015, 2100)


@cache
def _announced(country: str) -> WorkCalendar:
    return country_calendar(country, YEARS)


def work_calendar(body: Body) -> WorkCalendar:
    """The country's announced days, then what operators entered for all, then what was entered for this body. Two queries."""
    announced = _announced(settings.WORK_CALENDAR)
    entered = CalendarDay.objects.filter(Q(body=None) | Q(body=body)).order_by(F("body_id").asc(nulls_first=True))
    exceptions = {**announced.exceptions, **{day.day: day.is_open for day in entered}}
    years = announced.years | frozenset(CalendarYear.objects.values_list("year", flat=True))
    return WorkCalendar(exceptions, years)


def above(body: Body) -> Body | None:
    """The next body up, or None at the top."""
    return Body.objects.filter(path=body.parent_path).first() if body.parent_path else None
