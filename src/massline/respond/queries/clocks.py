"""The three days of a case: taken, answered first, resolved. Each with how it came about, and whether it was kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from massline.bodies.queries import work_calendars
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.respond.models import Case
from massline.respond.queries.telling import Act, in_order
from massline.respond.rules import ActKind, Span, State, counted_days, working_days_left


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise. due: its day; done: when it was kept, or was broken and ended, None while it runs. late: working days after
    the day, 0 in time. spans: how the day came about, None where the calendar was changed since, or does not know these days."""

    due: date
    done: date | None
    late: int
    very_late: bool
    spans: list[Span] | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Promises of a case whose days are told on its pages; the first answer has a story of its own (`due_story`)."""

    received: date
    taken: Clock
    resolved: Clock | None
    resolve_days: int


def clocks(
    case: Case, told: Sequence[Act], today: date, calendars: Mapping[int, WorkCalendar] | None = None
) -> Clocks | None:
    """When a case was to be taken and when it is to be resolved; None in cases older than these promises. told: its acts.

    A matter is resolved with the answer that stands: a case that is open, be it again, is not.
    calendars: `calendars_of` it, where a page has them."""
    if case.received_on is None or case.take_by is None:
        return None
    body = told[0].body or case.body
    calendar = (calendars or work_calendars([body]))[body.pk]
    taken_on = timezone.localdate(told[0].at)
    take = _clock(case, case.take_by, taken_on, today, calendar)
    resolve = None
    if case.resolve_by is not None:
        answers = [act.at for act in told if act.kind == ActKind.REPLIED]
        stands = answers and case.state in (State.ANSWERED, State.SETTLED)
        resolve = _clock(case, case.resolve_by, timezone.localdate(answers[-1]) if stands else None, today, calendar)
    return Clocks(case.received_on, take, resolve, case.resolve_days or 0)


def _clock(case: Case, due: date, done: date | None, today: date, calendar: WorkCalendar) -> Clock:
    late = 0
    if (done or today) > due:
        try:
            late = -working_days_left(done or today, due, calendar.is_open)
        except CalendarUnknown:
            late = 1
    return Clock(due, done, late, late >= case.very_late_days, _spans(case, due, calendar))


def _spans(case: Case, due: date, calendar: WorkCalendar) -> list[Span] | None:
    """From the day of receipt on; the days of every pause are not counted."""
    pauses = [(timezone.localdate(pause.began_at), pause.until) for pause in in_order(case.pauses)]
    assert case.received_on is not None  # noqa: S101 - `clocks`
    try:
        spans = counted_days(case.received_on, due, calendar.is_open, pauses)
    except CalendarUnknown:
        return None
    days = case.resolve_days if due == case.resolve_by else None
    wanted = days is None or (bool(spans) and spans[-1].number == days)
    return spans if spans and spans[-1].is_open and wanted else None
