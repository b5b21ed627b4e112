"""Working days: what is announced, what is entered, what nobody knows."""

from datetime import date, timedelta

import pytest

from massline.bodies.rules import CalendarUnknown, DaysUnreadable, WorkCalendar, country_calendar, read_days


def test_a_year_that_nobody_announced_is_refused_rather_than_guessed() -> None:
    calendar = country_calendar("CN", range(2020, 2100))
    last = max(calendar.years)
    with pytest.raises(CalendarUnknown) as problem:
        calendar.is_open(date(last + 1, 3, 3))
    assert problem.value.year == last + 1
    assert f"set_calendar_year {last + 1}" in str(problem.value)


def test_a_make_up_saturday_of_the_mainland_is_worked() -> None:
    calendar = country_calendar("CN", range(2024, 2025))
    assert calendar.is_open(date(2024, 10, 12))  # Saturday, made up for the National Day week
    assert not calendar.is_open(date(2024, 10, 19))  # an ordinary Saturday
    assert not calendar.is_open(date(2024, 10, 3))  # a Thursday in that week


def test_another_country_is_known_for_every_year() -> None:
    calendar = country_calendar("NO", range(2060, 2062))
    assert not calendar.is_open(date(2061, 5, 17))


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(LookupError, match="'XX'"):
        country_calendar("XX", range(2020, 2021))


def test_a_day_without_a_word_is_worked_from_monday_to_friday() -> None:
    calendar = WorkCalendar({}, frozenset({2030}))
    monday = date(2030, 1, 7)
    assert [calendar.is_open(monday + timedelta(days=step)) for step in range(7)] == [True] * 5 + [False] * 2


def test_days_and_spans_are_read_as_operators_write_them() -> None:
    assert read_days(" 2027-10-01..2027-10-03 ,2027-12-31", 2027) == [
        date(2027, 10, 1),
        date(2027, 10, 2),
        date(2027, 10, 3),
        date(2027, 12, 31),
    ]
    assert read_days("", 2027) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2027-02-30", "no day of the calendar"),
        ("tomorrow", "no day of the calendar"),
        ("2027-10-07..2027-10-01", "ends before it begins"),
        ("2026-10-01", "not within 2027"),
        ("2027-12-30..2028-01-02", "not within 2027"),
        ("2027-10-01..", "no day of the calendar"),
    ],
)
def test_days_that_cannot_be_used_are_refused_with_their_own_words(typed: str, said: str) -> None:
    with pytest.raises(DaysUnreadable, match=said) as problem:
        read_days(f"2027-01-01,{typed}", 2027)
    assert problem.value.typed == typed
    assert "2027-10-01..2027-10-07" in str(problem.value)
