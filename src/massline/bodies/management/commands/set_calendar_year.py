"""Enter the working days of a year."""

from argparse import ArgumentParser
from datetime import date

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from massline.bodies.actions import set_calendar_year
from massline.bodies.rules import DaysUnreadable, announced_days, read_days
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Say which days of a year differ from Monday-Friday, for all bodies: from then on deadlines may fall into that year. "
        "Days entered before for the year are replaced. Example, once the make-up days are announced: "
        "set_calendar_year 2027 --closed 2027-02-05..2027-02-11,2027-10-01..2027-10-07 --open 2027-02-20,2027-10-09"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int)
        parser.add_argument(
            "--closed", default="", metavar="DAYS", help="weekdays without work: 2027-10-01..2027-10-07,…"
        )
        parser.add_argument("--open", default="", metavar="DAYS", help="weekend days with work: 2027-10-09,…")
        parser.add_argument(
            "--announced",
            action="store_true",
            help="start from the statutory holidays; --closed and --open then change single days",
        )

    def handle(self, *, year: int, closed: str, announced: bool, **options: object) -> None:
        days = _days(year, closed=closed, opened=str(options["open"]), announced=announced)
        set_calendar_year(year, days, by=OPERATOR)
        worked = sum(days.values())
        self.stdout.write(f"{year}: {len(days) - worked} days closed, {worked} days worked beyond Monday-Friday.")


def _days(year: int, *, closed: str, opened: str, announced: bool) -> dict[date, bool]:
    """What differs from Monday-Friday. Raises CommandError."""
    if not date.min.year < year < date.max.year:
        raise CommandError(f"{year} is no year. Write it with four digits, like 2027.")
    if not (closed or opened or announced):
        raise CommandError(f"Nothing was entered for {year}. Give --closed and --open, or --announced to start from.")
    try:
        shut, worked = read_days(closed, year), read_days(opened, year)
    except DaysUnreadable as problem:
        raise CommandError(str(problem)) from problem
    if both := sorted(set(shut) & set(worked)):
        raise CommandError(f"{both[0]} stands under --closed and under --open. Take it out of one of them.")
    days = announced_days(settings.WORK_CALENDAR, year) if announced else {}
    return days | dict.fromkeys(shut, False) | dict.fromkeys(worked, True)
