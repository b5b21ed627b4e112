"""The county's bodies and staff as rows, entered by the operator; and who is at work when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from massline.bodies.actions import add_body, set_calendar_year, set_outlines
from massline.bodies.models import Body
from massline.bodies.queries import by_area, work_calendar
from massline.bodies.rules import Level, WorkCalendar, announced_days
from massline.engine.pictures.outlines import read_outlines
from massline.people.actions import add_user
from massline.people.models import User
from massline.project.demo import county, land
from massline.project.demo.staff import KNOWN, PASSWORD, staff
from massline.project.demo.topics import enter
from massline.respond.models import Topic
from massline.rights import OPERATOR, Role

TOWNSHIP_PROMISE, VILLAGE_PROMISE = 10, 5  # working days; the county and its departments keep the house's own


@dataclass(frozen=True, slots=True)
class Offices:
    """Bodies and staff by their keys, and the days on which they work."""

    bodies: Mapping[str, Body]
    users: Mapping[str, User]
    calendar: WorkCalendar
    topics: Mapping[str, Topic]

    def handler(self, body: Body) -> User:
        """Who handles what comes to this body: its own handler, else that of the nearest body above."""
        own = {user.body_path: user for user in self.users.values() if user.role == Role.HANDLER}
        path: str = body.path
        while path not in own:
            path = path[: -Body.steplen]
        return own[path]

    def at_work(self, day: date, random: Random) -> datetime:
        """A moment between 8:30 and 17:30 on this day, or on the next one on which offices are open."""
        while not self.calendar.is_open(day):
            day += timedelta(days=1)
        return local(day, time(8, 30)) + timedelta(minutes=random.randrange(540))


def local(day: date, clock: time) -> datetime:
    """A wall clock time in the installation's zone."""
    return datetime.combine(day, clock, tzinfo=timezone.get_default_timezone())


def found(first: date) -> Offices:
    """Enter every body and everybody who works there. first: the earliest day that a deadline may count from."""
    top = _add(county.COUNTY_KEY, county.COUNTY_ZH, county.COUNTY_EN, Body(level=Level.COUNTY), None)
    bodies = {top.code: top}
    for department in county.DEPARTMENTS:
        body = Body(level=Level.DEPARTMENT, duties="；".join(department.duties_zh))
        bodies[department.key] = _add(department.key, department.zh, department.en, body, top)
    for town in county.TOWNSHIPS:
        body = Body(level=Level.TOWNSHIP, promise_days=TOWNSHIP_PROMISE)
        bodies[town.key] = _add(town.key, town.zh, town.en, body, top)
        for village in town.villages:
            body = Body(level=Level.VILLAGE, promise_days=VILLAGE_PROMISE)
            bodies[village.key] = _add(village.key, village.zh, village.en, body, bodies[town.key])
    set_outlines(by_area(read_outlines(land.outlines()))[0], by=OPERATOR)
    calendar = _calendar(top, range(first.year, timezone.localdate().year + 3))
    return Offices(bodies, _users(bodies), calendar, enter(bodies))


def _add(key: str, zh: str, en: str, body: Body, under: Body | None) -> Body:
    body.code, body.name, body.name_en = key, zh, en
    return add_body(body, under=under, by=OPERATOR)


def _calendar(top: Body, years: range) -> WorkCalendar:
    """The work calendar; years that nobody has announced yet are entered with their statutory holidays."""
    known = work_calendar(top).years
    for year in years:
        if year not in known:
            set_calendar_year(year, announced_days("CN", year), by=OPERATOR)
    return work_calendar(top)


def _users(bodies: Mapping[str, Body]) -> dict[str, User]:
    users = {}
    for member in staff():
        user = User(username=member.username, first_name=member.name, role=member.role, body=bodies[member.body])
        # A password costs a quarter of a second to hash, on purpose: only those whose logins are printed get one.
        users[member.username] = add_user(user, password=PASSWORD if member in KNOWN else None, by=OPERATOR)
    return users
