"""What everybody reads of a call: its themes, the words behind them, and editions."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from massline.concentrate import actions, queries, tasks
from massline.concentrate.models import Act, Edition, Statement, Theme
from massline.concentrate.pictures import lines, rise_and_fall
from massline.concentrate.queries import (
    InOrder,
    history,
    last_request,
    latest,
    picture_of,
    siblings,
    statements_of,
    themes_in_brief,
)
from massline.concentrate.views.reading import ACTS_SHOWN, may_edit, may_request, public_call
from massline.face.pager import listed, page_of
from massline.gather.models import Call
from massline.gather.queries import newest_messages, voices
from massline.people.models import User

MESSAGES_PER_PAGE = 10
THEMES_IN_BRIEF = 5
THEMES_PER_PAGE = 40
CAMPAIGNS_SHOWN = 10
EDITION_THEMES = 24
EDITIONS_SHOWN = 20
STATEMENTS_IN_EDITION = 2  # of each coarse theme
ACTS_PER_PAGE = 30


def call(request: HttpRequest, ref: str) -> HttpResponse:
    """A call: its question, its answer, its themes in brief, its newest messages."""
    asked = public_call(ref)
    run, themes = themes_in_brief(asked, THEMES_IN_BRIEF)
    heard = voices(asked)
    page = page_of(newest_messages(asked), request.GET.get("page"), MESSAGES_PER_PAGE, count=heard.messages)
    context = {"call": asked, "stands": asked.state(timezone.now()), "voices": heard, "page": page}
    return render(request, "concentrate/call.html", {**context, "run": run, "themes": themes})


def themes(request: HttpRequest, ref: str) -> HttpResponse:
    """What a call's messages speak of, at two grains, with every message accounted for."""
    asked = public_call(ref)
    run, requestable = latest(asked), may_request(request, asked)
    picture = picture_of(run, CAMPAIGNS_SHOWN) if run else None
    page = listed(picture.themes if picture else [], request.GET.get("page"), THEMES_PER_PAGE)
    shown = lines(list(page), picture.run, first=page.first) if picture else []
    changed = Act.objects.standing().filter(run=run).count() if run else 0
    context: dict[str, Any] = {"call": asked, "picture": picture, "page": page, "lines": shown, "acts": changed}
    context |= {"may_edit": may_edit(request, asked), "edition": queries.latest_edition(asked)}
    request_now = last_request(asked) if requestable or not run else None
    if "HX-Request" in request.headers and request_now and not request_now.problem:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)  # parts/waiting.html asks; nothing is new yet
    return render(request, "concentrate/themes.html", {**context, "may_request": requestable, "requested": request_now})


def places(request: HttpRequest, ref: str) -> HttpResponse:
    """Where a call's messages came from: a map where outlines are entered, and the list of places in any case."""
    asked = public_call(ref)
    found, elsewhere, at = queries.places(asked)
    whole = elsewhere + sum(place.messages for place in found)
    context = {"call": asked, "places": found, "elsewhere": elsewhere, "whole": whole, "at": at}
    return render(request, "concentrate/places.html", {**context, "most": found[0].messages if found else 0})


@require_POST
def request_run(request: HttpRequest, ref: str) -> HttpResponse:
    """An analyst or a leader asks for a run. For everybody else there is no such address."""
    asked = public_call(ref)
    if not isinstance(request.user, User) or not may_request(request, asked):
        raise Http404
    run = actions.request_run(asked, by=request.user)
    tasks.run_engine.enqueue(run.pk)
    return redirect("concentrate:themes", ref)


def theme(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """A theme: its statements with their traces, its messages, what stands beside it. `?statement=` shows one trace."""
    shown = get_object_or_404(
        Theme.objects.public().select_related("run__call__body", "parent", "merged_into"),
        pk=pk,
        run__call__in=Call.objects.public(timezone.now()).filter(ref=ref),
    )
    if shown.merged_into:
        return redirect("concentrate:theme", ref, shown.merged_into_id)
    statement = _statement(shown, request.GET.get("statement", ""))
    messages = InOrder.of_trace(statement, shown.run_id) if statement else InOrder.of_theme(shown)
    context = {
        "theme": shown,
        "call": shown.run.call,
        "newer": latest(shown.run.call) != shown.run,
        "may_edit": may_edit(request, shown.run.call),
        "statements": statements_of(shown)[:10],
        "statement": statement,
        "page": messages.page(request.GET.get("page"), MESSAGES_PER_PAGE),
        "dissenting": queries.at_the_edge(shown)[:3],
        "finer": shown.children.standing().order_by("-messages", "number"),
        "acts": history(shown.run, shown)[:ACTS_SHOWN],
        "siblings": siblings(shown)[:12],
        "time": rise_and_fall(shown, shown.run),
        "steps": list(zip(shown.run.periods, shown.over_time, strict=False)),
    }
    return render(request, "concentrate/theme.html", context)


def acts(request: HttpRequest, ref: str) -> HttpResponse:
    """Everything that was changed by hand since the run that shows, without names of staff."""
    asked = public_call(ref)
    run = latest(asked)
    if run is None:
        raise Http404
    page = page_of(history(run), request.GET.get("page"), ACTS_PER_PAGE)
    return render(request, "concentrate/acts.html", {"call": asked, "run": run, "page": page})


def edition(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """What a body published of a call's themes, as it was then, and what it says otherwise than the edition before."""
    shown = _public_edition(ref, number)
    facts = shown.facts
    finer: dict[int, list[dict[str, Any]]] = {}
    for part in facts["themes"]:
        finer.setdefault(part["parent"] or 0, []).append(part)
    page = listed(finer.get(0, []), request.GET.get("page"), EDITION_THEMES)
    context = {
        "call": shown.call,
        "edition": shown,
        "facts": facts,
        "page": page,
        "themes": _with_statements([(one, finer.get(one["id"], [])) for one in page]),
        "others": shown.call.editions.defer("content").order_by("-number")[:EDITIONS_SHOWN],
    }
    return render(request, "concentrate/edition.html", context)


def _with_statements(
    frozen: list[tuple[dict[str, Any], list[dict[str, Any]]]],
) -> list[tuple[dict[str, Any], list[dict[str, Any]], list[Statement]]]:
    """Coarse themes with their finer ones, and the statements that most messages stand behind, as far as they may be read."""
    chosen = {}
    for theme, finer in frozen:
        said = [statement for one in (theme, *finer) for statement in one["statements"]]
        loudest = sorted(said, key=lambda statement: -statement["messages"])[:STATEMENTS_IN_EDITION]
        chosen[theme["id"]] = [statement["id"] for statement in loudest]
    keys = [key for found in chosen.values() for key in found]
    shown = queries.readable(Statement.objects.filter(pk__in=keys)).in_bulk()
    return [(one, finer, [shown[key] for key in chosen[one["id"]] if key in shown]) for one, finer in frozen]


def edition_content(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """The very text that the digest of an edition is of."""
    return HttpResponse(_public_edition(ref, number).content, content_type="application/json")


def _public_edition(ref: str, number: int) -> Edition:
    calls = Call.objects.public(timezone.now()).filter(ref=ref)
    return get_object_or_404(Edition.objects.select_related("call__body", "run"), number=number, call__in=calls)


def _statement(shown: Theme, number: str) -> Statement | None:
    """The statement that the address names, or None where it names none of this theme's."""
    return statements_of(shown).filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
