"""Template tags of concentrating. `{% load concentrate_tags %}`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from massline.concentrate.models import Theme
from massline.concentrate.pictures import circles, map_of
from massline.concentrate.queries import Spoken
from massline.engine.pictures import share_bar
from massline.face.context import NavItem
from massline.face.pager import Page
from massline.gather.models import Call

register = template.Library()


@register.inclusion_tag("face/parts/tabs.html", takes_context=True)
def call_tabs(context: Context, call: Call) -> dict[str, Any]:
    """`{% call_tabs call %}`: the pages of a call. No query."""
    here = context["request"].path
    pages = (
        (call.get_absolute_url(), gettext("The question")),
        (reverse("concentrate:themes", args=[call.ref]), gettext("Themes")),
        (reverse("concentrate:places", args=[call.ref]), gettext("Places")),
    )
    return {
        "label": gettext("Pages of this call"),
        "items": [NavItem(url, words, "page" if url == here else "") for url, words in pages],
    }


@register.simple_tag(takes_context=True)
def theme_circles(context: Context, page: Page[Theme]) -> list[tuple[str, SafeString]]:
    """`{% theme_circles page as drawings %}`: the drawings of a page of themes, each with its class. No query."""
    return circles(list(page), large_type=context["face"].large_type, first=page.first)


@register.simple_tag(takes_context=True)
def place_map(context: Context, places: Sequence[Spoken]) -> list[tuple[str, SafeString]]:
    """`{% place_map places as drawings %}`: the drawings that this page needs, each with its class. No query."""
    return map_of(places, large_type=context["face"].large_type)


@register.simple_tag
def part_bar(part: int, most: int) -> SafeString:
    """A bar from 0 to the most of a list, for a list that says the figures beside it."""
    return mark_safe(share_bar(part / max(1, most)))  # noqa: S308 - figures only


@register.filter
def likely_percent(share: float) -> str:
    """0.0812 -> 8.1%: one more digit than a share has alone, for the ends of a span."""
    return f"{100 * share:.1f}%"


@register.filter
def period(label: str) -> str:
    """A step of time as people write it. label: 2026-03-01, 2026-W09, 2026-03, 2026 or 2020s, as the engine has them."""
    year, _dash, rest = label.partition("-")
    if rest.startswith("W"):
        return gettext("week %(week)s of %(year)s") % {"week": int(rest[1:]), "year": year}
    if len(rest) == len("03-01"):
        return date_format(date.fromisoformat(label), pgettext("date format, day and month", "j M"))
    if rest:
        return date_format(date.fromisoformat(f"{label}-01"), pgettext("date format, month and year", "M Y"))
    return label
