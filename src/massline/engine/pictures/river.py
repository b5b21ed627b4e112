"""The river of the circle: what was said, and how far it has come, stage by stage (a Sankey diagram)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from massline.engine.pictures.paper import COLOURS, fitted, sheet

_WIDE: Final = 960.0
_HIGH: Final = 380.0  # height of the whole river where it begins
_BAR: Final = 10.0  # width of a pool
_TYPE: Final = 16.0
_LINE: Final = 20.0
_HEAD: Final = 40.0  # room for the names of the stages
_GAP: Final = 10.0  # least space between two pools of a stage
_THINNEST: Final = 1.5


@dataclass(frozen=True, slots=True)
class Pool:
    """A part of a stage. key: unique in the river. size: messages in it. colour: 0 to COLOURS - 1."""

    key: str
    label: str
    size: int
    colour: int


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the river: its pools from top to bottom. Pools without messages are not drawn."""

    label: str
    pools: tuple[Pool, ...]


Bands = Mapping[tuple[str, str], int]
"""Messages that went on from one pool to another: (key, key) -> messages."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pool is drawn: its left upper corner, its height, the height of its slot, and its label in lines."""

    pool: Pool
    x: float
    y: float
    thick: float
    room: float
    lines: tuple[str, ...]
    among: int  # pools in its stage


def river(stages: Sequence[Stage], bands: Bands, *, key: str, title: str, description: str) -> str:
    """Stages from left to right; heights are in proportion to messages, all by one measure. Made for 832 px and more.

    What flows into a pool must be its size, and no more may flow out; what does not go on ends there. Raises ValueError where
    the sums do not hold: a picture must not hide a loss, nor make anything up.
    """
    require_even(stages, bands)
    whole = max((sum(pool.size for pool in stage.pools) for stage in stages), default=0)
    step = _WIDE / max(1, len(stages))
    columns = [_column(stage, x=number * step, width=step, whole=whole) for number, stage in enumerate(stages)]
    places = {place.pool.key: place for column in columns for place in column}
    heads = "".join(_head(stage, x=number * step, width=step) for number, stage in enumerate(stages))
    pools = "".join(_pool(place) for place in places.values())
    tall = max((place.y + place.room for place in places.values()), default=_HEAD)
    body = _streams(places, bands, whole) + heads + pools
    return sheet(key, title, description, box=(0, 0, _WIDE, tall), body=body)


def require_even(stages: Sequence[Stage], bands: Bands) -> None:
    """Raise ValueError unless each pool gets what it holds, and gives no more than that."""
    into: defaultdict[str, int] = defaultdict(int)
    out: defaultdict[str, int] = defaultdict(int)
    for (source, target), size in bands.items():
        out[source] += size
        into[target] += size
    if strange := (out.keys() | into.keys()) - {pool.key for stage in stages for pool in stage.pools}:
        raise ValueError(f"a band names {min(strange)!r}, which is no pool of this river")
    for number, stage in enumerate(stages):
        for pool in stage.pools:
            if number and into[pool.key] != pool.size:
                raise ValueError(f"{pool.label!r} holds {pool.size} messages, but {into[pool.key]} flow into it")
            if out[pool.key] > pool.size:
                raise ValueError(f"{pool.label!r} holds {pool.size} messages, but {out[pool.key]} flow out of it")


def _column(stage: Stage, *, x: float, width: float, whole: int) -> list[_Place]:
    """The pools of a stage one below the other, each with room for its label and its number."""
    places, y = [], _HEAD
    pools = [pool for pool in stage.pools if pool.size]
    for pool in pools:
        thick = max(_HIGH * pool.size / whole, _THINNEST)
        lines = tuple(fitted(pool.label, width=(width - _BAR - 14) / _TYPE, lines=2))
        room = max(thick, (len(lines) + 1) * _LINE)
        places.append(_Place(pool, x, y, thick, room, lines, len(pools)))
        y += room + _GAP
    return places


def _streams(places: Mapping[str, _Place], bands: Bands, whole: int) -> str:
    """Bands leave and enter each pool in the order of the pools at their other end: none crosses another without need."""
    order = {name: number for number, name in enumerate(places)}
    left = {name: place.y for name, place in places.items()}
    entered = dict(left)
    drawn = []
    flowing = [band for band, size in bands.items() if size]
    for source, target in sorted(flowing, key=lambda band: (order[band[0]], order[band[1]])):
        thick = _HIGH * bands[source, target] / whole
        drawn.append(_stream(places[source], places[target], start=left[source], end=entered[target], thick=thick))
        left[source] += thick
        entered[target] += thick
    return "".join(drawn)


def _stream(source: _Place, target: _Place, *, start: float, end: float, thick: float) -> str:
    """A band has the colour of that end which lies in the stage of more pools: there colours tell more."""
    thick = max(thick, _THINNEST)
    first, last = source.x + _BAR, target.x
    middle = (first + last) / 2
    colour = source.pool if source.among > target.among else target.pool
    return (
        f'<path class="ml-s{_hue(colour)}" d="M{first:.0f} {start:.1f}'
        f"C{middle:.0f} {start:.1f} {middle:.0f} {end:.1f} {last:.0f} {end:.1f}v{thick:.1f}"
        f'C{middle:.0f} {end + thick:.1f} {middle:.0f} {start + thick:.1f} {first:.0f} {start + thick:.1f}Z"/>'
    )


def _head(stage: Stage, *, x: float, width: float) -> str:
    line = fitted(stage.label, width=(width - 8) / _TYPE, lines=1)[0]
    return f'<text class="ml-dim" x="{x:.0f}" y="18" font-size="{_TYPE:.0f}">{escape(line)}</text>'


def _pool(place: _Place) -> str:
    """The pool as a bar, its label and number beside it: at its middle, or from its top where it is thin."""
    pool, x = place.pool, place.x + _BAR + 6
    rows = [(line, "") for line in place.lines] + [(f"{pool.size:,}", ' font-weight="600"')]
    top = max(place.y + (place.thick - len(rows) * _LINE) / 2, place.y) + _TYPE - 1
    words = "".join(
        f'<text x="{x:.0f}" y="{top + number * _LINE:.1f}" font-size="{_TYPE:.0f}"{bold}>{escape(row)}</text>'
        for number, (row, bold) in enumerate(rows)
    )
    bar = f'<rect class="ml-f{_hue(pool)}" x="{place.x:.0f}" y="{place.y:.1f}" width="{_BAR:.0f}" height="{place.thick:.1f}"/>'
    return f"<g><title>{escape(pool.label)}: {pool.size:,}</title>{bar}{words}</g>"


def _hue(pool: Pool) -> int:
    return pool.colour % COLOURS
