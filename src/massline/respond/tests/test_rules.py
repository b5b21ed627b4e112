"""The procedure of a case, without a database."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import work_calendar

from massline.bodies.rules import CalendarUnknown
from massline.respond.rules import (
    MOVES,
    PromiseError,
    State,
    WrongState,
    check_move,
    counted_days,
    reply_due,
    suggested_title,
    working_days_left,
)

CLOSED = st.lists(st.dates(date(2030, 1, 1), date(2030, 6, 1)), max_size=30)


def calendar_of(days: list[date]) -> Callable[[date], bool]:
    return work_calendar(closed=",".join(map(str, days)))


def test_a_promise_that_spans_the_holiday_falls_due_after_it() -> None:
    calendar = work_calendar(closed="2026-10-01..2026-10-08", open="2026-10-10")
    due = reply_due(received=date(2026, 9, 30), working_days=3, is_open=calendar)
    assert due == date(2026, 10, 12)  # Friday 9th, make-up Saturday 10th, Monday 12th


def test_the_day_of_receipt_is_not_counted() -> None:
    assert reply_due(date(2026, 3, 2), 1, work_calendar()) == date(2026, 3, 3)


def test_a_message_of_a_closed_day_counts_from_the_next_working_day() -> None:
    saturday, friday = date(2026, 3, 7), date(2026, 3, 6)
    assert reply_due(saturday, 5, work_calendar()) == reply_due(friday, 5, work_calendar())


@pytest.mark.parametrize("days", [0, -3])
def test_a_promise_of_less_than_a_day_is_refused(days: int) -> None:
    with pytest.raises(PromiseError, match=str(days)):
        reply_due(date(2026, 3, 2), days, work_calendar())


def test_a_promise_that_runs_into_an_unknown_year_is_refused() -> None:
    with pytest.raises(CalendarUnknown) as problem:
        reply_due(date(2099, 12, 30), 5, work_calendar())
    assert problem.value.year == 2100


@given(st.dates(date(2030, 1, 1), date(2030, 4, 1)), st.integers(1, 30), CLOSED)
def test_a_due_day_is_worked_and_a_longer_promise_is_never_due_earlier(
    received: date, days: int, closed: list[date]
) -> None:
    is_open = calendar_of(closed)
    due = reply_due(received, days, is_open)
    assert is_open(due)
    assert received < due < reply_due(received, days + 1, is_open)


@given(st.dates(date(2030, 1, 1), date(2030, 4, 1)), st.integers(1, 30), CLOSED)
def test_the_counted_days_tell_every_day_up_to_the_due_day_once(received: date, days: int, closed: list[date]) -> None:
    is_open = calendar_of(closed)
    due = reply_due(received, days, is_open)
    spans = counted_days(received, due, is_open)
    told = [
        (span.first + timedelta(days=step), span.is_open)
        for span in spans
        for step in range((span.last - span.first).days + 1)
    ]
    assert [day for day, _ in told] == [received + timedelta(days=step + 1) for step in range((due - received).days)]
    assert all(is_open(day) == said for day, said in told)
    assert spans[-1].number == days
    assert all(one.is_open != next_one.is_open for one, next_one in zip(spans, spans[1:], strict=False))


@given(st.dates(date(2030, 2, 1), date(2030, 4, 1)), st.integers(1, 30), CLOSED)
def test_what_is_left_on_the_day_of_receipt_is_the_promise(received: date, days: int, closed: list[date]) -> None:
    is_open = calendar_of(closed)
    due = reply_due(received, days, is_open)
    assert working_days_left(received, due, is_open) == days
    assert working_days_left(due, due, is_open) == 0
    assert working_days_left(due + timedelta(days=1), due, is_open) == -1


def test_the_saturday_after_a_due_friday_is_late_although_nobody_works() -> None:
    friday = date(2026, 3, 6)
    assert [working_days_left(friday + timedelta(days=step), friday, work_calendar()) for step in range(5)] == [
        0,
        -1,  # Saturday
        -1,  # Sunday
        -1,  # Monday
        -2,  # Tuesday
    ]


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("wanted", State)
def test_a_case_moves_only_as_the_table_says(now: State, wanted: State) -> None:
    if wanted in MOVES[now]:
        check_move(7, now, wanted)
        return
    with pytest.raises(WrongState) as problem:
        check_move(7, now, wanted)
    assert (problem.value.number, problem.value.state) == (7, now)


def test_a_settled_case_can_only_become_unsolved_again() -> None:
    assert MOVES[State.SETTLED] == {State.OPEN}


@given(st.text(), st.integers(2, 60))
def test_a_suggested_title_fits_on_one_line(text: str, longest: int) -> None:
    title = suggested_title(text, longest=longest)
    assert len(title) <= longest
    assert "\n" not in title


def test_a_title_is_the_first_sentence() -> None:
    assert suggested_title("路灯坏了。请尽快修。") == "路灯坏了"
