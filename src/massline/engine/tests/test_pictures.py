"""Laws of the pictures: areas and heights tell the truth, nothing overlaps, every picture names itself."""

import itertools
import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from massline.engine.pictures import (
    DESK,
    LARGE_TYPE,
    PHONE,
    STYLE,
    Bubble,
    Likely,
    Stream,
    bubbles,
    flow,
    level,
    series,
    share_bar,
    share_bars,
    text_width,
    trend,
    wrap,
)
from massline.engine.pictures.paper import balanced
from massline.engine.shares import likely

SVG = "{http://www.w3.org/2000/svg}"
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40)
NAMES = {"key": "k", "title": "标题", "description": "说明"}


def some_themes(count: int) -> list[Bubble]:
    return [Bubble(f"主题{i}", 1_000 + 700 * i, math.sin(7 * i), math.cos(5 * i)) for i in range(count)]


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture


def circles(picture: str) -> list[tuple[float, float, float]]:
    return [tuple(float(c.get(name)) for name in ("cx", "cy", "r")) for c in parsed(picture).iter(f"{SVG}circle")]


def test_a_theme_without_messages_is_refused_by_its_name():
    with pytest.raises(ValueError, match="空主题"):
        bubbles([Bubble("空主题", 0, 0.0, 0.0)], **NAMES)


def test_a_flow_that_loses_messages_is_refused_with_both_sums():
    with pytest.raises(ValueError, match="10 messages, its parts 9"):
        flow(Stream("all", 10, 0), [Stream("some", 9, 1)], **NAMES)


def test_no_themes_give_an_empty_picture_that_still_names_itself():
    assert "<title" in bubbles([], **NAMES)


def test_areas_are_in_proportion_to_messages():
    themes = some_themes(12)
    shares = [
        radius**2 / theme.size for (_, _, radius), theme in zip(circles(bubbles(themes, **NAMES)), themes, strict=True)
    ]
    assert max(shares) / min(shares) < 1.02  # radii are written to one decimal


@pytest.mark.parametrize("count", [1, 2, 13, 60])
def test_no_two_circles_overlap_and_none_leaves_the_picture(count):
    picture = bubbles(some_themes(count), **NAMES)
    left, top, width, height = map(float, parsed(picture).get("viewBox").split())
    for x, y, radius in circles(picture):
        assert left <= x - radius
        assert x + radius <= left + width + 0.1
        assert top <= y - radius
        assert y + radius <= top + height + 0.1
    for (x, y, r), (a, b, s) in itertools.combinations(circles(picture), 2):
        assert math.hypot(x - a, y - b) > r + s - 0.5


def test_themes_at_one_place_are_still_drawn_apart():
    drawn = circles(bubbles([Bubble("同一处", 5, 0.0, 0.0) for _ in range(9)], **NAMES))
    assert len({(round(x), round(y)) for x, y, _ in drawn}) == 9


def test_a_theme_lies_nearer_to_one_like_it_than_to_one_unlike_it():
    row = [Bubble(f"主题{i}", 10, float(i**3), float(-i)) for i in range(8)]
    (x, y, _), *others = circles(bubbles(row, **NAMES))
    gaps = [math.hypot(x - a, y - b) for a, b, _ in others]
    assert gaps[0] < gaps[3] < gaps[6]


@pytest.mark.parametrize("count", [1, 12, 40])
@pytest.mark.parametrize(("paper", "narrowest", "least"), [(DESK, 550, 12), (PHONE, 280, 12), (LARGE_TYPE, 280, 24)])
def test_no_type_in_circles_is_too_small_on_the_narrowest_page_that_shows_it(paper, narrowest, least, count):
    picture = bubbles(some_themes(count), **NAMES, paper=paper)
    width = float(parsed(picture).get("viewBox").split()[2])
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', picture)]
    assert min(sizes) * narrowest / max(width, paper.width) >= least


@pytest.mark.parametrize("label", ["字" * 200, "a" * 200, "شارع مظلم بلا إنارة", "🚰💧👨‍👩‍👧 停水"])
def test_a_label_stands_within_its_circle_or_gives_way_to_its_number(label):
    picture = parsed(bubbles([Bubble(label, 1, 0.0, 0.0), Bubble("大", 99, 1.0, 1.0)], **NAMES, first=7))
    for group in picture.findall(f"{SVG}g/{SVG}g"):
        x, y, radius = (float(group.find(f"{SVG}circle").get(name)) for name in ("cx", "cy", "r"))
        size = float(group.find(f"{SVG}g").get("font-size"))
        for text in group.iter(f"{SVG}text"):
            half = text_width(text.text) * size / 2
            assert math.hypot(half, abs(float(text.get("y")) - size * 0.35 - y)) <= radius * 1.05
    assert "7" in [text.text for text in picture.iter(f"{SVG}text")]


def test_on_paper_that_stands_upright_the_crowd_stands_upright():
    tall, wide = (
        parsed(bubbles(some_themes(24), **NAMES, paper=paper)).get("viewBox").split() for paper in (PHONE, DESK)
    )
    assert float(tall[3]) > float(tall[2])
    assert float(wide[2]) > float(wide[3])


@given(TEXT, st.integers(1, 10**7))
def test_any_label_gives_readable_svg_that_holds_it_whole(label, size):
    picture = bubbles([Bubble(label, size, 0.0, 0.0)], **NAMES)
    title = parsed(picture).find(f"{SVG}g/{SVG}g/{SVG}title")
    assert title.text.startswith(f"1. {label}")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_a_series_stays_within_its_picture_and_marks_the_greatest(counts):
    picture = parsed(series(counts, **NAMES))
    points = [tuple(map(float, pair.split(","))) for pair in picture.find(f"{SVG}polyline").get("points").split()]
    assert all(0 <= x <= 300 and 0 <= y <= 60 for x, y in points)
    assert float(picture.find(f"{SVG}circle").get("cy")) == min(y for _, y in points)


def test_band_heights_are_in_proportion_to_messages():
    picture = flow(
        Stream("all", 1_000, 5), [Stream("many", 750, 0), Stream("few", 250, 1), Stream("none", 0, 2)], **NAMES
    )
    heights = [float(height) for height in re.findall(r"v([\d.]+)C", picture)]
    assert len(heights) == 2  # what is empty has no band
    assert heights[0] / heights[1] == pytest.approx(3, rel=0.01)


@given(st.floats(-1, 2, allow_nan=False))
def test_a_share_bar_never_leaves_its_cell(share):
    bar = parsed(share_bar(share).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))
    assert 0 <= float(bar.find(f"{SVG}rect").get("width")) <= 100


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 1))
def test_bars_and_their_spans_never_leave_their_cell(value, low, high, scale):
    bars = parsed(share_bars(Likely(value, low, high), Likely(low, value, high), scale=scale))
    assert all(0 <= float(bar.get("width")) <= 100 for bar in bars.iter("rect"))
    ends = re.findall(r"M([\d.]+) .*H([\d.]+)m", share_bars(Likely(value, low, high), scale=scale))
    assert all(0 <= float(end) <= 100 for pair in ends for end in pair)


def test_a_corrected_share_stands_under_the_counted_one_and_looks_different():
    raw, corrected = Likely(0.4, 0.3, 0.5), Likely(0.2, 0.1, 0.3)
    first, second = parsed(share_bars(raw, corrected, scale=0.5)).findall("rect")
    assert (first.get("width"), second.get("width")) == ("80", "40")
    assert float(first.get("y", 0)) + float(first.get("height")) < float(second.get("y"))
    assert first.get("class") != second.get("class")
    assert len(parsed(share_bars(raw, scale=0.5)).findall("rect")) == 1


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_a_small_line_stays_small_and_within_its_picture(counts):
    points = parsed(trend(counts)).find("polyline").get("points").split()
    assert 2 <= len(points) <= 12
    assert all(0 <= int(x) <= 100 and 0 <= int(y) <= 20 for x, y in (point.split(",") for point in points))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(0, 40))
def test_lines_of_one_measure_are_as_high_as_what_they_show(levels, top):
    points = [point.split(",") for point in parsed(level(levels, top=top)).find("polyline").get("points").split()]
    assert all(0 <= int(y) <= 20 for _, y in points)
    shown = [(min(high / max(1, top), 1), int(y)) for high, (_, y) in zip(levels, points, strict=False)]
    assert all(y <= below for (high, y) in shown for (other, below) in shown if high >= other)


@given(st.integers(0, 10**7), st.integers(1, 10**7))
@example(0, 3)  # floats said 5e-17 at least
def test_a_span_holds_its_share_and_narrows_with_more_messages(part, more):
    whole = part + more
    low, high = likely(part, whole)
    assert 0 <= low <= part / whole <= high <= 1
    wider = likely(part * 10, whole * 10)
    assert wider[1] - wider[0] <= high - low
    assert likely(0, 0) == (0.0, 1.0)


@given(TEXT, st.floats(2, 30))
def test_balanced_lines_are_as_few_as_wrapped_ones_and_no_wider(text, width):
    lines = balanced(text, width=width)
    assert len(lines) <= len(wrap(text, width=width))
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_single_character_is_left_over_for_the_last_line():
    assert balanced("农村厕所纺织厂家属院", width=9) == ["农村厕所纺", "织厂家属院"]


@given(TEXT, st.floats(1, 30))
def test_wrapping_loses_no_sign_and_keeps_to_the_width(text, width):
    lines = wrap(text, width=width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    # Only what must stay together, a word or a sign with its stops, may be wider than asked.
    assert all(text_width(line) <= width or " " not in line for line in lines)


def test_no_line_starts_with_a_stop():
    assert wrap("自来水、灌溉，公路", width=3.2) == ["自来", "水、灌", "溉，公", "路"]


def test_the_same_data_give_the_same_bytes():
    assert bubbles(some_themes(20), **NAMES) == bubbles(some_themes(20), **NAMES)


def test_every_colour_of_a_picture_is_defined_for_light_and_dark():
    used = set(re.findall(r"var\((--ml-\w+)\)", STYLE))
    light, dark = STYLE.split("@media", 1)
    assert used == set(re.findall(r"(--ml-\w+):", light)) == set(re.findall(r"(--ml-\w+):", dark))
