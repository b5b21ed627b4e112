"""Themes as circles: area is how many said it, near is alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from massline.engine.pictures.paper import COLOURS, DESK, Paper, balanced, sheet, text_width


@dataclass(frozen=True, slots=True)
class Bubble:
    """One theme. size: messages, above 0. x, y: where it wants to be, in any unit."""

    label: str
    size: int
    x: float
    y: float


def bubbles(  # noqa: PLR0913 - paper and first are of the page
    themes: Sequence[Bubble], *, key: str, title: str, description: str, paper: Paper = DESK, first: int = 1
) -> str:
    """Themes as circles: area = messages, near = alike as far as room allows. Numbered in the order given, from `first`.

    key: unique in the page, for ids. Labels stand where they fit, else the number alone; the caller prints the list beside.
    Raises ValueError for a theme without messages. Cost: 400 * k * k steps in numpy.
    """
    empty = [theme.label for theme in themes if theme.size < 1]
    if empty:
        raise ValueError(f"theme {empty[0]!r} has no messages; leave it out of the picture")
    if not themes:
        return sheet(key, title, description, box=(0, 0, paper.width, 40), body="")
    from massline.engine.pictures.crowd import arrange  # numpy: pages without circles do without it

    wishes, sizes = [(theme.x, theme.y) for theme in themes], [theme.size for theme in themes]
    places, radii = arrange(wishes, sizes, width=paper.width, height=paper.height)  # (k, 2), (k,)
    low, high = (places - radii[:, None]).min(0) - 3, (places + radii[:, None]).max(0) + 3
    # Never wider than the paper: what is wider would be shrunk on the page, and its type with it.
    grown = max(1.0, float(high[0] - low[0]) / paper.width)
    scaled = replace(paper, least=math.ceil(paper.least * grown))
    circles = "".join(
        _bubble(theme, number, circle=_Circle(float(x), float(y), float(radius)), paper=scaled)
        for number, (theme, (x, y), radius) in enumerate(zip(themes, places, radii, strict=True), first)
    )
    box = (low[0], low[1], high[0] - low[0], high[1] - low[1])
    return sheet(key, title, description, box=box, body=f'<g class="ml-bubbles">{circles}</g>')


@dataclass(frozen=True, slots=True)
class _Circle:
    x: float
    y: float
    radius: float


def _bubble(theme: Bubble, number: int, *, circle: _Circle, paper: Paper) -> str:
    """A mark with its words, and for a mouse a tip: no finger ever sees one."""
    drawn = f'<circle class="ml-c{(number - 1) % COLOURS}" cx="{circle.x:.1f}" cy="{circle.y:.1f}" r="{circle.radius:.1f}"/>'
    tip = f"<title>{number}. {escape(theme.label)}: {theme.size:,}</title>" if paper.tips else ""
    return f'<g data-n="{number}">{tip}{drawn}{_words(theme, number, circle=circle, least=paper.least)}</g>'


def _words(theme: Bubble, number: int, *, circle: _Circle, least: float) -> str:
    """The label and its count in as large a type as fits, else the number alone."""
    radius = circle.radius
    for size in sorted({least, *(size for size in (22.0, 19.0, 16.0, 14.0) if size > least)}, reverse=True):
        lines = balanced(theme.label, width=1.62 * radius / size)
        height = (len(lines) + 1) * size * 1.2
        if height < 1.5 * radius and max(map(text_width, lines)) * size < 1.66 * radius:
            return _rows([*lines, f"{theme.size:,}"], circle=circle, size=size)
    return _rows([str(number)], circle=circle, size=least)


def _rows(rows: Sequence[str], *, circle: _Circle, size: float) -> str:
    """Lines of type, set in the middle of the circle."""
    top = circle.y - len(rows) * size * 0.6 + size * 0.95
    lines = "".join(
        f'<text x="{circle.x:.0f}" y="{top + number * size * 1.2:.0f}">{escape(row)}</text>'
        for number, row in enumerate(rows)
    )
    return f'<g font-size="{size:g}">{lines}</g>'
