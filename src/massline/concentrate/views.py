"""Pages of concentrating: a call with what was said, its themes, one theme with its messages; and the reading room."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from massline.concentrate import actions, queries, tasks
from massline.concentrate.forms import REFUSED, MergeForm, PublishForm, RenameForm, TakeOutForm, ThemeForm
from massline.concentrate.models import Act, Edition, Run, Statement, Theme
from massline.concentrate.pictures import lines, rise_and_fall
from massline.concentrate.queries import (
    InOrder,
    history,
    last_request,
    latest,
    picture_of,
    siblings,
    statements_of,
    theme_messages,
    themes_in_brief,
)
from massline.concentrate.rules import MOST_AT_ONCE, NotPublished, StaleTheme, ThemeError, UndoRefused
from massline.engine import pictures
from massline.gather.models import Call
from massline.gather.queries import newest_messages, voices
from massline.people.models import User
from massline.rights import may

MESSAGES_PER_PAGE = 10
THEMES_IN_BRIEF = 5
THEMES_PER_PAGE = 40
CAMPAIGNS_SHOWN = 10
FINER_IN_TREE = 4
THEMES_IN_ROOM = 15  # coarse ones on one page, with what stands under them
ACTS_SHOWN = 6
ACTS_PER_PAGE = 30
EDITION_THEMES = 24
EDITIONS_SHOWN = 20
STATEMENTS_IN_EDITION = 2  # of each coarse theme
TO_CHOOSE_FROM = 10  # messages of a theme on one page of the reading room
LONGEST_SEARCH = 100  # characters


# --- what everybody reads


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
    changed = Act.objects.standing().filter(run=run).count() if run else 0
    context: dict[str, Any] = {"call": asked, "picture": picture, "page": page, "lines": shown, "acts": changed}
    context |= {"may_edit": _may_edit(request, asked), "edition": queries.latest_edition(asked)}
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
        "may_edit": _may_edit(request, shown.run.call),
        "statements": statements_of(shown)[:10],
        "statement": statement,
        "page": Paginator(messages, MESSAGES_PER_PAGE).get_page(request.GET.get("page")),
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
    asked = _public_call(ref)
    run = latest(asked)
    if run is None:
        raise Http404
    page = Paginator(history(run), ACTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "concentrate/acts.html", {"call": asked, "run": run, "page": page})


@cache_control(max_age=86_400, public=True)
def picture_style(request: HttpRequest) -> HttpResponse:
    """The colours of the engine's pictures, for pages that allow no style of their own."""
    return HttpResponse(pictures.STYLE, content_type="text/css")


def edition(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """What a body published of a call's themes, as it was then, and what it says otherwise than the edition before."""
    shown = _public_edition(ref, number)
    facts = shown.facts
    finer: dict[int, list[dict[str, Any]]] = {}
    for part in facts["themes"]:
        finer.setdefault(part["parent"] or 0, []).append(part)
    page = Paginator(finer.get(0, []), EDITION_THEMES).get_page(request.GET.get("page"))
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


# --- the reading room


@login_required
def room(request: HttpRequest, ref: str) -> HttpResponse:
    """The themes of a call's newest run as a tree and a picture; `?q=` looks for one; below, what was done."""
    return _room(request, _call_to_edit(request, ref))


def _room(request: HttpRequest, asked: Call, form: PublishForm | None = None, *, status: int = 200) -> HttpResponse:
    run, words = latest(asked), _words(request.GET)
    if run is None:
        return render(request, "concentrate/room.html", {"call": asked, "requested": last_request(asked)})
    branches = queries.tree(run, FINER_IN_TREE)
    page = Paginator([branch.theme for branch in branches], THEMES_IN_ROOM).get_page(request.GET.get("page"))
    done = list(history(run)[:ACTS_SHOWN])
    context = {
        "call": asked,
        "run": run,
        "words": words,
        "found": queries.themes_found(run, words, THEMES_IN_ROOM) if words else [],
        "branches": branches[page.start_index() - 1 : page.end_index()],
        "page": page,
        "acts": done,
        "undoable": queries.may_be_undone(run, done),
        "whole": queries.run_counts(run)["messages"],
        **_to_publish(run, form, done[0].pk if done else 0),
    }
    return render(request, "concentrate/room.html", context, status=status)


def _to_publish(run: Run, form: PublishForm | None, seen: int) -> dict[str, Any]:
    """The last edition, and the form for the next where there may be something new to say; seen: the newest act."""
    edition = queries.latest_edition(run.call)
    is_new = edition is None or edition.run_id != run.pk or seen != (edition.last_act_id or 0)
    if form and form.is_valid():  # sent before somebody else acted: the same words about what shows now
        form = PublishForm({**form.cleaned_data, "seen": seen}, seen=seen, first=edition is None)
    form = form or PublishForm(seen=seen, first=edition is None)
    return {"edition": edition, "publish_form": form if is_new else None}


@login_required
def room_theme(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """One theme in the reading room: its name, its messages to take out, where it can go, what was done to it."""
    return _room_page(request, _theme_to_edit(request, ref, pk))


@require_POST
@login_required
def publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Freeze the themes that the page showed as an edition."""
    asked = _call_to_edit(request, ref)
    run = latest(asked)
    if run is None:
        raise Http404
    form = PublishForm(request.POST, seen=0, first=queries.latest_edition(asked) is None)
    if form.is_valid():
        try:
            made = actions.publish_edition(run, by=_user(request), **form.cleaned_data)
        except NotPublished as error:
            notices.error(request, str(REFUSED[error.reason]))
            return _room(request, asked, form, status=409)
        notices.success(request, _("The edition is published. It will not change any more."))
        return redirect(made)
    return _room(request, asked, form, status=422)


@require_POST
@login_required
def rename(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    shown = _theme_to_edit(request, ref, pk)

    def do(given: dict[str, Any]) -> Theme:
        actions.rename_theme(shown, name=given["name"], by=_user(request), version=given["version"])
        return shown

    return _change(request, shown, RenameForm, do, _("The theme has a new name. The old one stands in the history."))


@require_POST
@login_required
def merge(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    shown = _theme_to_edit(request, ref, pk)

    def do(given: dict[str, Any]) -> Theme:
        actions.merge_themes(shown, into=given["into"], by=_user(request), version=given["version"])
        into: Theme = given["into"]
        return into

    return _change(request, shown, MergeForm, do, _("The two themes are one. Every writer counts once."))


@require_POST
@login_required
def take_out(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Messages go to another theme, or become one of their own."""
    shown = _theme_to_edit(request, ref, pk)

    def do(given: dict[str, Any]) -> Theme:
        what = {"messages": _chosen(request, shown), "by": _user(request), "version": given["version"]}
        if given["into"]:
            actions.move_messages(shown, to=given["into"], **what)
        else:
            actions.split_theme(shown, name=given["name"], **what)
        return shown

    said = _("The messages stand in the other theme now. Their words are as they were.")
    return _change(request, shown, TakeOutForm, do, said)


def _change(
    request: HttpRequest, shown: Theme, kind: type[ThemeForm], do: Callable[[dict[str, Any]], Theme], said: str
) -> HttpResponse:
    """Do something to a theme, then show the theme that `do` gives; or the page again, and why it was not done."""
    form = kind(request.POST, theme=shown)
    if not form.is_valid():
        return _room_page(request, shown, form, status=422)
    try:
        following = do(form.cleaned_data)
    except ThemeError as error:
        return _refused(request, shown, form, error)
    notices.success(request, said)
    return redirect("concentrate:room_theme", shown.run.call.ref, following.pk)


@require_POST
@login_required
def undo(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Take an act back; where that cannot be done, say why on the page of the room."""
    asked = _call_to_edit(request, ref)
    act = get_object_or_404(Act.objects.select_related("run__call__body", "theme__run__call"), pk=pk, run__call=asked)
    try:
        actions.undo_act(act, by=_user(request))
    except (UndoRefused, StaleTheme) as error:
        words = REFUSED.get(error.reason, _("A newer run has taken the place of the one that this was done to."))
        notices.error(request, str(words))
    else:
        notices.success(request, _("It is taken back. Both stand in the history."))
    return redirect("concentrate:room", ref)


def _call_to_edit(request: HttpRequest, ref: str) -> Call:
    """A call whose themes this person may change; for everybody else there is no such address."""
    asked = _public_call(ref)
    if not _may_edit(request, asked):
        raise Http404
    return asked


def _theme_to_edit(request: HttpRequest, ref: str, pk: int) -> Theme:
    """A theme of the call's newest run. One that was merged meanwhile is found too: the page says so."""
    calls = Call.objects.public(timezone.now()).filter(ref=ref)
    wanted = Theme.objects.select_related("run__call__body", "parent", "merged_into").filter(run__call__in=calls)
    shown = get_object_or_404(wanted, pk=pk)
    if not _may_edit(request, shown.run.call) or latest(shown.run.call) != shown.run:
        raise Http404
    return shown


def _chosen(request: HttpRequest, shown: Theme) -> set[int]:
    """Keys of the messages that were ticked, or of all that hold the words looked for."""
    if request.POST.get("found"):
        found = theme_messages(shown, _words(request.POST)).values_list("pk", flat=True)
        return set(found[: MOST_AT_ONCE + 1])
    return {int(key) for key in request.POST.getlist("message") if key.isdecimal() and len(key) < 19}


def _words(given: QueryDict) -> str:
    return given.get("q", "").strip()[:LONGEST_SEARCH]


def _refused(request: HttpRequest, shown: Theme, form: ThemeForm, error: ThemeError) -> HttpResponse:
    """The page again with what was typed, and why it was not done. Somebody else's act is shown first (409)."""
    if isinstance(error, StaleTheme):
        return _room_page(request, _theme_to_edit(request, shown.run.call.ref, shown.pk), form, status=409)
    form.refuse(error)
    return _room_page(request, _theme_to_edit(request, shown.run.call.ref, shown.pk), form, status=422)


def _room_page(request: HttpRequest, shown: Theme, form: ThemeForm | None = None, *, status: int = 200) -> HttpResponse:
    """A theme in the reading room. With status 409 it shows what happened since the form was opened, and keeps what was typed."""
    given = request.POST if request.method == "POST" else request.GET
    words, done = _words(given), list(history(shown.run, shown)[:ACTS_SHOWN])
    found = theme_messages(shown, words) if words else InOrder.of_theme(shown)
    forms: dict[str, ThemeForm] = {
        "rename_form": RenameForm(theme=shown),
        "merge_form": MergeForm(theme=shown),
        "take_out_form": TakeOutForm(theme=shown),
    }
    if form:
        name = next(name for name, other in forms.items() if type(other) is type(form))
        forms[name] = form.about(shown) if status == 409 else form
    context = {
        "theme": shown,
        "call": shown.run.call,
        "words": words,
        "page": Paginator(found, TO_CHOOSE_FROM).get_page(given.get("page")),
        "ticked": _chosen(request, shown) if form and not given.get("found") else set(),
        "finer": shown.children.standing().order_by("-messages", "number"),
        "acts": done,
        "undoable": queries.may_be_undone(shown.run, done),
        "conflict": status == 409,
        **forms,
    }
    return render(request, "concentrate/room_theme.html", context, status=status)


def _user(request: HttpRequest) -> User:
    """Who is signed in; pages of the desk have been through `login_required`."""
    assert request.user.is_authenticated  # noqa: S101
    return request.user


def _public_call(ref: str) -> Call:
    return get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)


def _public_edition(ref: str, number: int) -> Edition:
    calls = Call.objects.public(timezone.now()).filter(ref=ref)
    return get_object_or_404(Edition.objects.select_related("call__body", "run"), number=number, call__in=calls)


def _may_request(request: HttpRequest, asked: Call) -> bool:
    return request.user.is_authenticated and may(request.user, "concentrate.request_run", asked.body.path)


def _may_edit(request: HttpRequest, asked: Call) -> bool:
    return request.user.is_authenticated and may(request.user, "concentrate.rename_theme", asked.body.path)


def _statement(shown: Theme, number: str) -> Statement | None:
    """The statement that the address names, or None where it names none of this theme's."""
    return statements_of(shown).filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
