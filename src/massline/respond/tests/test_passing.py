"""Passing on and assigning: the tree says which it was, and each has a day of its own for the first step."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_body, a_handler, a_leader

from massline.bodies.models import CalendarYear
from massline.bodies.queries import work_calendar
from massline.respond.actions import hand_over, publish_reply
from massline.respond.models import Case, Turn
from massline.respond.queries import Passing, acts, calendars_of, passings
from massline.respond.rules import TAKE_DAYS, HandOverRefused, reply_due
from massline.respond.tests.county import MONEY, County

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def told_of(case: Case) -> list[Passing]:
    told = acts(Case.objects.get(pk=case.pk))
    return passings(told, timezone.localdate(), calendars_of(Case.objects.get(pk=case.pk), told))


def handed(here: County) -> Case:
    """From the township to the county, from there down to the department."""
    case = here.case()
    hand_over(case, to=here.county, reason="跨部门", by=here.handler, version=0)
    hand_over(case, to=here.department, reason="管道归水务", by=a_leader(here.county), version=1, means=MONEY)
    return case


def test_a_case_that_nobody_handed_on_has_no_such_days(here: County) -> None:
    assert told_of(here.case()) == []


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nobody_assigns_without_a_reason_nor_twice_to_the_same_body(here: County, reason: str) -> None:
    case = handed(here)
    for to, why in ((a_body(under=here.department), reason), (here.township, "再看看"), (here.department, "再看看")):
        with pytest.raises(HandOverRefused):
            hand_over(case, to=to, reason=why, by=a_leader(here.county), version=case.version, means=MONEY)


def test_the_tree_says_whether_a_case_was_passed_on_or_assigned(here: County) -> None:
    up, down = told_of(handed(here))
    assert (up.body, up.is_down, down.body, down.is_down) == (here.county, False, here.department, True)


def test_the_first_step_is_due_by_the_days_of_the_body_that_got_the_case_and_ends_the_clock(here: County) -> None:
    case = handed(here)
    up, down = told_of(case)
    today = timezone.localdate()
    assert (up.done, down.done) == (today, None)
    assert down.due == reply_due(today, TAKE_DAYS, work_calendar(here.department).is_open)
    assert not down.is_late
    publish_reply(case, text="已修好", by=a_handler(here.department), version=case.version)
    assert told_of(case)[1].done == today


def test_a_body_that_takes_no_step_is_late_and_the_page_says_so(here: County, client: Client) -> None:
    case = handed(here)
    Turn.objects.filter(case=case, ended_at=None).update(began_at=timezone.now() - timedelta(days=15))
    assert [one.is_late for one in told_of(case)][-1]
    client.force_login(a_handler(here.department))
    page = client.get(f"/desk/cases/{case.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "none taken yet" in page
    assert f"Assigned to {here.department}" in page
    assert "1 of them downwards" in page


def test_where_the_calendar_does_not_know_the_year_no_day_is_guessed(here: County, client: Client) -> None:
    case = handed(here)
    CalendarYear.objects.all().delete()
    Turn.objects.filter(case=case).update(began_at=timezone.now() + timedelta(days=3650))
    assert {one.due for one in told_of(case)} == {None}
    client.force_login(a_handler(here.department))
    page = client.get(f"/desk/cases/{case.pk}/", headers={"accept-language": "en"}).content.decode()
    assert page.count("the working days of that year are not known") == 2
