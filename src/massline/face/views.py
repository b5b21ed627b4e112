"""Large type, the page of all parts, and what a reader sees when a form has grown too old."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from massline.face import living
from massline.face.context import LARGE_TYPE_COOKIE

A_YEAR = 365 * 24 * 60 * 60  # seconds


@require_POST
def large_type(request: HttpRequest) -> HttpResponse:
    """Change to large type or back, keep it in this browser for a year, and return to the page named by `next`."""
    response = HttpResponseRedirect(_own_address(request.POST.get("next", ""), request))
    if request.COOKIES.get(LARGE_TYPE_COOKIE) == "1":
        response.delete_cookie(LARGE_TYPE_COOKIE, samesite="Lax")
    else:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(LARGE_TYPE_COOKIE, "1", max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


def living_page(request: HttpRequest) -> HttpResponse:
    """All parts with made-up content; in the demo only. A POST shows the form with its errors and changes nothing."""
    if not settings.MASSLINE_DEMO:
        raise Http404("The page of all parts is shown in the demo only.")
    form = living.SampleForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "face/living.html", {"form": form, **living.content(request)}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or a browser without cookies. `reason` is for developers and is not shown."""
    return render(request, "403_csrf.html", status=403)


def _own_address(address: str, request: HttpRequest) -> str:
    """The address if it is one of ours, else the front page: nobody is sent elsewhere through us."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and ours else "/"
