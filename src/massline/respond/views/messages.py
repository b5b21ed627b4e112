"""What a desk does with messages that are in no case yet."""

from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from massline.bodies.rules import CalendarUnknown
from massline.concentrate.models import Theme
from massline.gather.actions import publish_message
from massline.gather.models import Message
from massline.people.models import User
from massline.people.queries import operators
from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.forms import MeansForm, SetAsideForm, TakeForm
from massline.respond.models import Case
from massline.respond.rules import (
    CannotSetAside,
    HandOverRefused,
    Means,
    MeansMissing,
    MessageTaken,
    NoAdvice,
    NothingToJoin,
    ReasonMissing,
    suggested_title,
)
from massline.respond.views.reading import may_do, means_of, reason_of
from massline.rights import may


@require_POST
@login_required
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.messages_to_publish(user_of(request)), pk=pk)
    publish_message(found, by=user_of(request))
    notices.success(request, _("The message is published, personal data masked."))
    return redirect("respond:take" if request.POST.get("then") == "take" else "respond:message", pk)


@login_required
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A message becomes a case of the body that it came to."""
    found = get_object_or_404(Message.objects.handled_by(user_of(request)).select_related("body", "call"), pk=pk)
    if not may_do(request, "respond.open_case", found):
        raise Http404
    advised = queries.advised(found, found.body)
    form = TakeForm(_sent(request, found), initial=_title(found), advice=advised.advice)
    means = MeansForm(request.POST if form.follows else None)
    asked = form.follows and advised.is_down and not advised.by_duty
    if not form.is_valid() or (asked and not means.is_enough(advised.goes_to)):
        return _take_page(request, found, form, status=422 if form.is_bound else 200, means_form=means)
    try:
        opened = _take(found, form, (advised, means.named if asked else means_of(advised)), user_of(request))
    except (MessageTaken, CalendarUnknown):
        return _take_page(request, found, form, status=409)
    except (NoAdvice, HandOverRefused, ReasonMissing, MeansMissing):
        form.add_error(None, _("What was advised changed a moment ago. Nothing was taken; look again."))
        return _take_page(request, found, form, status=409)
    notices.success(request, _("The message is now a case of %(body)s.") % {"body": opened.body})
    if "then" in request.POST:  # from the queue, back to the same part of it
        return redirect(f"{reverse('respond:queue')}?{QueryDict(request.POST['then'][:500]).urlencode()}")
    return redirect("respond:desk_case", opened.pk)


def _sent(request: HttpRequest, found: Message) -> QueryDict | None:
    """What was sent; who follows an advice by one click is not asked for a title."""
    if request.method != "POST" or "follow" not in request.POST or request.POST.get("title"):
        return request.POST if request.method == "POST" else None
    sent = request.POST.copy()
    sent.update(_title(found))
    return sent


def _take(found: Message, form: TakeForm, follow: tuple[queries.Advised, Means], user: User) -> Case:
    """By one click as advised, with these means; or as the form says."""
    given, (advised, means) = form.cleaned_data, follow
    if form.follows:
        reason = reason_of(advised)
        return actions.take_as_advised(found, title=given["title"], reason=reason, means=means, by=user)
    return actions.open_case(found, title=given["title"], topic=given.get("topic"), why=given.get("why", ""), by=user)


@login_required
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """A message needs no case, says the body that it came to. One that was taken or set aside meanwhile is shown again."""
    found = get_object_or_404(Message.objects.handled_by(user_of(request)).select_related("body", "call"), pk=pk)
    if not may_do(request, "respond.set_aside", found):
        raise Http404
    if request.method != "POST":
        return redirect("respond:take", pk)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _take_page(request, found, None, status=422, set_aside_form=form)
    try:
        actions.set_aside(found, reason=form.cleaned_data["reason"], by=user_of(request))
    except (MessageTaken, CannotSetAside):
        return _take_page(request, found, None, status=409, set_aside_form=form)
    notices.success(request, _("The message needs no case, you said. The writer can read why, and may ask again."))
    return redirect("respond:queue")


@login_required
def take_theme(request: HttpRequest, pk: int) -> HttpResponse:
    """All free messages of a theme become one case of the handler's body."""
    user = user_of(request)
    theme = get_object_or_404(Theme.objects.public().select_related("run__call"), pk=pk)
    if not user.body or not may(user, "respond.open_case_of_theme", user.body.path):
        raise Http404
    form = TakeForm(request.POST or None, initial={"title": suggested_title(theme.label)})
    if not form.is_valid():
        return _take_theme_page(request, theme, form, status=422 if form.is_bound else 200)
    try:
        given = form.cleaned_data
        opened = actions.open_case_of_theme(
            theme, title=given["title"], body=user.body, by=user, topic=given.get("topic")
        )
    except (NothingToJoin, CalendarUnknown):
        return _take_theme_page(request, theme, form, status=409)
    notices.success(request, _("The messages of the theme are now one case of %(body)s.") % {"body": opened.body})
    return redirect("respond:desk_case", opened.pk)


def _take_theme_page(request: HttpRequest, theme: Theme, form: TakeForm, *, status: int) -> HttpResponse:
    whole, free = queries.messages_in_theme(theme), queries.free_messages(user_of(request))
    context: dict[str, Any] = {"theme": theme, "form": form, "status": status}
    context |= {"whole": queries.crowd(whole), "free": queries.crowd(free.filter(pk__in=whole))}
    context["taken"] = Case.objects.filter(theme=theme).visible_to(user_of(request)).order_by("pk")
    return render(request, "respond/take_theme.html", context, status=status)


def _title(found: Message) -> dict[str, str]:
    """What the form for a new case starts with."""
    return {"title": suggested_title(found.shown_title or found.shown_text)}


def _take_page(
    request: HttpRequest,
    found: Message,
    form: TakeForm | None,
    *,
    status: int,
    **sent: Form,
) -> HttpResponse:
    """Both forms, the day by which a reply would be due, and who can help where that day cannot be told. sent: `set_aside_form`
    or `means_form`, as it came."""
    taken = Case.objects.visible_to(user_of(request)).filter(messages=found).first()
    advised = queries.advised(found, found.body)
    form = form or TakeForm(initial=_title(found), advice=advised.advice)
    context: dict[str, Any] = {
        "message": found,
        "form": form,
        "advised": advised,
        "advised_reason": reason_of(advised),
        "title": _title(found)["title"],
        "set_aside": queries.set_aside_of(found),
        "set_aside_form": SetAsideForm(),
        "means_form": MeansForm(),
        "asks_means": advised.is_down and not advised.by_duty,
        "own_means": means_of(advised),
        "taken": taken,
        "is_taken": hasattr(found, "case_message"),
        "earlier": queries.earlier_of(Message.objects.filter(pk=found.pk)),
    }
    try:
        context["due"] = queries.reply_day(found, form.sure)
        context["is_past"] = context["due"] < timezone.localdate()
    except CalendarUnknown as unknown:
        context |= {"unknown_year": unknown.year, "operators": operators()}
    return render(request, "respond/take.html", context | sent, status=status)
