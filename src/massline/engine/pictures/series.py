"""One row of figures as a bar or a line."""

from __future__ import annotations

from collections.abc import Sequence

from massline.engine.pictures.paper import COLOURS, sheet


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
    return sheet(key, title, description, box=(-4, 0, 308, 62), body=body)
