"""Files of a case: they come with a form, are taken off or back, and are served to whoever may read what they belong to."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from massline.files.kinds import FileRefused
from massline.people.signed_in import user_of
from massline.respond import actions
from massline.respond.forms import LONGEST_REPLY, FilesForm, ReplyForm, WithdrawForm, look_at, not_attached
from massline.respond.models import Attachment, Case, shelf
from massline.respond.rules import AttachmentGone, State
from massline.respond.uploading import FIELD
from massline.respond.views.cases import desk_page, known_case
from massline.rights import may

KEYS = "attachments"  # of the files that the form for a reply shows
View = Callable[..., HttpResponse]


def takes_files(view: View) -> View:
    """Before a form for a reply does what its button says, the files that came with it are attached, to go out with the reply.

    One that cannot be is named on the page, with all that was typed; then the button does nothing. In a case that nobody can
    answer any more no file is kept: the view itself says what happened."""

    @wraps(view)
    def first(request: HttpRequest, pk: int, *more: int) -> HttpResponse:
        sent = request.FILES.getlist(FIELD) if request.method == "POST" and request.user.is_authenticated else []
        found = known_case(request, pk) if sent else None
        if found is None or not _answers(request, found):
            return view(request, pk, *more)
        files, refusals = look_at(sent)
        fresh: list[Attachment] = []
        try:
            fresh = actions.attach(found, files, by=user_of(request))
        except FileRefused as refused:
            refusals.append(not_attached(refused))
        if refusals:
            found = known_case(request, pk)
            return desk_page(request, found, as_typed(request, found), status=422, files_form=FilesForm(refusals))
        typed = request.POST.copy()
        typed.setlist(KEYS, [*typed.getlist(KEYS), *(str(one.pk) for one in fresh)])
        request.POST = cast(Any, typed)
        return view(request, pk, *more)

    return first


@login_required
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """The files are attached by now (`takes_files`): the page again, with the text. Nothing is sent."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    if not _answers(request, found):
        form = ReplyForm(request.POST, case=found)
        return desk_page(request, found, form, status=409 if form.is_valid() else 422)
    if not request.FILES.getlist(FIELD):
        notices.warning(request, _("Choose a file first."))
    return desk_page(request, found, as_typed(request, found))


@login_required
def take_off(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """Take a file off a reply that is not published yet; the page again, with the text."""
    found = known_case(request, pk)
    if request.method != "POST" or not _answers(request, found):
        return redirect("respond:desk_case", pk)
    for one in Attachment.objects.waiting().filter(pk=attachment, case=found, by=user_of(request)):
        actions.take_off(one, by=user_of(request))
    return desk_page(request, found, as_typed(request, found))


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a file of a published reply, or of a note, and say why."""
    found = get_object_or_404(Attachment.objects.visible_to(user_of(request)).select_related("body", "note"), pk=pk)
    if not may(user_of(request), "respond.withdraw_attachment", found.body.path) or not (
        found.reply_id or found.note_id
    ):
        raise Http404
    form = WithdrawForm(request.POST or None)
    if not form.is_valid():
        context = {"attachment": found, "form": form}
        return render(request, "respond/withdraw.html", context, status=422 if form.is_bound else 200)
    try:
        actions.withdraw_attachment(found, reason=form.cleaned_data["reason"], by=user_of(request))
    except AttachmentGone:
        notices.warning(request, _("Somebody took it back a moment before."))
    else:
        notices.success(request, _("The file is taken back. Where it stood, everybody who read it reads why."))
    return redirect("respond:desk_case", found.case_id)


@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file: pictures are shown, all others saved."""
    found = get_object_or_404(_open_to(request), pk=pk)
    return _served(request, found, found.digest, found.kind.media_type)


@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture, small."""
    found = get_object_or_404(_open_to(request).exclude(preview=""), pk=pk)
    return _served(request, found, found.preview, "image/jpeg")


def as_typed(request: HttpRequest, found: Case) -> ReplyForm:
    """The form for a reply with what was typed into it, about the case as it stood then; nothing in it is judged."""
    form, version = ReplyForm(case=found), request.POST.get("version", "")
    form.initial["text"] = request.POST.get("text", "").replace("\x00", "")[:LONGEST_REPLY]
    if version.isdecimal() and int(version) < found.version:
        form.initial["version"] = int(version)
    return form


def _answers(request: HttpRequest, found: Case) -> bool:
    return found.state == State.OPEN and may(user_of(request), "respond.publish_reply", found.body.path)


def _open_to(request: HttpRequest) -> QuerySet[Attachment]:
    """What this reader may open, whoever she is."""
    signed_in = request.user.is_authenticated
    return Attachment.objects.visible_to(user_of(request)) if signed_in else Attachment.objects.public()


def _served(request: HttpRequest, found: Attachment, key: str, media_type: str) -> HttpResponseBase:
    """The file as it was kept, and nothing that a browser could take it for besides. Asked for again, it is sent only if it is
    another; whether it may be read is asked each time: it can be taken back."""
    try:
        file = shelf().open(key)
    except FileNotFoundError:
        raise Http404(_("This file is missing here.")) from None
    etag = f'"{key}"'
    if kept := get_conditional_response(request, etag=etag):
        file.close()
        kept["ETag"] = etag
        return kept
    saved = not found.kind.is_picture
    response = FileResponse(file, as_attachment=saved, filename=found.name, content_type=media_type)
    response["ETag"] = etag
    response["Content-Encoding"] = "identity"  # what is compressed already is sent as it is
    response["Cache-Control"] = "no-cache" if found.reply_id else "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response
