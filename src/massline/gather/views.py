"""Pages of gathering: all calls, and the form on which somebody speaks."""

from datetime import datetime, time
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from massline.bodies.rules import AREA_COOKIE
from massline.gather import actions
from massline.gather.forms import SayForm, VisitForm
from massline.gather.models import Call
from massline.gather.queries import calls_in_order, voices
from massline.gather.rules import CallNotOpen
from massline.people.models import User
from massline.rights import RESIDENT, may

CALLS_PER_PAGE = 20


def calls(request: HttpRequest) -> HttpResponse:
    """All calls, open ones first."""
    page = Paginator(calls_in_order(timezone.now()), CALLS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "gather/calls.html", {"page": page})


def say(request: HttpRequest, ref: str) -> HttpResponse:
    """The form; a sent one leads to its receipt. A closed call keeps the text on the page, so that nothing is lost."""
    call = get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)
    typed = request.POST if request.method == "POST" else None
    form = SayForm(typed, call=call, area=request.COOKIES.get(AREA_COOKIE, ""))
    if not call.is_open(timezone.now()):
        return _closed(request, form)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "gather/say.html", {"call": call, "form": form}, status=status)
    try:
        said = form.cleaned_data
        words = actions.Words(text=said["text"], title=said["title"], area=said["area"])
        receipt = actions.receive_message(call, words, by=RESIDENT, submission=said["number"])
    except CallNotOpen:
        return _closed(request, form)
    return redirect("supervise:receipt_page", receipt.code)


@login_required
def visit(request: HttpRequest) -> HttpResponse:
    """What a resident says at her door, written down by staff. Sent twice (a network that broke), it is there once."""
    user = request.user
    if not isinstance(user, User) or user.body is None or not may(user, "gather.record_visit", user.body.path):
        raise Http404
    typed = request.POST if request.method == "POST" else None
    form = VisitForm(typed, body=user.body, now=timezone.localtime())
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "gather/visit.html", {"form": form}, status=status)
    said = form.cleaned_data
    moment = said["said_on"] and timezone.make_aware(datetime.combine(said["said_on"], time(12)))
    words = actions.Words(text=said["text"], area=said["area"], said_at=moment)
    receipt = actions.record_visit(said["call"], words, by=user, key=said["key"])
    return redirect("supervise:receipt_page", receipt.code)


def _closed(request: HttpRequest, form: SayForm) -> HttpResponse:
    """What somebody sees who comes after the end, her text kept for copying."""
    status = HTTPStatus.CONFLICT if form.is_bound else HTTPStatus.OK
    text = form.data.get("text", "") if form.is_bound else ""
    others = calls_in_order(timezone.now()).open(timezone.now())[:3]
    context = {"call": form.call, "text": text, "others": others, "voices": voices(form.call)}
    return render(request, "gather/closed.html", context, status=status)
