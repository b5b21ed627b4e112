"""Pictures as SVG text: themes by size and closeness, shares, time, and where every message went.

Pure functions: the same data give the same bytes. Colours come by class from `STYLE`, which the page includes once, so a page may
change them, in dark mode as well; every picture names itself and says what it shows, and no fact is in a picture alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]

COLOURS: Final = 6
"""Number of theme colours: classes ml-c0 to ml-c5. A colour never says anything alone: number and label stand beside it."""

_FLOW: Final = 200.0  # height of the whole stream in a flow
_ROW: Final = 46.0  # least height for a label in a flow
_NEVER_FIRST: Final = "、，。；：！？）》」』”…"

_LIGHT: Final = (
    ("#0b6aa8", "#d9eaf6"),
    ("#b3470a", "#fae0d0"),
    ("#0a6e58", "#d3ede5"),
    ("#7d4a86", "#eee0f0"),
    ("#7a5b00", "#f6ebc9"),
    ("#4c5a67", "#e3e8ec"),
)
_DARK: Final = (
    ("#7cc0ee", "#15344a"),
    ("#f2a071", "#4a2a16"),
    ("#6cd0b4", "#123a30"),
    ("#d9abe0", "#3c2a40"),
    ("#e3c263", "#3b3012"),
    ("#b4c0ca", "#2b343b"),
)


def _colours(pairs: Sequence[tuple[str, str]]) -> str:
    return "".join(f"--ml-c{i}:{strong};--ml-s{i}:{soft};" for i, (strong, soft) in enumerate(pairs))


STYLE: Final = (
    f":root{{{_colours(_LIGHT)}--ml-ink:#1b2228;--ml-dim:#55616b;--ml-rule:#c3cbd2}}"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_colours(_DARK)}"
    "--ml-ink:#eef2f5;--ml-dim:#a9b4bd;--ml-rule:#46525c}}"
    ".ml-picture{display:block;width:100%;height:auto;overflow:visible}"
    ".ml-picture text{fill:var(--ml-ink);font-family:inherit}.ml-picture .ml-dim{fill:var(--ml-dim)}"
    ".ml-rule{stroke:var(--ml-rule);stroke-width:1;fill:none}"
    + "".join(
        f".ml-c{i}{{fill:var(--ml-s{i});stroke:var(--ml-c{i})}}.ml-l{i}{{fill:none;stroke:var(--ml-c{i})}}.ml-f{i}{{fill:var(--ml-c{i})}}.ml-s{i}{{fill:var(--ml-s{i})}}"
        for i in range(COLOURS)
    )
)
"""The pictures' style sheet, light and dark; about 2 kB."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One theme. size: messages, above 0. x, y: where it wants to be, in any unit."""

    label: str
    size: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Stream:
    """One band of a flow: its name, how many messages it carries, and its colour (0 to COLOURS - 1)."""

    label: str
    size: int
    colour: int


def bubbles(themes: Sequence[Bubble], *, key: str, title: str, description: str) -> str:
    """Themes as circles: area = messages, near = alike as far as room allows. Numbered in the order given.

    key: unique in the page, for ids. Labels stand where they fit; the caller prints the list beside. Raises ValueError for a
    theme without messages. Cost: 400 * k * k steps in numpy.
    """
    empty = [theme.label for theme in themes if theme.size < 1]
    if empty:
        raise ValueError(f"theme {empty[0]!r} has no messages; leave it out of the picture")
    if not themes:
        return _picture(key, title, description, box=(0, 0, 640, 40), body="")
    radii = _radii(np.array([theme.size for theme in themes], np.float64))  # (k,)
    places = _apart(_spread(np.array([(theme.x, theme.y) for theme in themes], np.float64)), radii)  # (k, 2)
    low, high = (places - radii[:, None]).min(0) - 3, (places + radii[:, None]).max(0) + 3
    body = "".join(
        _bubble(theme, number, x=float(x), y=float(y), radius=float(radius))
        for number, (theme, (x, y), radius) in enumerate(zip(themes, places, radii, strict=True), 1)
    )
    box = (low[0], low[1], high[0] - low[0], high[1] - low[1])
    return _picture(key, title, description, box=box, body=body)


def _radii(sizes: F64) -> F64:
    """Circles of together half the picture's area (640 x 480), none too small to see or to touch."""
    radii: F64 = np.sqrt(sizes / sizes.sum() * 640 * 480 * 0.5 / math.pi)
    return np.clip(radii, 12.0, 150.0)


def _spread(wishes: F64) -> F64:
    """Order along each axis, evenly spread over 640 x 480: neighbours stay neighbours, crowds get room. (k, 2) to (k, 2)."""
    ranks = np.argsort(np.argsort(wishes, axis=0, kind="stable"), axis=0, kind="stable")
    spread: F64 = (ranks + 0.5) / len(wishes) * np.array([640.0, 480.0])
    return spread


def _apart(places: F64, radii: F64) -> F64:
    """Push circles apart until none overlap, while all are drawn to the middle. places (k, 2), radii (k,) to (k, 2)."""
    least = radii[:, None] + radii[None, :] + 5.0  # (k, k)
    np.fill_diagonal(least, 0.0)
    middle = np.array([320.0, 240.0])
    for step in range(400):
        if step < 300:
            places = places + (middle - places) * np.array([0.012, 0.02])
        away = places[:, None, :] - places[None, :, :]  # (k, k, 2)
        gap = np.sqrt((away**2).sum(2)) + 1e-9  # (k, k)
        push = np.maximum(least - gap, 0.0) / gap * 0.5  # (k, k)
        places = places + (away * push[:, :, None]).sum(1) * 0.7
    return places


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


def text_width(text: str) -> float:
    """Width of the text in its own type size: about 1 for a Chinese character, 0.56 for others."""
    return sum(1.0 if character >= "\u2e80" else 0.56 for character in text)


def wrap(text: str, *, width: float) -> list[str]:
    """Lines no wider than `width` type sizes: broken at spaces, anywhere in Chinese, and within a word only if it must be."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_width((line + piece).rstrip()) > width:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() or not lines else lines


def _pieces(text: str) -> list[str]:
    """What must stay together: a Chinese character with its stop, or a word with the space behind it."""
    pieces: list[str] = []
    for character in text:
        within = pieces and character < "\u2e80" and pieces[-1][-1] < "\u2e80" and not pieces[-1].endswith(" ")
        if within or (pieces and character in _NEVER_FIRST):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def share_bar(share: float, *, colour: int = 0) -> str:
    """A bar from 0 to 1 for a table cell. It is decoration: the figure stands beside it as text."""
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        '<svg class="ml-picture ml-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="ml-f{colour % COLOURS}" width="{width:.2f}" height="8" rx="0.6"/></svg>'
    )


def series(counts: Sequence[int], *, key: str, title: str, description: str, colour: int = 0) -> str:
    """Counts over equal steps of time as a filled line; the greatest is marked. At least one count."""
    top, last = max(1, *counts), max(1, len(counts) - 1)
    points = [(300 * i / last, 60 - 54 * count / top) for i, count in enumerate(counts)]
    if len(points) == 1:
        points.append((300.0, points[0][1]))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[max(range(len(counts)), key=counts.__getitem__)]
    hue = colour % COLOURS
    body = (
        f'<polygon class="ml-s{hue}" points="0,60 {line} 300,60"/><path class="ml-rule" d="M0 60H300"/>'
        f'<polyline class="ml-l{hue}" stroke-width="2" stroke-linejoin="round" points="{line}"/>'
        f'<circle class="ml-f{hue}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    )
    return _picture(key, title, description, box=(-4, 0, 308, 62), body=body)


def flow(source: Stream, targets: Sequence[Stream], *, key: str, title: str, description: str) -> str:
    """One stream that parts into several; band heights are in proportion, labels stand to the right with their counts.

    The sizes of `targets` must add up to the size of `source`: raises ValueError, for a picture must not hide a loss.
    """
    total = sum(target.size for target in targets)
    if total != source.size:
        raise ValueError(f"{source.label!r} holds {source.size} messages, its parts {total}; they must be equal")
    kept = [target for target in targets if target.size]
    thick = [max(_FLOW * target.size / total, 1.5) for target in kept]
    slots = [max(band, _ROW) for band in thick]
    tall = sum(slots) + 8
    left, right, bands = (tall - sum(thick)) / 2, 4.0, []
    for target, band, slot in zip(kept, thick, slots, strict=True):
        bands.append(_band(target, start=left, end=right + (slot - band) / 2, thick=band))
        left, right = left + band, right + slot
    middle, top = tall / 2, (tall - sum(thick)) / 2
    label = (
        f'<rect class="ml-f5" x="122" y="{top:.1f}" width="8" height="{sum(thick):.1f}"/>'
        f'<text x="108" y="{middle - 4:.1f}" font-size="20" text-anchor="end">{escape(source.label)}</text>'
        f'<text x="108" y="{middle + 20:.1f}" font-size="20" font-weight="700" text-anchor="end">{source.size:,}</text>'
    )
    return _picture(key, title, description, box=(0, 0, 560, tall), body="".join(bands) + label)


def _band(target: Stream, *, start: float, end: float, thick: float) -> str:
    """A band from (130, start) to (334, end), as thick at both ends, and its label behind."""
    upper = f"M130 {start:.1f}C232 {start:.1f} 232 {end:.1f} 334 {end:.1f}"
    lower = f"v{thick:.1f}C232 {end + thick:.1f} 232 {start + thick:.1f} 130 {start + thick:.1f}Z"
    middle = end + thick / 2
    return (
        f'<path class="ml-c{target.colour % COLOURS}" stroke-width="0.8" d="{upper}{lower}"/>'
        f'<text x="346" y="{middle - 3:.1f}" font-size="18">{escape(target.label)}</text>'
        f'<text x="346" y="{middle + 17:.1f}" font-size="18" font-weight="700">{target.size:,}</text>'
    )


def _picture(key: str, title: str, description: str, *, box: tuple[float, float, float, float], body: str) -> str:
    view = " ".join(f"{number:.1f}" for number in box)
    name = escape(key)
    return (
        f'<svg class="ml-picture" xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>{body}</svg>'
    )
