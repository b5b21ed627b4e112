"""Working days: which days a body works. Facts in, answer out. Source: docs/rules/working-days.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

AREA_COOKIE = "area"  # holds the code of the place that a reader has chosen


class Level(StrEnum):
    """Levels of public administration. A department stands beside the level of its parent."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    DEPARTMENT = "department"


class CalendarUnknown(LookupError):
    """Nobody has said which days of this year are worked; a deadline would be a guess."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"The working days of {year} are not known. Enter them: massline manage set_calendar_year {year} --help"
        )
        self.year = year


class BodyInUse(ValueError):
    """A body that others hang on: bodies under it, staff, calls, messages or cases."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The body {code!r} cannot be removed: bodies, staff, calls, messages or cases belong to it.")
        self.code = code


class BodyStays(ValueError):
    """A body that cannot be abolished or moved like this. `problem`: why, as a clause."""

    def __init__(self, code: str, problem: str) -> None:
        super().__init__(f"The body {code!r} stays as it is: {problem}. Nothing was changed.")
        self.code, self.problem = code, problem


class DaysUnreadable(ValueError):
    """A day or a span of days as somebody typed it cannot be used."""

    def __init__(self, typed: str, problem: str) -> None:
        super().__init__(
            f"{typed!r}: {problem}. Write days and spans of one year with commas between them, "
            "like 2027-10-01..2027-10-07,2027-12-31."
        )
        self.typed, self.problem = typed, problem


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days of one body. `exceptions` says True (worked) or False (closed) for days that differ from Monday-Friday."""

    exceptions: Mapping[date, bool]
    years: frozenset[int]

    def is_open(self, day: date) -> bool:
        """Whether the body works on this day. Raises CalendarUnknown for a year nobody has announced."""
        if day.year not in self.years:
            raise CalendarUnknown(day.year)
        return self.exceptions.get(day, day.weekday() < 5)


def country_calendar(country: str, years: range) -> WorkCalendar:
    """Public holidays and make-up days of a country, from the package `holidays`.

    country: ISO 3166 code. Mainland China announces each year's make-up days the autumn before, so a year
    that the package has no announcement for stays unknown. Raises LookupError for an unknown country."""
    import holidays  # a third of a second, and nothing but a deadline needs it
    from holidays.countries.china import ChinaStaticHolidays

    known = frozenset(years)
    if country == "CN":
        known &= frozenset(ChinaStaticHolidays.special_public_holidays)
    try:
        calendar = holidays.country_holidays(country, years=sorted(known))
    except NotImplementedError:
        raise LookupError(f"No work calendar for {country!r}. Write a country code such as CN, MN or NO.") from None
    exceptions = dict.fromkeys(calendar, False) | dict.fromkeys(calendar.weekend_workdays, True)
    return WorkCalendar(exceptions, known)


def announced_days(country: str, year: int) -> dict[date, bool]:
    """Statutory holidays of a year, announced or not: what an operator starts from when she enters a year by hand."""
    import holidays

    calendar = holidays.country_holidays(country, years=year)
    return {day: False for day in calendar if day.year == year}


def read_days(typed: str, year: int) -> list[date]:
    """Days and spans of one year as an operator types them: `2027-10-01..2027-10-07,2027-12-31`. Raises DaysUnreadable."""
    days: list[date] = []
    for part in filter(None, (part.strip() for part in typed.split(","))):
        first, last = _ends(part)
        if last < first:
            raise DaysUnreadable(part, "it ends before it begins")
        if (first.year, last.year) != (year, year):
            raise DaysUnreadable(part, f"it is not within {year}")
        days += [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return days


def _ends(part: str) -> tuple[date, date]:
    """First and last day of one span; a single day is both. Raises DaysUnreadable."""
    first, dots, last = part.partition("..")
    try:
        return date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise DaysUnreadable(part, "this is no day of the calendar") from None
