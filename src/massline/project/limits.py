"""Who is not signed in can write, look up receipts and try passwords only so fast. Nobody is followed: docs/decisions/0010.

What is counted is a keyed hash of the network that a request came from. The key is made in this process, is written nowhere, and
is another one every day."""

import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from massline.face.kept import keeping, sent
from massline.project.buckets import Buckets, Limit, network_of

# Many people share one address: a village's telephone network, a service hall's computer. So there is room for all of these.
SPEAK = Limit("speak", burst=30, seconds=20.0)
LOOK_UP = Limit("look up", burst=60, seconds=2.0)
SIGN_IN = Limit("sign in", burst=10, seconds=30.0)
SENT = {
    "gather:say": SPEAK,
    "supervise:rate": SPEAK,
    "supervise:reopen": SPEAK,
    "supervise:say_later": SPEAK,
    "api:list_messages": SPEAK,
    "people:sign_in": SIGN_IN,
    "supervise:receipt": LOOK_UP,
    "supervise:follow": SPEAK,
    "supervise:follow_case": SPEAK,
    "gather:appeal": SPEAK,
    "gather:erase": SPEAK,
    "ledger:proof": LOOK_UP,
}
"""Address that takes a form -> its limit. Forms of who is signed in are hers, and logged."""
SHOWN = dict.fromkeys(("supervise:receipt_page", "api:receipt", "gather:appeal", "gather:erase"), LOOK_UP)
PAGE_OF = dict.fromkeys(("supervise:rate", "supervise:reopen", "supervise:say_later"), "supervise:receipt_page")
"""Address that only takes a form -> the page on which the form stands."""


class Limits:
    """Middleware, after the switches: a form that comes too fast is shown again with all that was typed, and when to send it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets, self._key, self._day = Buckets(), b"", date.min

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        limit, network = _limit_of(request), _network_of(request)
        if limit is None or network is None:
            return None
        wait = self.buckets.take(self._hash(limit, network), limit, time.monotonic())
        if not wait:
            return None
        again = timezone.localtime() + timedelta(seconds=ceil(wait))
        response = _answer(request, view, kwargs, again)
        response.status_code, response["Retry-After"] = 429, str(ceil(wait))
        response["Cache-Control"] = "no-store"
        return response

    def _hash(self, limit: Limit, network: str) -> bytes:
        """A new key each day forgets all that was counted under the old one."""
        if self._day != timezone.localdate():
            self._day, self._key = timezone.localdate(), secrets.token_bytes(32)
            self.buckets.clear()
        return hmac.digest(self._key, f"{limit.name} {network}".encode(), "sha256")


def _limit_of(request: HttpRequest) -> Limit | None:
    name = request.resolver_match.view_name if request.resolver_match else ""
    limit = (SENT.get(name) if request.method == "POST" else None) or SHOWN.get(name)
    return limit if limit and not request.user.is_authenticated else None


def _network_of(request: HttpRequest) -> str | None:
    """None where people cannot be told apart: then nobody is limited, which is better than everybody."""
    return network_of(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), settings.PROXIES)


def _answer(
    request: HttpRequest, view: Callable[..., HttpResponse], kwargs: dict[str, Any], again: datetime
) -> HttpResponse:
    match = request.resolver_match
    if match and match.namespace == "api":
        detail = (
            f"Too much came from your network in a short time. Try again from {again.isoformat(timespec='seconds')} on."
        )
        facts = {"type": "about:blank", "title": "TooMany", "status": 429, "detail": detail}
        return JsonResponse(facts, content_type="application/problem+json")
    when = date_format(again, "H:i:s")
    if request.method != "POST":
        return render(request, "project/wait.html", {"when": when})
    messages.warning(request, _words(match.view_name if match else "") % {"when": when})
    return _same_page(request, view, kwargs)


def _words(name: str) -> str:
    if name == "people:sign_in":
        return _("Please try again from %(when)s on: very many attempts came from your network in a short time.")
    return _(
        "Not sent yet: very much came from your network in a short time. "
        "What you typed still stands in the form. Please send it again from %(when)s on."
    )


def _same_page(request: HttpRequest, view: Callable[..., Any], kwargs: dict[str, Any]) -> HttpResponse:
    """The page on which the form stands, with what was typed into it; nothing of it is carried out."""
    typed, name = sent(request.POST), request.resolver_match.view_name if request.resolver_match else ""
    request.method, request.META["REQUEST_METHOD"], request.POST = "GET", "GET", QueryDict()
    if name in PAGE_OF:
        request.path = request.path_info = reverse(PAGE_OF[name], kwargs=kwargs)
        view = resolve(request.path).func
    with keeping(typed):
        response: HttpResponse = view(request, **kwargs)
        if hasattr(response, "render"):
            response.render()
    return response
