"""The body above looks after a case under it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from massline.people.signed_in import user_of
from massline.respond import actions
from massline.respond.forms import UrgeForm
from massline.respond.models import Case
from massline.respond.views.cases import change_case


@login_required
def urge(request: HttpRequest, pk: int) -> HttpResponse:
    """A day by which the body above wants to see it answered."""
    said = _(
        "The body that owes the answer sees your day and your reason on its desk, and so does everybody on the case's page."
    )

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.urge(found, **given, by=user_of(request))

    return change_case(request, pk, UrgeForm, do, said)
