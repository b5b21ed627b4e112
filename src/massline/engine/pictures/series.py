"""Figures as bars and lines: shares with what is likely, counts over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from massline.engine.pictures.paper import COLOURS, sheet

_STEPS: Final = 12
"""Steps of a small line; more are summed up."""


@dataclass(frozen=True, slots=True)
class Likely:
    """A share, 0 to 1, and the span in which it likely lies."""

    value: float
    low: float
    high: float


def share_bar(share: float, *, colour: int = 0) -> str:
    """A bar from 0 to 1 for a table cell. It is decoration: the figure stands beside it as text."""
    width = 100 * min(max(share, 0.0), 1.0)
    return (
        '<svg class="ml-picture ml-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f'<rect class="ml-f{colour % COLOURS}" width="{width:.2f}" height="8" rx="0.6"/></svg>'
    )


def share_bars(raw: Likely, corrected: Likely | None = None, *, scale: float, colour: int = 0) -> str:
    """A share as it was counted, full, and under it as it was corrected, hollow; across each a line where it likely lies.

    scale: the share that fills the width, above 0; what lies beyond it is cut off. Decoration: the figures stand beside as text.
    """
    bars = [(raw, f"ml-c{colour % COLOURS}")]
    if corrected:
        bars.append((corrected, f"ml-l{colour % COLOURS}"))
    body = "".join(_likely(share, kind, scale, top=number * 9) for number, (share, kind) in enumerate(bars))
    return (
        f'<svg class="ml-likely" viewBox="0 0 100 {9 * len(bars) - 1}" preserveAspectRatio="none" aria-hidden="true">'
        f"{body}</svg>"
    )


def _likely(share: Likely, kind: str, scale: float, *, top: int) -> str:
    value, low, high = (100 * min(max(part / scale, 0.0), 1.0) for part in (share.value, share.low, share.high))
    below = f' y="{top}"' if top else ""
    return (
        f'<rect class="{kind}"{below} width="{value:.3g}" height="8"/>'
        f'<path class="ml-span" d="M{low:.3g} {top + 1}v6m0-3H{high:.3g}m0-3v6"/>'
    )


def trend(counts: Sequence[int], *, colour: int = 0) -> str:
    """Counts over equal steps of time as a small line from 0 to the greatest. Decoration: its peak stands beside as text."""
    summed = _summed(counts)
    return level(summed, top=max(summed), colour=colour)


def level(levels: Sequence[int], *, top: int, colour: int = 0) -> str:
    """How high something stood at equal steps of time, as a small line from 0 to `top`: one measure for many lines.

    At least one step; what is above top is drawn at it. Decoration: the figures stand beside as text."""
    top, last = max(1, top), max(1, len(levels) - 1)
    points = [(round(100 * step / last), round(20 - 18 * min(high / top, 1))) for step, high in enumerate(levels)]
    if len(points) == 1:
        points.append((100, points[0][1]))
    line = " ".join(f"{x},{y}" for x, y in points)
    return (
        '<svg class="ml-trend" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">'
        f'<polyline class="ml-l{colour % COLOURS}" points="{line}"/></svg>'
    )


def _summed(counts: Sequence[int]) -> list[int]:
    """At most _STEPS sums of equally many steps. The last steps that fill no sum of their own are left out at the beginning."""
    width = -(-len(counts) // _STEPS)
    whole = counts[len(counts) % width :]
    return [sum(whole[start : start + width]) for start in range(0, len(whole), width)]


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
    return sheet(key, title, description, box=(-4, 0, 308, 62), body=body)
