"""What counts towards which rate of which body."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.builders import a_body, a_call, a_case, a_county, a_handler, a_message

from massline.bodies.models import Body
from massline.respond.actions import hand_over, publish_reply
from massline.respond.models import Case, Turn
from massline.rights import RESIDENT
from massline.supervise.actions import Verdict, rate, reopen
from massline.supervise.queries import WEEKS, Line, open_by_week, rates_of, rows, scoreboard
from massline.supervise.rules import Rate

pytestmark = pytest.mark.django_db
LATE = timedelta(days=40)  # longer than any promise here


class Place:
    """A county with a township and a department."""

    def __init__(self) -> None:
        self.county = a_county()
        self.township, self.department = a_body(under=self.county), a_body(under=self.county)
        self.call = a_call(self.county)

    def case(self) -> Case:
        return a_case(a_message(self.call, area=self.township))

    def line(self, body: Body, *, after: timedelta = timedelta()) -> Line:
        return rates_of(body, timezone.localdate() + after)


@pytest.fixture
def here() -> Place:
    return Place()


def reply_to(case: Case):
    return publish_reply(case, text="x", by=a_handler(case.body), version=case.version)


def hand_on(case: Case, to: Body) -> Case:
    return hand_over(case, to=to, reason="x", by=a_handler(case.body), version=case.version)


def past_due(case: Case) -> None:
    """As if the due day of the running turn had been yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    Case.objects.filter(pk=case.pk).update(reply_due=yesterday)
    Turn.objects.filter(case=case, ended_at=None).update(reply_due=yesterday)
    case.refresh_from_db()


def test_a_body_without_cases_has_no_rates(here: Place) -> None:
    rates = here.line(here.township).rates
    assert [rates.response, rates.resolution, rates.satisfaction] == [Rate(0, 0)] * 3


def test_a_running_case_counts_for_nobody_until_its_day_has_passed(here: Place) -> None:
    case = here.case()
    line = here.line(here.township)
    assert (line.rates.response, line.open_cases, line.overdue) == (Rate(0, 0), 1, 0)
    on_the_day = rates_of(here.township, case.reply_due)
    assert (on_the_day.rates.response, on_the_day.overdue) == (Rate(0, 0), 0)
    after = rates_of(here.township, case.reply_due + timedelta(days=1))
    assert (after.rates.response, after.overdue) == (Rate(0, 1), 1)


def test_a_reply_by_the_due_day_is_in_time_and_one_after_it_is_not(here: Place) -> None:
    reply_to(here.case())
    late = here.case()
    past_due(late)
    reply_to(late)
    assert here.line(here.township).rates.response == Rate(1, 2)


def test_who_hands_on_in_time_is_not_counted_and_who_answers_is(here: Place) -> None:
    reply_to(hand_on(here.case(), here.department))
    assert here.line(here.township).rates.response == Rate(0, 0)
    assert here.line(here.department).rates.response == Rate(1, 1)


def test_who_hands_on_after_the_day_counts_as_late_although_another_body_answers(here: Place) -> None:
    case = here.case()
    past_due(case)
    reply_to(hand_on(case, here.department))
    assert here.line(here.township).rates.response == Rate(0, 1)
    assert here.line(here.department).rates.response == Rate(0, 1)


def test_verdicts_count_for_the_body_that_replied(here: Place) -> None:
    for verdict in [Verdict(True, True), Verdict(True, None), Verdict(False, False)]:
        reply = reply_to(hand_on(here.case(), here.department))
        rate(reply, reply.case.messages.get(), verdict, by=RESIDENT)
    rates = here.line(here.department).rates
    assert (rates.resolution, rates.satisfaction) == (Rate(2, 3), Rate(1, 2))
    assert here.line(here.township).rates.resolution == Rate(0, 0)


def test_a_reopened_case_counts_for_both_bodies_that_answered_it(here: Place) -> None:
    reply = reply_to(here.case())
    message = reply.case.messages.get()
    rate(reply, message, Verdict(False), by=RESIDENT)
    second = reply_to(reopen(reply, message, reason="x", by=RESIDENT))
    rate(second, message, Verdict(True), by=RESIDENT)
    assert here.line(here.township).rates.resolution == Rate(0, 1)
    assert here.line(here.county).rates.resolution == Rate(1, 1)
    assert here.line(here.county).rates.response == Rate(1, 1)


def test_a_bodys_rates_are_its_own_and_not_those_of_bodies_under_it(here: Place) -> None:
    reply_to(here.case())
    assert here.line(here.county, after=LATE).rates.response == Rate(0, 0)


def test_bodies_stand_in_the_order_of_the_tree_whatever_their_rates(here: Place) -> None:
    reply_to(here.case())
    village = a_body(under=here.township)
    order = [line.body for line in scoreboard(timezone.localdate())]
    assert order == [here.county, here.township, village, here.department]


def test_the_scoreboard_takes_three_queries(here: Place, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        reply_to(here.case())
    with django_assert_num_queries(3):
        scoreboard(timezone.localdate())


def test_the_page_shows_the_top_and_those_directly_under_it_and_sums_up_the_rest(here: Place) -> None:
    village = a_body(under=here.township)
    past_due(a_case(a_message(here.call, area=village)))
    board = {row.line.body: row for row in rows(timezone.localdate(), None)}
    assert list(board) == [here.county, here.township, here.department]
    folded = board[here.township]
    assert (folded.below, folded.below_open, folded.below_overdue) == (1, 1, 1)
    assert (board[here.county].below, board[here.department].below) == (0, 0)
    assert [row.line.body for row in rows(timezone.localdate(), here.township)] == [here.township, village]


def test_what_a_body_had_to_answer_is_told_week_by_week(here: Place) -> None:
    first, second = here.case(), here.case()
    began = timezone.now() - timedelta(weeks=3)
    Turn.objects.filter(case__in=[first, second]).update(began_at=began)
    reply_to(first)
    Turn.objects.filter(case=first).update(ended_at=timezone.now() - timedelta(weeks=1))
    (line,) = [line for line in scoreboard(timezone.localdate()) if line.body == here.township]
    weeks = open_by_week(timezone.localdate(), [line])[here.township.pk]
    assert len(weeks) == WEEKS
    assert weeks[-1] == line.open_cases == 1
    assert weeks == [0] * (WEEKS - 4) + [2, 2, 1, 1]


def test_weeks_before_anything_was_to_answer_are_zero_and_never_less(here: Place) -> None:
    for _ in range(3):
        reply_to(here.case())
    here.case()
    levels = open_by_week(timezone.localdate(), scoreboard(timezone.localdate()))
    assert min(min(weeks) for weeks in levels.values()) == 0
    assert levels[here.township.pk][0] == 0


def test_the_board_takes_five_queries_however_many_bodies(here: Place, django_assert_num_queries: Any) -> None:
    reply_to(here.case())
    for _ in range(4):
        a_body(under=here.county)
    with django_assert_num_queries(5):
        rows(timezone.localdate(), None)
