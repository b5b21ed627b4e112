"""The map of opinions as SVG: people as dots, groups as outlines. Colours by class from `engine.pictures.STYLE`."""

from html import escape
from typing import Final

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from massline.engine.opinion.votes import F64, I32
from massline.engine.pictures import COLOURS

MOST_DOTS: Final = 1_500
"""Dots drawn; with more people, evenly spaced ones of each group are drawn and the picture says so."""
WIDTH: Final = 640.0
HEIGHT: Final = 480.0
CORE: Final = 0.9
"""Share of a group's people inside its outline: those nearest to its middle."""


def opinion_map(places: F64, group: I32, *, title: str, description: str) -> str:
    """People at places (n, 2), their group (n,), -1 for none. Near means voting alike. Same input, same bytes."""
    on_paper = _fitted(places)
    parts = [_outline(on_paper[group == one], one) for one in range(int(group.max(initial=-1)) + 1)]
    parts += [_dots(on_paper[group == one], one) for one in range(-1, int(group.max(initial=-1)) + 1)]
    parts += [_letter(on_paper[group == one], one) for one in range(int(group.max(initial=-1)) + 1)]
    return (
        f'<svg class="ml-picture" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-labelledby="map-t map-d">'
        f'<title id="map-t">{escape(title)}</title><desc id="map-d">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def letter(group: int) -> str:
    """A, B, C … for group 0, 1, 2 …"""
    return chr(ord("A") + group) if group < 26 else f"A{group}"


def _fitted(places: F64) -> F64:
    """Places on the paper: the middle 98 % of each axis fills it, the rest lies on its edge."""
    if len(places) == 0:
        return places
    low, high = np.percentile(places, 1, axis=0), np.percentile(places, 99, axis=0)
    size = np.maximum(high - low, 1e-9)
    inner = np.clip((places - low) / size, 0, 1)
    return inner * np.array([WIDTH - 40, HEIGHT - 40]) + 20


def _outline(places: F64, group: int) -> str:
    if len(places) < 3:
        return ""
    distance = np.hypot(*(places - np.median(places, axis=0)).T)
    core = places[distance <= np.quantile(distance, CORE)]
    try:
        corners = core[ConvexHull(core).vertices]
    except (QhullError, ValueError):  # all in one line
        return ""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return (
        f'<polygon class="ml-c{group % COLOURS}" points="{points}" fill-opacity="0.45" stroke-width="1.5"'
        ' stroke-linejoin="round"/>'
    )


def _dots(places: F64, group: int) -> str:
    step = max(1, -(-len(places) // MOST_DOTS))
    colour = "ml-dim" if group < 0 else f"ml-f{group % COLOURS}"
    circles = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places[::step])
    return f'<g class="{colour}" fill-opacity="0.7">{circles}</g>'


def _letter(places: F64, group: int) -> str:
    if len(places) == 0:
        return ""
    x, y = np.median(places, axis=0)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="18" class="ml-c{group % COLOURS}" stroke-width="2"/>'
        f'<text x="{x:.1f}" y="{y + 8:.1f}" font-size="23" font-weight="700" text-anchor="middle">{letter(group)}</text>'
    )
