"""The front page: the circle with live numbers."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.concentrate.queries import count_themes
from massline.gather.queries import calls_in_order, counts
from massline.ledger.queries import head
from massline.people.models import STAFF_ROLES
from massline.project.demo.staff import KNOWN, PASSWORD
from massline.respond.models import Case
from massline.supervise.models import Rating

CALLS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the circle: what happens in it, its number of today and what it counts, and where it is shown."""

    name: Promise
    text: Promise
    number: int
    unit: Promise
    url: str


def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    calls = calls_in_order(now).open(now)[:CALLS_SHOWN]
    context = {"steps": _steps(), "calls": calls, "entries": head()[0]}
    logins = _logins() if settings.MASSLINE_DEMO else []
    return render(request, "project/home.html", {**context, "logins": logins, "password": PASSWORD})


def _steps() -> list[Step]:
    """The steps that are built. Six queries."""
    gathered, calls = counts(timezone.now()).messages, reverse("gather:calls")
    cases, ratings = Case.objects.public().count(), Rating.objects.count()
    return [
        Step(_("Gather"), _("People answer calls in their own words."), gathered, _("messages"), calls),
        Step(
            _("Concentrate"),
            _("What belongs together is put together, down to the last message."),
            count_themes(),
            _("themes"),
            calls,
        ),
        Step(
            _("Respond"),
            _("A public body owes each case an answer, by a day."),
            cases,
            _("cases"),
            reverse("respond:you_said"),
        ),
        Step(
            _("Supervise"),
            _("Who asked says whether it was solved, and may have it looked at again."),
            ratings,
            _("ratings"),
            reverse("supervise:scoreboard"),
        ),
    ]


def _logins() -> list[tuple[str, Promise, Body | None]]:
    """The demo's names to sign in with, what each may do, and where. One query."""
    roles = dict(STAFF_ROLES)
    bodies = {body.code: body for body in Body.objects.filter(code__in=[member.body for member in KNOWN])}
    return [(member.username, roles[member.role], bodies.get(member.body)) for member in KNOWN]
