"""The people and things of the tests: always the same roles, made through the same verbs as in life.

Every builder works with no arguments and makes what it needs. Names and references are numbered: two of them never clash."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from massline.bodies.actions import add_body, set_calendar_year
from massline.bodies.models import Body
from massline.bodies.rules import Level, WorkCalendar, announced_days
from massline.gather.actions import Receipt, Words, open_call, receive_message
from massline.gather.models import Call, Message
from massline.people.actions import add_user
from massline.people.models import User
from massline.respond.actions import open_case
from massline.respond.models import Case
from massline.rights import OPERATOR, RESIDENT, Role

_number = count(1)


def work_calendar(closed: str = "", open: str = "") -> Callable[[date], bool]:
    """A calendar for deadline rules, without a database: Monday-Friday, but for these days.

    closed, open: days and spans between commas: `2026-10-01..2026-10-08, 2026-12-25`. Known for 2000-2099."""
    exceptions = dict.fromkeys(_days(closed), False) | dict.fromkeys(_days(open), True)
    return WorkCalendar(exceptions, frozenset(range(2000, 2100))).is_open


def a_body(
    name: str = "", *, under: Body | None = None, level: Level | None = None, promise_days: int | None = None
) -> Body:
    """A body, at the top or under another one. By default a county at the top, a township under it."""
    number = next(_number)
    level = level or (Level.TOWNSHIP if under else Level.COUNTY)
    body = Body(code=f"B{number}", name=name or f"机构{number}", name_en=f"Body {number}", level=level)
    body.promise_days = promise_days
    return add_body(body, under=under, by=OPERATOR)


def a_county() -> Body:
    """A county with nothing under it yet. The working days of the years around now are entered: every deadline can be told."""
    this_year = timezone.localdate().year
    for year in range(this_year - 1, this_year + 3):
        set_calendar_year(year, announced_days("CN", year), by=OPERATOR)
    return a_body(level=Level.COUNTY)


def a_user(role: Role, body: Body | None, *, password: str | None = None) -> User:
    """A member of staff. Without a password she comes in by `client.force_login`, which is faster."""
    username = f"{role.value}{next(_number)}"
    return add_user(User(username=username, role=role, body=body), password=password, by=OPERATOR)


def a_handler(body: Body | None = None, *, password: str | None = None) -> User:
    """A handler of this body; by default of a township in a county of her own."""
    return a_user(Role.HANDLER, body or a_body(under=a_county()), password=password)


def a_leader(body: Body | None = None, *, password: str | None = None) -> User:
    """A leader of this body; by default of a county of her own."""
    return a_user(Role.LEADER, body or a_county(), password=password)


def an_inspector(body: Body | None = None) -> User:
    return a_user(Role.INSPECTOR, body or a_county())


def an_analyst(body: Body | None = None) -> User:
    return a_user(Role.ANALYST, body or a_county())


def an_outsider() -> User:
    """A handler in another county, who must never see what is not hers."""
    return a_handler()


def a_call(
    body: Body | None = None,
    *,
    opens: timedelta = timedelta(days=-1),
    closes: timedelta = timedelta(days=9),
    publish_at_once: bool = True,
) -> Call:
    """A call of this body (by default of a county), open now. opens, closes: from now; negative is past."""
    now, number = timezone.now(), next(_number)
    call = Call(
        ref=f"call-{number}", title=f"征求意见{number}", question="您家门口哪些事最该先办？", body=body or a_county()
    )
    call.opens_at, call.closes_at, call.publish_at_once = now + opens, now + closes, publish_at_once
    return open_call(call, by=OPERATOR)


def a_receipt(
    call: Call | None = None, text: str = "巷口的路灯坏了三个月", *, title: str = "", area: Body | None = None
) -> Receipt:
    """What a resident keeps who just said this (message, code), in a call that is open."""
    number = next(_number)
    words = Words(text=text, title=title, area=area, sender=f"{number:016x}")
    return receive_message(call or a_call(), words, by=RESIDENT, submission=f"builder {number}")


def a_message(
    call: Call | None = None, text: str = "巷口的路灯坏了三个月", *, title: str = "", area: Body | None = None
) -> Message:
    """A message that a resident sent: published, unless its call shows messages only after a look."""
    return a_receipt(call, text, title=title, area=area).message


def a_case(message: Message | None = None, *, title: str = "路灯不亮", by: User | None = None) -> Case:
    """A case just opened from a message, by a handler of the body that the message came to."""
    message = message or a_message()
    return open_case(message, title=title, by=by or a_handler(message.body))


def _days(spans: str) -> list[date]:
    """`2026-10-01..2026-10-03, 2026-12-25` -> four days."""
    days: list[date] = []
    for span in filter(None, (part.strip() for part in spans.split(","))):
        first, last = (date.fromisoformat(day) for day in (span.split("..") if ".." in span else (span, span)))
        days += [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return days
