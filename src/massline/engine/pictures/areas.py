"""A map of areas: outlines, and on each a circle as large as what was said there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from massline.engine.pictures.outlines import Ring, laid_out, middle, path
from massline.engine.pictures.paper import DESK, Paper, fitted, sheet, text_width

_GREATEST: Final = 0.085  # radius of the largest circle, as part of the paper's width
_LARGER: Final = 1.25  # of the smallest type, where there is room


@dataclass(frozen=True, slots=True)
class Place:
    """An area with its outline. size: messages from there, 0 or more."""

    label: str
    size: int
    rings: tuple[Ring, ...]


def area_map(places: Sequence[Place | None], *, key: str, title: str, description: str, paper: Paper = DESK) -> str:
    """Areas with a circle on each: its area = messages, so that a large and empty area does not look like a loud one.

    Numbered as in the list that the caller prints beside; None is a place of the list without an outline. The name stands in the
    circle or under it where the area is wide enough, else the number. Projection: outlines.Sheet."""
    drawn = [(number, place) for number, place in enumerate(places, 1) if place]
    rings = [ring for _, place in drawn for ring in place.rings]
    if not rings:
        return sheet(key, title, description, box=(0, 0, paper.width, 40), body="")
    land = laid_out(rings, width=paper.width, height=paper.height)
    outlines = "".join(f'<path d="{path(place.rings, land)}"/>' for _, place in drawn)
    most = max(1, *(place.size for _, place in drawn))
    marks = []
    for number, place in drawn:
        x, y = middle(place.rings, land)
        room = _width(place.rings, land.across)
        radius = _GREATEST * paper.width * math.sqrt(place.size / most)
        marks.append(_mark(place, number, at=(x, y), radius=radius, paper=replace(paper, width=room)))
    width = max(land.place(x, 0)[0] for ring in rings for x, _ in ring)
    height = max(land.place(0, y)[1] for ring in rings for _, y in ring)
    left = (paper.width - width) / 2  # never narrower than the paper: type keeps its size
    body = f'<g class="ml-land">{outlines}</g><g class="ml-marks">{"".join(marks)}</g>'
    return sheet(key, title, description, box=(-left - 2, -2, paper.width + 4, height + 4), body=body)


def _width(rings: Sequence[Ring], across: float) -> float:
    longest = max(rings, key=len)
    return (max(x for x, _ in longest) - min(x for x, _ in longest)) * across


def _mark(place: Place, number: int, *, at: tuple[float, float], radius: float, paper: Paper) -> str:
    """paper: as wide as the area."""
    (x, y), size = at, paper.least
    if text_width(place.label) * size * _LARGER <= 0.9 * paper.width:
        size = round(size * _LARGER)
    tip = f"<title>{number}. {escape(place.label)}: {place.size:,}</title>" if paper.tips else ""
    circle = f'<circle class="ml-c0" cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}"/>' if place.size else ""
    label = fitted(place.label, width=0.9 * paper.width / size, lines=1)[0]
    words = [label, f"{place.size:,}"] if label == place.label else [str(number)]
    inside = max(map(text_width, words)) * size < 1.8 * radius and len(words) * size * 1.15 < 1.6 * radius
    top = y - len(words) * size * 0.575 + size * 0.95 if inside else y + radius + size
    lines = "".join(
        f'<text x="{x:.0f}" y="{top + line * size * 1.15:.0f}">{escape(word)}</text>' for line, word in enumerate(words)
    )
    return f'<g data-n="{number}">{tip}{circle}<g font-size="{size:g}">{lines}</g></g>'
