"""Taken, answered first, resolved: three days of a case, by its topic, each told with how it came about."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import work_calendar

from massline.bodies.models import CalendarYear
from massline.bodies.queries import work_calendar as calendar_of
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.gather.models import Message
from massline.respond.actions import (
    Piece,
    Wait,
    extend,
    join,
    open_case,
    pause,
    publish_reply,
    reopen,
    resume,
    set_topic,
    split,
)
from massline.respond.models import Case, Topic
from massline.respond.queries import acts, clocks, lines
from massline.respond.rules import (
    RESOLVE_DAYS,
    TAKE_DAYS,
    PauseKind,
    PromiseError,
    State,
    counted_days,
    reply_due,
    resolution_due,
)
from massline.respond.tests.county import County
from massline.rights import OPERATOR, RESIDENT

SPRING = work_calendar(closed="2026-02-15..2026-02-23, 2027-02-05..2027-02-11", open="2026-02-14, 2026-02-28")
START = date(2026, 1, 1)


@pytest.fixture
def here(db: None) -> County:
    return County()


def a_topic(**days: Any) -> Topic:
    return set_topic(Topic(code="water", name="供水", **days), by=OPERATOR)


def told(case: Case) -> Any:
    case = Case.objects.select_related("body", "topic").get(pk=case.pk)
    return clocks(case, acts(case), timezone.localdate())


# The rule


def test_no_matter_is_resolved_in_no_days() -> None:
    with pytest.raises(PromiseError):
        resolution_due(START, 0, SPRING, ())


def test_a_year_that_nobody_announced_is_not_guessed() -> None:
    known = WorkCalendar({}, frozenset({2026})).is_open
    with pytest.raises(CalendarUnknown):
        resolution_due(date(2026, 12, 20), 30, known, ())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 500), st.integers(1, 60), st.lists(st.tuples(st.integers(0, 90), st.integers(0, 20)), max_size=3))
def test_the_day_and_the_story_of_the_day_agree(start: int, days: int, waits: list[tuple[int, int]]) -> None:
    """Across new years and their make-up days: as many days are counted as were promised, the last of them is worked, and none
    of them lies within a pause."""
    received = START + timedelta(days=start)
    pauses = [(received + timedelta(days=at), received + timedelta(days=at + length)) for at, length in waits]
    due = resolution_due(received, days, SPRING, pauses)
    spans = counted_days(received, due, SPRING, pauses)
    assert (spans[-1].number, spans[-1].is_open) == (days, True)
    assert due >= reply_due(received, days, SPRING)
    assert not any(began < due <= last for began, last in pauses)


# What a case is promised


def test_a_case_without_a_topic_has_the_days_of_the_house(here: County) -> None:
    message = here.message()
    case = open_case(message, title="停水", by=here.handler)
    received, is_open = timezone.localdate(message.received_at), calendar_of(here.township).is_open
    assert case.take_by == reply_due(received, TAKE_DAYS, is_open)
    assert case.resolve_by == reply_due(received, RESOLVE_DAYS, is_open)


def test_the_days_of_a_topic_go_before_those_of_the_body(here: County) -> None:
    topic = a_topic(take_days=1, answer_days=3, resolve_days=7, very_late_days=2)
    message = here.message()
    case = open_case(message, title="停水", by=here.handler, topic=topic)
    received, is_open = timezone.localdate(message.received_at), calendar_of(here.township).is_open
    assert case.promised_days == 3
    days = [reply_due(received, number, is_open) for number in (1, 3, 7)]
    assert [case.take_by, case.reply_due, case.resolve_by] == days
    topic.answer_days = 5
    set_topic(topic, by=OPERATOR)
    case.refresh_from_db()
    assert case.reply_due == days[1]  # what was promised stays


def test_a_body_that_promises_more_days_than_the_house_resolves_in_is_not_asked_to_do_it_before(here: County) -> None:
    here.township.promise_days = RESOLVE_DAYS + 5
    here.township.save()
    case = open_case(here.message(), title="停水", by=here.handler)
    assert case.resolve_by == case.reply_due


def test_where_the_day_of_the_resolution_is_not_known_the_case_is_opened_all_the_same(here: County) -> None:
    message, topic = here.message(), a_topic(answer_days=1, resolve_days=240)
    received = timezone.localdate(message.received_at)
    CalendarYear.objects.filter(year__gt=received.year).delete()
    is_open = calendar_of(here.township).is_open
    try:
        reply_due(received, TAKE_DAYS, is_open)
    except CalendarUnknown:
        pytest.skip("On the last days of a year the first answer lies in an unknown one too, and no case is opened.")
    try:
        due = resolution_due(received, 240, is_open, ())
    except CalendarUnknown:
        due = None
    case = open_case(message, title="停水", by=here.handler, topic=topic)
    assert case.resolve_by == due
    assert told(case).resolve_days == 240


# How they move


def test_a_pause_moves_the_resolution_by_the_days_that_were_paused_and_less_when_it_ends(here: County) -> None:
    case = here.case()
    before, wait = case.resolve_by, Wait(PauseKind.WRITER, "请补照片", 4)
    pause(case, wait, by=here.handler, version=case.version)
    case.refresh_from_db()
    is_open = calendar_of(here.township).is_open
    assert before is not None
    assert case.resolve_by == reply_due(before, 4, is_open)
    resume(case, by=here.handler, version=case.version)
    case.refresh_from_db()
    assert case.resolve_by == before


def test_more_time_for_the_answer_is_no_more_time_for_the_resolution(here: County) -> None:
    case = here.case()
    before = case.resolve_by
    extend(case, days=2, reason="要等材料", by=here.handler, version=case.version)
    case.refresh_from_db()
    assert case.resolve_by == before


def test_a_reopening_begins_a_new_answer_and_no_new_resolution(here: County) -> None:
    case = here.answered()
    before = case.resolve_by
    assert told(case).resolved.done == timezone.localdate()
    reopen(case, reason="没修好", by=RESIDENT)
    case.refresh_from_db()
    assert (case.state, case.resolve_by) == (State.OPEN, before)
    assert told(case).resolved.done is None


def test_what_is_split_off_keeps_the_three_days(here: County) -> None:
    case, other = here.case(), here.message()
    join(case, [other.pk], by=here.handler, version=case.version)
    case.refresh_from_db()
    off = split(case, Piece([other.pk], "另一处", "两件事"), by=here.handler, version=case.version)
    assert [off.take_by, off.resolve_by, off.received_on] == [case.take_by, case.resolve_by, case.received_on]


# Late and very late


def test_late_and_very_late_are_told_by_the_topic_of_the_case(here: County) -> None:
    case = open_case(here.message(), title="停水", by=here.handler, topic=a_topic(very_late_days=1))
    calendar, today = calendar_of(here.township), timezone.localdate()
    late = today - timedelta(days=1)
    Case.objects.filter(pk=case.pk).update(reply_due=late, resolve_by=late, take_by=late)
    case.refresh_from_db()
    assert lines([case], today)[0].is_very_late
    Case.objects.filter(pk=case.pk).update(very_late_days=9)
    case.refresh_from_db()
    assert not lines([case], today)[0].is_very_late
    found = told(case)
    assert (found.resolved.late, found.resolved.very_late, found.resolved.spans) == (1, False, None)
    assert found.taken.late == 1
    assert calendar.years


def test_a_message_taken_late_is_said_to_be_so_on_the_public_page(here: County, client: Client) -> None:
    message = here.message()
    old = timezone.now() - timedelta(days=30)
    Message.objects.filter(pk=message.pk).update(received_at=old)
    message.refresh_from_db()
    case = open_case(message, title="停水", by=here.handler, topic=a_topic())
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    page = client.get(reverse("respond:case", args=[case.pk]), headers={"accept-language": "en"}).content.decode()
    assert "To be taken by" in page
    assert "How the day of the resolution was counted" in page
    assert "供水" in page
