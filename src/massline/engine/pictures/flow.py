"""One stream that parts into several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from massline.engine.pictures.paper import COLOURS, sheet

_FLOW: Final = 200.0  # height of the whole stream in a flow
_ROW: Final = 46.0  # least height for a label in a flow


@dataclass(frozen=True, slots=True)
class Stream:
    """One band of a flow: its name, how many messages it carries, and its colour (0 to COLOURS - 1)."""

    label: str
    size: int
    colour: int


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
    return sheet(key, title, description, box=(0, 0, 560, tall), body="".join(bands) + label)


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
