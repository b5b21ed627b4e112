"""What every picture is drawn on: the SVG around it, its colours for light and dark, and type that fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Final

COLOURS: Final = 6
"""Number of colours: classes ml-c0 to ml-c5. A colour never says anything alone: number and label stand beside it."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a picture is drawn for. width, height: in units of the picture; height is a wish. least: its smallest type. tips: it
    is for a desk, where marks tell a mouse what they are."""

    width: float
    height: float
    least: float
    tips: bool = True


DESK: Final = Paper(640.0, 600.0, 14.0)
"""Shown 550 px wide or more: type stays above 12 px."""
PHONE: Final = Paper(320.0, 400.0, 14.0, tips=False)
"""Shown 280 px wide or more: type stays above 12 px."""
LARGE_TYPE: Final = Paper(320.0, 440.0, 28.0, tips=False)
"""Shown 280 px wide or more: type stays above 24 px."""

_NEVER_FIRST: Final = "、，。；：！？）》」』”…"
_CUT: Final = "…"

# Strong and soft: blue, brick, green, mauve, ochre, slate. Any two strong ones stay 15 apart (CIE 1976) to every kind of eye.
_LIGHT: Final = (
    ("#14509a", "#d9e6f6"),
    ("#98300c", "#fae0d6"),
    ("#12916a", "#d3eee3"),
    ("#8f79a5", "#ece4f2"),
    ("#af7608", "#f6ebcd"),
    ("#474c55", "#e3e6ea"),
)
_DARK: Final = (
    ("#4fa3e3", "#15314c"),
    ("#e3775d", "#4a2318"),
    ("#9df0c0", "#123a2c"),
    ("#e0d0ff", "#352c47"),
    ("#f5c544", "#3b3012"),
    ("#8a939c", "#2b3036"),
)


def _colours(pairs: Sequence[tuple[str, str]]) -> str:
    return "".join(f"--ml-c{i}:{strong};--ml-s{i}:{soft};" for i, (strong, soft) in enumerate(pairs))


_INK: Final = (
    "--ml-ink:#1b2228;--ml-dim:#55616b;--ml-rule:#c3cbd2;--ml-track:#e6eaed",
    "--ml-ink:#eef2f5;--ml-dim:#a9b4bd;--ml-rule:#46525c;--ml-track:#262d33",
)
_AT_NIGHT: Final = f"{{{_colours(_DARK)}{_INK[1]}}}"

STYLE: Final = (
    f":root{{{_colours(_LIGHT)}{_INK[0]}}}"
    f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){_AT_NIGHT}}}"
    f"@media screen{{:root[data-theme=dark]{_AT_NIGHT}}}"
    + "".join(
        f".ml-c{i}{{fill:var(--ml-s{i});stroke:var(--ml-c{i})}}.ml-l{i}{{fill:none;stroke:var(--ml-c{i})}}.ml-f{i}{{fill:var(--ml-c{i})}}.ml-s{i}{{fill:var(--ml-s{i})}}"
        for i in range(COLOURS)
    )
    + files("massline.engine.pictures").joinpath("layout.css").read_text("utf-8")
)
"""The pictures' style sheet, light and dark (as the device says, or `data-theme` of the page); about 5 kB."""


def sheet(key: str, title: str, description: str, *, box: tuple[float, float, float, float], body: str) -> str:
    """The SVG around a picture's marks. key: unique in the page, for ids. box: left, top, width and height of what shows."""
    view = " ".join(f"{number:.1f}" for number in box)
    name = escape(key)
    return (
        f'<svg class="ml-picture" xmlns="http://www.w3.org/2000/svg" viewBox="{view}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>{body}</svg>'
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


def balanced(text: str, *, width: float) -> list[str]:
    """As few lines as `wrap` makes, but about equally long: no single character is left over for the last one."""
    lines = wrap(text, width=width)
    narrow, wide = text_width(text) / len(lines), width
    for _ in range(6):
        middle = (narrow + wide) / 2
        if len(wrap(text, width=middle)) > len(lines):
            narrow = middle
        else:
            wide = middle
    return wrap(text, width=wide)


def fitted(text: str, *, width: float, lines: int) -> list[str]:
    """At most so many lines, each no wider than `width` type sizes; what finds no room is cut, and the cut shows."""
    wrapped = wrap(text, width=width)
    shown = [_cut(line, width) for line in wrapped[:lines]]
    if len(wrapped) > lines:
        shown[-1] = _cut(shown[-1] + _CUT, width)
    return shown


def _cut(line: str, width: float) -> str:
    if text_width(line) <= width:
        return line
    kept = line.rstrip(_CUT)
    while kept and text_width(kept + _CUT) > width:
        kept = kept[:-1]
    return kept.rstrip() + _CUT


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
