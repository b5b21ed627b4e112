"""The map of opinions: everybody is on it once, groups differ by more than a colour, its size has a bound."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from massline.engine.pictures.opinions import HEIGHT, MOST_MARKS, WIDTH, letter, opinion_map

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"key": "k", "title": "标题", "description": "说明"}


def people(count: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Groups in a row, every seventh person in none."""
    generator = np.random.default_rng(count)
    group = np.where(np.arange(count) % 7 == 6, -1, np.arange(count) % max(1, groups)).astype(np.int32)
    return np.stack([5.0 * group, 0.0 * group], axis=1) + generator.normal(0, 1, (count, 2)), group


def marks(picture: str) -> dict[str, list[tuple[float, float, float]]]:
    """Form -> x, y and size of each of its marks."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for use in parsed(picture).iter(f"{SVG}use"):
        x, y, size = map(float, re.findall(r"-?[\d.]+", use.get("transform")))
        found.setdefault(use.get("href"), []).append((x, y, size))
    return found


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture


def test_nobody_gives_an_empty_map_that_still_names_itself():
    drawn = opinion_map(np.zeros((0, 2)), np.zeros(0, np.int32), **NAMES)
    assert "<title" in drawn
    assert marks(drawn) == {}


@pytest.mark.parametrize(("count", "groups"), [(1, 1), (2, 1), (3, 3), (80, 0), (700, 8)])
def test_everybody_is_on_the_map_once_under_her_groups_form(count, groups):
    places, group = people(count, groups)
    found = marks(opinion_map(places, group, **NAMES))
    assert {form: len(all_) for form, all_ in found.items()} == {
        f"#k-{one}": int(number) for one, number in zip(*np.unique(group, return_counts=True), strict=True)
    }


@pytest.mark.parametrize("count", [5, MOST_MARKS + 1, 60_000])
def test_no_mark_leaves_the_paper(count):
    for form in marks(opinion_map(*people(count, 4), **NAMES)).values():
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y, _ in form)


def test_people_all_at_one_place_or_in_one_line_have_no_outline_and_do_no_harm():
    for places in (np.ones((9, 2)), np.stack([np.arange(9.0), np.arange(9.0)], axis=1)):
        drawn = opinion_map(places, np.zeros(9, np.int32), **NAMES)
        assert len(marks(drawn)["#k-0"]) == 9


def test_neighbouring_groups_differ_in_form_as_well_as_in_colour():
    drawn = parsed(opinion_map(*people(300, 6), **NAMES))
    forms = [path.get("d") for path in drawn.find(f"{SVG}defs") if path.get("id") != "k--1"]
    assert len(set(forms)) == 6
    letters = [text.text for text in drawn.iter(f"{SVG}text")]
    assert letters == [letter(one) for one in range(6)]


def test_of_very_many_people_the_picture_stays_small_and_denser_places_have_larger_marks():
    few, many = (opinion_map(*people(count, 3), **NAMES) for count in (MOST_MARKS, 400_000))
    assert len(many) < 2 * len(few)
    sizes = [size for _, _, size in marks(many)["#k-0"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 3 * sizes[-1]


def test_the_marks_of_few_people_are_larger_than_those_of_many():
    sizes = [
        {size for form in marks(opinion_map(*people(n, 3), **NAMES)).values() for *_, size in form}
        for n in (9, 90, 900)
    ]
    assert [len(both) for both in sizes] == [1, 1, 1]
    assert sizes[0] == {12}
    assert 6 <= max(sizes[2]) < max(sizes[1]) <= 12


def test_letters_can_be_read_on_a_phone():
    sizes = re.findall(r'font-size="(\d+)"', opinion_map(*people(50, 2), **NAMES))
    assert min(map(int, sizes)) * 280 / WIDTH >= 12


def test_the_same_people_give_the_same_bytes_and_stay_untouched():
    places, group = people(5_000, 3)
    before = places.copy()
    assert opinion_map(places, group, **NAMES) == opinion_map(places, group, **NAMES)
    assert (places == before).all()
