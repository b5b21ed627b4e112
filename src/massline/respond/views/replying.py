"""What helps to write a reply: drafts that are kept, and templates that are put into it."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from massline.people.signed_in import user_of
from massline.respond import actions, queries
from massline.respond.forms import LONGEST_REPLY, ReplyForm, TemplateForm
from massline.respond.models import Case, Template
from massline.respond.rules import NameTaken, State
from massline.respond.templating import UnknownField, filled
from massline.respond.views.cases import desk_page, known_case
from massline.rights import may


@login_required
def keep_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is written of a reply, for the one who writes it. Empty, it is thrown away. To htmx a line that says so."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    kept = actions.keep_draft(_answered_here(request, found), text=_text(request), by=user_of(request))
    if "HX-Request" in request.headers:
        return render(request, "respond/parts/draft.html", {"draft": kept})
    notices.success(request, _("The draft is kept. Only you see it.") if kept else _("The draft is thrown away."))
    return redirect("respond:desk_case", pk)


@login_required
def fill_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a template behind what is written, its fields as this case has them. Nothing is sent."""
    found = known_case(request, pk)
    if request.method != "POST":
        return redirect("respond:desk_case", pk)
    form, text = ReplyForm(case=_answered_here(request, found)), _text(request)
    form.initial["text"] = text
    number = request.POST.get("template", "")
    template = queries.templates_of(found.body).filter(pk=int(number)).first() if number.isdecimal() else None
    if template is None:
        notices.warning(request, _("Choose a template first."))
        return desk_page(request, found, form)
    try:
        more = filled(template.text, queries.facts_of(found, timezone.localdate()))
    except UnknownField as unknown:
        words = _("The template “%(template)s” has a field {%(name)s} that no case has. Mend it first.")
        notices.warning(request, words % {"template": template, "name": unknown.name})
        return desk_page(request, found, form)
    form.initial["text"] = "\n".join(filter(None, [text.rstrip(), more]))
    return desk_page(request, found, form)


@login_required
def templates(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The templates of the handler's body; a form for a new one, or for one that is changed."""
    user = user_of(request)
    if not user.body or not may(user, "respond.keep_template", user.body.path):
        raise Http404
    chosen = get_object_or_404(queries.templates_within(user), pk=pk) if pk else Template(body=user.body)
    form = TemplateForm(request.POST or None, instance=chosen)
    if form.is_bound and form.is_valid():
        try:
            actions.keep_template(form.instance, by=user)
        except NameTaken:
            form.add_error("name", _("Your body has a template of this name already. Choose another."))
        else:
            notices.success(request, _("The template is kept. You find it where you write a reply."))
            return redirect("respond:templates")
    known = queries.templates_of(user.body).select_related("body")
    context = {"form": form, "chosen": chosen if pk else None, "body": user.body, "templates": known}
    return render(request, "respond/templates.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def drop_template(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.templates_within(user_of(request)).select_related("body"), pk=pk)
    if not may(user_of(request), "respond.drop_template", found.body.path):
        raise Http404
    actions.drop_template(found, by=user_of(request))
    notices.success(request, _("The template is deleted. Replies that began with it stay."))
    return redirect("respond:templates")


def _answered_here(request: HttpRequest, found: Case) -> Case:
    """The case, where this person may reply to it. Raises Http404."""
    if found.state != State.OPEN or not may(user_of(request), "respond.publish_reply", found.body.path):
        raise Http404
    return found


def _text(request: HttpRequest) -> str:
    return request.POST.get("text", "").replace("\x00", "")[:LONGEST_REPLY]
