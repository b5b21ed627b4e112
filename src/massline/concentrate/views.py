"""Pages of concentrating: a call with what was said, its themes, one theme with its messages."""

from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from massline.concentrate import actions, queries, tasks
from massline.concentrate.models import Statement, Theme
from massline.concentrate.pictures import lines, rise_and_fall
from massline.concentrate.queries import (
    last_request,
    latest,
    picture_of,
    siblings,
    statement_messages,
    statements_of,
    theme_messages,
    themes_in_brief,
)
from massline.engine import pictures
from massline.gather.models import Call
from massline.gather.queries import newest_messages, voices
from massline.people.models import User
from massline.rights import may

MESSAGES_PER_PAGE = 10
THEMES_IN_BRIEF = 5
THEMES_PER_PAGE = 40
CAMPAIGNS_SHOWN = 10


def call(request: HttpRequest, ref: str) -> HttpResponse:
    """A call: its question, its answer, its themes in brief, its newest messages."""
    asked = _public_call(ref)
    run, themes = themes_in_brief(asked, THEMES_IN_BRIEF)
    page = Paginator(newest_messages(asked), MESSAGES_PER_PAGE).get_page(request.GET.get("page"))
    context = {"call": asked, "stands": asked.state(timezone.now()), "voices": voices(asked), "page": page}
    return render(request, "concentrate/call.html", {**context, "run": run, "themes": themes})


def themes(request: HttpRequest, ref: str) -> HttpResponse:
    """What a call's messages speak of, at two grains, with every message accounted for."""
    asked = _public_call(ref)
    run, may_request = latest(asked), _may_request(request, asked)
    picture = picture_of(run, CAMPAIGNS_SHOWN) if run else None
    page = Paginator(picture.themes if picture else [], THEMES_PER_PAGE).get_page(request.GET.get("page"))
    shown = lines(list(page.object_list), picture.run, first=page.start_index()) if picture else []
    context = {"call": asked, "picture": picture, "page": page, "lines": shown}
    request_now = last_request(asked) if may_request or not run else None
    if "HX-Request" in request.headers and request_now and not request_now.problem:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # parts/waiting.html asks; nothing is new yet
    return render(request, "concentrate/themes.html", {**context, "may_request": may_request, "requested": request_now})


def places(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a call's messages came from: a map where outlines are entered, and the list of places in any case."""
    asked = _public_call(ref)
    found, elsewhere = queries.places(asked)
    whole = elsewhere + sum(place.messages for place in found)
    context = {"call": asked, "places": found, "elsewhere": elsewhere, "whole": whole}
    return render(request, "concentrate/places.html", {**context, "most": found[0].messages if found else 0})


@require_POST
def request_run(request: HttpRequest, ref: str) -> HttpResponse:
    """An analyst or a leader asks for a run. For everybody else there is no such address."""
    asked = _public_call(ref)
    if not isinstance(request.user, User) or not _may_request(request, asked):
        raise Http404
    run = actions.request_run(asked, by=request.user)
    tasks.run_engine.enqueue(run.pk)
    return redirect("concentrate:themes", ref)


def theme(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """A theme: its statements with their traces, its messages, what stands beside it. `?statement=` shows one trace."""
    shown = get_object_or_404(
        Theme.objects.public().select_related("run__call__body", "parent"), pk=pk, run__call=_public_call(ref)
    )
    statement = _statement(shown, request.GET.get("statement", ""))
    messages = statement_messages(statement) if statement else theme_messages(shown)
    context = {
        "theme": shown,
        "call": shown.run.call,
        "newer": latest(shown.run.call) != shown.run,
        "statements": statements_of(shown)[:10],
        "statement": statement,
        "page": Paginator(messages, MESSAGES_PER_PAGE).get_page(request.GET.get("page")),
        "dissenting": shown.dissenting.public()[:3],
        "finer": shown.children.order_by("-messages", "number"),
        "siblings": siblings(shown)[:12],
        "time": rise_and_fall(shown, shown.run),
        "steps": list(zip(shown.run.periods, shown.over_time, strict=False)),
    }
    return render(request, "concentrate/theme.html", context)


@cache_control(max_age=86_400, public=True)
def picture_style(request: HttpRequest) -> HttpResponse:
    """The colours of the engine's pictures, for pages that allow no style of their own."""
    return HttpResponse(pictures.STYLE, content_type="text/css")


def _public_call(ref: str) -> Call:
    return get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)


def _may_request(request: HttpRequest, asked: Call) -> bool:
    return request.user.is_authenticated and may(request.user, "concentrate.request_run", asked.body.path)


def _statement(shown: Theme, number: str) -> Statement | None:
    """The statement that the address names, or None where it names none of this theme's."""
    return statements_of(shown).filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
