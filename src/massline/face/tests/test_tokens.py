"""Colours are law: this reads tokens.css and dark.css and counts contrast (WCAG 2.2, 1.4.6 and 1.4.11) in both themes."""

import re
from itertools import product
from pathlib import Path

import pytest

STATIC = Path(__file__).parent.parent / "static/face"
COLOURS = ("neutral", "accent", "success", "warning", "danger", "info")


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--ds-color-([a-z-]+): (#[0-9a-f]{6});", text))


LIGHT = colours((STATIC / "tokens.css").read_text(encoding="utf-8").partition("@media print")[0])
DARK = colours((STATIC / "dark.css").read_text(encoding="utf-8"))
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def grounds(theme: dict[str, str], colour: str) -> dict[str, str]:
    names = (
        "neutral-background-default",
        "neutral-surface-default",
        "neutral-surface-tinted",
        f"{colour}-surface-tinted",
    )
    return {name: theme[name] for name in names}


def test_black_on_white_counts_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_both_themes_define_the_same_colours() -> None:
    assert LIGHT.keys() - {"focus-inner", "focus-outer"} == DARK.keys() - {"focus-inner", "focus-outer"}
    assert set(COLOURS) <= {name.split("-")[0] for name in LIGHT}


@THEMES
def test_every_text_on_every_ground_reaches_seven_to_one(theme: dict[str, str]) -> None:
    short = [
        f"{colour}-{text} on {name}: {contrast(theme[f'{colour}-{text}'], ground):.2f}"
        for colour, text in product(COLOURS, ("text-default", "text-subtle"))
        for name, ground in grounds(theme, colour).items()
        if contrast(theme[f"{colour}-{text}"], ground) < 7
    ]
    assert short == []


@THEMES
def test_every_button_text_reaches_seven_to_one_also_under_the_pointer(theme: dict[str, str]) -> None:
    short = [
        f"{colour}-{base}"
        for colour, base in product(COLOURS, ("base-default", "base-hover", "base-active"))
        if contrast(theme[f"{colour}-base-contrast-default"], theme[f"{colour}-{base}"]) < 7
    ]
    assert short == []


@THEMES
def test_every_border_of_a_control_and_every_bar_reaches_three_to_one(theme: dict[str, str]) -> None:
    short = [
        f"{colour}-{line} on {name}"
        for colour, line in product(COLOURS, ("border-default", "border-strong", "base-default"))
        for name, ground in grounds(theme, colour).items()
        if contrast(theme[f"{colour}-{line}"], ground) < 3
    ]
    assert short == []
    for colour in COLOURS:
        assert contrast(theme[f"{colour}-base-default"], theme["neutral-surface-active"]) >= 3


@THEMES
def test_the_focus_ring_is_seen_on_every_ground_and_on_every_button(theme: dict[str, str]) -> None:
    for ground in [*grounds(theme, "accent").values(), *(theme[f"{colour}-base-default"] for colour in COLOURS)]:
        assert max(contrast(theme["focus-outer"], ground), contrast(theme["focus-inner"], ground)) >= 3
