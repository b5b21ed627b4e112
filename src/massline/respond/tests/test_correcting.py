"""The topic of a case is corrected: its days come forward or stay, never move back, and the router learns of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import a_handler, a_leader, an_inspector, an_outsider, work_calendar

from massline.bodies.models import CalendarYear
from massline.bodies.queries import work_calendar as calendar_of
from massline.ledger.models import Entry
from massline.respond.actions import (
    Wait,
    correct_topic,
    extend,
    open_case,
    pause,
    publish_reply,
    reopen,
)
from massline.respond.models import Advice, Case, Correction, Topic, Turn
from massline.respond.queries import acts, clocks, due_story, learnt_since, past_cases
from massline.respond.rules import (
    ActKind,
    CorrectionRefused,
    PauseKind,
    StaleCase,
    WrongState,
    corrected_due,
    reply_due,
)
from massline.respond.tests.county import County, a_topic
from massline.rights import OPERATOR, RESIDENT, NotAllowed

AUTUMN = work_calendar(closed="2026-09-25..2026-09-27, 2026-10-01..2026-10-07", open="2026-09-20, 2026-10-10")
START = date(2026, 9, 1)


@pytest.fixture
def here(db: None) -> County:
    return County()


def a_case(here: County, topic: Topic | None) -> Case:
    return open_case(here.message(), title="停水", by=here.handler, topic=topic)


def story(case: Case) -> Any:
    case = Case.objects.select_related("body", "topic").get(pk=case.pk)
    return due_story(case, acts(case), timezone.localdate())[0]


def corrected(case: Case, topic: Topic | None, by: Any) -> Correction:
    done = correct_topic(case, topic=topic, reason="是供水的事", by=by, version=case.version)
    case.refresh_from_db()
    return done


# The rule


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 40), st.integers(1, 40), st.integers(1, 40), st.integers(0, 60))
def test_a_day_never_moves_back_and_nobody_is_made_late(start: int, days: int, other: int, later: int) -> None:
    received = START + timedelta(days=start)
    promised, by_topic = (reply_due(received, number, AUTUMN) for number in (days, other))
    today = received + timedelta(days=later)
    due = corrected_due(promised, by_topic, today, AUTUMN)
    assert due <= promised
    assert due >= min(promised, by_topic)
    assert due == promised or due > today
    assert due in (promised, by_topic, reply_due(today, 1, AUTUMN))


# What becomes of the days


def test_a_topic_that_promises_sooner_brings_every_day_forward_and_tells_how(here: County) -> None:
    slow = a_topic("slow", answer_days=12, resolve_days=30, very_late_days=6)
    quick = a_topic("quick", answer_days=3, resolve_days=8, very_late_days=2)
    case = a_case(here, slow)
    done = corrected(case, quick, here.handler)
    is_open = calendar_of(here.township).is_open
    days = [reply_due(case.counted_from, number, is_open) for number in (3, 8)]
    assert [case.reply_due, case.resolve_by] == days
    assert (case.promised_days, case.resolve_days, case.very_late_days) == (3, 8, 2)
    assert (done.before, done.after, done.due_after) == (slow, quick, case.reply_due)
    assert Turn.objects.get(case=case, ended_at=None).reply_due == case.reply_due
    told = story(case)
    assert told.spans[-1].number == told.working_days == 3
    assert told.corrected == done
    both = clocks(case, acts(case), timezone.localdate())
    assert both
    assert both.resolved
    assert both.resolved.spans
    assert both.resolved.spans[-1].number == 8


def test_a_topic_that_promises_later_moves_no_day(here: County) -> None:
    quick, slow = a_topic("quick", answer_days=3, resolve_days=8, very_late_days=2), a_topic("slow", answer_days=12)
    case = a_case(here, quick)
    before = (case.reply_due, case.resolve_by, case.promised_days, case.resolve_days, case.very_late_days)
    done = corrected(case, slow, here.handler)
    assert before == (case.reply_due, case.resolve_by, case.promised_days, case.resolve_days, case.very_late_days)
    assert (case.topic, done.due_before, done.due_after) == (slow, case.reply_due, case.reply_due)
    corrected(case, None, here.handler)
    assert case.topic is None
    assert before[0] == case.reply_due


def test_no_chain_of_corrections_buys_a_day(here: County) -> None:
    topics = [a_topic(f"t{days}", answer_days=days, resolve_days=2 * days) for days in (5, 9, 4, 15)]
    case = a_case(here, topics[1])
    days = [(case.reply_due, case.resolve_by)]
    for topic in (topics[3], topics[0], topics[1], topics[2], topics[3]):
        corrected(case, topic, here.handler)
        days.append((case.reply_due, case.resolve_by))
    assert days == sorted(days, reverse=True)
    assert len(acts(case)) == case.version + 1 == 6


def test_what_was_added_to_the_promise_and_what_was_not_counted_of_it_stay(here: County) -> None:
    case = a_case(here, a_topic("slow", answer_days=12))
    Case.objects.filter(pk=case.pk).update(counted_from=timezone.localdate() - timedelta(days=1))
    case.refresh_from_db()
    extend(case, days=4, reason="等配件", by=here.handler, version=0)
    corrected(case, a_topic("quick", answer_days=3), here.handler)
    assert case.promised_days == 3
    assert story(case).spans[-1].number == 3 + 4


def test_a_case_is_not_made_late_on_the_day_of_the_correction(here: County) -> None:
    case = a_case(here, a_topic("slow", answer_days=20))
    past = timezone.localdate() - timedelta(days=14)
    due = reply_due(past, 20, calendar_of(here.township).is_open)
    Case.objects.filter(pk=case.pk).update(counted_from=past, received_on=past, reply_due=due)
    case.refresh_from_db()
    corrected(case, a_topic("quick", answer_days=2, resolve_days=3), here.handler)
    assert case.reply_due == reply_due(timezone.localdate(), 1, calendar_of(here.township).is_open)
    assert case.resolve_by is not None
    assert case.resolve_by >= case.reply_due
    assert story(case).spans[-1].number == case.promised_days > 2


def test_a_case_that_is_late_stays_late(here: County) -> None:
    case = a_case(here, a_topic("slow", answer_days=12))
    past = timezone.localdate() - timedelta(days=3)
    Case.objects.filter(pk=case.pk).update(reply_due=past)
    case.refresh_from_db()
    corrected(case, a_topic("quick", answer_days=3), here.handler)
    assert case.reply_due == past


def test_after_a_reopening_days_count_from_it_by_the_body_that_has_it_now(here: County) -> None:
    case = a_case(here, None)
    publish_reply(case, text="修好了", by=here.handler, version=0)
    reopen(case, reason="没有修好", by=RESIDENT)
    case.refresh_from_db()
    corrected(case, a_topic("quick", answer_days=4), a_leader(here.county))
    assert case.reply_due == reply_due(timezone.localdate(), 4, calendar_of(here.county).is_open)


def test_a_year_that_nobody_entered_is_not_guessed_and_nothing_changes(here: County, client: Client) -> None:
    case = a_case(here, None)
    far = timezone.localdate() + timedelta(days=4000)
    Case.objects.filter(pk=case.pk).update(counted_from=far, reply_due=far + timedelta(days=40))
    CalendarYear.objects.all().delete()
    quick = a_topic("quick", answer_days=3)
    client.force_login(here.handler)
    sent = {"version": 0, "topic": quick.code, "reason": "是供水的事"}
    answer = client.post(f"/desk/cases/{case.pk}/topic/", sent, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "not known yet" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).topic is None


# Who, when, and why


@pytest.mark.parametrize(("reason", "why"), [("", "reason"), (" \n", "reason"), ("是供水的事", "same")])
def test_no_topic_is_corrected_without_a_reason_nor_into_itself(here: County, reason: str, why: str) -> None:
    water, light = a_topic("water"), a_topic("light")
    case = a_case(here, water)
    with pytest.raises(CorrectionRefused) as refused:
        correct_topic(case, topic=water if why == "same" else light, reason=reason, by=here.handler, version=0)
    assert refused.value.why == why


def test_a_case_that_waits_or_is_answered_or_changed_keeps_its_topic(here: County) -> None:
    water = a_topic("water")
    case, other = a_case(here, None), a_case(here, None)
    with pytest.raises(StaleCase):
        correct_topic(case, topic=water, reason="x", by=here.handler, version=7)
    pause(case, Wait(PauseKind.WRITER, "等照片", 2), by=here.handler, version=0)
    with pytest.raises(CorrectionRefused, match="stands still"):
        correct_topic(case, topic=water, reason="x", by=here.handler, version=1)
    publish_reply(other, text="修好了", by=here.handler, version=0)
    with pytest.raises(WrongState):
        correct_topic(other, topic=water, reason="x", by=here.handler, version=1)


def test_only_the_desk_that_owes_the_answer_corrects_the_topic(here: County, client: Client) -> None:
    case, water = a_case(here, None), a_topic("water")
    for actor in (None, OPERATOR, an_outsider(), a_handler(here.department), an_inspector(here.county)):
        with pytest.raises(NotAllowed):
            correct_topic(case, topic=water, reason="x", by=actor, version=0)
    client.force_login(an_outsider())
    assert client.get(f"/desk/cases/{case.pk}/topic/").status_code == 404


def test_everybody_reads_the_correction_and_the_log_has_codes_and_days(here: County, client: Client) -> None:
    case = a_case(here, a_topic("slow", answer_days=12))
    client.force_login(here.handler)
    quick = a_topic("quick", answer_days=3)
    address = f"/desk/cases/{case.pk}/topic/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": 0, "topic": "nowhere", "reason": "x"}).status_code == 422
    assert client.post(address, {"version": 0, "topic": "quick", "reason": "是供水的事"}).status_code == 302
    assert client.post(address, {"version": 0, "topic": "slow", "reason": "不是"}).status_code == 409
    facts = Entry.objects.filter(kind="case.corrected").get().facts
    assert (facts["before"], facts["after"]) == ("slow", "quick")
    assert facts["due_before"] > facts["reply_due"]
    shown = Client().get(f"/cases/{case.pk}/", headers={"accept-language": "en"}).content.decode()
    assert f"The topic was corrected: {quick}" in shown
    assert "是供水的事" in shown
    assert "the earlier one holds" in shown
    assert [act.kind for act in acts(Case.objects.get(pk=case.pk))] == [ActKind.TAKEN, ActKind.CORRECTED]


# What it teaches


def test_a_correction_turns_what_was_followed_into_a_lesson_and_back(here: County) -> None:
    water, light = a_topic("water"), a_topic("light")
    message = here.message()
    Advice.objects.create(message=message, topic=water, topic_chance=0.9, topic_sure=True, at=timezone.now())
    case = open_case(message, title="停水", by=here.handler, topic=water)
    assert Advice.objects.get().followed
    before = timezone.now()
    corrected(case, light, here.handler)
    advice = Advice.objects.get()
    assert (advice.followed, advice.why, advice.decided_by) == (False, "是供水的事", here.handler)
    (past,) = past_cases()
    assert (past.topic, past.corrected) == ("light", True)
    assert learnt_since(before)
    assert Entry.objects.filter(kind="advice.declined").count() == 1
    corrected(case, water, here.handler)
    assert Advice.objects.get().followed
    assert not past_cases()[0].corrected
