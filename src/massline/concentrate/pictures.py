"""The pictures of themes in the reader's words: circles by size and closeness, shares with what is likely, rise and fall."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from massline.concentrate.models import Run, Theme
from massline.concentrate.queries import Spoken, run_counts
from massline.engine import pictures
from massline.engine.shares import likely

WITH_BARS = 10  # themes whose share and time are drawn in the list; the others stand there in figures


@dataclass(frozen=True, slots=True)
class Line:
    """A theme in the list beside the circles. Shares are 0 to 1 of all messages of the run; corrected is None without margins.

    bars, trend: SVG, empty where nothing is drawn. peak: the period with the most messages, and how many; None where nothing is
    known of time, or of one period only."""

    theme: Theme
    number: int
    raw: pictures.Likely
    corrected: pictures.Likely | None
    bars: SafeString
    trend: SafeString
    peak: tuple[str, int] | None


def lines(themes: Sequence[Theme], run: Run, *, first: int = 1) -> list[Line]:
    """Themes in the order given, numbered from `first`; WITH_BARS of them with pictures, all by one measure."""
    whole = run_counts(run)["messages"]
    shares = [(_raw(theme, whole), _corrected(theme)) for theme in themes]
    scale = max((share.high for both in shares for share in both if share), default=1.0)
    listed = []
    for number, (theme, (raw, corrected)) in enumerate(zip(themes, shares, strict=True), first):
        peak, bars, trend = peak_of(theme, run), "", ""
        if number < first + WITH_BARS:
            bars = pictures.share_bars(raw, corrected, scale=scale, colour=number - 1)
            trend = pictures.trend(theme.over_time, colour=number - 1) if peak else ""
        listed.append(Line(theme, number, raw, corrected, _safe(bars), _safe(trend), peak))
    return listed


def peak_of(theme: Theme, run: Run) -> tuple[str, int] | None:
    """The first of the periods in which most was said."""
    counts = theme.over_time
    if len(counts) < 2 or len(counts) != len(run.periods) or not any(counts):
        return None
    at = max(range(len(counts)), key=counts.__getitem__)
    return run.periods[at], counts[at]


def circles(themes: Sequence[Theme], *, large_type: bool, first: int = 1) -> list[tuple[str, SafeString]]:
    """The drawings of one page: (its class, SVG). In large type there is one, else one for wide pages and one for narrow ones."""
    drawn = tuple(pictures.Bubble(theme.label, theme.messages, theme.x, theme.y) for theme in themes if theme.messages)
    title = _("Themes, each as large as the number of its messages")
    says = _("The list of themes on this page says the same in words and figures.")
    if not drawn:
        return []
    papers = {"ml-narrow": pictures.LARGE_TYPE} if large_type else _PAPERS
    return [(kind, _drawn(drawn, title, says, paper, first)) for kind, paper in papers.items()]


_PAPERS = {"ml-wide": pictures.DESK, "ml-narrow": pictures.PHONE}


@lru_cache(maxsize=128)
def _drawn(drawn: tuple[pictures.Bubble, ...], title: str, says: str, paper: pictures.Paper, first: int) -> SafeString:
    """Kept, because pushing circles apart takes longer than all the rest of the page."""
    names = {"key": f"themes-{paper.width:.0f}", "title": title, "description": says}
    return _safe(pictures.bubbles(drawn, **names, paper=paper, first=first))


def map_of(places: Sequence[Spoken], *, large_type: bool) -> list[tuple[str, SafeString]]:
    """The drawings of one page: (its class, SVG); none where no place has an outline. Numbered in the order given."""
    drawn = [
        pictures.Place(str(place.body), place.messages, outline_of(place)) if place.rings else None for place in places
    ]
    if not any(drawn):
        return []
    title = _("Where people spoke: on each place a circle as large as the number of its messages")
    says = ", ".join(f"{place.body} {place.messages:,}" for place in places[:12])
    papers = {"ml-narrow": pictures.LARGE_TYPE} if large_type else _PAPERS
    return [(kind, _safe(_map(tuple(drawn), title, says, paper))) for kind, paper in papers.items()]


def outline_of(place: Spoken) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The rings as the engine reads them: the database gives lists."""
    return tuple(tuple((x, y) for x, y in ring) for ring in place.rings)


@lru_cache(maxsize=32)
def _map(drawn: tuple[pictures.Place | None, ...], title: str, says: str, paper: pictures.Paper) -> str:
    """Kept, because an outline may have thousands of points."""
    key = f"places-{paper.width:.0f}"
    return pictures.area_map(drawn, key=key, title=title, description=says, paper=paper)


def rise_and_fall(theme: Theme, run: Run) -> SafeString:
    """How often the theme was spoken of over the time of the call; nothing where time is not known."""
    peak = peak_of(theme, run)
    if peak is None:
        return SafeString("")
    says = _("%(first)s to %(last)s; the most: %(peak)s, %(count)s messages.") % {
        "first": run.periods[0],
        "last": run.periods[-1],
        "peak": peak[0],
        "count": f"{peak[1]:,}",
    }
    return _safe(pictures.series(theme.over_time, key="time", title=_("Rise and fall"), description=says))


def _raw(theme: Theme, whole: int) -> pictures.Likely:
    whole = max(whole, theme.messages, 1)
    return pictures.Likely(theme.messages / whole, *likely(theme.messages, whole))


def _corrected(theme: Theme) -> pictures.Likely | None:
    if theme.share_corrected is None or theme.low is None or theme.high is None:
        return None
    return pictures.Likely(theme.share_corrected, theme.low, theme.high)


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - drawn by the engine, which escapes every word
