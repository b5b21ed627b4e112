"""The land of 清溪县, which does not exist: outlines of its townships, made by rule from made-up points in the open sea.

Every border is drawn once and serves both its neighbours: the crooked line between two corners follows from the corners alone."""

from __future__ import annotations

import json
from random import Random
from typing import Final

from massline.project.demo.county import TOWNSHIPS

Point = tuple[float, float]

_WEST, _SOUTH, _ACROSS, _DOWN = 160.2, 29.4, 0.62, 0.5  # degrees; nobody lives there
_SEATS: Final[dict[str, Point]] = {
    "donghe": (0.62, 0.47),
    "xiling": (0.22, 0.52),
    "nanhu": (0.56, 0.16),
    "beishan": (0.42, 0.84),
    "liulin": (0.86, 0.70),
    "shiqiao": (0.88, 0.24),
}
_EDGE: Final[tuple[Point, ...]] = (
    (0.10, 0.30), (0.30, 0.06), (0.58, 0.0), (0.86, 0.06), (1.0, 0.30), (0.97, 0.62), (1.0, 0.84), (0.72, 0.94), (0.44, 1.0),
    (0.16, 0.88), (0.0, 0.62),
)  # fmt: skip
_BENDS: Final = 3  # halvings of each straight line
_CROOKED: Final = 0.12  # how far a bend strays, as part of its line


def outlines() -> str:
    """The townships as GeoJSON, as an operator would hand it in. The same bytes always."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": town.key, "name": town.zh},
            "geometry": {"type": "Polygon", "coordinates": [[_degrees(point) for point in _outline(town.key)]]},
        }
        for town in TOWNSHIPS
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def _outline(key: str) -> list[Point]:
    """The land that is nearer to this seat than to any other, with crooked borders; the first point stands at the end again."""
    corners = list(_EDGE)
    for other, seat in _SEATS.items():
        if other != key:
            corners = _nearer(corners, _SEATS[key], seat)
    around = [*corners, corners[0]]
    crooked = [point for first, last in zip(around, around[1:], strict=False) for point in _crooked(first, last)[:-1]]
    return [*crooked, crooked[0]]


def _nearer(corners: list[Point], mine: Point, other: Point) -> list[Point]:
    """The part of a polygon that is nearer to mine than to other (Sutherland and Hodgman's clipping by one line)."""

    def side(point: Point) -> float:
        return sum((a - b) ** 2 - (a - c) ** 2 for a, b, c in zip(point, other, mine, strict=True))

    kept: list[Point] = []
    for first, last in zip(corners, [*corners[1:], corners[0]], strict=True):
        at, to = side(first), side(last)
        if at >= 0:
            kept.append(first)
        if (at >= 0) != (to >= 0):
            part = at / (at - to)
            kept.append(
                (round(first[0] + (last[0] - first[0]) * part, 9), round(first[1] + (last[1] - first[1]) * part, 9))
            )
    return kept


def _crooked(first: Point, last: Point) -> list[Point]:
    """A line with bends between two corners; from either end it is the same line."""
    low, high = sorted((_rounded(first), _rounded(last)))
    line, chance = [low, high], Random(f"{low} {high}")  # noqa: S311 - a made-up border
    for _ in range(_BENDS):
        bent = [line[0]]
        for (a, b), (c, d) in zip(line, line[1:], strict=False):
            stray = chance.uniform(-_CROOKED, _CROOKED)
            bent += [((a + c) / 2 - (d - b) * stray, (b + d) / 2 + (c - a) * stray), (c, d)]
        line = bent
    return line if low == _rounded(first) else line[::-1]


def _rounded(point: Point) -> Point:
    return round(point[0], 6), round(point[1], 6)


def _degrees(point: Point) -> Point:
    return round(_WEST + point[0] * _ACROSS, 5), round(_SOUTH + point[1] * _DOWN, 5)
