"""Template tags of supervising. `{% load supervise_tags %}`."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from massline.engine import pictures
from massline.gather.models import Call
from massline.supervise.river import Course, Kept, Reach, Verdict, course
from massline.supervise.rules import Rate

THEMES_NAMED: Final = 5
CALM, GOOD, POOR, PALE = 0, 2, 1, 5  # colours of the engine's pictures
OTHERS, NO_THEME, TAKEN, NOT_TAKEN, ALL = "others", "no theme", "taken", "not taken", "all"

register = template.Library()


@dataclass(frozen=True, slots=True)
class Line:
    """A pool as the list and the table show it. width: percent of all messages; url: its page, where it has one."""

    label: str
    size: int
    colour: int
    width: str
    url: str = ""


@register.inclusion_tag("supervise/parts/river.html")
def river(call: Call | None = None) -> dict[str, Any]:
    """How far what was said has come: of one call, or of all. At most six queries."""
    found = course(call, timezone.now(), timezone.localdate())
    stages, whole = _stages(found), _whole(found)
    pages = {str(theme.pk): theme.get_absolute_url() for theme in found.themes[:THEMES_NAMED]}
    lines = [(stage.label, [_line(pool, whole, pages) for pool in stage.pools if pool.size]) for stage in stages]
    drawn = _drawn(found, stages) if whole else ""
    return {"whole": whole, "drawn": drawn, "stages": lines, "says": _says(found), "at": found.at}


def _line(pool: pictures.Pool, whole: int, pages: dict[str, str]) -> Line:
    width = f"{100 * pool.size / whole:.2f}"
    return Line(pool.label, pool.size, pool.colour, width, pages.get(pool.key, ""))


def _drawn(found: Course, stages: list[pictures.Stage]) -> SafeString:
    title = _("The river of the circle: from messages to verdicts")
    drawn = pictures.river(stages, _bands(found), key="river", title=title, description=_says(found))
    return mark_safe(drawn)  # noqa: S308 - drawn by the engine, which escapes every word


def _whole(found: Course) -> int:
    return sum(theme.messages for theme in found.themes) + _in_no_theme(found)


def _in_no_theme(found: Course) -> int:
    """Messages that no run has put into a theme; never fewer than those among them that are in cases.

    What was withdrawn after a run is still counted in its themes, so the plain difference may be too small."""
    taken = sum(number for reach, number in found.reached.items() if reach.theme not in found.place_of)
    return max(found.messages - sum(theme.messages for theme in found.themes), taken)


def _stages(found: Course) -> list[pictures.Stage]:
    taken, kept = sum(found.reached.values()), Counter[Kept]()
    verdicts = Counter[Verdict]()
    for reach, number in found.reached.items():
        kept[reach.kept] += number
        if _answered(reach):
            verdicts[reach.verdict] += number
    cases = [(TAKEN, _("In a case"), taken, CALM), (NOT_TAKEN, _("In no case"), _whole(found) - taken, PALE)]
    return [
        _stage(_("Messages"), [(ALL, _("All messages"), _whole(found), CALM)]),
        _stage(_("Themes"), _themes(found)),
        _stage(ngettext("%(n)s case", "%(n)s cases", found.cases) % {"n": f"{found.cases:,}"}, cases),
        _stage(_("Promised replies"), [(key, name, kept[key], colour) for key, name, colour in _kept_names()]),
        _stage(_("Verdicts"), [(key, name, verdicts[key], colour) for key, name, colour in _verdict_names()]),
    ]


def _stage(label: str, pools: list[tuple[str, str, int, int]]) -> pictures.Stage:
    return pictures.Stage(label, tuple(pictures.Pool(*pool) for pool in pools))


def _themes(found: Course) -> list[tuple[str, str, int, int]]:
    """The largest themes by name, the others and the rest in sum."""
    named, others = found.themes[:THEMES_NAMED], found.themes[THEMES_NAMED:]
    more = ngettext("%(n)s other theme", "%(n)s other themes", len(others)) % {"n": f"{len(others):,}"}
    return [
        *((str(theme.pk), theme.label, theme.messages, number) for number, theme in enumerate(named)),
        (OTHERS, more, sum(theme.messages for theme in others), PALE),
        (NO_THEME, _("In no theme yet"), _in_no_theme(found), PALE),
    ]


def _kept_names() -> list[tuple[Kept, str, int]]:
    return [
        (Kept.IN_TIME, _("Answered in time"), GOOD),
        (Kept.LATE, _("Answered late"), POOR),
        (Kept.RUNNING, _("The day is still to come"), CALM),
        (Kept.OVERDUE, _("Overdue, no answer"), POOR),
    ]


def _verdict_names() -> list[tuple[Verdict, str, int]]:
    return [
        (Verdict.SOLVED, _("Solved, says the writer"), GOOD),
        (Verdict.NOT_SOLVED, _("Not solved, says the writer"), POOR),
        (Verdict.NOT_SAID, _("Not said yet"), PALE),
    ]


def _bands(found: Course) -> dict[tuple[str, str], int]:
    bands = Counter[tuple[str, str]]()
    for key, _label, size, _colour in _themes(found):
        bands[ALL, key] = size
        bands[key, NOT_TAKEN] = size
    for reach, number in found.reached.items():
        theme = _theme(found, reach)
        bands[theme, TAKEN] += number
        bands[theme, NOT_TAKEN] -= number
        bands[TAKEN, reach.kept] += number
        if _answered(reach):
            bands[reach.kept, reach.verdict] += number
    return dict(bands)


def _theme(found: Course, reach: Reach) -> str:
    """The pool of the themes' stage that holds these messages."""
    place = None if reach.theme is None else found.place_of.get(reach.theme)
    if place is None:
        return NO_THEME
    return str(reach.theme) if place < THEMES_NAMED else OTHERS


def _answered(reach: Reach) -> bool:
    return reach.kept in (Kept.IN_TIME, Kept.LATE)


def _says(found: Course) -> str:
    """The river in words, from the same figures."""
    by: Counter[str] = Counter()
    for reach, number in found.reached.items():
        by[reach.kept] += number
        by[reach.verdict] += number if _answered(reach) else 0
    figures = {str(name).replace(" ", "_"): f"{by[name]:,}" for name in (*Kept, *Verdict)}
    return _(
        "Of %(all)s messages %(themed)s are in themes and %(taken)s in cases. Of these %(in_time)s were answered by the promised "
        "day, %(late)s late, %(running)s wait and their day is still to come, %(overdue)s are overdue. Of the answered ones "
        "%(solved)s are solved as their writers say, %(not_solved)s are not, %(not_said)s have no verdict yet."
    ) % {
        **figures,
        "all": f"{_whole(found):,}",
        "themed": f"{sum(theme.messages for theme in found.themes):,}",
        "taken": f"{sum(found.reached.values()):,}",
    }


@register.simple_tag
def rate_bar(rate: Rate) -> SafeString:
    """A rate as a bar from 0 to 100 % with a line where the true rate likely lies. Nothing where nobody answered."""
    if rate.value is None or rate.interval is None:
        return SafeString("")
    return mark_safe(pictures.share_bars(pictures.Likely(rate.value, *rate.interval), scale=1.0))  # noqa: S308 - figures only


@register.simple_tag
def level_line(levels: Sequence[int], top: int) -> SafeString:
    """How many there were, week by week, as a small line from 0 to `top`."""
    return mark_safe(pictures.level(levels, top=top))  # noqa: S308 - figures only


@register.simple_tag
def weeks_drawn(levels: Sequence[int]) -> SafeString:
    """The cases that a body had to answer, week by week."""
    says = _("%(first)s cases %(weeks)s weeks ago, %(last)s today, %(most)s at most.") % {
        "first": f"{levels[0]:,}",
        "weeks": len(levels) - 1,
        "last": f"{levels[-1]:,}",
        "most": f"{max(levels):,}",
    }
    drawn = pictures.series(levels, key="weeks", title=_("Cases to answer, week by week"), description=says)
    return mark_safe(drawn)  # noqa: S308 - drawn by the engine, which escapes every word


@register.filter
def weeks_ago(levels: Sequence[int]) -> list[tuple[int, int]]:
    """How many weeks ago each level was, today's last: (weeks, level)."""
    return [(len(levels) - 1 - number, level) for number, level in enumerate(levels)]
