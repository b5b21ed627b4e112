"""What a handler keeps for herself on the desk: parts of it under a name."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from massline.people.signed_in import user_of
from massline.respond import actions
from massline.respond.forms import DeskFilter, ViewForm
from massline.respond.models import SavedView
from massline.respond.rules import NameTaken, TooMany
from massline.respond.views.queue import queue_page
from massline.rights import may


@require_POST
@login_required
def keep_view(request: HttpRequest) -> HttpResponse:
    """The part of the desk that is shown gets a name, and a link of its own above the queue."""
    user = user_of(request)
    if not may(user, "respond.keep_view", user.body_path or ""):
        raise Http404
    form, part = ViewForm(request.POST), DeskFilter(request.POST, actor=user)
    if not form.is_valid():
        return queue_page(request, status=422, view_form=form)
    name = form.cleaned_data["name"]
    view = SavedView(name=name, show=part.chosen, words=" ".join(part.asked), body=part.chosen_body)
    back = redirect(view)
    try:
        actions.keep_view(view, by=user)
    except NameTaken:
        notices.warning(
            request, _("You have a view called “%(name)s” already. Choose another name.") % {"name": view.name}
        )
    except TooMany as much:
        notices.warning(
            request,
            _("You keep %(most)s views, which is all there is room for. Delete one first.") % {"most": much.most},
        )
    else:
        notices.success(request, _("The view is kept. You find it above your queue."))
    return back


@require_POST
@login_required
def rename_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.filter(user=user_of(request)).select_related("body"), pk=pk)
    name = ViewForm(request.POST).given()
    if not name:
        notices.warning(request, _("Write a name of at most 40 characters for this view."))
        return redirect(view)
    try:
        actions.rename_view(view, name=name, by=user_of(request))
    except NameTaken:
        notices.warning(request, _taken(name))
    return redirect(view)


@require_POST
@login_required
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView, user=user_of(request), pk=pk)
    actions.drop_view(view, by=user_of(request))
    notices.success(request, _("The view is deleted. The cases and messages in it stay."))
    return redirect("respond:queue")


def _taken(name: str) -> str:
    return _("You have a view called “%(name)s” already. Choose another name.") % {"name": name}
