"""What waits for a handler."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from massline.gather.models import Removal
from massline.respond import queries
from massline.respond.forms import CASE_FILTERS, MESSAGE_FILTERS, DeskFilter
from massline.respond.models import ANSWERING_ROLES, Case
from massline.respond.views.reading import AT_A_GLANCE, user_of

AT_A_TIME = 20


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this handler: cases by their due day, messages that are in no case yet. At most 20 queries, 15 without words."""
    user, today = user_of(request), timezone.localdate()
    form, soon = DeskFilter(request.GET, actor=user), queries.soon_until(user.body, today)
    counts = queries.desk_counts(user, today, soon)
    context: dict[str, Any] = {
        "form": form,
        "counts": counts,
        "answers": user.role in ANSWERING_ROLES,
        "to_help": Case.objects.to_help_with(user).count(),
        "removals": Removal.objects.awaiting(user).count(),
    }
    if form.chosen in (*CASE_FILTERS, ""):
        show = form.chosen or ("any" if form.asked else "")
        cases = queries.saying(form.narrowed(queries.desk_cases(user, show, today, soon)), form.asked)
        context["case_page"] = _desk_list(request, cases, form, counts.get(form.chosen or "open"))
        context["looked_through"] = None if cases.is_all else queries.LOOKED_THROUGH
    if form.chosen in (*MESSAGE_FILTERS, ""):
        messages = form.narrowed(queries.messages_to_take(user))
        waiting = messages.filter(published_at=None) if form.chosen == "waiting" else messages
        found = queries.messages_saying(waiting, form.asked)
        context["message_page"] = _desk_list(request, found, form, counts.get(form.chosen or "new"))
    shown, new = list(context.get("case_page", ())), list(context.get("message_page", ()))
    context["lines"], context["message_lines"] = queries.desk_lines(shown, new, today)
    return render(request, "respond/queue.html", context)


def _desk_list(request: HttpRequest, found: queries.Found[Any], form: DeskFilter, counted: int | None) -> Page[Any]:
    """One page of a list. counted: how many rows there are where a figure of the desk has said it: they are not counted twice. Of
    words that are too frequent to count the first page is all."""
    rows = found.rows if found.is_all else found.rows[:AT_A_TIME]
    pages = Paginator(rows if found.is_all else list(rows), AT_A_TIME if form.chosen or form.asked else AT_A_GLANCE)
    if counted is not None and not form.path and not form.asked:
        pages.count = counted
    return pages.get_page(request.GET.get("page"))
