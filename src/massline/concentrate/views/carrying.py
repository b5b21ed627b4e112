"""What analysts did to the themes of earlier runs, for the run that shows: done again, or set aside."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from massline.concentrate import actions
from massline.concentrate.carrying import plans
from massline.concentrate.forms import NOT_CARRIED, REFUSED
from massline.concentrate.models import Act
from massline.concentrate.queries import latest
from massline.concentrate.rules import StaleTheme, ThemeError
from massline.concentrate.views.reading import call_to_edit
from massline.face.pager import page_of
from massline.people.signed_in import user_of

ACTS_PER_PAGE = 10


@login_required
def earlier(request: HttpRequest, ref: str) -> HttpResponse:
    """Acts of earlier runs: what doing each again would do now, or why it cannot be; below, those that were set aside."""
    asked = call_to_edit(request, ref)
    run = latest(asked)
    if run is None:
        raise Http404
    page = page_of(Act.objects.to_carry(run), request.GET.get("page"), ACTS_PER_PAGE)
    proposed = plans(list(page), run)
    context = {
        "call": asked,
        "run": run,
        "page": page,
        "plans": [(plan, str(NOT_CARRIED.get(plan.reason, ""))) for plan in proposed],
        "aside": Act.objects.before(run).exclude(set_aside_at=None).order_by("-set_aside_at")[:ACTS_PER_PAGE],
    }
    return render(request, "concentrate/earlier.html", context)


@require_POST
@login_required
def carry(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Do one act again, on the themes as the page showed them."""
    act, version = _act(request, ref, pk), request.POST.get("version", "")
    try:
        actions.carry_act(act, by=user_of(request), version=int(version) if version.isdecimal() else -1)
    except ThemeError as error:
        notices.error(request, why_not(error))
    else:
        notices.success(request, _("It is done again in this run. It can be taken back like any other."))
    return redirect("concentrate:earlier", ref)


@require_POST
@login_required
def carry_all(request: HttpRequest, ref: str) -> HttpResponse:
    """Do all that can be done again."""
    done = actions.carry_acts(call_to_edit(request, ref), by=user_of(request))
    said = ngettext("%(number)s act is done again in this run.", "%(number)s acts are done again in this run.", done)
    notices.success(request, said % {"number": done})
    return redirect("concentrate:earlier", ref)


@require_POST
@login_required
def set_aside(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """No run is asked to do this act again; `?again` in the form takes that back."""
    act, verb = _act(request, ref, pk), actions.propose_act if "again" in request.POST else actions.set_act_aside
    try:
        verb(act, by=user_of(request))
    except ThemeError as error:
        notices.error(request, why_not(error))
    return redirect("concentrate:earlier", ref)


def why_not(error: ThemeError) -> str:
    """Why an act was not done again, in a sentence."""
    if isinstance(error, StaleTheme):
        return _("Somebody changed the theme since you opened this page. Look at it again.")
    return str(NOT_CARRIED.get(error.reason) or REFUSED[error.reason])


def _act(request: HttpRequest, ref: str, pk: int) -> Act:
    """An act of an earlier run of a call whose themes this person may change."""
    acts = Act.objects.filter(run__call=call_to_edit(request, ref)).select_related("run__call__body")
    return get_object_or_404(acts, pk=pk)
