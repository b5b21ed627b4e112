"""Pages of cases: what everybody reads, and the desk of those who answer."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from massline.bodies.rules import CalendarUnknown
from massline.concentrate.models import Theme
from massline.gather.actions import publish_message
from massline.gather.models import Message, Removal
from massline.gather.queries import removals_of
from massline.people.models import User
from massline.people.queries import operators
from massline.respond import actions, queries
from massline.respond.coaching import coach as coached
from massline.respond.forms import (
    CASE_FILTERS,
    LONGEST_REPLY,
    MESSAGE_FILTERS,
    DeskFilter,
    ExtendForm,
    HandOverForm,
    JoinForm,
    LeaveForm,
    NoteForm,
    PauseForm,
    ReplyForm,
    ResumeForm,
    SetAsideForm,
    ShareForm,
    TakeForm,
    VersionedForm,
)
from massline.respond.models import ANSWERING_ROLES, DESK_ROLES, Case
from massline.respond.rules import (
    ActKind,
    CannotSetAside,
    ClockRefused,
    HandOverRefused,
    LeaveRefused,
    MessageTaken,
    NothingToJoin,
    PauseKind,
    ShareRefused,
    StaleCase,
    State,
    WrongState,
    suggested_title,
)
from massline.rights import NotAllowed, may

AT_A_TIME = 20
AT_A_GLANCE = 8  # of each list on the overview, and of a case's messages
OWNING = (ActKind.TAKEN, ActKind.HANDED_OVER, ActKind.REOPENED)  # after these another body owns the case
CASE_FORMS: dict[type[VersionedForm], str] = {
    HandOverForm: "hand_over_form",
    ReplyForm: "reply_form",
    PauseForm: "pause_form",
    ResumeForm: "resume_form",
    ExtendForm: "extend_form",
    JoinForm: "join_form",
    LeaveForm: "leave_form",
    ShareForm: "share_form",
}
CHANGED = (StaleCase, WrongState, NotAllowed)  # what a form meets that was opened before somebody else acted


# --- what everybody reads


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
            "may_remove": _may(request, "gather.ask_removal", found),
            "may_take": of_case is None and _may(request, "respond.open_case", found),
        },
    )


def case(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Case.objects.public().select_related("body"), pk=pk)
    return render(
        request, "respond/case.html", _case_context(request, found, Message.objects.public().filter(cases=found))
    )


def you_said(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.answered_cases(), 10).get_page(request.GET.get("page"))
    return render(request, "respond/you_said.html", {"page": page})


# --- the desk


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this handler: cases by their due day, messages that are in no case yet. At most 15 queries."""
    user, today = _user(request), timezone.localdate()
    form, soon = DeskFilter(request.GET, actor=user), queries.soon_until(user.body, today)
    found = queries.messages_to_take(user).filter(body__path__startswith=form.path)
    show = form.chosen or ("any" if form.asked else "")
    cases = queries.desk_cases(user, show, today, soon).filter(body__path__startswith=form.path)
    cases, found = queries.saying(cases, form.asked), queries.messages_saying(found, form.asked)
    if form.chosen == "waiting":
        found = found.filter(published_at=None)
    counts = queries.desk_counts(user, today, soon)
    context: dict[str, Any] = {
        "form": form,
        "counts": counts,
        "answers": user.role in ANSWERING_ROLES,
        "to_help": Case.objects.to_help_with(user).count(),
        "removals": Removal.objects.awaiting(user).count(),
    }
    if form.chosen in (*CASE_FILTERS, ""):
        context["case_page"] = _desk_list(request, cases, form, counts.get(form.chosen or "open"))
    if form.chosen in (*MESSAGE_FILTERS, ""):
        context["message_page"] = _desk_list(request, found, form, counts.get(form.chosen or "new"))
    shown, new = list(context.get("case_page", ())), list(context.get("message_page", ()))
    context["lines"], context["message_lines"] = queries.desk_lines(shown, new, today)
    return render(request, "respond/queue.html", context)


def _desk_list(request: HttpRequest, rows: QuerySet[Any], form: DeskFilter, counted: int | None) -> Page[Any]:
    """One page of a list. counted: how many rows there are where a figure of the desk has said it: they are not counted twice."""
    pages = Paginator(rows, AT_A_TIME if form.chosen or form.asked else AT_A_GLANCE)
    if counted is not None and not form.path and not form.asked:
        pages.count = counted
    return pages.get_page(request.GET.get("page"))


@require_POST
@login_required
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.messages_to_publish(_user(request)), pk=pk)
    publish_message(found, by=_user(request))
    notices.success(request, _("The message is published, personal data masked."))
    return redirect("respond:take" if request.POST.get("then") == "take" else "respond:message", pk)


@login_required
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """A message becomes a case of the body that it came to."""
    found = get_object_or_404(Message.objects.handled_by(_user(request)).select_related("body", "call"), pk=pk)
    if not _may(request, "respond.open_case", found):
        raise Http404
    form = TakeForm(request.POST or None, initial=_title(found))
    if not form.is_valid():
        return _take_page(request, found, form, status=422 if form.is_bound else 200)
    try:
        opened = actions.open_case(found, title=form.cleaned_data["title"], by=_user(request))
    except (MessageTaken, CalendarUnknown):
        return _take_page(request, found, form, status=409)
    notices.success(request, _("The message is now a case of %(body)s.") % {"body": opened.body})
    return redirect("respond:desk_case", opened.pk)


@login_required
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """A message needs no case, says the body that it came to. One that was taken or set aside meanwhile is shown again."""
    found = get_object_or_404(Message.objects.handled_by(_user(request)).select_related("body", "call"), pk=pk)
    if not _may(request, "respond.set_aside", found):
        raise Http404
    if request.method != "POST":
        return redirect("respond:take", pk)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        return _take_page(request, found, None, status=422, set_aside_form=form)
    try:
        actions.set_aside(found, reason=form.cleaned_data["reason"], by=_user(request))
    except (MessageTaken, CannotSetAside):
        return _take_page(request, found, None, status=409, set_aside_form=form)
    notices.success(request, _("The message needs no case, you said. The writer can read why, and may ask again."))
    return redirect("respond:queue")


@login_required
def desk_case(request: HttpRequest, pk: int) -> HttpResponse:
    return _desk_page(request, _known_case(request, pk))


@login_required
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to another body. A case that changed meanwhile is shown again, with what was typed."""
    found = _known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = HandOverForm(request.POST, case=found)
    if not form.is_valid():
        return _desk_page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        actions.hand_over(found, to=given["to"], reason=given["reason"], by=_user(request), version=given["version"])
    except (*CHANGED, HandOverRefused):
        return _desk_page(request, found, form, status=409)
    notices.success(request, _("The case is now with %(body)s. The writer can read why.") % {"body": given["to"]})
    return redirect("respond:desk_case", pk)


@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the body's answer. A case that changed meanwhile is shown again, with what was typed."""
    found = _known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = ReplyForm(request.POST, case=found)
    if not form.is_valid():
        return _desk_page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        actions.publish_reply(found, text=given["text"], by=_user(request), version=given["version"])
    except CHANGED:
        return _desk_page(request, found, form, status=409)
    notices.success(request, _("The reply is published. The writer can now say whether it solved the matter."))
    return redirect("respond:desk_case", pk)


@login_required
def coach(request: HttpRequest, pk: int) -> HttpResponse:
    """Hints for a reply before it goes out; nothing is kept. To htmx the hints alone, else the page with the text in its form."""
    found = _known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    sent = ReplyForm(request.POST, case=found)
    if sent.is_valid() and sent.cleaned_data["version"] < found.version:
        return _desk_page(request, found, sent, status=409)
    if not may(_user(request), "respond.publish_reply", found.body.path):
        raise Http404
    form, text = ReplyForm(case=found), request.POST.get("text", "")[:LONGEST_REPLY]
    form.initial["text"] = text
    hints = coached(text, queries.asked_in(found))
    if "HX-Request" in request.headers:
        return render(request, "respond/parts/coaching.html", {"coaching": hints})
    return _desk_page(request, found, form, coaching=hints)


@login_required
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask another body for its part in a case."""
    said = _("The other body sees the case on its desk now. You stay responsible for the answer.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.share(found, **given, by=_user(request))

    return _change(request, pk, ShareForm, do, said)


@login_required
def write_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write something down for the desks that work on a case."""
    found, user = _known_case(request, pk), _user(request)
    if not user.body or not may(user, "respond.write_note", user.body.path):
        raise Http404
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _desk_page(request, found, note_form=form, status=422)
    actions.write_note(found, text=form.cleaned_data["text"], body=user.body, by=user)
    notices.success(request, _("The note stands with the case. Only the desks that work on it read it."))
    return redirect("respond:desk_case", pk)


@login_required
def finish_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the handler's body in another body's case is done."""
    found, user = _known_case(request, pk), _user(request)
    part = queries.own_part(found, user)
    if request.method != "POST" or part is None:
        return redirect("respond:desk_case", pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _desk_page(request, found, note_form=form, status=422)
    with suppress(ShareRefused):  # a colleague said so a moment before
        actions.finish_part(part, text=form.cleaned_data["text"], by=user)
    notices.success(request, _("Your part is done. The body that leads can read what you did."))
    return redirect("respond:desk_case", pk)


@login_required
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the clock stand still while the body waits."""
    said = _("The clock stands still. The writer can read what you wait for.")

    def do(found: Case, given: dict[str, Any]) -> None:
        wait = actions.Wait(PauseKind(given["kind"]), given["reason"], given["days"])
        actions.pause(found, wait, by=_user(request), version=given["version"])

    return _change(request, pk, PauseForm, do, said)


@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the clock go on."""

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.resume(found, by=_user(request), version=given["version"])

    return _change(request, pk, ResumeForm, do, _("The clock goes on from today."))


@login_required
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Add working days to the promise, once."""
    said = _("The reply may come later now. The writer can read why.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.extend(found, **given, by=_user(request))

    return _change(request, pk, ExtendForm, do, said)


@login_required
def take_theme(request: HttpRequest, pk: int) -> HttpResponse:
    """All free messages of a theme become one case of the handler's body."""
    user = _user(request)
    theme = get_object_or_404(Theme.objects.public().select_related("run__call"), pk=pk)
    if not user.body or not may(user, "respond.open_case_of_theme", user.body.path):
        raise Http404
    form = TakeForm(request.POST or None, initial={"title": suggested_title(theme.label)})
    if not form.is_valid():
        return _take_theme_page(request, theme, form, status=422 if form.is_bound else 200)
    try:
        opened = actions.open_case_of_theme(theme, title=form.cleaned_data["title"], body=user.body, by=user)
    except (NothingToJoin, CalendarUnknown):
        return _take_theme_page(request, theme, form, status=409)
    notices.success(request, _("The messages of the theme are now one case of %(body)s.") % {"body": opened.body})
    return redirect("respond:desk_case", opened.pk)


def _take_theme_page(request: HttpRequest, theme: Theme, form: TakeForm, *, status: int) -> HttpResponse:
    whole, free = queries.messages_in_theme(theme), queries.free_messages(_user(request))
    context: dict[str, Any] = {"theme": theme, "form": form, "status": status}
    context |= {"whole": queries.crowd(whole), "free": queries.crowd(free.filter(pk__in=whole))}
    context["taken"] = Case.objects.filter(theme=theme).visible_to(_user(request)).order_by("pk")
    return render(request, "respond/take_theme.html", context, status=status)


@login_required
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Let messages join a case."""

    def do(found: Case, given: dict[str, Any]) -> None:
        keys = [message.pk for message in given["messages"]]
        actions.join(found, keys, by=_user(request), version=given["version"])

    return _change(
        request, pk, JoinForm, do, _("The messages are in the case now. Their writers see it by their receipts.")
    )


@login_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a message out of a case again."""
    said = _("The message lies with its body again. Its writer can read why.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.leave(found, given["message"], reason=given["reason"], by=_user(request), version=given["version"])

    return _change(request, pk, LeaveForm, do, said)


def _change(
    request: HttpRequest,
    pk: int,
    form_class: type[VersionedForm],
    do: Callable[[Case, dict[str, Any]], None],
    said: str,
) -> HttpResponse:
    """One act upon a case by a form. A case that changed meanwhile is shown again, with what was typed."""
    found = _known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = form_class(request.POST, case=found)
    if not form.is_valid():
        return _desk_page(request, found, form, status=422)
    try:
        do(found, form.cleaned_data)
    except CHANGED:
        return _desk_page(request, found, form, status=409)
    except ShareRefused:
        form.add_error(None, _("This body has the case, or a part in it, already."))
        return _desk_page(request, found, form, status=422)
    except (NothingToJoin, LeaveRefused):
        form.add_error(
            None, _("This cannot be done: a case keeps one message at least, and a message is in one case at most.")
        )
        return _desk_page(request, found, form, status=422)
    except (ClockRefused, CalendarUnknown):
        form.add_error(None, _("The clock cannot be changed like this now. Read below how the due day is counted."))
        return _desk_page(request, found, form, status=422)
    notices.success(request, said)
    return redirect("respond:desk_case", pk)


def _known_case(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(Case.objects.visible_to(_user(request)).select_related("body", "overseer", "theme"), pk=pk)


def _desk_page(
    request: HttpRequest,
    found: Case,
    form: VersionedForm | None = None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """A case on the desk. With status 409 it shows what happened since the form was opened, and keeps what was typed.
    more: `coaching` of a reply, a `note_form` that was sent.

    Raises Http404 for a form of somebody who never could send it."""
    user = _user(request)
    seen = form.cleaned_data["version"] if form and status == 409 else found.version
    found = _known_case(request, found.pk) if status == 409 else found
    may_act = found.state == State.OPEN and may(user, "respond.publish_reply", found.body.path)
    if form and not may_act and seen >= found.version:
        raise Http404
    context = _case_context(request, found, queries.messages_shown_to(user, found))
    if may_act:
        context |= {name: kind(case=found) for kind, name in CASE_FORMS.items()} | queries.clock(found)
        context["alike"] = queries.alike(found, user) if "alike" in request.GET or isinstance(form, JoinForm) else None
    if form:
        fresh = form.about(found) if status == 409 else form
        context |= {"kept": fresh, CASE_FORMS[type(form)]: fresh}
    context |= {"changed": context["acts"][seen + 1 :], "conflict": status == 409, "may_act": may_act}
    context |= {"raw": may(user, "respond.publish_reply", found.body.path), "note_form": NoteForm()}
    context |= _desk_of_many(user, found) | more
    return render(request, "respond/desk_case.html", context, status=status)


def _desk_of_many(user: User, found: Case) -> dict[str, Any]:
    """Who else works on a case, what they wrote down, and what this desk has to do in it."""
    is_desk = user.role in DESK_ROLES and user.body is not None
    return {
        "parts": queries.in_order(found.shares),
        "part": queries.own_part(found, user),
        "notes": queries.notes(found) if is_desk else [],
        "may_note": is_desk and may(user, "respond.write_note", user.body.path if user.body else ""),
    }


def _case_context(request: HttpRequest, found: Case, shown: QuerySet[Message]) -> dict[str, Any]:
    told, crowd = queries.acts(queries.load(found)), queries.crowd(shown)
    pages = Paginator(shown.select_related("body").order_by("pk"), AT_A_GLANCE)
    pages.count = crowd.messages
    page = pages.get_page(request.GET.get("page"))
    story, line = queries.due_story(found, told, timezone.localdate())
    return {
        "case": found,
        "acts": told,
        "messages_of_case": page,
        "crowd": crowd,
        "is_public": any(message.published_at for message in page)
        or Case.objects.public().filter(pk=found.pk).exists(),
        "had": list(dict.fromkeys(act.body for act in told if act.kind in OWNING)),
        "story": story,
        "line": line,
        "hand_overs": sum(act.kind == ActKind.HANDED_OVER for act in told),
        "replies": [act for act in told if act.kind == ActKind.REPLIED],
    }


def _title(found: Message) -> dict[str, str]:
    """What the form for a new case starts with."""
    return {"title": suggested_title(found.shown_title or found.shown_text)}


def _take_page(
    request: HttpRequest,
    found: Message,
    form: TakeForm | None,
    *,
    status: int,
    set_aside_form: SetAsideForm | None = None,
) -> HttpResponse:
    """Both forms, the day by which a reply would be due, and who can help where that day cannot be told."""
    taken = Case.objects.visible_to(_user(request)).filter(messages=found).first()
    context: dict[str, Any] = {
        "message": found,
        "form": form or TakeForm(initial=_title(found)),
        "set_aside": queries.set_aside_of(found),
        "set_aside_form": set_aside_form or SetAsideForm(),
        "taken": taken,
        "is_taken": hasattr(found, "case_message"),
    }
    try:
        context["due"] = queries.reply_day(found)
        context["is_past"] = context["due"] < timezone.localdate()
    except CalendarUnknown as unknown:
        context |= {"unknown_year": unknown.year, "operators": operators()}
    return render(request, "respond/take.html", context, status=status)


def _messages_for(request: HttpRequest) -> QuerySet[Message]:
    """What is public; for staff also what came to their body and waits to be published."""
    return Message.objects.visible_to(request.user) if request.user.is_authenticated else Message.objects.public()


def _may(request: HttpRequest, verb: str, found: Message) -> bool:
    return request.user.is_authenticated and may(request.user, verb, found.body.path)


def _user(request: HttpRequest) -> User:
    """Who is signed in; pages of the desk have been through `login_required`."""
    assert request.user.is_authenticated  # noqa: S101
    return request.user
