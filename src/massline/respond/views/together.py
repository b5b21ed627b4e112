"""One act upon several rows of the desk: each by its own verb, with its right, entry and version; and what can be undone."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from massline.bodies.rules import CalendarUnknown
from massline.gather.actions import publish_message
from massline.gather.models import Message
from massline.people.models import User
from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.forms import CasesTogether, MessagesTogether, Together
from massline.respond.models import Case
from massline.respond.rules import CaseError
from massline.respond.views.queue import queue_page
from massline.rights import NotAllowed

KEPT = "done_together"  # in the session: numbers and sentences, no words of anybody
WHY = {
    "MessageTaken": gettext_lazy("It is in a case already."),
    "CannotSetAside": gettext_lazy("It is not published yet, or it was set aside before."),
    "CannotTakeBack": gettext_lazy("More than an hour has passed, its writer asked again, or it is in a case by now."),
    "CalendarUnknown": gettext_lazy("The working days of its year are not known yet."),
    "HandOverRefused": gettext_lazy("That body has it, or had it before; or its clock stands still."),
    "MeansMissing": gettext_lazy("It goes down, and nothing goes with it: say what, or why it needs nothing."),
    "WrongState": gettext_lazy("It is not open any more."),
}
REFUSED = (CaseError, CalendarUnknown, NotAllowed)  # what one row may be refused for; the others go on


@require_POST
@login_required
def messages_together(request: HttpRequest) -> HttpResponse:
    """Publish several messages, set them aside, or take them into one case."""
    user, form = user_of(request), MessagesTogether(request.POST)
    if not form.is_valid():
        return queue_page(request, status=422, messages_together=form)
    found = queries.messages_to_publish(user).filter(pk__in=form.ticked).select_related("body", "call")
    act, given = Together(form.cleaned_data["act"]), form.cleaned_data
    if act == Together.TAKE:
        told = _take(list(found.order_by("pk")), given["title"], user)
    elif act == Together.SET_ASIDE:
        told = _each(found.order_by("pk"), lambda one: actions.set_aside(one, reason=given["reason"], by=user))
    else:
        told = _each(found.order_by("pk"), lambda one: _publish(one, user))
    return _tell(request, {"act": act, **told, "gone": len(form.ticked) - len(found)})


@require_POST
@login_required
def cases_together(request: HttpRequest) -> HttpResponse:
    """Hand several cases over to another body."""
    user = user_of(request)
    form = CasesTogether(request.POST, actor=user)
    if not form.is_valid():
        return queue_page(request, status=422, cases_together=form)
    seen = {int(key): int(version or 0) for key, _colon, version in (one.partition(":") for one in form.ticked)}
    found, given = Case.objects.answerable_by(user).filter(pk__in=seen).select_related("body"), form.cleaned_data

    def hand_over(case: Case) -> None:
        chosen = {"to": given["to"], "reason": given["reason"], "means": form.named}
        actions.hand_over(case, **chosen, by=user, version=seen[case.pk])

    told = _each(found.order_by("pk"), hand_over)
    return _tell(request, {"act": Together.HAND_OVER, **told, "gone": len(seen) - len(found)})


@login_required
def done_together(request: HttpRequest) -> HttpResponse:
    """What was done with several rows, what was not and why, and whether it can be undone."""
    told = request.session.get(KEPT)
    return render(request, "respond/done_together.html", {"told": told}) if told else redirect("respond:queue")


@require_POST
@login_required
def undo_together(request: HttpRequest) -> HttpResponse:
    """Take back what was done last, where the rules allow it: each row by the verb for that."""
    user, told = user_of(request), request.session.get(KEPT) or {}
    found = queries.messages_to_publish(user).filter(pk__in=told.get("done", [])).select_related("body").order_by("pk")
    if told.get("act") == Together.SET_ASIDE:
        undone = _each(found, lambda one: actions.take_back_set_aside(one, by=user))
    elif told.get("act") == Together.TAKE and told.get("case"):
        case = Case.objects.answerable_by(user).select_related("body").filter(pk=told["case"]).first()
        undone = _each(found[1:], lambda one: _leave(case, one, user))
    else:
        return redirect("respond:queue")
    return _tell(request, {"act": f"undo {told['act']}", "case": told.get("case"), **undone, "gone": 0})


def _take(messages: list[Message], title: str, user: User) -> dict[str, Any]:
    """The first message that can become a case does; the others join it."""
    told: dict[str, Any] = {"case": None, "done": [], "failed": []}
    while messages and told["case"] is None:
        first = messages.pop(0)
        opened = _each([first], lambda one: told.update(case=actions.open_case(one, title=title, by=user).pk))
        told["done"] += opened["done"]
        told["failed"] += opened["failed"]
    if told["case"] and messages:
        case = Case.objects.select_related("body").get(pk=told["case"])
        with suppress(*REFUSED):
            actions.join(case, [one.pk for one in messages], by=user, version=case.version)
        inside = set(Message.objects.filter(cases=case).values_list("pk", flat=True))
        told["done"] += [one.pk for one in messages if one.pk in inside]
        not_free = _("It is not published yet, or in another case.")
        told["failed"] += [[one.pk, not_free] for one in messages if one.pk not in inside]
    return told


def _leave(case: Case | None, message: Message, user: User) -> None:
    if case:
        reason = _("It was taken together with others by mistake.")
        actions.leave(case, message, reason=reason, by=user, version=case.version)


def _publish(message: Message, user: User) -> None:
    publish_message(message, by=user)


def _each(rows: Iterable[Any], do: Callable[[Any], object]) -> dict[str, list[Any]]:
    """Numbers of the rows with which it went well; of the others with the reason why not."""
    told: dict[str, list[Any]] = {"done": [], "failed": []}
    for row in rows:
        try:
            do(row)
        except REFUSED as problem:
            told["failed"].append([row.pk, _why(problem)])
        else:
            told["done"].append(row.pk)
    return told


def _why(problem: Exception) -> str:
    """A refusal in the words of the page."""
    return str(WHY.get(type(problem).__name__, _("It changed meanwhile. Open it to see what happened.")))


def _tell(request: HttpRequest, told: dict[str, Any]) -> HttpResponse:
    request.session[KEPT] = told
    return redirect("respond:done_together")
