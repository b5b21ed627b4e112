"""What a desk does with a case."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from massline.bodies.models import Body
from massline.bodies.rules import CalendarUnknown
from massline.face.pager import Page
from massline.files.kinds import FileRefused
from massline.gather.models import Message
from massline.people.models import User
from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.coaching import coach as coached
from massline.respond.forms import (
    LONGEST_REPLY,
    NOT_HANDED_BACK,
    NOT_RESHAPED,
    NOT_URGED,
    ExtendForm,
    FilesForm,
    HandBackForm,
    HandOverForm,
    JoinForm,
    LeaveForm,
    MergeForm,
    NoteForm,
    PauseForm,
    ReplyForm,
    ResumeForm,
    ShareForm,
    SplitForm,
    TakeBackForm,
    UrgeForm,
    VersionedForm,
    not_attached,
)
from massline.respond.forms.fields import MOST_LISTED, MOST_LISTED_TWICE, BodyChoice
from massline.respond.models import DESK_ROLES, Case
from massline.respond.rules import (
    AttachmentGone,
    ClockRefused,
    HandBackRefused,
    HandOverRefused,
    LeaveRefused,
    MeansMissing,
    NothingToJoin,
    PauseKind,
    ReshapeRefused,
    ShareRefused,
    StaleCase,
    State,
    UrgeRefused,
    WrongState,
)
from massline.respond.views.reading import case_context, means_of, reason_of
from massline.rights import NotAllowed, may

CASE_FORMS: dict[type[VersionedForm], str] = {
    HandOverForm: "hand_over_form",
    HandBackForm: "hand_back_form",
    ReplyForm: "reply_form",
    PauseForm: "pause_form",
    ResumeForm: "resume_form",
    ExtendForm: "extend_form",
    JoinForm: "join_form",
    LeaveForm: "leave_form",
    ShareForm: "share_form",
    MergeForm: "merge_form",
    SplitForm: "split_form",
    TakeBackForm: "take_back_form",
    UrgeForm: "urge_form",
}
WHY_NOT = {ReshapeRefused: NOT_RESHAPED, UrgeRefused: NOT_URGED, HandBackRefused: NOT_HANDED_BACK}
CHANGED = (StaleCase, WrongState, NotAllowed)  # what a form meets that was opened before somebody else acted


@login_required
def desk_case(request: HttpRequest, pk: int) -> HttpResponse:
    return desk_page(request, known_case(request, pk))


@login_required
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case to another body. A case that changed meanwhile is shown again, with what was typed."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = HandOverForm(request.POST, case=found)
    if not form.is_valid():
        return desk_page(request, found, form, status=422)
    given = {name: form.cleaned_data[name] for name in ("to", "reason", "version")}
    try:
        actions.hand_over(found, **given, means=form.named, by=user_of(request))
    except (*CHANGED, HandOverRefused, MeansMissing):
        return desk_page(request, found, form, status=409)
    notices.success(request, _("The case is now with %(body)s. The writer can read why.") % {"body": given["to"]})
    return redirect("respond:desk_case", pk)


@login_required
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case back to the body that handed it over: what it takes is missing."""
    said = _("The case went back. Everybody can read what is missing.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.hand_back(found, **given, by=user_of(request))

    return change_case(request, pk, HandBackForm, do, said)


@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the body's answer. A case that changed meanwhile is shown again, with what was typed."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = ReplyForm(request.POST, case=found)
    if not form.is_valid():
        return desk_page(request, found, form, status=422)
    given = form.cleaned_data
    try:
        told = {"text": given["text"], "attached": files_shown(request)}
        actions.publish_reply(found, **told, by=user_of(request), version=given["version"])
    except CHANGED:
        return desk_page(request, found, form, status=409)
    except AttachmentGone:
        form.add_error(
            None, _("A file was taken off meanwhile. Look which ones go out with the reply, then publish it.")
        )
        return desk_page(request, known_case(request, pk), form, status=422)
    notices.success(request, _("The reply is published. The writer can now say whether it solved the matter."))
    return redirect("respond:desk_case", pk)


@login_required
def coach(request: HttpRequest, pk: int) -> HttpResponse:
    """Hints for a reply before it goes out; nothing is kept. To htmx the hints alone, else the page with the text in its form."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    sent = ReplyForm(request.POST, case=found)
    seen = sent.cleaned_data["version"] if sent.is_valid() else found.version
    if seen < found.version and not queries.only_escalated_since(found, seen):
        return desk_page(request, found, sent, status=409)
    if not may(user_of(request), "respond.publish_reply", found.body.path):
        raise Http404
    form, text = ReplyForm(case=found), request.POST.get("text", "")[:LONGEST_REPLY]
    form.initial["text"] = text
    hints = coached(text, queries.asked_in(found))
    if "HX-Request" in request.headers:
        return render(request, "respond/parts/coaching.html", {"coaching": hints})
    return desk_page(request, found, form, coaching=hints)


@login_required
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask another body for its part in a case."""
    said = _("The other body sees the case on its desk now. You stay responsible for the answer.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.share(found, **given, by=user_of(request))

    return change_case(request, pk, ShareForm, do, said)


@login_required
def write_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write something down for the desks that work on a case."""
    found, user = known_case(request, pk), user_of(request)
    if not user.body or not may(user, "respond.write_note", user.body.path):
        raise Http404
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = NoteForm(request.POST, request.FILES, needs_words=False)
    if not form.is_valid():
        return desk_page(request, found, note_form=form, status=422)
    try:
        actions.write_note(
            found, text=form.cleaned_data["text"], files=form.cleaned_data["attach"], body=user.body, by=user
        )
    except FileRefused as refused:
        form.add_error("attach", not_attached(refused))
        return desk_page(request, found, note_form=form, status=422)
    notices.success(request, _("The note stands with the case. Only the desks that work on it read it."))
    return redirect("respond:desk_case", pk)


@login_required
def finish_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the handler's body in another body's case is done."""
    found, user = known_case(request, pk), user_of(request)
    part = queries.own_part(found, user)
    if request.method != "POST" or part is None:
        return redirect("respond:desk_case", pk)
    form = NoteForm(request.POST, request.FILES)
    if not form.is_valid():
        return desk_page(request, found, note_form=form, status=422)
    try:
        with suppress(ShareRefused):  # a colleague said so a moment before
            actions.finish_part(part, text=form.cleaned_data["text"], files=form.cleaned_data["attach"], by=user)
    except FileRefused as refused:
        form.add_error("attach", not_attached(refused))
        return desk_page(request, found, note_form=form, status=422)
    notices.success(request, _("Your part is done. The body that leads can read what you did."))
    return redirect("respond:desk_case", pk)


@login_required
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the clock stand still while the body waits."""
    said = _("The clock stands still. The writer can read what you wait for.")

    def do(found: Case, given: dict[str, Any]) -> None:
        wait = actions.Wait(PauseKind(given["kind"]), given["reason"], given["days"])
        actions.pause(found, wait, by=user_of(request), version=given["version"])

    return change_case(request, pk, PauseForm, do, said)


@login_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the clock go on."""

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.resume(found, by=user_of(request), version=given["version"])

    return change_case(request, pk, ResumeForm, do, _("The clock goes on from today."))


@login_required
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Add working days to the promise, once."""
    said = _("The reply may come later now. The writer can read why.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.extend(found, **given, by=user_of(request))

    return change_case(request, pk, ExtendForm, do, said)


@login_required
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Let messages join a case."""

    def do(found: Case, given: dict[str, Any]) -> None:
        keys = [message.pk for message in given["messages"]]
        actions.join(found, keys, by=user_of(request), version=given["version"])

    return change_case(
        request, pk, JoinForm, do, _("The messages are in the case now. Their writers see it by their receipts.")
    )


@login_required
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a message out of a case again."""
    said = _("The message lies with its body again. Its writer can read why.")

    def do(found: Case, given: dict[str, Any]) -> None:
        actions.leave(found, given["message"], reason=given["reason"], by=user_of(request), version=given["version"])

    return change_case(request, pk, LeaveForm, do, said)


def change_case(
    request: HttpRequest,
    pk: int,
    form_class: type[VersionedForm],
    do: Callable[[Case, dict[str, Any]], None],
    said: str,
) -> HttpResponse:
    """One act upon a case by a form. A case that changed meanwhile is shown again, with what was typed."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form = form_class(request.POST, case=found)
    if not form.is_valid():
        return desk_page(request, found, form, status=422)
    try:
        do(found, form.cleaned_data)
    except CHANGED:
        return desk_page(request, found, form, status=409)
    except ShareRefused:
        form.add_error(None, _("This body has the case, or a part in it, already."))
        return desk_page(request, found, form, status=422)
    except (NothingToJoin, LeaveRefused):
        form.add_error(
            None, _("This cannot be done: a case keeps one message at least, and a message is in one case at most.")
        )
        return desk_page(request, found, form, status=422)
    except (ReshapeRefused, UrgeRefused, HandBackRefused) as refused:
        form.add_error(None, WHY_NOT[type(refused)][refused.why])
        return desk_page(request, found, form, status=422)
    except (ClockRefused, CalendarUnknown):
        form.add_error(None, _("The clock cannot be changed like this now. Read below how the due day is counted."))
        return desk_page(request, found, form, status=422)
    notices.success(request, said)
    return redirect("respond:desk_case", pk)


def files_shown(request: HttpRequest) -> list[int]:
    """Keys of the files that stood beside the reply when it was sent, and of those that came with it: no others go out."""
    return [int(key) for key in request.POST.getlist("attachments") if key.isdecimal() and len(key) < 19]


def known_case(request: HttpRequest, pk: int) -> Case:
    cases = Case.objects.visible_to(user_of(request)).select_related("body", "overseer", "theme", "topic")
    return get_object_or_404(queries.knowing_files(cases), pk=pk)


def desk_page(
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
    user = user_of(request)
    seen = form.cleaned_data["version"] if form and status == 409 else found.version
    found = known_case(request, found.pk) if status == 409 else found
    may_act = found.state == State.OPEN and may(user, "respond.publish_reply", found.body.path)
    if form and not may_act and seen >= found.version:
        raise Http404
    context = case_context(request, found, queries.messages_shown_to(user, found))
    context["earlier"] = queries.earlier_of(found.messages.all())
    if may_act:
        context |= _forms(found, context["had"]) | queries.clock(found)
        context["alike"] = queries.alike(found, user) if "alike" in request.GET or isinstance(form, JoinForm) else None
        context |= _advised(found, context["messages_of_case"])
        context["last_reshaping"] = queries.last_reshaping(found, context["acts"])
        context |= _at_hand(user, found, context["reply_form"])
        context["back_to"] = queries.sender_by([act.turn for act in context["acts"] if act.turn], found)
    if form:
        fresh = form.about(found) if status == 409 else form
        context |= {"kept": fresh, CASE_FORMS[type(form)]: fresh}
    context |= {"changed": context["acts"][seen + 1 :], "conflict": status == 409, "may_act": may_act}
    context |= {"raw": may(user, "respond.publish_reply", found.body.path), "note_form": NoteForm()}
    context |= _desk_of_many(user, found) | {"may_urge": queries.may_urge(found, user)} | more
    return render(request, "respond/desk_case.html", context, status=status)


def _at_hand(user: User, found: Case, form: ReplyForm) -> dict[str, Any]:
    """What she wrote of a reply before, in its form, the files that go with it, and the templates of her bodies."""
    draft = queries.draft_of(found, user)
    if draft:
        form.initial["text"] = draft.text
    files = {"attached": queries.attached_by(found, user), "files_form": FilesForm()}
    return {"draft": draft, "templates": list(queries.templates_of(found.body)), **files}


def _forms(found: Case, had: list[Body]) -> dict[str, Any]:
    """Every form about a case, by its name on the page. had: bodies that have, or had, the case. One query."""
    forms = {name: kind(case=found) for kind, name in CASE_FORMS.items()}
    bodies = queries.bodies_at_hand(found, MOST_LISTED + 1)
    busy = [found.body, *(part.body for part in queries.in_order(found.shares))]
    for name, without in {"hand_over_form": had, "share_form": busy}.items():
        most = MOST_LISTED if name == "hand_over_form" else MOST_LISTED_TWICE
        cast(BodyChoice, forms[name].fields["to"]).offer(bodies, without=without, most=most)
    return forms


def _advised(found: Case, page: Page[Message]) -> dict[str, Any]:
    """What past cases advise about the message that a case began with, while nobody has decided about it."""
    first = page.rows[0] if page.number == 1 and page.rows else queries.first_message(found)
    advised = queries.advised(first, found.body) if first and not first.ground else None
    if advised is None or not advised.goes_to:
        return {}
    return {"advised": advised, "advised_reason": reason_of(advised), "advised_means": means_of(advised)}


def _desk_of_many(user: User, found: Case) -> dict[str, Any]:
    """Who else works on a case, what they wrote down, what this desk has to do in it, and the hot matter that it came from."""
    is_desk = user.role in DESK_ROLES and user.body is not None
    return {
        "parts": queries.in_order(found.shares),
        "part": queries.own_part(found, user),
        "notes": queries.notes(found) if is_desk else [],
        "hot_matter": queries.hot_matter_of(found, user),
        "may_note": is_desk and may(user, "respond.write_note", user.body.path if user.body else ""),
    }
