"""Themes as circles: area is how many said it, near is alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from massline.engine.pictures.paper import COLOURS, sheet, text_width, wrap


@dataclass(frozen=True, slots=True)
class Bubble:
    """One theme. size: messages, above 0. x, y: where it wants to be, in any unit."""

    label: str
    size: int
    x: float
    y: float


def bubbles(themes: Sequence[Bubble], *, key: str, title: str, description: str) -> str:
    """Themes as circles: area = messages, near = alike as far as room allows. Numbered in the order given.

    key: unique in the page, for ids. Labels stand where they fit; the caller prints the list beside. Raises ValueError for a
    theme without messages. Cost: 400 * k * k steps in numpy.
    """
    empty = [theme.label for theme in themes if theme.size < 1]
    if empty:
        raise ValueError(f"theme {empty[0]!r} has no messages; leave it out of the picture")
    if not themes:
        return sheet(key, title, description, box=(0, 0, 640, 40), body="")
    from massline.engine.pictures.crowd import arrange  # numpy: pages without circles do without it

    places, radii = arrange([(theme.x, theme.y) for theme in themes], [theme.size for theme in themes])  # (k, 2), (k,)
    low, high = (places - radii[:, None]).min(0) - 3, (places + radii[:, None]).max(0) + 3
    body = "".join(
        _bubble(theme, number, x=float(x), y=float(y), radius=float(radius))
        for number, (theme, (x, y), radius) in enumerate(zip(themes, places, radii, strict=True), 1)
    )
    box = (low[0], low[1], high[0] - low[0], high[1] - low[1])
    return sheet(key, title, description, box=box, body=body)


def _bubble(theme: Bubble, number: int, *, x: float, y: float, radius: float) -> str:
    colour = (number - 1) % COLOURS
    circle = f'<circle class="ml-c{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" stroke-width="1.5"/>'
    drawn = circle + _bubble_text(theme, number, x=x, y=y, radius=radius)
    tip = f"<title>{number}. {escape(theme.label)}: {theme.size:,}</title>"
    return f"<g>{tip}{drawn}</g>"


def _bubble_text(theme: Bubble, number: int, *, x: float, y: float, radius: float) -> str:
    """The label and its count in as large a type as fits, else the number alone."""
    for size in (22, 19, 16, 14, 12):
        lines = wrap(theme.label, width=1.62 * radius / size)
        height = (len(lines) + 1) * size * 1.2
        if height < 1.5 * radius and max(map(text_width, lines)) * size < 1.66 * radius:
            break
    else:
        size = 15 if radius > 13 else 12
        return f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size}" text-anchor="middle">{number}</text>'
    top = y - height / 2 + size
    rows = [(line, size, "") for line in lines] + [(f"{theme.size:,}", round(size * 0.85), ' class="ml-dim"')]
    return "".join(
        f'<text x="{x:.1f}" y="{top + i * size * 1.2:.1f}" font-size="{type_size}" text-anchor="middle"{dim}>{escape(row)}</text>'
        for i, (row, type_size, dim) in enumerate(rows)
    )
