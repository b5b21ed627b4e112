"""Template tags and filters of the face. `{% load face_tags %}`."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from massline.face import opinions, styles
from massline.face.language import language_of
from massline.face.parts import Cell, Column, Share, Words

if TYPE_CHECKING:
    from massline.engine.opinion.find import Opinion

register = template.Library()


@register.simple_tag
def lang_of(text: object) -> str:
    """`<p lang="{% lang_of message.text %}">`: the language of what somebody else wrote."""
    return language_of(str(text))


@register.simple_tag(takes_context=True)
def style(context: Context, name: str = "") -> SafeString:
    """`{% style %}`: the style sheets of every page; `{% style "project/home.css" %}`: one of a page's own.

    A link where this browser keeps the former, else the text itself (see styles.py)."""
    request, url = context.get("request"), static(name) if name else styles.style_url()
    if request is None or styles.keeps(request):
        return format_html('<link rel="stylesheet" href="{}">', url)
    held = styles.read(name) if name else styles.style()
    styles.inside(request, held)
    return format_html('<style data-kept="{}">{}</style>', url, mark_safe(held.text))  # noqa: S308 - our own files


@register.simple_tag(takes_context=True)
def typed(context: Context) -> SafeString:
    """`<form{% typed %} method="post" …>`: the form whose words a switch carries without script: the first of the page."""
    request = context.get("request")
    if request is None or getattr(request, "typed_form", False):
        return SafeString("")
    request.typed_form = True
    return SafeString(' id="typed"')


@register.simple_tag(takes_context=True)
def no_form_typed(context: Context) -> bool:
    """Whether no form of this page was marked with `{% typed %}`. For the end of face/base.html."""
    return not getattr(context.get("request"), "typed_form", False)


@register.simple_tag
def phone() -> str:
    """Who can be called, for a page that is drawn without a request: when all else broke."""
    return str(settings.SITE_PHONE)


@register.filter
def day(value: date | None) -> str:
    """A day with its weekday: 2026年10月12日 星期一, Mon 12 Oct 2026. A moment is shown as the day it has here. None: nothing."""
    if value is None:
        return ""
    return date_format(_here(value), pgettext("date format with weekday", "D j M Y"))


@register.filter
def moment(value: datetime | None) -> str:
    """A day and the time of day, local: 2026年10月12日 09:05. None: nothing."""
    if value is None:
        return ""
    return date_format(_here(value), pgettext("date format with time", "j M Y H:i"))


@register.filter
def closing(value: datetime | None) -> str:
    """When something ends, as people say it: midnight ends the day before it. 2026年12月9日24点, the end of 9 Dec 2026."""
    here = None if value is None else _here(value)
    if not isinstance(here, datetime) or here.time() != time.min:
        return moment(value)
    last_day = date_format(here - timedelta(days=1), pgettext("date format", "j M Y"))
    return pgettext("a day to its last minute", "the end of %(day)s") % {"day": last_day}


@register.filter
def count(value: int) -> str:
    """1234567 -> 1,234,567."""
    return f"{value:,}"


@register.filter
def percent_of(part: int, whole: int) -> str:
    """`{{ solved|percent_of:asked }}` -> 82%. What is there but rounds to nothing is <1%; a share of nothing is a dash."""
    if whole <= 0:
        return "–"
    percent = round(100 * part / whole)
    return "<1%" if percent == 0 and part > 0 else f"{percent}%"


@register.inclusion_tag("face/parts/quote.html")
def quote(text: str, url: str = "", meta: Words = "") -> dict[str, Any]:
    """What somebody said, in the language she said it in. `url`: the page of the message; `meta`: when, from where."""
    return {"text": text, "lang": language_of(text), "url": url, "meta": meta}


@register.simple_tag
def qr(address: str) -> SafeString:
    """`{% qr address %}`: an address as a picture that a telephone reads: SVG paths, no style attribute."""
    import segno  # only this picture needs it

    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, svgclass=None, lineclass=None, title=gettext("The address of this receipt")
    )
    return SafeString(drawn)  # segno's own drawing; it escapes the title, our own words


@register.inclusion_tag("face/parts/due.html")
def due_day(value: date, left: int) -> dict[str, Any]:
    """When something is due and how many working days are left: 0 is today, -2 is two working days late."""
    return {"day": value, "left": left, "late": -left}


@register.inclusion_tag("face/parts/table.html")
def table(caption: Words, head: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> dict[str, Any]:
    """A table that becomes cards on a phone. Raises ValueError when a row has not as many cells as the head has columns."""
    return {"caption": caption, "head": head, "rows": [list(zip(head, row, strict=True)) for row in rows]}


@register.inclusion_tag("face/parts/shares.html")
def share_bar(shares: Sequence[Share], caption: Words, total: int | None = None) -> dict[str, Any]:
    """How much of a whole each share is. `total`: the whole when the shares do not add up to it (one message, several themes)."""
    whole = sum(share.count for share in shares) if total is None else total
    rows = [
        {
            "label": share.label,
            "url": share.url,
            "count": share.count,
            "percent": percent_of(share.count, whole),
            "width": f"{min(100 * share.count / whole, 100):.2f}" if whole > 0 else "0",
        }
        for share in shares
    ]
    return {"caption": caption, "rows": rows}


@register.inclusion_tag("face/parts/opinions.html")
def opinion_map(found: "Opinion", key: str, title: Words) -> dict[str, Any]:
    """What the engine found of a conversation: the map, its groups in words, all figures as a table."""
    return {"drawn": opinions.drawn(found, key=key, title=str(title))}


def _here(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
