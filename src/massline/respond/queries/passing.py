"""Hand-overs of a case: which way they go, to whom they lead back, and by when the body that got it was to take its first step.

Source: docs/rules/case.md, C26 to C28."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from massline.bodies.models import Body
from massline.bodies.rules import CalendarUnknown, Level, WorkCalendar
from massline.respond import rules
from massline.respond.models import Case, Turn
from massline.respond.queries.telling import HAND_OVERS, Act
from massline.respond.rules import TAKE_DAYS, ActKind, Place, Step, TurnKind, reply_due, who_gets_it_back

STEPS = frozenset(
    {
        ActKind.REPLIED,
        ActKind.HANDED_OVER,
        ActKind.HANDED_BACK,
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


def places_of(bodies: Iterable[Body]) -> dict[int, Place]:
    """Where these bodies stand, by their keys. One query where a department is among them, else none."""
    known = {body.path: Level(body.level) for body in bodies}
    steps = {path: range(len(path) - Body.steplen, 0, -Body.steplen) for path in known}
    departments = [path for path, level in known.items() if level == Level.DEPARTMENT]
    over = {path[:step] for path in departments for step in steps[path]} - known.keys()
    if over:
        known |= {path: Level(level) for path, level in Body.objects.filter(path__in=over).values_list("path", "level")}

    def level(path: str) -> Level | None:
        chain = (known.get(path[:step]) for step in range(len(path), 0, -Body.steplen))
        return next((one for one in chain if one and one != Level.DEPARTMENT), None)

    return {body.pk: Place(body.path, level(body.path)) for body in bodies}


def goes_down(before: Body, after: Body) -> bool:
    """Whether a case that is handed over like this goes down. At most one query."""
    places = places_of([before, after])
    return rules.goes_down(places[before.pk], places[after.pk])


def sender_of(case: Case) -> Body | None:
    """Who gets a case back for lack of means: who handed it down, or who answers in that one's place now. At most two queries,
    and one for each successor."""
    turns = Turn.objects.filter(case=case).select_related("sender").order_by("pk")
    return sender_by(list(turns), case)


def sender_by(turns: Sequence[Turn], case: Case) -> Body | None:
    """The same, of its turns with their senders. A query for each successor."""
    key = who_gets_it_back([Step(TurnKind(turn.kind), turn.sender_id, turn.means) for turn in turns])
    sender = next((turn.sender.heir for turn in turns if turn.sender and turn.sender_id == key), None)
    return None if sender == case.body else sender


@dataclass(frozen=True, slots=True)
class Passing:
    """One hand-over. kind: forth or back; is_down: to a body under the one that had it. due: None where the calendar does not
    know; done: the day of the first step, None while there is none."""

    kind: ActKind
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
        if act.kind in HAND_OVERS and act.body
    ]


def _passing(act: Act, later: Sequence[Act], today: date, calendars: Mapping[int, WorkCalendar]) -> Passing:
    assert act.body is not None  # noqa: S101 - `passings` has looked
    done = next((timezone.localdate(step.at) for step in later if step.kind in STEPS), None)
    try:
        due = reply_due(timezone.localdate(act.at), TAKE_DAYS, calendars[act.body.pk].is_open)
    except CalendarUnknown:
        return Passing(act.kind, act.body, act.is_down, None, done, False)
    return Passing(act.kind, act.body, act.is_down, due, done, (done or today) > due)
