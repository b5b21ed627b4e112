"""massline on a telephone's home screen: its name and sign, and what is there without a network.

The worker keeps the files of the frame, a page that says there is no network, and the form for visits once it was opened; no
other page."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from massline.face.styles import style_url

FILES = (  # what the form for visits loads besides its style; a file that is not there would keep the worker from starting
    "face/dark.css",
    "face/frame.js",
    "face/aloud.js",
    "gather/visits.js",
    "vendor/htmx-2.0.11/htmx.min.js",
)


@require_safe
@cache_control(max_age=86_400, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """Web App Manifest: https://www.w3.org/TR/appmanifest/."""
    sign = {"src": static("face/sign.svg"), "type": "image/svg+xml", "sizes": "any"}
    drawn = {"src": static("face/sign-512.png"), "type": "image/png", "sizes": "512x512", "purpose": "any maskable"}
    about = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME[:12],
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#14566a",
        "icons": [sign, drawn],
        "shortcuts": [{"name": gettext("A visit"), "url": reverse("gather:visit")}],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its text changes with the files it keeps, so that browsers take the new ones."""
    context = {"shell": [style_url(), *map(static, FILES)]}
    return render(request, "project/worker.js", context, content_type="text/javascript")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network. The same for everybody: it is kept on the telephone."""
    return render(request, "project/offline.html")
