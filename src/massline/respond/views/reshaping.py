"""Two cases become one, one becomes two, and both are taken back."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from massline.people.signed_in import user_of
from massline.respond import actions
from massline.respond.forms import MergeForm, SplitForm, TakeBackForm
from massline.respond.models import Case, Reshaping
from massline.respond.rules import ReshapeRefused
from massline.respond.views.cases import change_case


@login_required
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """The case goes on in another one; its page leads there."""
    said = _("The cases are one now. Their writers are led here by their receipts.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.merge(found, **given, by=user_of(request))

    return change_case(request, pk, MergeForm, do, said)


@login_required
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """A part of the case becomes a case of its own."""
    said = _("The part is a case of its own now, with the same due day.")

    def do(found: Case, given: dict[str, Any]) -> None:
        piece = actions.Piece(given["messages"], given["title"], given["reason"])
        actions.split(found, piece, by=user_of(request), version=given["version"])

    return change_case(request, pk, SplitForm, do, said)


@login_required
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What was merged or split is as it was."""

    def do(found: Case, given: dict[str, Any]) -> None:
        done = Reshaping.objects.of(found).filter(pk=given["reshaping"], case=found).first()
        if done is None:
            raise ReshapeRefused(found.pk, "undone")
        actions.take_back(done, by=user_of(request), version=given["version"])

    return change_case(request, pk, TakeBackForm, do, _("It is as it was before."))
