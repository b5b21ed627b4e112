"""The map of opinions: people as marks, a form and a colour for each group; of too many people, where they stand densely."""

from __future__ import annotations

from html import escape
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError

from massline.engine.pictures.paper import COLOURS, sheet

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

MOST_MARKS: Final = 3_000
"""People drawn one by one. Of more, a mark stands for all of its group in one cell; its area is how many they are."""
CORE: Final = 0.9
"""Share of a group's people inside its outline: those nearest to its middle."""
WIDTH: Final = 640.0
HEIGHT: Final = 480.0
_EDGE: Final = 30.0
_CELL: Final = 16.0
_MARK: Final = (6.0, 12.0)  # units across, one person: of many, and of few
_LETTER: Final = 28  # above 12 px where the map is 280 px wide

# A mark of size 1: circle, square, triangle, diamond, cross, upright cross; -1, in no group, is a circle too.
_FORMS: Final = (
    "M-.5,0a.5,.5 0 1,0 1,0a.5,.5 0 1,0 -1,0z",
    "M-.45-.45h.9v.9h-.9z",
    "M0-.6l.58,1h-1.16z",
    "M0-.62l.62,.62l-.62,.62l-.62-.62z",
    "M-.5-.32l.18-.18L0-.18l.32-.32l.18,.18L.18,0l.32,.32l-.18,.18L0,.18l-.32,.32l-.18-.18L-.18,0z",
    "M-.14-.55h.28v.41h.41v.28h-.41v.41h-.28v-.41h-.41v-.28h.41z",
)


def opinion_map(places: F64, group: I32, *, key: str, title: str, description: str) -> str:
    """People at places (n, 2), their group (n,), -1 for none. Near means voting alike. Same input, same bytes.

    Its size has a bound, whatever n is. Working memory: about 100 bytes a person."""
    paper, groups = _fitted(places), range(int(group.max(initial=-1)) + 1)
    name = escape(key)
    forms = "".join(f'<path id="{name}-{one}" d="{_FORMS[max(one, 0) % len(_FORMS)]}"/>' for one in (-1, *groups))
    parts = [_outline(paper[group == one], one) for one in groups]
    across = float(np.clip(120 / np.sqrt(max(len(paper), 1)), *_MARK))
    for one in (-1, *groups):
        mine, form = paper[group == one], f"{name}-{one}"
        drawn = _people(mine, form, across) if len(paper) <= MOST_MARKS else _crowds(mine, form, len(paper))
        parts.append(f'<g class="{"ml-nobody" if one < 0 else f"ml-f{one % COLOURS}"} ml-people">{drawn}</g>')
    parts += [_letter(paper[group == one], one) for one in groups]
    body = f"<defs>{forms}</defs>{''.join(parts)}"
    return sheet(key, title, description, box=(0, 0, WIDTH, HEIGHT), body=body)


def mark(group: int) -> str:
    """The mark of a group's people alone, for the words beside the map. It says nothing: the words do."""
    form = f'<path d="{_FORMS[max(group, 0) % len(_FORMS)]}"/>'
    people = f'<g class="{"ml-nobody" if group < 0 else f"ml-f{group % COLOURS}"} ml-people">{form}</g>'
    return f'<svg class="ml-mark" viewBox="-.7 -.7 1.4 1.4" width="18" height="18" aria-hidden="true">{people}</svg>'


def letter(group: int) -> str:
    """A, B, C … for group 0, 1, 2 …"""
    return chr(ord("A") + group) if group < 26 else f"A{group}"


def _fitted(places: F64) -> F64:
    """Places on the paper: the middle 98 % of each axis fills it, the rest lies on its edge."""
    if len(places) == 0:
        return places
    low, high = np.percentile(places, 1, axis=0), np.percentile(places, 99, axis=0)
    size = np.maximum(high - low, 1e-9)
    inner: F64 = np.clip((places - low) / size, 0, 1)
    return inner * np.array([WIDTH - 2 * _EDGE, HEIGHT - 2 * _EDGE]) + _EDGE


def _outline(places: F64, group: int) -> str:
    if len(places) < 3:
        return ""
    distance = np.hypot(*(places - np.median(places, axis=0)).T)
    core = places[distance <= np.quantile(distance, CORE)]
    try:
        corners = core[ConvexHull(core).vertices]
    except (QhullError, ValueError):  # all in one line
        return ""
    points = " ".join(f"{x:.0f},{y:.0f}" for x, y in corners)
    return f'<polygon class="ml-c{group % COLOURS} ml-group" points="{points}"/>'


def _people(places: F64, form: str, across: float) -> str:
    return "".join(_mark(x, y, across, form) for x, y in places)


def _crowds(places: F64, form: str, everybody: int) -> str:
    """A mark for each cell in which the group has people, at their own middle, so that no grid shows. The largest lie below."""
    if len(places) == 0:
        return ""
    columns = int(WIDTH // _CELL) + 1
    cell = (places[:, 1] // _CELL).astype(np.int64) * columns + (places[:, 0] // _CELL).astype(np.int64)  # (n,)
    cells, at, number = np.unique(cell, return_inverse=True, return_counts=True)  # (c,), (n,), (c,)
    middle = np.stack([np.bincount(at, places[:, axis], len(cells)) / number for axis in (0, 1)], axis=1)  # (c, 2)
    # A cell that holds one hundredth of all people is filled.
    across = np.clip(_CELL * np.sqrt(number / everybody * 100), 1.5, _CELL)
    return "".join(
        _mark(middle[one, 0], middle[one, 1], across[one], form) for one in np.argsort(-number, kind="stable")
    )


def _mark(x: float, y: float, across: float, form: str) -> str:
    return f'<use href="#{form}" transform="translate({x:.0f},{y:.0f})scale({across:.1f})"/>'


def _letter(places: F64, group: int) -> str:
    if len(places) == 0:
        return ""
    x, y = np.median(places, axis=0)
    return (
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="22" class="ml-c{group % COLOURS}" stroke-width="2"/>'
        f'<text x="{x:.0f}" y="{y + _LETTER * 0.35:.0f}" font-size="{_LETTER}" font-weight="700" text-anchor="middle">'
        f"{letter(group)}</text>"
    )
