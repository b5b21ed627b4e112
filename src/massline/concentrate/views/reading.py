"""Who asks, what she may do, and what both sides of a call show."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from massline.gather.models import Call
from massline.rights import may

ACTS_SHOWN = 6


def may_request(request: HttpRequest, asked: Call) -> bool:
    return request.user.is_authenticated and may(request.user, "concentrate.request_run", asked.body.path)


def may_edit(request: HttpRequest, asked: Call) -> bool:
    return request.user.is_authenticated and may(request.user, "concentrate.rename_theme", asked.body.path)


def public_call(ref: str) -> Call:
    return get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)


def call_to_edit(request: HttpRequest, ref: str) -> Call:
    """A call whose themes this person may change; for everybody else there is no such address."""
    asked = public_call(ref)
    if not may_edit(request, asked):
        raise Http404
    return asked
