"""Reads over the tree of bodies and their calendars."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db.models import Q

from massline.bodies.models import Body, CalendarDay, CalendarYear
from massline.bodies.rules import Level, WorkCalendar, country_calendar

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


def area_of(code: str) -> Body | None:
    """The place of this code; None for a department, for an unknown code and for none. One query, none for no code."""
    return Body.objects.exclude(level=Level.DEPARTMENT).filter(code=code).first() if code else None


def areas_under(body: Body | None) -> list[tuple[Body, bool]]:
    """The places right under this one (None: under the one top, or the tops), and whether there are places under each.

    At most two queries."""
    places = Body.objects.exclude(level=Level.DEPARTMENT)
    if body is None:
        tops = list(places.filter(depth=1)[:2])
        body = tops[0] if len(tops) == 1 else None
    depth = body.depth + 1 if body else 1
    found = list(places.within(body.path if body else "").filter(depth__in=(depth, depth + 1)))
    parents = {place.parent_path for place in found}
    return [(place, place.path in parents) for place in found if place.depth == depth]


def above(body: Body) -> Body | None:
    """The next body up, or None at the top."""
    return Body.objects.filter(path=body.parent_path).first() if body.parent_path else None
