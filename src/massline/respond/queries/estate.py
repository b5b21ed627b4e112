"""What a body has in hand: what goes over when another one answers in its place."""

from dataclasses import astuple, dataclass
from datetime import date

from django.db.models import Q

from massline.bodies.models import Body
from massline.gather.models import Message, Removal
from massline.gather.rules import RemovalState
from massline.respond.models import Case, Duty, Share


@dataclass(frozen=True, slots=True)
class Estate:
    """Counts of a body itself, without those under it. before_it: open cases of others that were put before it; hidings: that it
    is to decide about, appeals too; duties: rows of the house's table by which it answers for a topic."""

    open_cases: int
    overdue: int
    messages: int
    parts: int
    before_it: int
    hidings: int
    duties: int

    @property
    def mark(self) -> str:
        """The counts in one word: whether what was shown is what is there now."""
        return "-".join(str(number) for number in astuple(self))


def estate_of(body: Body, today: date) -> Estate:
    """Seven queries."""
    mine = Case.objects.filter(body=body)
    asked, appealed = Q(state=RemovalState.ASKED, decider=body), Q(outcome="", appeal_decider=body)
    return Estate(
        open_cases=mine.open().count(),
        overdue=mine.overdue(today).count(),
        messages=Message.objects.filter(body=body, case_message=None).count(),
        parts=Share.objects.filter(body=body, done_at=None).count(),
        before_it=Case.objects.open().filter(overseer=body).count(),
        hidings=Removal.objects.filter(asked | appealed).count(),
        duties=Duty.objects.filter(body=body).count(),
    )
