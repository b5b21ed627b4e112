"""Bodies and calendars change through their verbs only, and every change is logged."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from tests.builders import a_body, a_call, a_county, a_handler, a_leader, a_user, an_inspector

from massline.bodies.actions import add_body, remove_body, set_calendar_year
from massline.bodies.models import Body, CalendarDay, CalendarYear
from massline.bodies.queries import above, work_calendar, work_calendars
from massline.bodies.rules import BodyInUse, CalendarUnknown, Level
from massline.ledger.models import Entry
from massline.rights import OPERATOR, RESIDENT, NotAllowed, Role

pytestmark = pytest.mark.django_db
FAR = 2077  # a year that nobody has announced


def test_a_body_stands_under_another_one_and_in_the_log() -> None:
    county = a_body()
    township = a_body(under=county)
    assert above(township) == county
    assert above(county) is None
    assert Entry.objects.newest_first().first().facts["under"] == county.code


def test_only_operators_add_bodies() -> None:
    county = a_body()
    for actor in [None, RESIDENT, a_handler(county), a_leader(county), an_inspector(county)]:
        with pytest.raises(NotAllowed):
            add_body(Body(code="new", name="new", level=Level.VILLAGE), under=county, by=actor)
    assert not Body.objects.filter(code="new").exists()


def test_a_body_with_the_code_of_another_is_refused() -> None:
    county = a_body()
    with pytest.raises(ValidationError):
        add_body(Body(code=county.code, name="twin", level=Level.COUNTY), under=None, by=OPERATOR)


def test_nobody_but_an_operator_says_which_days_are_worked() -> None:
    for actor in [None, RESIDENT, a_leader()]:
        with pytest.raises(NotAllowed):
            set_calendar_year(FAR, {}, by=actor)


def test_entering_a_year_makes_it_known_and_entering_it_again_replaces_it() -> None:
    body, day = a_body(), date(FAR, 3, 3)  # a Wednesday
    with pytest.raises(CalendarUnknown):
        work_calendar(body).is_open(day)
    set_calendar_year(FAR, {day: False}, by=OPERATOR)
    assert not work_calendar(body).is_open(day)
    set_calendar_year(FAR, {}, by=OPERATOR)
    assert work_calendar(body).is_open(day)
    assert Entry.objects.newest_first().first().kind == "calendar.set"


def test_what_is_entered_for_one_body_goes_before_what_holds_for_all() -> None:
    open_body, other, day = a_body(), a_body(), date(FAR, 3, 3)
    set_calendar_year(FAR, {day: False}, by=OPERATOR)
    set_calendar_year(FAR, {day: True}, by=OPERATOR, body=open_body)
    calendars = work_calendars([other, open_body])
    assert calendars[open_body.pk].is_open(day)
    assert not calendars[other.pk].is_open(day)


def test_a_day_of_one_body_does_not_make_the_year_known() -> None:
    body = a_body()
    set_calendar_year(FAR, {date(FAR, 3, 3): True}, by=OPERATOR, body=body)
    with pytest.raises(CalendarUnknown):
        work_calendar(body).is_open(date(FAR, 3, 4))


def test_the_calendars_of_many_bodies_take_two_queries(django_assert_num_queries: Any) -> None:
    county = a_county()
    bodies = [a_body(under=county) for _ in range(5)]
    with django_assert_num_queries(2):
        work_calendars(bodies)


def test_the_command_enters_a_year_from_spans(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_calendar_year", str(FAR), closed=f"{FAR}-10-01..{FAR}-10-07", open=f"{FAR}-10-09")
    assert CalendarYear.objects.filter(year=FAR).exists()
    assert CalendarDay.objects.filter(is_open=False).count() == 7
    assert CalendarDay.objects.get(is_open=True).day == date(FAR, 10, 9)
    assert "7 days closed, 1 days worked" in capsys.readouterr().out


def test_the_command_starts_from_the_statutory_holidays_and_changes_single_days() -> None:
    call_command("set_calendar_year", str(FAR), announced=True, open=f"{FAR}-10-01")
    calendar = work_calendar(a_body())
    assert calendar.is_open(date(FAR, 10, 1))
    assert not calendar.is_open(date(FAR, 10, 2))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Nothing was entered"),
        ({"closed": "first of May"}, "first of May"),
        ({"closed": f"{FAR}-05-01", "open": f"{FAR}-05-01"}, f"{FAR}-05-01 stands under"),
        ({"closed": "2026-05-01"}, f"not within {FAR}"),
    ],
)
def test_the_command_refuses_what_it_cannot_use_and_enters_nothing(typed: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("set_calendar_year", str(FAR), **typed)
    assert not CalendarYear.objects.exists()


def test_the_command_refuses_a_year_that_no_calendar_has() -> None:
    with pytest.raises(CommandError, match="four digits"):
        call_command("set_calendar_year", "99999", announced=True)


def test_a_body_entered_by_mistake_can_be_taken_out_and_the_log_keeps_both() -> None:
    county = a_body()
    remove_body(a_body(under=county), by=OPERATOR)
    assert Body.objects.get(pk=county.pk).is_leaf()
    assert [entry.kind for entry in Entry.objects.newest_first()[:2]] == ["body.removed", "body.added"]


@pytest.mark.parametrize("needed_by", [lambda body: a_body(under=body), a_handler, a_call])
def test_a_body_that_others_need_stays(needed_by) -> None:
    body = a_body()
    needed_by(body)
    with pytest.raises(BodyInUse):
        remove_body(Body.objects.get(pk=body.pk), by=OPERATOR)
    assert Body.objects.filter(pk=body.pk).exists()
    assert not Entry.objects.filter(kind="body.removed").exists()


def test_only_an_operator_of_the_place_takes_a_body_out() -> None:
    body = a_body(under=a_body())
    for actor in [None, RESIDENT, a_leader(body), a_user(Role.OPERATOR, a_body())]:
        with pytest.raises(NotAllowed):
            remove_body(body, by=actor)


def test_the_operator_of_the_only_root_enters_working_days_for_all() -> None:
    operator = a_user(Role.OPERATOR, a_body())
    set_calendar_year(FAR, {}, by=operator)
    a_body()  # a second root: nobody's place is everywhere now
    with pytest.raises(NotAllowed):
        set_calendar_year(FAR, {}, by=operator)


def test_the_operator_of_a_township_enters_no_working_days_for_all() -> None:
    with pytest.raises(NotAllowed):
        set_calendar_year(FAR, {}, by=a_user(Role.OPERATOR, a_body(under=a_body())))
