"""Reads over the tree of bodies and their calendars."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db.models import Q

from massline.bodies.models import Body, CalendarDay, CalendarYear
from massline.bodies.rules import Level, WorkCalendar, country_calendar
from massline.engine.errors import OutlineError
from massline.engine.pictures.outlines import Outline, Ring

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
    """The place of this code, of an abolished one its successor; None for a department, for an unknown code and for none.

    One query for a place that stands, none for no code."""
    if not code or "\x00" in code:  # PostgreSQL refuses to look for what it cannot hold
        return None
    found = Body.objects.exclude(level=Level.DEPARTMENT).filter(code=code).first()
    return found.heir if found else None


def areas_under(body: Body | None) -> list[tuple[Body, bool]]:
    """The places right under this one (None: under the one top, or the tops), and whether there are places under each.

    At most two queries."""
    places = Body.objects.standing().exclude(level=Level.DEPARTMENT)
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


def by_area(outlines: Iterable[Outline]) -> tuple[dict[Body, tuple[Ring, ...]], list[str]]:
    """Which body each outline of a file belongs to, by its code or else by its name; and what no body is called by.

    Raises OutlineError where a name fits several bodies, or two outlines one body. One query."""
    bodies = list(Body.objects.exclude(level=Level.DEPARTMENT))
    found: dict[Body, tuple[Ring, ...]] = {}
    strangers = []
    for outline in outlines:
        fits = [body for body in bodies if outline.code and body.code == outline.code]
        fits = fits or [body for body in bodies if outline.name and outline.name in (body.name, body.name_en)]
        called = outline.name or outline.code
        if len(fits) > 1:
            codes = ", ".join(body.code for body in fits)
            raise OutlineError(
                f"“{called}” is the name of {len(fits)} bodies ({codes}). Give it a property “code” with one of these."
            )
        if not fits:
            strangers.append(called)
        elif fits[0] in found:
            raise OutlineError(f"Two features are “{called}”. Join them to one MultiPolygon, or leave one out.")
        else:
            found[fits[0]] = outline.rings
    return found, strangers
