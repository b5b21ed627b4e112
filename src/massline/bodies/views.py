"""The page on which a reader says where she is: her township, then her village."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from massline.bodies.queries import area_of, areas_under
from massline.bodies.rules import AREA_COOKIE

A_YEAR = 365 * 24 * 60 * 60  # seconds


def area(request: HttpRequest) -> HttpResponse:
    """The places of one level, each to be chosen or opened. A choice is kept in this browser alone; it narrows no page."""
    back = _ours(request.POST.get("next") or request.GET.get("next", ""), request)
    if request.method == "POST":
        return _keep(request, request.POST.get("area", ""), back)
    within = area_of(request.GET.get("in", ""))
    context = {"within": within, "places": areas_under(within), "back": back}
    return render(request, "bodies/area.html", context)


def _keep(request: HttpRequest, code: str, back: str) -> HttpResponse:
    """An unknown place counts as none: the page says which one holds now."""
    chosen, response = area_of(code), HttpResponseRedirect(back)
    if chosen:
        messages.success(
            request, _("Your place is now %(place)s. Every page shows as much as before.") % {"place": chosen}
        )
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(AREA_COOKIE, chosen.code, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
    else:
        messages.success(request, _("No place is chosen now."))
        response.delete_cookie(AREA_COOKIE, samesite="Lax")
    return response


def _ours(address: str, request: HttpRequest) -> str:
    """The address if it is one of ours, else the front page: nobody is sent elsewhere through us."""
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if address and ours else "/"
