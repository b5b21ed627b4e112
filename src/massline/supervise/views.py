"""Pages of receipts, where a resident sees what became of her message and judges it, and of the scoreboard."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from massline.bodies.models import Body
from massline.bodies.queries import above
from massline.bodies.rules import CalendarUnknown
from massline.face.language import bcp47
from massline.face.pager import listed, page_of
from massline.face.unlisted import unlisted
from massline.gather.models import Message
from massline.gather.queries import message_of, removals_of
from massline.gather.rules import ALPHABET, CODE_LENGTH, ReceiptMistyped, grouped, read_receipt
from massline.ledger.keys import KeyRefused
from massline.ledger.queries import receipt_for
from massline.respond import actions as respond
from massline.respond.letters import following_of
from massline.respond.models import Case
from massline.respond.queries import due_story, earlier_of, letters_about, lines
from massline.respond.rules import LINKS, CaseError, LinkRefused, suggested_title
from massline.rights import RESIDENT, may
from massline.supervise import actions, passing, queries
from massline.supervise.forms import FollowForm, LaterForm, LinkForm, RatingForm, ReceiptForm, ReopenForm
from massline.supervise.rules import RatedBefore, suspects
from massline.tlog.checkpoint import BadCheckpoint
from massline.tlog.receipt import write_receipt

_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that no XML may hold
BODIES_A_PAGE = 13  # a body and twelve under it: a page of 30 KB
CASES_A_PAGE = 20
NOT_LINKED = {
    "itself": gettext_lazy("This is the receipt of this message. Type that of the earlier one."),
    "linked": gettext_lazy("This message is linked already."),
    "many": gettext_lazy("%(most)s messages are linked already; take one back first."),
}
"""What somebody reads whose link was refused, by `LinkRefused.why`."""


@unlisted
def enter_receipt(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in. A code that cannot be right is shown with the places to look at."""
    form = ReceiptForm(request.POST or None)
    if not form.is_valid():
        return _receipt_form(request, form, status=422 if form.is_bound else 200)
    try:
        code = form.read()
    except ReceiptMistyped as slip:
        return _receipt_form(request, form, slip=slip, status=422)
    if message_of(code) is None:
        return _receipt_form(request, form, unknown=code, status=404)
    return redirect("supervise:receipt_page", grouped(code))


@unlisted
def receipt_page(request: HttpRequest, code: str) -> HttpResponse:
    """Where a message stands. An address with a mistyped code leads to the form, which explains what is wrong."""
    form = ReceiptForm({"code": code})
    if not form.is_valid():
        raise Http404
    try:
        read = form.read()
    except ReceiptMistyped as slip:
        return _receipt_form(request, form, slip=slip, status=404)
    message = message_of(read)
    if message is None:
        return _receipt_form(request, form, unknown=read, status=404)
    if code.replace("-", "") != read:
        return redirect("supervise:receipt_page", grouped(read))
    return _receipt_page(request, queries.standing(message), read)


@unlisted
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """The receipt as a file that anybody can check against the public log, without this server's help."""
    read, now = _own(code)
    if now.message.entry is None:
        raise Http404
    try:
        file = write_receipt(receipt_for(now.message.entry, now.message.salt))
    except (KeyRefused, BadCheckpoint):
        raise Http404 from None
    response = HttpResponse(file, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{grouped(read)}.json"'
    return response


@unlisted
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """The writer's verdict on the latest reply."""
    read, now = _own(code)
    if request.method != "POST":
        return redirect("supervise:receipt_page", grouped(read))
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _receipt_page(request, now, read, rating_form=form, status=422)
    given = form.cleaned_data
    if now.reply is None or given["reply"] != now.reply.pk:
        return _receipt_page(request, now, read, rating_form=form, problem="newer", status=409)
    verdict = actions.Verdict(given["solved"], given["satisfied"], given["words"])
    try:
        actions.rate(now.reply, now.message, verdict, by=RESIDENT)
    except RatedBefore:
        return _receipt_page(request, now, read, problem="rated", status=409)
    return redirect(reverse("supervise:receipt_page", args=[grouped(read)]) + "#say")


@unlisted
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Not solved: the body above looks again, once."""
    read, now = _own(code)
    if request.method != "POST":
        return redirect("supervise:receipt_page", grouped(read))
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _receipt_page(request, now, read, reopen_form=form, status=422)
    if not now.may_reopen or now.reply is None or form.cleaned_data["reply"] != now.reply.pk:
        return _receipt_page(request, now, read, reopen_form=form, problem="reopened", status=409)
    try:
        actions.reopen(now.reply, now.message, reason=form.cleaned_data["reason"], by=RESIDENT)
    except CaseError:
        return _receipt_page(request, now, read, reopen_form=form, problem="reopened", status=409)
    except CalendarUnknown:
        return _receipt_page(request, now, read, reopen_form=form, problem="calendar", status=409)
    return redirect(reverse("supervise:receipt_page", args=[grouped(read)]) + "#say")


@unlisted
def say_later(request: HttpRequest, code: str) -> HttpResponse:
    """Weeks later: still solved, or not any more."""
    read, now = _own(code)
    if request.method != "POST":
        return redirect("supervise:receipt_page", grouped(read))
    form = LaterForm(request.POST)
    if not form.is_valid():
        return _receipt_page(request, now, read, later_form=form, status=422)
    given = form.cleaned_data
    if now.reply is None or given["reply"] != now.reply.pk:
        return _receipt_page(request, now, read, problem="newer", status=409)
    try:
        verdict = actions.Verdict(given["solved"], words=given["reason"])
        actions.say_later(now.reply, now.message, verdict, by=RESIDENT)
    except RatedBefore:
        return _receipt_page(request, now, read, problem="rated", status=409)
    except CalendarUnknown:
        return _receipt_page(request, now, read, later_form=form, problem="calendar", status=409)
    return redirect(reverse("supervise:receipt_page", args=[grouped(read)]) + "#say")


@unlisted
def ask_again(request: HttpRequest, code: str) -> HttpResponse:
    """The writer says that her message needs a case after all."""
    read, now = _own(code)
    if request.method == "POST":
        try:
            respond.ask_again(now.message, by=RESIDENT)
        except CaseError:
            return _receipt_page(request, queries.standing(now.message), read, problem="asked", status=409)
    return redirect("supervise:receipt_page", grouped(read))


@unlisted
def link(request: HttpRequest, code: str) -> HttpResponse:
    """The writer spoke of it before: her desk shall read what became of that message too."""
    read, now = _own(code)
    if request.method != "POST":
        return redirect("supervise:receipt_page", grouped(read))
    form = LinkForm(request.POST)
    earlier = form.earlier() if form.is_valid() else None
    if earlier is None:
        return _receipt_page(request, now, read, link_form=form, status=422)
    try:
        respond.link_earlier(now.message, earlier, by=RESIDENT)
    except LinkRefused as refused:
        form.add_error("code", NOT_LINKED[refused.why] % {"most": LINKS})
        return _receipt_page(request, now, read, link_form=form, status=409)
    return redirect(reverse("supervise:receipt_page", args=[grouped(read)]) + "#earlier")


@unlisted
def take_back_link(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The desk shall read of the earlier message no more."""
    read, now = _own(code)
    if request.method == "POST":
        respond.take_back_link(now.message, pk, by=RESIDENT)
    return redirect(reverse("supervise:receipt_page", args=[grouped(read)]) + "#earlier")


@unlisted
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """The writer wishes to be told of each step by e-mail."""
    read, now = _own(code)
    back = reverse("supervise:receipt_page", args=[grouped(read)])
    return _follow_page(request, now.message, back, now.message.title or suggested_title(now.message.text))


def follow_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Anybody wishes to be told of each step of a public case."""
    found = get_object_or_404(Case.objects.public().select_related("body"), pk=pk)
    return _follow_page(request, found, found.get_absolute_url(), found.title)


def _follow_page(request: HttpRequest, thing: Message | Case, back: str, title: str) -> HttpResponse:
    """Asks for an address, where letters can be sent at all; what it was given is never shown again."""
    if not settings.MAIL:
        raise Http404
    form = FollowForm(request.POST or None)
    asked = form.is_valid()
    if asked:
        respond.follow(thing, address=form.cleaned_data["address"], by=RESIDENT)
    context = {"form": form, "back": back, "title": title, "asked": asked}
    status = 422 if form.is_bound and not asked else 200
    return render(request, "supervise/follow.html", context, status=status)


@unlisted
def told(request: HttpRequest, token: str) -> HttpResponse:
    """Where letters lead: the address says yes, or wants no more."""
    following = following_of(token)
    said = request.POST.get("say", "") if request.method == "POST" else ""
    if following and said == "yes":
        respond.confirm(following, by=RESIDENT)
        return redirect("supervise:told", token)
    if following and said == "no":
        respond.stop_following(following, by=RESIDENT)
        following = None
    return render(request, "supervise/told.html", {"following": following, "token": token, "stopped": said == "no"})


@unlisted
def steps(request: HttpRequest, code: str) -> HttpResponse:
    """Each step of what became of a message, as an Atom feed for whoever holds its receipt."""
    read, now = _own(code)
    page = request.build_absolute_uri(reverse("supervise:receipt_page", args=[grouped(read)]))
    feed = Atom1Feed(_("Your message"), page, _("What became of it."), language=bcp47(get_language() or ""))
    for number, act in enumerate(now.acts):
        words = render_to_string("respond/parts/act_title.html", {"act": act}).strip()
        key = f"urn:massline:case:{now.case.pk if now.case else 0}:{number}"
        feed.add_item(words, page, _NO_XML.sub("", act.shown_text), unique_id=key, pubdate=act.at, updateddate=act.at)
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return answer


def scoreboard(request: HttpRequest) -> HttpResponse:
    """Bodies at the top and directly under it, or a body (`?under=`) and those directly under it: one small picture each."""
    under = get_object_or_404(Body, code=request.GET["under"]) if "under" in request.GET else None
    rows = queries.rows(timezone.localdate(), under)
    page = listed(rows, request.GET.get("page"), BODIES_A_PAGE)
    context = {"page": page, "under": under, "above": above(under) if under else None, "weeks": queries.WEEKS - 1}
    context["most"] = max((max(row.weeks) for row in rows), default=0)
    return render(request, "supervise/scoreboard.html", context)


def handed_over(request: HttpRequest) -> HttpResponse:
    """How cases went from body to body: the bodies of a scoreboard (`?under=`), each with its hand-overs."""
    under = get_object_or_404(Body, code=request.GET["under"]) if "under" in request.GET else None
    page = listed(passing.passed(under), request.GET.get("page"), BODIES_A_PAGE)
    context = {"page": page, "under": under, "above": above(under) if under else None}
    return render(request, "supervise/hand_overs.html", context)


def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body: what it owes, how it answers, its latest public cases."""
    found = get_object_or_404(Body, code=code)
    cases = Case.objects.public().filter(body=found).select_related("body").order_by("-opened_at", "-pk")
    page = page_of(cases, request.GET.get("page"), CASES_A_PAGE)
    line = queries.rates_of(found, timezone.localdate())
    context = {
        "body": found,
        "line": line,
        "passed": passing.hand_overs([found.pk])[found.pk],
        "weeks": queries.open_by_week(timezone.localdate(), [line])[found.pk],
        "above": above(found),
        "below": Body.objects.within(found.path).filter(depth=found.depth + 1),
        "page": page,
        "lines": lines(list(page), timezone.localdate()),
        "words": queries.words_about(found, request.user)[:20] if request.user.is_authenticated else [],
    }
    return render(request, "supervise/body.html", context)


def _may_take(request: HttpRequest, message: Message) -> bool:
    """Whether who looks at the receipt may make a case of it: staff who wrote a visit down goes on from here."""
    return request.user.is_authenticated and may(request.user, "respond.open_case", message.body.path)


def _own(code: str) -> tuple[str, queries.Standing]:
    """What this receipt opens. Raises Http404: a form is sent from a page that its holder has open already."""
    try:
        read = read_receipt(code)
    except ReceiptMistyped:
        raise Http404 from None
    message = message_of(read)
    if message is None:
        raise Http404
    return read, queries.standing(message)


def _receipt_form(
    request: HttpRequest, form: ReceiptForm, *, status: int, slip: ReceiptMistyped | None = None, unknown: str = ""
) -> HttpResponse:
    """The form; where a code was mistyped, with the characters to look at."""
    context: dict[str, Any] = {"form": form, "unknown": grouped(unknown) if unknown else ""}
    if slip:
        context |= {"slip": slip, "characters": _characters(slip.code), "wanted": CODE_LENGTH}
        context["strange"] = sorted(set(slip.code) - set(ALPHABET))
    return render(request, "supervise/receipt_form.html", context, status=status)


def _characters(code: str) -> list[tuple[str, bool]]:
    """Each character of a mistyped code, and whether it should be looked at first."""
    strange = [place for place, letter in enumerate(code) if letter not in ALPHABET]
    doubtful = strange if strange or len(code) != CODE_LENGTH else suspects(code, _fits)
    return [(letter, place in doubtful) for place, letter in enumerate(code)]


def _fits(code: str) -> bool:
    try:
        read_receipt(code)
    except ReceiptMistyped:
        return False
    return True


def _receipt_page(
    request: HttpRequest,
    now: queries.Standing,
    code: str,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    address = request.build_absolute_uri(reverse("supervise:receipt_page", args=[grouped(code)]))
    reply = {"reply": now.reply.pk} if now.reply else {}
    steps = [_("Received"), _("Published"), _("Taken by a body"), _("Replied"), _("You say")]
    context: dict[str, Any] = {
        "now": now,
        "letters": letters_about(now.message) if settings.MAIL else None,
        "receipt": grouped(code),
        "address": address,
        "steps": steps,
        "removals": removals_of(now.message),
        "earlier": earlier_of(Message.objects.filter(pk=now.message.pk)),
        "link_form": LinkForm(),
        "may_take": now.case is None and _may_take(request, now.message),
    }
    if now.may_rate:
        context["rating_form"] = RatingForm(initial=reply)
    if now.may_say_later:
        context["later_form"] = LaterForm(initial=reply)
    if now.may_reopen:
        context["reopen_form"] = ReopenForm(initial=reply)
    if now.case:
        context["story"], context["line"] = due_story(now.case, now.acts, timezone.localdate())
    return render(request, "supervise/receipt.html", context | more, status=status)
