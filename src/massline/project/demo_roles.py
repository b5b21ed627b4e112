"""The demo's people, each one click away. Outside the demo none of this exists."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth import authenticate, login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from massline.gather.rules import grouped
from massline.people.models import User
from massline.project.demo.receipts import receipt_to_show
from massline.project.demo.staff import KNOWN, PASSWORD
from massline.rights import Role

_TO_TRY: Final[dict[str, Promise]] = {
    "handler": _("Take a new message as a case, and answer the most urgent one."),
    "water": _("Answer what other bodies handed over to the department."),
    "leader": _("See what the whole county owes, what is overdue, and what was put before the county."),
    "inspector": _("See all that the leader sees, and change nothing."),
    "analyst": _("Let the engine read a call again and look at its themes."),
    "operator": _("Set up bodies, staff, working days and calls."),
    "outsider": _("Try to see a case of another township: for this desk it does not exist."),
}
"""What each of demo.staff.KNOWN may try first."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the demo's people, and what to try in her place."""

    user: User
    to_try: Promise


def seats() -> list[Seat]:
    """Everybody whose place can be taken, in the order of `KNOWN`. One query in the demo, none elsewhere."""
    if not settings.MASSLINE_DEMO:
        return []
    users = User.objects.filter(username__in=_TO_TRY).select_related("body").in_bulk(field_name="username")
    return [Seat(users[member.username], _TO_TRY[member.username]) for member in KNOWN if member.username in users]


@require_POST
def take_seat(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people: no more than the printed password gives.

    Anybody else's name, another password than the printed one, or another installation than the demo is "no such page"."""
    username = request.POST.get("username", "")
    if not settings.MASSLINE_DEMO or username not in _TO_TRY:
        raise Http404
    user = authenticate(request, username=username, password=PASSWORD)
    if user is None:
        raise Http404
    login(request, user)
    notices.info(request, str(_TO_TRY[username]))
    return redirect(_LANDINGS.get(user.role, settings.LOGIN_REDIRECT_URL))


@require_safe
def show_receipt(request: HttpRequest) -> HttpResponse:
    """The page of a made-up resident's receipt: her case is answered, and she may say whether it is solved."""
    code = receipt_to_show() if settings.MASSLINE_DEMO else ""
    if not code:
        raise Http404
    return redirect("supervise:receipt_page", grouped(code))


_LANDINGS: Final[dict[str, str]] = {Role.ANALYST: "gather:calls", Role.OPERATOR: "set_up:steps"}
"""Where somebody begins whose work is not in the queue."""
