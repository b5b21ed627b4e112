"""What everybody reads of messages, cases and answers."""

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from massline.face.pager import page_of
from massline.gather.models import Message
from massline.gather.queries import removals_of
from massline.respond import queries
from massline.respond.models import Case
from massline.respond.rules import State
from massline.respond.views.reading import case_context, may_do

ANSWERED_A_PAGE = 10


def message(request: HttpRequest, pk: int) -> HttpResponse:
    """A message with its theme, its case and the answer. Staff of the body that it came to see it before it is published."""
    found = get_object_or_404(_messages_for(request).select_related("call", "body", "case_message__case__body"), pk=pk)
    of_case = found.case_message.case if hasattr(found, "case_message") else None
    return render(
        request,
        "respond/message.html",
        {
            "message": found,
            "case": of_case,
            "replies": queries.replies_of(of_case) if of_case else [],
            "placement": queries.placement_of(found),
            "set_aside": queries.set_aside_of(found),
            "removals": removals_of(found) if found.published_at else [],
            "may_remove": may_do(request, "gather.ask_removal", found),
            "may_take": of_case is None and may_do(request, "respond.open_case", found),
        },
    )


def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case that went on in another one leads there."""
    found = queries.knowing_files(Case.objects.public()).select_related("body", "topic").filter(pk=pk).first()
    if found is None:
        merged = get_object_or_404(Case, pk=pk, state=State.MERGED)
        return redirect(get_object_or_404(Case.objects.public(), pk=merged.goes_on_as.pk))
    context = case_context(request, found, Message.objects.public().filter(cases=found))
    return render(request, "respond/case.html", context | {"letters": bool(settings.MAIL)})


def you_said(request: HttpRequest) -> HttpResponse:
    page = page_of(queries.answers(), request.GET.get("page"), ANSWERED_A_PAGE)
    return render(request, "respond/you_said.html", {"page": page.of(queries.answered_cases(page.rows))})


def _messages_for(request: HttpRequest) -> QuerySet[Message]:
    """What is public; for staff also what came to their body and waits to be published."""
    return Message.objects.visible_to(request.user) if request.user.is_authenticated else Message.objects.public()
