"""The style sheets of every page as one text: on a slow line each further file is a way there and back (0.4 s on slow 3G).

A first visit gets them inside the page and asks for nothing before it is painted. When it is there, frame.js fetches the same
text as a file, which the browser keeps; with it comes a cookie that says so, and the pages after name the file instead. Where no
script runs, or nothing is kept, every page has its style inside: more bytes, never a wait. docs/decisions/0023 says why."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from massline.engine import pictures
from massline.face.cut import cut

SHEETS: Final = (
    "vendor/designsystemet-css-1.22.0/designsystemet.css",
    "face/tokens.css",
    "face/face.css",
    "face/parts.css",
    "face/news.css",
    "face/modes.css",
)
"""In this order: later ones overrule. The dark colours stay apart, because a page says when they hold."""

KEPT_COOKIE: Final = "style"
A_YEAR: Final = 60 * 60 * 24 * 365  # seconds


@dataclass(frozen=True)
class Style:
    """digest: a name that changes with the text. allowed: what the policy (CSP) must say for a page to hold it."""

    text: str
    digest: str
    allowed: str


def style() -> Style:
    """What every page needs."""
    return read()


@cache
def read(*names: str) -> Style:
    """These sheets, or those of every page, without the rules that no page of ours can meet: read once in each process."""
    text = cut(uncut(*names))
    digest = hashlib.sha256(text.encode())
    return Style(text, digest.hexdigest()[:12], f"'sha256-{b64encode(digest.digest()).decode()}'")


def uncut(*names: str) -> str:
    """These sheets as they are written, or those of every page, pictures too."""
    texts = [Path(str(finders.find(name))).read_text(encoding="utf-8") for name in names or SHEETS]
    return "\n".join(texts if names else [*texts, pictures.STYLE])


def style_url() -> str:
    """The address of what every page needs, as it is now; what lies there never changes."""
    return reverse("face:style", args=[style().digest])


def keeps(request: HttpRequest | None) -> bool:
    """Whether a page had better name the style than hold it: this browser says that it keeps the style as it is now, or takes no
    compressed answers, in which the text weighs a sixth. A page of no request names it: that is always right."""
    if request is None or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return True
    return request.COOKIES.get(KEPT_COOKIE) == style().digest


def inside(request: HttpRequest, held: Style) -> None:
    """The page that answers this request holds this style: its policy will say so."""
    request.styles = [*getattr(request, "styles", []), held.allowed]  # type: ignore[attr-defined]


def remember(response: HttpResponse) -> None:
    """Let the browser say from now on that it keeps the style. The same for everybody: it tells nothing about anyone."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(KEPT_COOKIE, style().digest, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)


class StyleFirst:
    """Middleware: lets a page hold its style, or names it in the headers, so that a browser asks before it has read a line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if held := getattr(request, "styles", None):
            response._csp_update = {"style-src": held}  # type: ignore[attr-defined] # django-csp's way in
        elif response.get("Content-Type", "").startswith("text/html") and "HX-Request" not in request.headers:
            response["Link"] = f"<{style_url()}>; rel=preload; as=style"
        return response
