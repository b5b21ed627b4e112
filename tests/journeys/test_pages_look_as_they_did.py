"""A change of the style that moves or recolours a page is seen, whoever made it. `scripts/pictures` makes the pictures anew."""

from itertools import combinations
from typing import Any

import pytest

from tests.journeys.house import House
from tests.journeys.pictures import (
    DESK,
    MOST,
    MOST_STEADY,
    PHONE,
    SMALL,
    STEADY,
    Picture,
    difference,
    draw,
    drawn_type,
    smaller,
)

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module", autouse=True)
def drawn_alike(chromium: Any) -> None:
    if drawn_type(chromium) != (SMALL / "type.txt").read_text(encoding="utf-8").strip():
        pytest.skip(
            "Type is drawn otherwise here than where docs/pictures/steady was made. `scripts/pictures` makes it anew."
        )


@pytest.mark.parametrize("picture", STEADY, ids=lambda picture: picture.name)
def test_a_page_looks_as_it_did(chromium: Any, house: House, picture: Picture) -> None:
    now = smaller(chromium, draw(chromium, house.url, picture))
    assert difference(chromium, now, (SMALL / f"{picture.name}.png").read_bytes()) <= MOST_STEADY, (
        "This page looks otherwise than before. Look at it; if that was meant, run scripts/pictures and commit what it draws."
    )


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_pages_that_look_otherwise_are_told_apart(chromium: Any, size: tuple[int, int]) -> None:
    """Two pages of one frame, the light and the dark: what is compared is fine enough to see which is which."""
    pictures = [(SMALL / f"{picture.name}.png").read_bytes() for picture in STEADY if picture.size == size]
    assert len(pictures) > 2
    assert all(difference(chromium, one, other) > MOST for one, other in combinations(pictures, 2))
