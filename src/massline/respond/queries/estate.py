"""What a body has in hand: what goes over when another one answers in its place."""

from dataclasses import dataclass
from datetime import date

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.respond.models import Case, Share


@dataclass(frozen=True, slots=True)
class Estate:
    """Counts of a body itself, without those under it. before_it: open cases of others that were put before it."""

    open_cases: int
    overdue: int
    messages: int
    parts: int
    before_it: int


def estate_of(body: Body, today: date) -> Estate:
    """Five queries."""
    mine = Case.objects.filter(body=body)
    return Estate(
        open_cases=mine.open().count(),
        overdue=mine.overdue(today).count(),
        messages=Message.objects.filter(body=body, case_message=None).count(),
        parts=Share.objects.filter(body=body, done_at=None).count(),
        before_it=Case.objects.open().filter(overseer=body).count(),
    )
