"""Pages of gathering: all calls, and the form on which somebody speaks."""

import csv
import re
from contextlib import suppress
from datetime import datetime, time
from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from massline.bodies.rules import AREA_COOKIE
from massline.face.language import bcp47
from massline.face.pager import page_of
from massline.face.parts import Cell, Column
from massline.face.unlisted import unlisted
from massline.gather import actions
from massline.gather.forms import AppealForm, DecisionForm, RemovalFilter, RemovalForm, SayForm, VisitForm
from massline.gather.grounds import FOR_STAFF, GROUNDS
from massline.gather.models import Call, Message, Removal
from massline.gather.queries import (
    REMOVAL_COLUMNS,
    MonthOfGround,
    calls_in_order,
    copies_of,
    message_of,
    next_step,
    removal_counts,
    removal_row,
    removal_to_appeal,
    removals_alike,
    removals_by_month,
    removals_in_full,
    removals_shown,
    voices,
    who_decides,
    with_published,
)
from massline.gather.rules import CallNotOpen, ReceiptMistyped, RemovalRefused, grouped, read_receipt
from massline.people.models import User
from massline.people.signed_in import user_of
from massline.rights import RESIDENT, may

CALLS_PER_PAGE = 20
REMOVALS_PER_PAGE = 20
COPIES_AT_ONCE = 200  # messages of one text that one act hides; what is left is offered again
CHUNK = 500  # rows read at once
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that no XML may hold

REFUSED = {
    "asked": gettext_lazy("Somebody has asked for this before, and a decision is awaited."),
    "hidden": gettext_lazy("Its words do not show any more: somebody was faster."),
    "decided": gettext_lazy("This was decided meanwhile. Read below how it stands."),
    "same person": gettext_lazy("Whoever asked for it, or decided before, cannot be the second person."),
    "erased": gettext_lazy("The words were erased meanwhile; they cannot be brought back."),
}
"""What somebody reads whose decision came too late, by `RemovalRefused.why`."""


def calls(request: HttpRequest) -> HttpResponse:
    """All calls, open ones first."""
    page = page_of(calls_in_order(timezone.now()), request.GET.get("page"), CALLS_PER_PAGE)
    return render(request, "gather/calls.html", {"page": page.of(with_published(page))})


def say(request: HttpRequest, ref: str) -> HttpResponse:
    """The form; a sent one leads to its receipt. A closed call keeps the text on the page, so that nothing is lost."""
    call = get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)
    typed = request.POST if request.method == "POST" else None
    form = SayForm(typed, call=call, area=request.COOKIES.get(AREA_COOKIE, ""))
    if not call.is_open(timezone.now()):
        return _closed(request, form)
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "gather/say.html", {"call": call, "form": form}, status=status)
    try:
        said = form.cleaned_data
        words = actions.Words(text=said["text"], title=said["title"], area=said["area"])
        receipt = actions.receive_message(call, words, by=RESIDENT, submission=said["number"])
    except CallNotOpen:
        return _closed(request, form)
    return redirect("supervise:receipt_page", receipt.code)


@login_required
def visit(request: HttpRequest) -> HttpResponse:
    """What a resident says at her door, written down by staff. Sent twice (a network that broke), it is there once."""
    user = request.user
    if not isinstance(user, User) or user.body is None or not may(user, "gather.record_visit", user.body.path):
        raise Http404
    typed = request.POST if request.method == "POST" else None
    form = VisitForm(typed, body=user.body, now=timezone.localtime())
    if not form.is_bound or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "gather/visit.html", {"form": form}, status=status)
    said = form.cleaned_data
    moment = said["said_on"] and timezone.make_aware(datetime.combine(said["said_on"], time(12)))
    words = actions.Words(text=said["text"], area=said["area"], said_at=moment)
    receipt = actions.record_visit(said["call"], words, by=user, key=said["key"])
    return redirect("supervise:receipt_page", receipt.code)


# --- what was hidden or erased


def removals(request: HttpRequest) -> HttpResponse:
    """Everything that was hidden or erased, by ground and month. `?month=2026-11`, `?ground=order` narrow the list."""
    form = RemovalFilter(request.GET)
    found = removals_shown().filter(**form.narrowed)
    page = page_of(found, request.GET.get("page"), REMOVALS_PER_PAGE)
    context = {"page": page, "counts": removal_counts(), "narrowed": form.narrowed, **_months(removals_by_month())}
    return render(request, "gather/removals.html", context)


def grounds(request: HttpRequest) -> HttpResponse:
    """The list of grounds, and who decides."""
    return render(request, "gather/grounds.html", {"grounds": GROUNDS.values()})


def removals_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table for programs."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="removals.csv"'
    answer.write("\ufeff")  # so that spreadsheets read Chinese
    writer = csv.DictWriter(answer, list(REMOVAL_COLUMNS))
    writer.writeheader()
    writer.writerows(removal_row(removal) for removal in removals_shown().iterator(CHUNK))
    return answer


def removals_feed(request: HttpRequest) -> HttpResponse:
    """The newest of them as an Atom feed, in the reader's language."""
    address = request.build_absolute_uri(reverse("gather:removals"))
    about = _("What was hidden or erased here, on which ground, by whom, and what an appeal came to.")
    feed = Atom1Feed(_("Hidden and erased messages"), address, about, language=bcp47(get_language() or ""))
    for removal in removals_shown()[:REMOVALS_PER_PAGE]:
        link = request.build_absolute_uri(removal.message.get_absolute_url())
        last = removal.outcome_at or removal.decided_at
        title = f"{_('Message %(number)s') % {'number': removal.message_id}}{_(': ')}{removal.rule.name}"
        text = _NO_XML.sub("", "\n".join(filter(None, (removal.reason, removal.outcome_reason))))
        feed.add_item(
            title, link, text, unique_id=f"{link}#removal-{removal.pk}", pubdate=removal.decided_at, updateddate=last
        )
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


@unlisted
def appeal(request: HttpRequest, code: str) -> HttpResponse:
    """The writer of a hidden message asks that somebody else look again."""
    read, message = _own(code)
    hidden, form = removal_to_appeal(message), AppealForm(request.POST or None)
    if hidden is None:
        return redirect("supervise:receipt_page", grouped(read))
    if request.method == "POST" and form.is_valid():
        with suppress(RemovalRefused):  # sent twice: the page says that the appeal stands
            actions.appeal(hidden, words=form.cleaned_data["words"], by=RESIDENT)
        return redirect("supervise:receipt_page", grouped(read))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    context = {"form": form, "removal": hidden, "receipt": grouped(read)}
    return render(request, "gather/appeal.html", context, status=status)


@unlisted
def erase(request: HttpRequest, code: str) -> HttpResponse:
    """The writer takes her words back. The page says what goes and what stays; its button does it."""
    read, message = _own(code)
    if request.method == "POST" or message.erased_at:
        with suppress(RemovalRefused):
            actions.erase_own(message, by=RESIDENT)
        return redirect("supervise:receipt_page", grouped(read))
    return render(request, "gather/erase.html", {"message": message, "receipt": grouped(read)})


@login_required
def ask_removal(request: HttpRequest, pk: int) -> HttpResponse:
    """A member of staff asks that a message of her body be hidden or erased."""
    user = user_of(request)
    found = get_object_or_404(Message.objects.handled_by(user).select_related("body", "call"), pk=pk)
    if user.body is None or not may(user, "gather.ask_removal", found.body.path):
        raise Http404
    copies = list(copies_of(found, user)[:COPIES_AT_ONCE])
    form = RemovalForm(request.POST or None, copies=len(copies))
    context = {"message": found, "form": form, "decider": who_decides(found, user.body), "grounds": FOR_STAFF}
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        return render(request, "gather/remove.html", context, status=status)
    try:
        also = copies if form.cleaned_data.pop("copies", False) else []
        asked = actions.ask_removal(found, **form.cleaned_data, by=user, also=also)
    except RemovalRefused as refused:
        context["problem"] = REFUSED.get(refused.why, "")
        return render(request, "gather/remove.html", context, status=HTTPStatus.CONFLICT)
    return redirect("gather:removal", asked.pk)


@login_required
def desk_removals(request: HttpRequest) -> HttpResponse:
    """What waits for this person's decision, and what was decided about messages to her body."""
    user = user_of(request)
    known = Removal.objects.known_to(user).select_related("message__body", "body", "decider").order_by("-pk")
    page = page_of(known, request.GET.get("page"), REMOVALS_PER_PAGE)
    waiting = Removal.objects.awaiting(user).select_related("message__body", "body").order_by("pk")
    return render(request, "gather/desk_removals.html", {"page": page, "waiting": waiting[:REMOVALS_PER_PAGE]})


@login_required
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: the words, the reason, what was decided; the form for who can decide now."""
    user = user_of(request)
    found = get_object_or_404(removals_in_full().known_to(user), pk=pk)
    step = next_step(found, user)
    alike = list(removals_alike(found, step)[:COPIES_AT_ONCE])
    form = DecisionForm(request.POST if request.method == "POST" else None, step=step, copies=len(alike))
    if not form.is_valid():
        return _removal_page(request, found, form, step)
    try:
        _decide([found, *(alike if form.cleaned_data.get("copies") else [])], form, user, step)
    except RemovalRefused as refused:
        fresh = removals_in_full().get(pk=pk)
        step = next_step(fresh, user)
        form = DecisionForm(step=step, reason=form.cleaned_data["reason"])
        return _removal_page(request, fresh, form, step, problem=REFUSED.get(refused.why, ""))
    return redirect("gather:removal", pk)


def _removal_page(
    request: HttpRequest, found: Removal, form: DecisionForm, step: str, *, problem: str | Promise = ""
) -> HttpResponse:
    status = HTTPStatus.CONFLICT if problem else HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"removal": found, "step": step, "form": form, "problem": problem}
    own = found.asked_by_id == user_of(request).pk
    return render(request, "gather/removal.html", {**context, "own": own}, status=status)


def _decide(removals: list[Removal], form: DecisionForm, user: User, step: str) -> None:
    """removals: the one that was shown, and those of the same words. Raises RemovalRefused, also where nothing is left."""
    found, *also = removals
    reason, removes = form.cleaned_data["reason"], form.cleaned_data.get("decision") == "remove"
    if step in ("hide", "erase"):
        actions.decide_removal(found, agree=removes, reason=reason, by=user, also=also)
    elif step == "appeal":
        actions.decide_appeal(found, keep=removes, reason=reason, by=user)
    elif step == "show":
        actions.show_again(found, reason=reason, by=user, also=also)
    else:
        raise RemovalRefused(found.message_id, "decided")


def _months(months: list[MonthOfGround]) -> dict[str, object]:
    """What the table of months is made of."""
    address = reverse("gather:removals")
    head = (
        Column(_("Month")),
        Column(_("Ground")),
        Column(_("Hidden or erased"), True),
        Column(_("Shown again"), True),
    )
    rows = [
        (
            Cell(f"{line.month:%Y-%m}"),
            Cell(line.ground.name, f"{address}?month={line.month:%Y-%m}&ground={line.ground.key}#list"),
            Cell(f"{line.removed:,}"),
            Cell(f"{line.shown_again:,}"),
        )
        for line in months
    ]
    return {"caption": _("Each counts in the month in which it was hidden or erased."), "head": head, "rows": rows}


def _own(code: str) -> tuple[str, Message]:
    """The message that this receipt opens. Raises Http404: whoever comes here was on its page."""
    try:
        read = read_receipt(code)
    except ReceiptMistyped:
        raise Http404 from None
    message = message_of(read)
    if message is None:
        raise Http404
    return read, message


def _closed(request: HttpRequest, form: SayForm) -> HttpResponse:
    """What somebody sees who comes after the end, her text kept for copying."""
    status = HTTPStatus.CONFLICT if form.is_bound else HTTPStatus.OK
    text = form.data.get("text", "") if form.is_bound else ""
    others = with_published(calls_in_order(timezone.now()).open(timezone.now())[:3])
    context = {"call": form.call, "text": text, "others": others, "voices": voices(form.call)}
    return render(request, "gather/closed.html", context, status=status)
