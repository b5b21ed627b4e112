"""Colours of the pictures: told apart by every kind of eye, seen on their ground, with type that can be read on them."""

import itertools
import re

import numpy as np
import pytest

from massline.engine.pictures import COLOURS, STYLE

APART = 15.0  # CIE 1976; 2.3 is just noticeable, 10 is seen at a glance
# What eyes without one kind of cone see of linear light: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A physiologically-
# based model for simulation of color vision deficiency, IEEE TVCG 15 (2009) 1291-1298, severity 1.0.
EYES = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.95047, 1.0, 1.08883])
THEMES = {"light": 0, "dark": 1}
GROUNDS = {"light": ("#ffffff", "#fbf9f4"), "dark": ("#15171a", "#1d2023")}  # of the face and of reports


def values(theme: str) -> dict[str, str]:
    """The custom properties of one theme, as STYLE gives them."""
    blocks = re.findall(r":root(?:\[[^]]*\]|:not\([^)]*\))?\{(--ml-c0[^}]*)", STYLE)
    return dict(re.findall(r"(--ml-\w+):(#\w{6})", blocks[THEMES[theme]]))


def light(colour: str) -> np.ndarray:
    """Linear light (3,) of #rrggbb."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def seen(colour: str, eye: str) -> np.ndarray:
    """The colour as this eye sees it, in CIE L*a*b* (3,)."""
    xyz = TO_XYZ @ np.clip(np.array(EYES[eye]) @ light(colour), 0, 1) / WHITE
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(first: str, second: str) -> float:
    """WCAG's contrast of two colours."""
    low, high = sorted(float(light(colour) @ TO_XYZ[1]) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_any_two_colours_are_told_apart(theme, eye):
    strong = [seen(values(theme)[f"--ml-c{number}"], eye) for number in range(COLOURS)]
    gaps = [np.linalg.norm(one - other) for one, other in itertools.combinations(strong, 2)]
    assert min(gaps) >= APART


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_is_seen_on_its_ground_and_on_the_track_of_a_bar(theme):
    found = values(theme)
    grounds = (*GROUNDS[theme], found["--ml-track"])
    strong = [found[f"--ml-c{number}"] for number in range(COLOURS)]
    assert min(contrast(colour, ground) for colour, ground in itertools.product(strong, grounds)) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_type_can_be_read_on_every_soft_colour_and_on_the_land(theme):
    found = values(theme)
    grounds = [found[f"--ml-s{number}"] for number in range(COLOURS)] + [found["--ml-track"], *GROUNDS[theme]]
    assert min(contrast(found["--ml-ink"], ground) for ground in grounds) >= 7


def test_the_page_in_the_dark_by_choice_has_the_colours_of_the_device_in_the_dark():
    blocks = re.findall(r":root(?:\[[^]]*\]|:not\([^)]*\))?\{(--ml-c0[^}]*)", STYLE)
    assert len(blocks) == 3
    assert blocks[1] == blocks[2]
