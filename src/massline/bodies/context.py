"""The place that a reader has chosen in the head of the page."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from massline.bodies.queries import area_of
from massline.bodies.rules import AREA_COOKIE


def chosen_area(request: HttpRequest) -> dict[str, object]:
    """Context processor: `chosen_area` (a Body or None; one query, none while nothing is chosen), `area_url` where to choose."""
    code = request.COOKIES.get(AREA_COOKIE, "")
    try:
        url = reverse("bodies:area")
    except NoReverseMatch:  # an installation without this page
        url = ""
    return {"chosen_area": SimpleLazyObject(lambda: area_of(code)) if code else None, "area_url": url}
