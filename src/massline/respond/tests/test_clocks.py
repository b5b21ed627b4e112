"""Due days: a thousand of them against another way of counting, pauses, extensions. Bad input first."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_leader, work_calendar

from massline.bodies.queries import work_calendar as calendar_of
from massline.bodies.rules import CalendarUnknown, WorkCalendar, country_calendar
from massline.gather.models import Message
from massline.respond.actions import Wait, extend, hand_over, pause, publish_reply, reopen, resume
from massline.respond.models import Case, Extension, Pause, Turn
from massline.respond.queries import acts, due_story, reply_day
from massline.respond.rules import (
    LONGEST_PAUSE,
    VERY_LATE,
    ActKind,
    ClockRefused,
    HandOverRefused,
    PauseKind,
    StaleCase,
    WrongState,
    counted_days,
    due_after_pause,
    longest_extension,
    reply_due,
    working_days_left,
)
from massline.respond.tests.county import County, overdue
from massline.rights import RESIDENT, NotAllowed

CASES = 1_000
WAIT = Wait(PauseKind.WRITER, "请补一张照片", 3)


@pytest.fixture
def here() -> County:
    return County()


# --- a table of a thousand due days, counted another way


def listed(first: date, last: date) -> list[date]:
    """The working days of mainland China, straight from the library's own lists: no code of the house."""
    import holidays

    calendar = holidays.country_holidays("CN", years=range(first.year, last.year + 1))
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    made_up = set(calendar.weekend_workdays)
    return [day for day in days if day in made_up or (day.isoweekday() <= 5 and day not in calendar)]


@pytest.fixture(scope="module")
def china() -> WorkCalendar:
    return country_calendar("CN", range(2018, 2025))


def test_a_thousand_due_days_agree_with_a_list_of_working_days(china: WorkCalendar) -> None:
    """The n-th working day after the day of receipt, by its place in a list; new-year holidays and make-up days among them."""
    random, worked = Random(8), listed(date(2018, 1, 1), date(2024, 12, 31))
    wrong = []
    for _ in range(CASES):
        received = date(2018, 1, 1) + timedelta(days=random.randrange(6 * 365))
        days = random.choice((1, 2, 3, 5, 7, 10, 15, 22, 30, 60))
        expected = [day for day in worked if day > received][days - 1]
        if reply_due(received, days, china.is_open) != expected:
            wrong.append((received, days))
    assert wrong == []


def test_a_thousand_pauses_agree_with_a_list_of_counted_days(china: WorkCalendar) -> None:
    """A promise with up to two pauses: its due day is the n-th of the days that are worked and not paused."""
    random, worked = Random(9), listed(date(2018, 1, 1), date(2024, 12, 31))
    wrong = []
    for _ in range(CASES):
        received, days = date(2018, 1, 1) + timedelta(days=random.randrange(5 * 365)), random.randrange(3, 31)
        due, pauses, today = reply_due(received, days, china.is_open), [], received
        for _ in range(random.randrange(3)):
            began = today + timedelta(days=random.randrange(20))
            if not any(began < day <= due for day in worked):
                break
            last = reply_due(began, random.randrange(1, LONGEST_PAUSE + 1), china.is_open)
            before, planned = due, due_after_pause(began, last, due, china.is_open)
            assert planned > last
            today = began + timedelta(days=random.randrange((last - began).days + 1))
            due = due_after_pause(began, today, before, china.is_open)
            pauses.append((began, today))
        counted = [day for day in worked if day > received and not any(a < day <= b for a, b in pauses)]
        spans = counted_days(received, due, china.is_open, pauses)
        if due != counted[days - 1] or spans[-1].number != days or not spans[-1].is_open:
            wrong.append((received, days, pauses))
    assert wrong == []


def test_a_promise_into_a_year_that_nobody_announced_is_refused_not_guessed(china: WorkCalendar) -> None:
    last = max(china.years)
    with pytest.raises(CalendarUnknown) as unknown:
        reply_due(date(last, 12, 25), 15, china.is_open)
    assert unknown.value.year == last + 1
    with pytest.raises(CalendarUnknown):
        due_after_pause(date(last, 12, 20), date(last, 12, 30), date(last, 12, 24), china.is_open)


def test_the_days_of_a_story_are_each_counted_closed_or_paused_once() -> None:
    calendar = work_calendar(closed="2026-10-01..2026-10-08", open="2026-10-10")
    pauses = [(date(2026, 10, 9), date(2026, 10, 13))]
    spans = counted_days(date(2026, 9, 30), date(2026, 10, 15), calendar, pauses)
    told = [(span.first.day, span.last.day, span.is_open, span.is_paused, span.number) for span in spans]
    assert told == [(1, 8, False, False, 0), (9, 9, True, False, 1), (10, 13, False, True, 1), (14, 15, True, False, 3)]


def test_a_pause_ended_on_its_own_day_changes_nothing() -> None:
    calendar, began, due = work_calendar(), date(2026, 9, 1), date(2026, 9, 10)
    assert due_after_pause(began, began, due, calendar) == due


@pytest.mark.parametrize(("promised", "most"), [(1, 1), (2, 1), (3, 2), (15, 8)])
def test_half_a_promise_may_be_added(promised: int, most: int) -> None:
    assert longest_extension(promised) == most


# --- on a case


pytestmark = pytest.mark.django_db


def agree(case: Case) -> None:
    """What every page relies on: one act more than the version; the story counts up to the due day; the turn knows it too."""
    case.refresh_from_db()
    told = acts(case)
    story, _ = due_story(case, told, timezone.localdate())
    assert len(told) == case.version + 1
    assert story.spans is not None
    assert story.spans[-1].last == case.reply_due
    assert story.spans[-1].number == story.working_days + story.extended
    assert Turn.objects.get(case=case, ended_at=None).reply_due == case.reply_due


def test_a_pause_moves_the_due_day_and_is_told_to_everybody(here: County) -> None:
    case = here.case()
    before = case.reply_due
    pause(case, WAIT, by=here.handler, version=case.version)
    assert case.reply_due > before
    agree(case)
    shown = Client(headers={"accept-language": "en"}).get(case.get_absolute_url()).content.decode()
    assert "请补一张照片" in shown
    assert "The clock stands still until" in shown


def test_what_was_waited_for_comes_the_same_day_and_the_due_day_is_the_old_one(here: County) -> None:
    case = here.case()
    before = case.reply_due
    pause(case, WAIT, by=here.handler, version=case.version)
    resume(case, by=here.handler, version=case.version)
    assert case.reply_due == before
    agree(case)
    assert [act.kind for act in acts(case)] == [ActKind.TAKEN, ActKind.PAUSED, ActKind.RESUMED]


def test_an_extension_is_given_once_until_the_case_is_reopened(here: County) -> None:
    case = here.case()
    before = case.reply_due
    extend(case, days=2, reason="配件还在路上", by=here.handler, version=case.version)
    assert case.reply_due > before
    agree(case)
    with pytest.raises(ClockRefused, match="once"):
        extend(case, days=1, reason="还要等", by=here.handler, version=case.version)
    publish_reply(case, text="换好了", by=here.handler, version=case.version)
    reopen(case, reason="没换", by=RESIDENT)
    extend(case, days=1, reason="再看一次", by=a_leader(here.county), version=case.version)
    agree(case)


def test_pauses_and_an_extension_together_still_add_up(here: County) -> None:
    case = here.case()
    for _ in range(2):
        pause(case, WAIT, by=here.handler, version=case.version)
        resume(case, by=here.handler, version=case.version)
    extend(case, days=3, reason="要挖开路面", by=here.handler, version=case.version)
    agree(case)


def test_a_third_pause_is_refused(here: County) -> None:
    case = here.case()
    for _ in range(2):
        pause(case, WAIT, by=here.handler, version=case.version)
        resume(case, by=here.handler, version=case.version)
    with pytest.raises(ClockRefused, match="most"):
        pause(case, WAIT, by=here.handler, version=case.version)


@pytest.mark.parametrize(
    "wait",
    [
        Wait(PauseKind.WRITER, "  ", 3),
        Wait(PauseKind.WRITER, "等照片", 0),
        Wait(PauseKind.WRITER, "等照片", -1),
        Wait(PauseKind.THIRD_PARTY, "等电力公司", LONGEST_PAUSE + 1),
    ],
)
def test_a_pause_without_a_reason_or_without_an_end_is_refused(here: County, wait: Wait) -> None:
    case = here.case()
    with pytest.raises(ClockRefused):
        pause(case, wait, by=here.handler, version=case.version)
    assert not Pause.objects.exists()


@pytest.mark.parametrize("days", [0, -3, 1_000_000])
def test_an_extension_of_no_day_or_too_many_is_refused(here: County, days: int) -> None:
    case = here.case()
    with pytest.raises(ClockRefused):
        extend(case, days=days, reason="要等", by=here.handler, version=case.version)
    assert not Extension.objects.exists()


def test_a_broken_promise_cannot_be_mended_by_the_clock(here: County) -> None:
    case = overdue(here.case())
    with pytest.raises(ClockRefused, match="passed"):
        pause(case, WAIT, by=here.handler, version=case.version)
    with pytest.raises(ClockRefused, match="passed"):
        extend(case, days=1, reason="要等", by=here.handler, version=case.version)


def test_an_answered_case_has_no_clock(here: County) -> None:
    case = here.answered()
    with pytest.raises(WrongState):
        pause(case, WAIT, by=here.handler, version=case.version)
    with pytest.raises(WrongState):
        extend(case, days=1, reason="要等", by=here.handler, version=case.version)
    with pytest.raises(WrongState):
        resume(case, by=here.handler, version=case.version)


def test_of_two_who_pause_at_once_the_second_is_told(here: County) -> None:
    case, same = here.case(), Case.objects.get()
    pause(case, WAIT, by=here.handler, version=case.version)
    with pytest.raises((StaleCase, ClockRefused)):
        pause(same, WAIT, by=here.handler, version=same.version)
    with pytest.raises((StaleCase, ClockRefused)):
        extend(same, days=1, reason="要等", by=here.handler, version=same.version)
    assert Pause.objects.count() == 1


def test_a_clock_that_runs_cannot_be_let_go_on(here: County) -> None:
    case = here.case()
    with pytest.raises(ClockRefused):
        resume(case, by=here.handler, version=case.version)


def test_a_case_whose_clock_stands_still_is_not_handed_over(here: County) -> None:
    case = here.case()
    pause(case, WAIT, by=here.handler, version=case.version)
    with pytest.raises(HandOverRefused, match="clock"):
        hand_over(case, to=here.department, reason="归它", by=here.handler, version=case.version)


def test_strangers_do_not_touch_the_clock(here: County) -> None:
    case = here.case()
    for stranger in here.strangers():
        with pytest.raises(NotAllowed):
            pause(case, WAIT, by=stranger, version=case.version)
        with pytest.raises(NotAllowed):
            resume(case, by=stranger, version=case.version)
        with pytest.raises(NotAllowed):
            extend(case, days=1, reason="要等", by=stranger, version=case.version)


@pytest.mark.parametrize(("minute", "day"), [(59, date(2024, 9, 30)), (1, date(2024, 10, 1))])
def test_the_day_of_receipt_is_that_of_the_place_not_of_greenwich(here: County, minute: int, day: date) -> None:
    """16:00 in Greenwich is midnight in Beijing. 8 October is the first working day after the holidays of 2024."""
    received = datetime(2024, 9, 30, 15 if minute == 59 else 16, minute, tzinfo=UTC)
    message = here.message()
    Message.objects.filter(pk=message.pk).update(received_at=received)
    message.refresh_from_db()
    body = message.body
    body.promise_days = 1
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        assert timezone.localtime(received).date() == day
        assert reply_day(message) == date(2024, 10, 8)
        body.promise_days = 5  # 8, 9, 10, 11 and the made-up Saturday
        assert reply_day(message) == date(2024, 10, 12)


# --- on the desk


def post(here: County, name: str, case: Case, **data: object) -> Any:
    client = Client(headers={"accept-language": "en"})
    client.force_login(here.handler)
    return client.post(reverse(f"respond:{name}", args=[case.pk]), {"version": case.version, **data})


def test_the_desk_lets_a_clock_stand_still_and_go_on(here: County) -> None:
    case = here.case()
    assert post(here, "pause", case, kind="writer", days=3, reason="请补照片").status_code == 302
    case.refresh_from_db()
    assert post(here, "resume", case).status_code == 302
    case.refresh_from_db()
    assert post(here, "extend", case, days=1, reason="要等").status_code == 302
    agree(case)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pause", {"kind": "holiday", "days": 3, "reason": "放假"}),
        ("pause", {"kind": "writer", "days": 99, "reason": "等"}),
        ("pause", {"kind": "writer", "days": "三", "reason": ""}),
        ("extend", {"days": 99, "reason": "等"}),
        ("extend", {"days": 1, "reason": " "}),
        ("resume", {}),
    ],
)
def test_a_form_of_the_clock_that_is_wrong_is_shown_again(here: County, name: str, data: dict[str, object]) -> None:
    case = here.case()
    assert post(here, name, case, **data).status_code == 422
    case.refresh_from_db()
    assert case.version == 0


def test_a_case_many_working_days_late_is_called_very_late(here: County) -> None:
    case, today = here.case(), timezone.localdate()
    is_open = calendar_of(case.body).is_open
    client = Client(headers={"accept-language": "en"})
    client.force_login(here.handler)
    for days in (1, VERY_LATE, VERY_LATE + 2, 3 * VERY_LATE):
        due = today - timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(reply_due=due)
        shown = client.get(reverse("respond:queue"), {"show": "very_late"}).content.decode()
        is_very_late = working_days_left(today, due, is_open) <= -VERY_LATE
        assert (reverse("respond:desk_case", args=[case.pk]) in shown) is is_very_late
        assert ("Very late</" in shown.split("<h2", 1)[-1]) is is_very_late
