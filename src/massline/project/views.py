"""The front page, the circle with live numbers; and finding things from the desk."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from massline.bodies.models import Body
from massline.concentrate.models import Run
from massline.concentrate.queries import count_themes
from massline.gather.queries import calls_in_order, published_of_calls, with_published
from massline.ledger.models import Entry
from massline.project import find as finding
from massline.project.demo.staff import PASSWORD
from massline.project.demo_roles import seats
from massline.respond.models import Case
from massline.respond.queries import latest_replies
from massline.sums import SUMS
from massline.supervise.models import Rating

CALLS_SHOWN = 3
REPLIES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the circle: what happens in it, its number of today and what it counts, and where it is shown."""

    name: Promise
    text: Promise
    number: int
    unit: Promise
    url: str


def home(request: HttpRequest) -> HttpResponse:
    """At most 10 queries, and the river's, for somebody who is not signed in."""
    now, published = timezone.now(), published_of_calls()
    context: dict[str, Any] = {
        "steps": _steps(sum(published.values())),
        "calls": with_published(calls_in_order(now).open(now)[:CALLS_SHOWN], published),
        "replies": list(latest_replies()[:REPLIES_SHOWN]),
        "entries": Entry.objects.count(),
        "seats": seats(),
        "password": PASSWORD,
    }
    context["is_empty"] = not (context["calls"] or context["replies"] or Body.objects.exists())
    return render(request, "project/home.html", context)


@never_cache
@vary_on_headers("HX-Request")
def find(request: HttpRequest) -> HttpResponse:
    """What a few words find for whoever is signed in: a page of its own, or for the palette of every desk page its list alone."""
    if not request.user.is_authenticated:
        to_sign_in = redirect_to_login(request.get_full_path())
        return HttpResponseClientRedirect(to_sign_in.url) if request.headers.get("HX-Request") else to_sign_in
    typed = request.GET.get("q", "")
    template = "project/found.html" if request.headers.get("HX-Request") else "project/find.html"
    context = {"typed": typed, "kinds": finding.find(request.user, typed, timezone.now()), "longest": finding.LONGEST}
    return render(request, template, context)


def _steps(gathered: int) -> list[Step]:
    """The steps that are built. gathered: messages that everybody may read. Four queries."""
    cases, ratings = SUMS.of("circle", lambda: (Case.objects.public().count(), Rating.objects.count())).value
    calls = reverse("gather:calls")
    run = Run.objects.finished().select_related("call").order_by("-finished_at", "-pk").first()
    return [
        Step(_("Gather"), _("People answer calls in their own words."), gathered, _("messages"), calls),
        Step(
            _("Concentrate"),
            _("What belongs together is put together, down to the last message."),
            count_themes(),
            _("themes"),
            reverse("concentrate:themes", args=[run.call.ref]) if run else calls,
        ),
        Step(
            _("Respond"),
            _("A public body owes each case an answer, by a day."),
            cases,
            _("cases"),
            reverse("respond:you_said"),
        ),
        Step(
            _("Supervise"),
            _("Who asked says whether it was solved, and may have it looked at again."),
            ratings,
            _("ratings"),
            reverse("supervise:scoreboard"),
        ),
    ]
