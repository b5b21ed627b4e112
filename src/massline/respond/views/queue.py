"""What waits for a handler."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from massline.face.pager import Page, listed, page_of
from massline.gather.models import Removal
from massline.people.signed_in import user_of
from massline.respond import queries
from massline.respond.forms import (
    CASE_FILTERS,
    MESSAGE_FILTERS,
    CasesTogether,
    DeskFilter,
    MessagesTogether,
    ViewForm,
)
from massline.respond.models import ANSWERING_ROLES, Case
from massline.respond.views.reading import AT_A_GLANCE

AT_A_TIME = 20
MESSAGES_AT_A_TIME = 14  # each row says what is advised
FOUND_OF_EACH = 10  # cases and messages, where words are looked for among all


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    return queue_page(request)


def queue_page(request: HttpRequest, *, status: int = 200, **sent: Form) -> HttpResponse:
    """What waits for this handler: cases by their due day, messages that are in no case yet. At most 20 queries.

    sent: `messages_together`, `cases_together` or `view_form`, as it came, with what is wrong in it."""
    user, days = user_of(request), queries.days_of(user_of(request).body, timezone.localdate())
    form, mine = DeskFilter(request.GET, actor=user), Case.objects.on_desk_of(user)
    to_help, to_take = Case.objects.to_help_with(user), queries.messages_to_take(user)
    search, counts = queries.Search(form.asked), queries.desk_counts(mine, to_take, days)
    views = list(user.saved_views.select_related("body").order_by("name"))
    context: dict[str, Any] = {
        "form": form,
        "counts": counts,
        "answers": user.role in ANSWERING_ROLES,
        "to_help": 0 if form.asked else to_help.count(),  # who looks for words is not told what else waits
        "removals": 0 if form.asked else Removal.objects.awaiting(user).count(),
        "views": views,
        "shown_view": next((view for view in views if view.get_absolute_url() == request.get_full_path()), None),
        "view_form": ViewForm(),
        "messages_together": MessagesTogether(),
        "cases_together": CasesTogether(actor=user),
    }
    if form.chosen in (*CASE_FILTERS, ""):
        cases = queries.desk_cases(to_help if form.chosen == "shared" else mine, form.shown_cases, days)
        found_cases = search.cases(form.narrowed(cases))
        context["case_page"] = _desk_list(request, found_cases, form, counts.get(form.chosen or "open"))
        context["looked_through"] = None if found_cases.is_all else queries.LOOKED_THROUGH
    if form.chosen in (*MESSAGE_FILTERS, ""):
        messages = form.narrowed(to_take.filter(published_at=None) if form.chosen == "waiting" else to_take)
        found = search.messages(messages)
        counted = counts.get(form.chosen or "new")
        context["message_page"] = _desk_list(request, found, form, counted, most=MESSAGES_AT_A_TIME)
    shown, new = list(context.get("case_page", ())), list(context.get("message_page", ()))
    context["lines"], context["message_lines"] = queries.desk_lines(shown, new, days)
    return render(request, "respond/queue.html", context | sent, status=status)


def _desk_list(
    request: HttpRequest, found: queries.Found[Any], form: DeskFilter, counted: int | None, *, most: int = AT_A_TIME
) -> Page[Any]:
    """One page of a list, of so many rows at most. counted: how many rows there are where a figure of the desk has said it: they
    are not counted twice. Of words that are too frequent to count the first page is all."""
    if not form.chosen:
        most = FOUND_OF_EACH if form.asked else AT_A_GLANCE
    if not found.is_all:
        return listed(list(found.rows[:most]), None, most)
    count = None if form.path or form.asked else counted
    return page_of(found.rows, request.GET.get("page"), most, count=count)
