"""Outlines of areas from the operator's own GeoJSON (RFC 7946): read, checked, and brought onto paper."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from massline.engine.errors import OutlineError

Ring = tuple[tuple[float, float], ...]
"""A closed line of longitude and latitude in degrees (WGS 84); the first point stands at the end again."""

MOST_POINTS: Final = 500_000
_CODES: Final = ("code", "adcode", "代码")
_NAMES: Final = ("name", "名称", "NAME")


@dataclass(frozen=True, slots=True)
class Outline:
    """One area of a file: how it calls itself, and its rings. Parts that lie apart are rings of their own, and so are holes."""

    code: str
    name: str
    rings: tuple[Ring, ...]


def read_outlines(text: str) -> list[Outline]:
    """All areas of a GeoJSON FeatureCollection. Raises OutlineError, which names the feature, what is wrong, and how to go on."""
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise OutlineError(f"This is no JSON: {problem}. Save the map as GeoJSON, in UTF-8.") from problem
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise OutlineError(
            "This is no GeoJSON FeatureCollection. Save the layer of areas, not a single shape, as GeoJSON."
        )
    if not features:
        raise OutlineError("The file holds no features. Export the layer with its areas.")
    outlines = [_outline(number, feature) for number, feature in enumerate(features, 1)]
    points = sum(len(ring) for outline in outlines for ring in outline.rings)
    if points > MOST_POINTS:
        raise OutlineError(
            f"The file has {points:,} points; {MOST_POINTS:,} are allowed. Simplify the layer, then export again."
        )
    return outlines


def _outline(number: int, found: object) -> Outline:
    feature: dict[str, Any] = found if isinstance(found, dict) else {}
    facts = feature.get("properties")
    facts = facts if isinstance(facts, dict) else {}
    code, name = (_first(facts, keys) for keys in (_CODES, _NAMES))
    place = f"Feature {number}" + (f" ({name or code})" if name or code else "")
    if not code and not name:
        raise OutlineError(
            f"{place} has neither a code nor a name. Give it a property “code” or “name” like that of its body."
        )
    shape = feature.get("geometry")
    kind, coordinates = (shape.get("type"), shape.get("coordinates")) if isinstance(shape, dict) else (None, None)
    if kind == "Polygon":
        coordinates = [coordinates]
    elif kind != "MultiPolygon":
        raise OutlineError(f"{place} is {kind or 'nothing'}; an area must be a Polygon or a MultiPolygon.")
    try:
        rings = tuple(_ring(ring) for polygon in coordinates or () for ring in polygon)
    except (TypeError, ValueError) as problem:
        raise OutlineError(f"{place}: {problem}") from problem
    if not rings:
        raise OutlineError(f"{place} has no coordinates. Draw its outline, or leave it out.")
    return Outline(code, name, rings)


def _first(facts: dict[str, Any], keys: Iterable[str]) -> str:
    return next((str(facts[key]).strip() for key in keys if facts.get(key) not in (None, "")), "")


def _ring(points: Sequence[Sequence[float]]) -> Ring:
    """Raises ValueError, TypeError."""
    ring = tuple((float(point[0]), float(point[1])) for point in points)
    for x, y in ring:
        if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180 and abs(y) <= 90):
            raise ValueError(
                f"{x:g}, {y:g} is no longitude and latitude in degrees. Export the layer in WGS 84 (EPSG:4326), "
                "longitude first."
            )
    if len(ring) < 4 or ring[0] != ring[-1]:
        raise ValueError(f"a ring has {len(ring)} points and must have 4 or more, the last of them the first again.")
    return ring


@dataclass(frozen=True, slots=True)
class Sheet:
    """How degrees come onto paper: equirectangular, true at the middle latitude (areas look right up to the size of a province).

    Not yet: areas on both sides of the 180th meridian."""

    west: float
    north: float
    across: float  # units of the picture for one degree of longitude
    down: float  # and of latitude

    def place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.west) * self.across, (self.north - y) * self.down


def laid_out(rings: Iterable[Ring], *, width: float, height: float) -> Sheet:
    """The sheet on which all rings find room within width x height."""
    points = [point for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    shrink = max(math.cos(math.radians((south + north) / 2)), 0.01)
    down = min(width / max((east - west) * shrink, 1e-9), height / max(north - south, 1e-9))
    return Sheet(west, north, down * shrink, down)


def path(rings: Iterable[Ring], sheet: Sheet) -> str:
    """Rings as an SVG path in whole units, without the points that nobody would see. Small islands vanish, never a whole area."""
    drawn = [_line(ring, sheet) for ring in rings]
    seen = [line for line in drawn if len(line) > 3]
    return "".join(_relative(line) for line in seen or [max(drawn, key=len)])


def _line(ring: Ring, sheet: Sheet) -> list[tuple[int, int]]:
    """Whole units, no point twice in a row, and none that lies on the way between its neighbours."""
    line: list[tuple[int, int]] = []
    for x, y in (sheet.place(*point) for point in ring):
        point = (round(x), round(y))
        if line and point == line[-1]:
            continue
        while len(line) > 1 and _between(line[-2], line[-1], point):
            line.pop()
        line.append(point)
    return line


def _between(first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]) -> bool:
    """Whether the middle point is less than half a unit off the straight line."""
    dx, dy = last[0] - first[0], last[1] - first[1]
    off = abs(dx * (middle[1] - first[1]) - dy * (middle[0] - first[0]))
    return off <= 0.5 * max(math.hypot(dx, dy), 1e-9) and dx * (middle[0] - first[0]) + dy * (middle[1] - first[1]) >= 0


def _relative(line: Sequence[tuple[int, int]]) -> str:
    steps = [f"{x - a:d},{y - b:d}" for (a, b), (x, y) in zip(line, line[1:], strict=False)]
    return f"M{line[0][0]},{line[0][1]}l{' '.join(steps)}z" if steps else f"M{line[0][0]},{line[0][1]}z"


def middle(rings: Sequence[Ring], sheet: Sheet) -> tuple[float, float]:
    """A point well inside the largest ring, on paper: the middle of its longest level chord among a few."""
    ring = [sheet.place(*point) for point in max(rings, key=lambda ring: abs(_size(ring)))]
    low, high = min(y for _, y in ring), max(y for _, y in ring)
    chords = [chord for part in (0.5, 0.42, 0.58, 0.33, 0.67) for chord in _chords(ring, low + (high - low) * part)]
    if not chords:
        return ring[0]
    left, right, y = max(chords, key=lambda chord: chord[1] - chord[0])
    return (left + right) / 2, y


def _chords(ring: Sequence[tuple[float, float]], y: float) -> list[tuple[float, float, float]]:
    """Where a level line runs inside the ring: (left, right, y)."""
    cuts = sorted(
        a + (y - b) / (d - b) * (c - a) for (a, b), (c, d) in zip(ring, ring[1:], strict=False) if (b > y) != (d > y)
    )
    return [(left, right, y) for left, right in zip(cuts[::2], cuts[1::2], strict=False)]


def _size(ring: Ring) -> float:
    return sum(a * d - c * b for (a, b), (c, d) in zip(ring, ring[1:], strict=False)) / 2
