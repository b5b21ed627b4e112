"""The river: every message is counted once at each stage, and what the picture shows the list says too."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from tests.builders import a_call, a_case, a_message

from massline.concentrate.models import Placement, Run, Theme
from massline.gather.models import Call, Message
from massline.respond.actions import publish_reply
from massline.respond.models import Case, Turn
from massline.respond.tests.county import County
from massline.rights import RESIDENT
from massline.supervise.actions import Verdict as Says
from massline.supervise.actions import rate, reopen
from massline.supervise.river import Course, Kept, Reach, Verdict, course

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def grouped(call: Call, *themes: tuple[str, list[Message]]) -> list[Theme]:
    """A finished run that put these messages into these themes."""
    now = timezone.now()
    run = Run.objects.create(call=call, requested_at=now, started_at=now, finished_at=now)
    found = []
    for number, (label, messages) in enumerate(themes):
        facts = {"label": label, "messages": len(messages), "senders": len(messages), "share_raw": 0.0}
        theme = Theme.objects.create(run=run, number=number, grain=0, **facts)
        for message in messages:
            Placement.objects.create(run=run, message=message, fate="placed", theme=theme)
        found.append(theme)
    return found


def course_of(call: Call | None, *, after: timedelta = timedelta()) -> Course:
    return course(call, timezone.now(), timezone.localdate() + after)


def drawn(call: Call | None, language: str = "en") -> str:
    with translation.override(language):
        return Template("{% load supervise_tags %}{% river call %}").render(Context({"call": call}))


def kept(found: Course) -> Counter[Kept]:
    counts: Counter[Kept] = Counter()
    for reach, number in found.reached.items():
        counts[reach.kept] += number
    return counts


def test_without_messages_the_page_says_how_the_river_begins(here: County) -> None:
    page = drawn(here.call)
    assert "begins with the first message" in page
    assert "<svg" not in page


def test_a_message_that_waits_for_a_look_is_not_in_the_river(here: County) -> None:
    hidden = a_call(here.county, publish_at_once=False)
    a_message(hidden)
    assert course_of(hidden) == Course(0, [], 0, {})


def test_one_message_flows_as_far_as_it_has_come(here: County) -> None:
    case = here.answered()
    message = case.messages.get()
    (theme,) = grouped(here.call, ("路灯", [message]))
    rate(case.replies.get(), message, Says(True, None, ""), by=RESIDENT)
    found = course_of(here.call)
    assert (found.messages, found.cases) == (1, 1)
    assert found.reached == {Reach(theme.pk, Kept.IN_TIME, Verdict.SOLVED): 1}


def test_a_finer_theme_counts_for_the_coarse_one_above_it(here: County) -> None:
    case = here.case()
    coarse, fine = grouped(here.call, ("路", []), ("路灯", [case.messages.get()]))
    Theme.objects.filter(pk=fine.pk).update(parent=coarse, grain=1)
    Theme.objects.filter(pk=coarse.pk).update(messages=1)
    assert [reach.theme for reach in course_of(here.call).reached] == [coarse.pk]
    assert course_of(here.call).themes == [coarse]


def test_an_older_run_does_not_count_twice(here: County) -> None:
    message = here.message()
    grouped(here.call, ("旧", [message]))
    (newer,) = grouped(here.call, ("新", [message]))
    assert course_of(here.call).themes == [newer]


def test_the_promise_is_kept_broken_running_or_overdue_as_the_day_says(here: County) -> None:
    here.answered(), here.case()
    late = here.case()
    Case.objects.filter(pk=late.pk).update(reply_due=timezone.localdate() - timedelta(days=1))
    Turn.objects.filter(case=late).update(reply_due=timezone.localdate() - timedelta(days=1))
    assert kept(course_of(here.call)) == {Kept.IN_TIME: 1, Kept.RUNNING: 1, Kept.OVERDUE: 1}
    late.refresh_from_db()
    publish_reply(late, text="修好了", by=here.handler, version=late.version)
    assert kept(course_of(here.call)) == {Kept.IN_TIME: 1, Kept.RUNNING: 1, Kept.LATE: 1}
    assert kept(course_of(here.call, after=timedelta(days=400))) == {Kept.IN_TIME: 1, Kept.OVERDUE: 1, Kept.LATE: 1}


def test_a_reopened_case_flows_back_to_where_a_reply_is_promised(here: County) -> None:
    case = here.answered()
    message, reply = case.messages.get(), case.replies.get()
    rate(reply, message, Says(False, None, ""), by=RESIDENT)
    assert course_of(here.call).reached == {Reach(None, Kept.IN_TIME, Verdict.NOT_SOLVED): 1}
    reopen(reply, message, reason="灯又灭了", by=RESIDENT)
    assert kept(course_of(here.call)) == {Kept.RUNNING: 1}
    assert "<svg" in drawn(here.call)


def test_one_writers_verdict_does_not_speak_for_another_in_the_same_case(here: County) -> None:
    case = here.case()
    case.case_messages.create(message=here.message())
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    rate(case.replies.get(), case.messages.first(), Says(True, None, ""), by=RESIDENT)
    found = course_of(here.call)
    assert {reach.verdict: number for reach, number in found.reached.items()} == {
        Verdict.SOLVED: 1,
        Verdict.NOT_SAID: 1,
    }
    assert found.cases == 1


def test_all_calls_together_are_the_sum_of_each(here: County) -> None:
    other = a_call(here.county)
    here.answered(), here.case(), a_message(other)
    grouped(other, ("别的事", list(other.messages.all())))
    mine, theirs, whole = course_of(here.call), course_of(other), course_of(None)
    assert whole.messages == mine.messages + theirs.messages == 3
    assert whole.cases == mine.cases + theirs.cases
    assert kept(whole) == kept(mine) + kept(theirs)


def test_what_was_withdrawn_after_a_run_breaks_no_sum(here: County) -> None:
    messages = [here.message() for _ in range(3)]
    a_case(here.message(), by=here.handler)
    grouped(here.call, ("路灯", messages))
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(published_at=None)
    assert "<svg" in drawn(here.call)


def test_the_list_the_table_and_the_picture_say_the_same_figures(here: County) -> None:
    here.answered(), here.case()
    grouped(here.call, *((f"主题{number}", [here.message()]) for number in range(8)))
    page = drawn(here.call)
    svg, rest = page.split("</svg>", 1)
    in_picture = re.findall(r"<g><title>(.+?): ([\d,]+)</title>", svg)
    bars, table = rest.split("<table", 1)
    assert len(in_picture) > 8
    assert [
        (label, size) for label, size in in_picture if f"<b>{size}</b>" not in bars or f">{size}</td>" not in table
    ] == []
    assert all(label in bars and label in table for label, _ in in_picture)


@pytest.mark.parametrize("label", ["字" * 200, "a" * 200, "شارع مظلم", "🚰 停水", "<script>alert(1)</script>"])
def test_a_theme_of_any_name_is_drawn_and_stays_a_name(here: County, label: str) -> None:
    grouped(here.call, (label, [here.message()]))
    page = drawn(here.call)
    assert "<script" not in page
    assert page.count("<title") > 2


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_a_call_shows_the_river_in_its_language(here: County, language: str) -> None:
    here.answered()
    answer = Client(headers={"accept-language": language}).get(here.call.get_absolute_url())
    words = {"zh-hans": "承诺的答复", "en": "Promised replies"}[language]
    assert words in answer.content.decode()


def test_the_river_asks_the_database_as_often_for_many_messages_as_for_one(here: County) -> None:
    here.answered()

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            drawn(None)
        return len(queries)

    grouped(here.call, ("路", []))
    once = asked()
    for _ in range(4):
        here.answered()
    grouped(here.call, *((f"主题{number}", [here.message()]) for number in range(7)))
    assert asked() == once <= 6
