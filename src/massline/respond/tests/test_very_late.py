"""The desk's list of what is very late follows the topic of each case."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from massline.bodies.queries import work_calendar
from massline.bodies.rules import WorkCalendar
from massline.respond.actions import open_case
from massline.respond.models import Case
from massline.respond.queries import Days, days_of, desk_cases, lines
from massline.respond.rules import VERY_LATE, working_days_left
from massline.respond.tests.county import County, a_topic

SPRING = WorkCalendar(
    {date(2026, 2, 15) + timedelta(days=day): False for day in range(9)} | {date(2026, 2, 14): True},
    frozenset({2025, 2026}),
)


@pytest.fixture
def here(db: None) -> County:
    return County()


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 364), st.integers(1, 60))
def test_a_day_is_as_late_as_asked_and_the_next_is_not(today: int, number: int) -> None:
    """Across the new year and over closed days, whatever number a topic calls very late."""
    days = Days(now := date(2026, 1, 1) + timedelta(days=today), now, SPRING)
    since = days.late_since(number)
    assert working_days_left(now, since, SPRING.is_open) <= -number
    assert working_days_left(now, since + timedelta(days=1), SPRING.is_open) > -number


def test_where_the_calendar_does_not_know_more_days_never_lie_nearer() -> None:
    unknown = Days(date(2026, 1, 5), date(2026, 1, 5), WorkCalendar({}, frozenset({2026})))
    since = [unknown.late_since(number) for number in range(1, 40)]
    assert all(later <= earlier for earlier, later in pairwise(since))
    assert Days(date(2026, 1, 5), date(2026, 1, 5)).late_since(3) == date(2026, 1, 2)


def test_the_list_holds_just_the_cases_that_are_marked_very_late(here: County, client: Client) -> None:
    today, is_open = timezone.localdate(), work_calendar(here.township).is_open
    cases = []
    for number in (1, VERY_LATE, 9):
        topic = a_topic(f"t{number}", very_late_days=number)
        cases += [open_case(here.message(), title="停水", by=here.handler, topic=topic) for _ in range(3)]
    for place, case in enumerate(cases):
        due = today - timedelta(days=(0, 3, 11)[place % 3])
        Case.objects.filter(pk=case.pk).update(reply_due=due)
        case.refresh_from_db()
    marked = {line.case.pk for line in lines(cases, today) if line.is_very_late}
    listed = desk_cases(Case.objects.all(), "very_late", days_of(here.township, today))
    assert set(listed.values_list("pk", flat=True)) == marked
    late = {case.pk for case in cases if working_days_left(today, case.reply_due, is_open) < 0}
    assert marked < late
    assert len(marked) >= 3
    client.force_login(here.handler)
    page = client.get("/desk/?show=very_late").content.decode()
    assert all((f"/desk/cases/{case.pk}/" in page) is (case.pk in marked) for case in cases)


def test_more_topics_ask_the_database_no_more_often(here: County) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            list(desk_cases(Case.objects.all(), "very_late", days_of(here.township, timezone.localdate())))
        return len(queries)

    before = asked()
    for number in (2, 3, 4):
        open_case(here.message(), title="x", by=here.handler, topic=a_topic(f"n{number}", very_late_days=number))
    assert asked() == before
