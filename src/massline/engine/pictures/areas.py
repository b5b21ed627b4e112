"""A map of areas: outlines, and on each a circle as large as what was said there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from massline.engine.pictures.outlines import Ring, Sheet, laid_out, middle, path
from massline.engine.pictures.paper import DESK, Paper, sheet, text_width

_GREATEST: Final = 0.085  # radius of the largest circle, as part of the paper's width
_LEADING: Final = 1.15
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
    spots = [_spot(place, number, land, most, paper) for number, place in drawn]
    taken: list[_Box] = [spot.circle for spot in spots]
    marks = []
    for spot in spots:
        words = next(
            (words for words in _choices(spot, paper) if not _meets(words.box, taken, spot.circle)),
            _number(spot, paper),
        )
        taken.append(words.box)
        marks.append(_mark(spot, words, paper))
    width = max(land.place(x, 0)[0] for ring in rings for x, _ in ring)
    height = max(*(land.place(0, y)[1] for ring in rings for _, y in ring), *(box[3] for box in taken))
    left = (paper.width - width) / 2  # never narrower than the paper: type keeps its size
    body = f'<g class="ml-land">{outlines}</g><g class="ml-marks">{"".join(marks)}</g>'
    return sheet(key, title, description, box=(-left, -2, paper.width, height + 4), body=body)


_Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a place has its mark. room: how wide its words may be."""

    place: Place
    number: int
    x: float
    y: float
    radius: float
    room: float

    @property
    def circle(self) -> _Box:
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius


@dataclass(frozen=True, slots=True)
class _Words:
    lines: tuple[str, ...]
    size: float
    top: float  # of the first line's foot
    box: _Box


def _spot(place: Place, number: int, land: Sheet, most: int, paper: Paper) -> _Spot:
    x, y = middle(place.rings, land)
    radius = _GREATEST * paper.width * math.sqrt(place.size / most)
    return _Spot(place, number, x, y, radius, _width(place.rings, land.across))


def _choices(spot: _Spot, paper: Paper) -> Iterator[_Words]:
    """The name with its figure where the area is wide enough for it: on a desk in larger type first."""
    for size in (round(paper.least * _LARGER), paper.least) if paper.tips else (paper.least,):
        if text_width(spot.place.label) * size <= 0.9 * spot.room:
            yield _set(spot, (spot.place.label, f"{spot.place.size:,}"), size)


def _number(spot: _Spot, paper: Paper) -> _Words:
    return _set(spot, (str(spot.number),), paper.least)


def _set(spot: _Spot, lines: tuple[str, ...], size: float) -> _Words:
    """In the circle where they fit, else below it."""
    width, height = max(map(text_width, lines)) * size, len(lines) * size * _LEADING
    inside = width < 1.8 * spot.radius and height < 1.6 * spot.radius
    top = spot.y - height / 2 + size * 0.95 if inside else spot.y + spot.radius + size
    box = (spot.x - width / 2, top - size * 0.85, spot.x + width / 2, top + height - size * 0.95)
    return _Words(lines, size, top, box)


def _meets(box: _Box, taken: Sequence[_Box], own: _Box) -> bool:
    return any(
        other != own and box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )


def _width(rings: Sequence[Ring], across: float) -> float:
    longest = max(rings, key=len)
    return (max(x for x, _ in longest) - min(x for x, _ in longest)) * across


def _mark(spot: _Spot, words: _Words, paper: Paper) -> str:
    place, x, y = spot.place, spot.x, spot.y
    tip = f"<title>{spot.number}. {escape(place.label)}: {place.size:,}</title>" if paper.tips else ""
    circle = f'<circle class="ml-c0" cx="{x:.0f}" cy="{y:.0f}" r="{spot.radius:.1f}"/>' if place.size else ""
    lines = "".join(
        f'<text x="{x:.0f}" y="{words.top + line * words.size * _LEADING:.0f}">{escape(word)}</text>'
        for line, word in enumerate(words.lines)
    )
    return f'<g data-n="{spot.number}">{tip}{circle}<g font-size="{words.size:g}">{lines}</g></g>'
