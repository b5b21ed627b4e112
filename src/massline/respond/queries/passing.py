"""Hand-overs of a case, each with a clock of its own: by when the body that got it was to take its first step.

Source: docs/rules/case.md, C24."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.respond.queries.telling import Act
from massline.respond.rules import TAKE_DAYS, ActKind, reply_due

STEPS = frozenset(
    {
        ActKind.REPLIED,
        ActKind.HANDED_OVER,
        ActKind.PAUSED,
        ActKind.EXTENDED,
        ActKind.SHARED,
        ActKind.JOINED,
        ActKind.LEFT,
        ActKind.MERGED,
        ActKind.MERGED_AWAY,
        ActKind.SPLIT,
    }
)
"""What only the body that has a case does to it."""


@dataclass(frozen=True, slots=True)
class Passing:
    """One hand-over. is_down: to a body under the one that had it. due: None where the calendar does not know; done: the day of
    the first step, None while there is none."""

    body: Body
    is_down: bool
    due: date | None
    done: date | None
    is_late: bool


def passings(told: Sequence[Act], today: date, calendars: Mapping[int, WorkCalendar]) -> list[Passing]:
    """The hand-overs of a case, in order. told: its acts. calendars: of the bodies that got it, by their key. No query."""
    return [
        _passing(act, told[at + 1 :], today, calendars)
        for at, act in enumerate(told)
        if act.kind == ActKind.HANDED_OVER and act.body
    ]


def _passing(act: Act, later: Sequence[Act], today: date, calendars: Mapping[int, WorkCalendar]) -> Passing:
    assert act.body is not None  # noqa: S101 - `passings` has looked
    done = next((timezone.localdate(step.at) for step in later if step.kind in STEPS), None)
    try:
        due = reply_due(timezone.localdate(act.at), TAKE_DAYS, calendars[act.body.pk].is_open)
    except CalendarUnknown:
        return Passing(act.body, act.is_down, None, done, False)
    return Passing(act.body, act.is_down, due, done, (done or today) > due)
