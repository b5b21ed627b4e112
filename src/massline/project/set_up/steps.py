"""Where the set-up stands, read from what there is."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.bodies.queries import work_calendar
from massline.gather.models import Call
from massline.people.models import User
from massline.rights import Role


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is for, whether it is done, the page where it is taken and the command that does the same."""

    name: Promise
    text: Promise
    done: bool
    url: str
    command: str


def steps(place: Body) -> list[Step]:
    """The steps for the body at the top, in order. Six queries."""
    year = timezone.localdate().year
    handlers = User.objects.filter(role__in=[Role.HANDLER, Role.LEADER], body__path__startswith=place.path)
    return [
        Step(
            _("The place"),
            _("The body at the top, and you as its operator."),
            True,
            reverse("supervise:body", args=[place.code]),
            "add_bodies",
        ),
        Step(
            _("Areas and bodies"),
            _("The townships, villages and departments that people write about and that owe them answers."),
            Body.objects.within(place.path).exclude(pk=place.pk).exists(),
            reverse("set_up:bodies"),
            "add_bodies",
        ),
        Step(
            _("Staff"),
            _("Who answers and who leads. Each gets a link and chooses her own password."),
            handlers.exists(),
            reverse("set_up:staff"),
            "add_user",
        ),
        Step(
            _("Work calendar"),
            _("Due days are counted in working days: holidays and make-up days must be known."),
            {year, year + 1} <= work_calendar(place).years,
            reverse("set_up:calendar"),
            "set_calendar_year",
        ),
        Step(
            _("The first call"),
            _("A question, and until when you listen."),
            Call.objects.filter(body__path__startswith=place.path).exists(),
            reverse("set_up:call"),
            "open_call",
        ),
    ]
