"""Outlines: what is wrong with a file is said by feature; what is drawn is where it belongs, readable, and light."""

import itertools
import json
import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.errors import OutlineError
from massline.engine.pictures import DESK, LARGE_TYPE, PHONE, Place, area_map, text_width
from massline.engine.pictures.outlines import laid_out, middle, path, read_outlines

SVG = "{http://www.w3.org/2000/svg}"
NAMES = {"key": "k", "title": "标题", "description": "说明"}
SQUARE = [[100.0, 30.0], [100.1, 30.0], [100.1, 30.1], [100.0, 30.1], [100.0, 30.0]]


def a_file(*shapes: object, **facts: object) -> str:
    """A GeoJSON file of these geometries; a list is the only ring of a polygon."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"c{number}", "name": f"地方{number}"} | facts,
            "geometry": {"type": "Polygon", "coordinates": [shape]} if isinstance(shape, list) else shape,
        }
        for number, shape in enumerate(shapes, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def squares(count: int) -> list[tuple[tuple[float, float], ...]]:
    """Squares in a row from west to east."""
    return [tuple((x + 0.1 * number, y) for x, y in SQUARE) for number in range(count)]


def a_map(count: int, label: str = "东河镇", sizes: tuple[int, ...] = (), **options: object) -> str:
    places = [Place(label, sizes[number] if sizes else number, (ring,)) for number, ring in enumerate(squares(count))]
    return area_map(places, **NAMES, **options)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "no GeoJSON FeatureCollection"),
        ('{"type": "Feature"}', "no GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection", "features": []}', "no features"),
        ('{"type": "FeatureCollection", "features": [7]}', "Feature 1 has neither a code nor a name"),
        (a_file(SQUARE, code=None, name=" "), "Feature 1 has neither a code nor a name"),
        (a_file(SQUARE, {"type": "Point", "coordinates": [1, 2]}), r"Feature 2 \(地方2\) is Point"),
        (a_file(None), r"Feature 1 \(地方1\) is nothing"),
        (a_file([[456789.0, 3456789.0]] * 4), "456789, 3.45679e.06 is no longitude and latitude.*WGS 84"),
        (a_file([[math.nan, 1.0]] * 4), "is no longitude and latitude"),
        (a_file([[1e999, 1.0]] * 4), "is no longitude and latitude"),
        (a_file(SQUARE[:3]), "a ring has 3 points and must have 4"),
        (a_file([*SQUARE[:4], [100.0, 30.2]]), "the last of them the first again"),
        (a_file([["a", "b"]] * 4), "could not convert"),
        (a_file([1, 2, 3, 4]), "Feature 1"),
        (a_file({"type": "Polygon", "coordinates": []}), "has no coordinates"),
        (a_file({"type": "MultiPolygon", "coordinates": None}), "Feature 1"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_feature_and_how_to_go_on(text, said):
    with pytest.raises(OutlineError, match=said):
        read_outlines(text)


def test_a_file_too_large_to_draw_is_refused_with_its_size(monkeypatch):
    monkeypatch.setattr("massline.engine.pictures.outlines.MOST_POINTS", 9)
    with pytest.raises(OutlineError, match="10 points; 9 are allowed"):
        read_outlines(a_file(SQUARE, SQUARE))


def test_an_area_of_two_parts_keeps_both_and_its_names():
    islands = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    (outline,) = read_outlines(a_file(islands, code=330102))
    assert (outline.code, outline.name, len(outline.rings)) == ("330102", "地方1", 2)


@pytest.mark.parametrize("places", [[], [None]])
def test_no_areas_give_an_empty_picture_that_still_names_itself(places):
    assert "<title" in area_map(places, **NAMES)


@pytest.mark.parametrize("paper", [DESK, PHONE, LARGE_TYPE])
@pytest.mark.parametrize("sizes", [(0,), (1,), (10_000_000, 0, 1)])
def test_one_area_and_very_many_messages_stay_on_the_paper(paper, sizes):
    svg = parsed(a_map(len(sizes), sizes=sizes, paper=paper))
    left, top, width, height = map(float, svg.get("viewBox").split())
    for circle in svg.iter(f"{SVG}circle"):
        x, y, radius = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert left <= x - radius
        assert x + radius <= left + width
        assert top <= y <= top + height
    assert len(list(svg.iter(f"{SVG}circle"))) == sum(size > 0 for size in sizes)


def test_circles_have_areas_in_proportion_to_messages():
    radii = [float(circle.get("r")) for circle in parsed(a_map(3, sizes=(400, 100, 25))).iter(f"{SVG}circle")]
    assert radii[0] / radii[1] == pytest.approx(2, rel=0.01)
    assert radii[1] / radii[2] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("label", ["村" * 200, "a" * 200, "شارع مظلم", "🚰 水村"])
def test_a_name_too_long_for_its_area_gives_way_to_its_number(label):
    svg = parsed(a_map(6, label))
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert all(label in title.text for title in svg.findall(f"{SVG}g/{SVG}g/{SVG}title"))
    assert all(text_width(word) * DESK.least < DESK.width / 6 + 20 for word in words)


@pytest.mark.parametrize("paper", [DESK, PHONE, LARGE_TYPE])
@pytest.mark.parametrize("count", [2, 6, 14])
def test_words_on_a_map_neither_meet_nor_leave_the_paper(paper, count):
    svg = parsed(a_map(count, "滨河社区", sizes=tuple(range(count, 0, -1)), paper=paper))
    left, top, width, height = map(float, svg.get("viewBox").split())
    boxes = []
    for group in svg.findall(f"{SVG}g/{SVG}g"):
        lines, size = group.findall(f"{SVG}g/{SVG}text"), float(group.find(f"{SVG}g").get("font-size"))
        half = max(text_width(line.text) for line in lines) * size / 2
        x, first, last = (float(lines[0].get("x")), float(lines[0].get("y")), float(lines[-1].get("y")))
        boxes.append((x - half, first - 0.8 * size, x + half, last + 0.15 * size))
        assert last + 0.15 * size <= top + height
    named = [box for box in boxes if box[2] - box[0] > 60]
    for (a, b, c, d), (e, f, g, h) in itertools.combinations(named, 2):
        assert c <= e + 1 or g <= a + 1 or d <= f + 1 or h <= b + 1


@pytest.mark.parametrize(("paper", "narrowest", "least"), [(DESK, 550, 12), (PHONE, 280, 12), (LARGE_TYPE, 280, 24)])
def test_no_type_on_a_map_is_too_small_on_the_narrowest_page_that_shows_it(paper, narrowest, least):
    picture = a_map(8, paper=paper)
    width = float(parsed(picture).get("viewBox").split()[2])
    assert min(map(float, re.findall(r'font-size="([\d.]+)"', picture))) * narrowest / width >= least


@given(st.floats(-170, 160), st.floats(-80, 80))
def test_a_square_of_land_is_a_square_on_paper_wherever_it_lies(west, south):
    shrink = math.cos(math.radians(south + 0.05))
    ring = tuple((west + x / shrink, south + y) for x, y in ((0, 0), (0.1, 0), (0.1, 0.1), (0, 0.1), (0, 0)))
    sheet = laid_out([ring], width=640, height=640)
    (left, low), (right, high) = sheet.place(*ring[0]), sheet.place(*ring[2])
    assert right - left == pytest.approx(low - high, rel=1e-3)
    assert max(right - left, low - high) == pytest.approx(640, rel=1e-3)


def test_north_is_up_and_east_is_right():
    sheet = laid_out([tuple(map(tuple, SQUARE))], width=100, height=100)
    assert sheet.place(100.0, 30.1)[1] < sheet.place(100.0, 30.0)[1]
    assert sheet.place(100.1, 30.0)[0] > sheet.place(100.0, 30.0)[0]


def test_points_that_nobody_would_see_are_left_out_and_the_shape_stays():
    fine = [(x / 10_000, 0.0) for x in range(10_000)] + [(1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
    drawn = path([tuple(fine)], laid_out([tuple(fine)], width=640, height=640))
    assert len(drawn) < 100
    assert drawn.startswith("M0,")


def test_an_area_smaller_than_a_unit_is_still_there():
    speck = tuple((x / 1e6, y / 1e6) for x, y in SQUARE)
    far = tuple(map(tuple, SQUARE))
    assert path([speck], laid_out([speck, far], width=640, height=480)).startswith("M")


@given(st.integers(3, 9), st.floats(0.1, 1), st.floats(0, 6))
def test_the_mark_stands_inside_its_area(corners, dent, turn):
    """A star: every second corner is drawn in."""
    star = [
        (10 + math.cos(turn + math.pi * k / corners) * r, 20 + math.sin(turn + math.pi * k / corners) * r)
        for k in range(2 * corners)
        for r in [1 if k % 2 else dent]
    ]
    ring = (*star, star[0])
    sheet = laid_out([ring], width=600, height=600)
    x, y = middle([ring], sheet)
    line = [sheet.place(*point) for point in ring]
    crossings = sum(
        (b > y) != (d > y) and x < a + (y - b) / (d - b) * (c - a)
        for (a, b), (c, d) in zip(line, line[1:], strict=False)
    )
    assert crossings % 2 == 1
