"""The reading room: what analysts do to themes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from massline.concentrate import actions, queries
from massline.concentrate.forms import REFUSED, MergeForm, PublishForm, RenameForm, TakeOutForm, ThemeForm
from massline.concentrate.models import Act, Run, Theme
from massline.concentrate.queries import InOrder, history, last_request, latest, messages_with
from massline.concentrate.rules import MOST_AT_ONCE, NotPublished, StaleTheme, ThemeError, UndoRefused
from massline.concentrate.views.reading import ACTS_SHOWN, call_to_edit, may_edit
from massline.face.pager import listed
from massline.gather.models import Call
from massline.people.signed_in import user_of

THEMES_IN_ROOM = 15  # coarse ones on one page, with what stands under them
FINER_IN_TREE = 4
TO_CHOOSE_FROM = 10  # messages of a theme on one page of the reading room
LONGEST_SEARCH = 100  # characters


@login_required
def room(request: HttpRequest, ref: str) -> HttpResponse:
    """The themes of a call's newest run as a tree and a picture; `?q=` looks for one; below, what was done."""
    return _room(request, call_to_edit(request, ref))


def _room(request: HttpRequest, asked: Call, form: PublishForm | None = None, *, status: int = 200) -> HttpResponse:
    run, words = latest(asked), _words(request.GET)
    if run is None:
        return render(request, "concentrate/room.html", {"call": asked, "requested": last_request(asked)})
    branches = queries.tree(run, FINER_IN_TREE)
    shown = listed(branches, request.GET.get("page"), THEMES_IN_ROOM)
    done = list(history(run)[:ACTS_SHOWN])
    context = {
        "call": asked,
        "run": run,
        "words": words,
        "found": queries.themes_found(run, words, THEMES_IN_ROOM) if words else [],
        "branches": shown.rows,
        "page": shown.of([branch.theme for branch in shown]),
        "acts": done,
        "undoable": queries.may_be_undone(run, done),
        "whole": queries.run_counts(run)["messages"],
        "to_carry": Act.objects.to_carry(run).count(),
        "any_before": Act.objects.before(run).exists(),
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
    asked = call_to_edit(request, ref)
    run = latest(asked)
    if run is None:
        raise Http404
    form = PublishForm(request.POST, seen=0, first=queries.latest_edition(asked) is None)
    if form.is_valid():
        try:
            made = actions.publish_edition(run, by=user_of(request), **form.cleaned_data)
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
        actions.rename_theme(shown, name=given["name"], by=user_of(request), version=given["version"])
        return shown

    return _change(request, shown, RenameForm, do, _("The theme has a new name. The old one stands in the history."))


@require_POST
@login_required
def merge(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    shown = _theme_to_edit(request, ref, pk)

    def do(given: dict[str, Any]) -> Theme:
        actions.merge_themes(shown, into=given["into"], by=user_of(request), version=given["version"])
        into: Theme = given["into"]
        return into

    return _change(request, shown, MergeForm, do, _("The two themes are one. Every writer counts once."))


@require_POST
@login_required
def take_out(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Messages go to another theme, or become one of their own."""
    shown = _theme_to_edit(request, ref, pk)

    def do(given: dict[str, Any]) -> Theme:
        what = {"messages": _chosen(request, shown), "by": user_of(request), "version": given["version"]}
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
    asked = call_to_edit(request, ref)
    act = get_object_or_404(Act.objects.select_related("run__call__body", "theme__run__call"), pk=pk, run__call=asked)
    try:
        actions.undo_act(act, by=user_of(request))
    except (UndoRefused, StaleTheme) as error:
        words = REFUSED.get(error.reason, _("A newer run has taken the place of the one that this was done to."))
        notices.error(request, str(words))
    else:
        notices.success(request, _("It is taken back. Both stand in the history."))
    return redirect("concentrate:room", ref)


def _theme_to_edit(request: HttpRequest, ref: str, pk: int) -> Theme:
    """A theme of the call's newest run. One that was merged meanwhile is found too: the page says so."""
    calls = Call.objects.public(timezone.now()).filter(ref=ref)
    wanted = Theme.objects.select_related("run__call__body", "parent", "merged_into").filter(run__call__in=calls)
    shown = get_object_or_404(wanted, pk=pk)
    if not may_edit(request, shown.run.call) or latest(shown.run.call) != shown.run:
        raise Http404
    return shown


def _chosen(request: HttpRequest, shown: Theme) -> set[int]:
    """Keys of the messages that were ticked, or of all that hold the words looked for."""
    if request.POST.get("found"):
        found, _is_all = messages_with(shown, _words(request.POST))
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
    found, is_all = messages_with(shown, words) if words else ([], True)
    inside = InOrder(shown.run_id, found) if words else InOrder.of_theme(shown)
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
        "is_all": is_all,
        "page": inside.page(given.get("page"), TO_CHOOSE_FROM),
        "ticked": _chosen(request, shown) if form and not given.get("found") else set(),
        "finer": shown.children.standing().order_by("-messages", "number"),
        "acts": done,
        "undoable": queries.may_be_undone(shown.run, done),
        "conflict": status == 409,
        **forms,
    }
    return render(request, "concentrate/room_theme.html", context, status=status)
