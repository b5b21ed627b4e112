"""The switches in the frame of every page: large type, language, colours. Kept in this browser for a year; nothing typed is lost.

Middleware and not an address of its own, because the answer is the page itself, at its own address, with what was typed in it.
Nothing of it is stored: not in a session (words never sent are nobody's business), not in a cookie (too small), not in the
browser's storage (full, forbidden, or on a phone that two people share).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import translation

from massline.face import kept
from massline.face.context import COLOURS_COOKIE, LARGE_TYPE_COOKIE

SWITCH = "face-switch"
A_YEAR = 365 * 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Choice:
    """A cookie to keep. An empty value deletes it."""

    cookie: str
    value: str


def read_choice(switch: str) -> Choice | None:
    """The value of a pressed switch, as `type:large`, `colours:dark` or `language:en`. None: not one of ours."""
    kind, _, value = switch.partition(":")
    if kind == "language":
        known = value in dict(settings.LANGUAGES)
        return Choice(settings.LANGUAGE_COOKIE_NAME, value) if known else None
    cookies = {
        "type:large": Choice(LARGE_TYPE_COOKIE, "1"),
        "type:standard": Choice(LARGE_TYPE_COOKIE, ""),
        "colours:light": Choice(COLOURS_COOKIE, "light"),
        "colours:dark": Choice(COLOURS_COOKIE, "dark"),
        "colours:auto": Choice(COLOURS_COOKIE, ""),
    }
    return cookies.get(switch)


class Switches:
    """Middleware, the last of all: whatever form a switch sends is shown again and never carried out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _pressed(request):
            return self.get_response(request)
        choice, typed = read_choice(request.POST[SWITCH]), kept.sent(request.POST)
        if choice:
            _apply(choice, request)
        with kept.keeping(typed):
            response = self.get_response(request)
            if _only_takes_forms(request, response):
                request.path, request.path_info = _above(request.path), _above(request.path_info)
                response = self.get_response(request)
        if not typed:
            response = HttpResponseRedirect(_ours(request.get_full_path()))
        if choice:
            _keep(choice, response)
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """The form's token has been checked by now. The view is asked for its page instead of doing what the form would do."""
        if _pressed(request):
            request.method, request.META["REQUEST_METHOD"], request.POST = "GET", "GET", QueryDict()


def _pressed(request: HttpRequest) -> bool:
    return request.method == "POST" and SWITCH in request.POST


def _only_takes_forms(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether this address has no page of its own, as /receipt/X/rate/: it refuses to be read, or leads one step up."""
    leads = response.headers.get("Location", "").partition("#")[0]
    return response.status_code == 405 or (response.status_code == 302 and leads == _above(request.path))


def _above(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"


def _apply(choice: Choice, request: HttpRequest) -> None:
    """The answer shows the choice already."""
    request.COOKIES[choice.cookie] = choice.value
    if choice.cookie == settings.LANGUAGE_COOKIE_NAME:
        translation.activate(choice.value)
        request.LANGUAGE_CODE = translation.get_language()


def _keep(choice: Choice, response: HttpResponse) -> None:
    if not choice.value:
        response.delete_cookie(choice.cookie, samesite="Lax")
        return
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(choice.cookie, choice.value, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)


def _ours(address: str) -> str:
    """An address of ours, also when the path was written as //elsewhere/."""
    return "/" + address.lstrip("/\\")
