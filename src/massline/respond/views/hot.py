"""Hot matters: what many people began to speak of in a short time, and the one case that it can become."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from massline.bodies.rules import CalendarUnknown
from massline.concentrate.models import HotMatter
from massline.concentrate.queries import look_of
from massline.concentrate.rules import MOST_LOOKED_AT
from massline.face.pager import page_of
from massline.gather.models import Message
from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.forms import TakeForm
from massline.respond.models import DESK_ROLES
from massline.respond.rules import NothingToJoin, suggested_title
from massline.rights import may

AT_A_TIME = 15
MESSAGES_AT_A_TIME = 10


@login_required
def hot_matters(request: HttpRequest) -> HttpResponse:
    """Those of the reader's body, the hottest first."""
    user = user_of(request)
    if not user.body or user.role not in DESK_ROLES:
        raise Http404
    listed = HotMatter.objects.listed(user.body).visible_to(user).select_related("middle")
    page = page_of(listed, request.GET.get("page"), AT_A_TIME)
    lines = page.of(queries.hot_lines(page.rows, user))
    context = {"look": look_of(user.body), "page": lines, "most": MOST_LOOKED_AT}
    return render(request, "respond/hot_matters.html", context)


@login_required
def hot_matter(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them with its messages; those that are free become one case of the handler's body."""
    user = user_of(request)
    found = HotMatter.objects.visible_to(user).filter(pk=pk).select_related("middle", "body").first()
    if found is None:  # of a list that was made anew, or of another desk: both are told the same
        return render(request, "respond/hot_matter_gone.html", status=404)
    may_take = bool(user.body and may(user, "respond.open_case_of_hot_matter", user.body.path))
    if request.method != "POST":
        return _page(request, found, _form(found) if may_take else None, status=200)
    if not may_take or not user.body:
        raise Http404
    form = TakeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        opened = actions.open_case_of_hot_matter(
            found, title=given["title"], body=user.body, by=user, topic=given.get("topic")
        )
    except (NothingToJoin, CalendarUnknown):
        return _page(request, found, form, status=409)
    notices.success(request, _("The messages of the hot matter are now one case of %(body)s.") % {"body": opened.body})
    return redirect("respond:desk_case", opened.pk)


def _form(found: HotMatter) -> TakeForm:
    return TakeForm(initial={"title": suggested_title(found.label or found.place)})


def _page(request: HttpRequest, found: HotMatter, form: TakeForm | None, *, status: int) -> HttpResponse:
    """form: None for those who only read."""
    user, inside = user_of(request), queries.messages_in_matters([found])
    shown = Message.objects.visible_to(user).filter(pk__in=inside).select_related("body").order_by("-pk")
    [line] = queries.hot_lines([found], user)
    context = {
        "matter": found,
        "line": line,
        "form": form,
        "status": status,
        "whole": queries.crowd(inside),
        "free": queries.crowd(queries.free_messages(user).filter(pk__in=inside)),
        "page": page_of(shown, request.GET.get("page"), MESSAGES_AT_A_TIME),
    }
    return render(request, "respond/hot_matter.html", context, status=status)
