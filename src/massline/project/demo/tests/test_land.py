"""The made-up land: every township has its piece, neighbours share their borders, and it is the same land every time."""

from collections import Counter

from massline.engine.pictures.outlines import read_outlines
from massline.project.demo.county import TOWNSHIPS
from massline.project.demo.land import outlines


def test_every_township_has_one_outline() -> None:
    assert [outline.code for outline in read_outlines(outlines())] == [town.key for town in TOWNSHIPS]


def test_neighbours_share_their_borders_point_by_point() -> None:
    steps = Counter(
        frozenset(step)
        for outline in read_outlines(outlines())
        for ring in outline.rings
        for step in zip(ring, ring[1:], strict=False)
    )
    shared = sum(number == 2 for number in steps.values())
    assert max(steps.values()) == 2
    assert shared > len(steps) / 3


def test_the_land_is_the_same_every_time() -> None:
    assert outlines() == outlines()
