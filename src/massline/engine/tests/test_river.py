"""Laws of the river: nothing is lost or made up on its way, one measure for all, every word whole somewhere."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.pictures import Pool, Stage, river, text_width
from massline.engine.pictures.paper import fitted

SVG = "{http://www.w3.org/2000/svg}"
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=220)
NAMES = {"key": "k", "title": "标题", "description": "说明"}
LONG = "很长的主题名" * 34
ODD = ["a" * 200, LONG, "شارع مظلم بلا إنارة", "🚰💧👨‍👩‍👧 停水", "<b>&\"'"]


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture


def heights(picture: str) -> list[float]:
    return [float(bar.get("height")) for bar in parsed(picture).iter(f"{SVG}rect")]


def a_river(size: int, gone_on: int, label: str = "主题") -> tuple[list[Stage], dict[tuple[str, str], int]]:
    stages = [
        Stage("留言", (Pool("all", "全部", size, 0),)),
        Stage("事项", (Pool("yes", label, gone_on, 1), Pool("no", "没有", size - gone_on, 5))),
    ]
    return stages, {("all", "yes"): gone_on, ("all", "no"): size - gone_on}


def test_a_pool_that_gets_less_than_it_holds_is_refused_by_its_name():
    stages, bands = a_river(10, 4)
    with pytest.raises(ValueError, match="'没有' holds 6 messages, but 5 flow into it"):
        river(stages, bands | {("all", "no"): 5}, **NAMES)


def test_a_pool_that_gives_more_than_it_holds_is_refused_by_its_name():
    stages, bands = a_river(10, 4)
    more = [stages[0], Stage("事项", (Pool("yes", "有", 4, 1), Pool("no", "没有", 7, 5)))]
    with pytest.raises(ValueError, match="'全部' holds 10 messages, but 11 flow out of it"):
        river(more, bands | {("all", "no"): 7}, **NAMES)


def test_a_band_to_a_pool_that_is_not_there_is_refused_by_its_key():
    stages, bands = a_river(10, 4)
    with pytest.raises(ValueError, match="'sea', which is no pool"):
        river(stages, bands | {("yes", "sea"): 1}, **NAMES)


@pytest.mark.parametrize("stages", [[], [Stage("留言", ())], a_river(0, 0)[0][:1]])
def test_a_river_without_messages_is_an_empty_picture_that_still_names_itself(stages):
    drawn = river(stages, {}, **NAMES)
    assert "<title" in drawn
    assert heights(drawn) == []


@pytest.mark.parametrize(("size", "gone_on"), [(1, 1), (2, 1), (10**7, 1), (10**7, 10**7), (10**7, 4_321_000)])
def test_heights_are_in_proportion_to_messages_and_the_smallest_can_be_seen(size, gone_on):
    drawn = river(*a_river(size, gone_on), **NAMES)
    whole, *parts = heights(drawn)
    shares = [part / size for part in (gone_on, size - gone_on) if part]
    assert parts == pytest.approx([max(whole * share, 1.5) for share in shares], abs=0.06)  # written to one decimal


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_no_two_pools_of_a_stage_overlap_and_none_leaves_the_picture(sizes):
    stages = [
        Stage("留言", (Pool("all", "全部", sum(sizes), 0),)),
        Stage("主题", tuple(Pool(str(number), LONG, size, number) for number, size in enumerate(sizes))),
    ]
    bands = {("all", str(number)): size for number, size in enumerate(sizes)}
    svg = parsed(river(stages, bands, **NAMES))
    _, top, _, tall = map(float, svg.get("viewBox").split())
    column = [(float(bar.get("y")), float(bar.get("height"))) for bar in svg.iter(f"{SVG}rect") if bar.get("x") != "0"]
    ends = [top, *(y + height for y, height in column)]
    assert all(y >= end for (y, _), end in zip(column, ends, strict=False))
    assert ends[-1] <= tall + 0.2  # each figure is written to a tenth
    assert max((float(text.get("y")) for text in svg.iter(f"{SVG}text")), default=0) <= tall


@given(TEXT, st.integers(1, 10**7))
def test_any_label_gives_readable_svg_that_holds_it_whole(label, size):
    svg = parsed(river(*a_river(size, size, label), **NAMES))
    assert f"{label}: {size:,}" in [title.text for title in svg.iter(f"{SVG}title")]


@pytest.mark.parametrize("label", ODD)
def test_what_is_written_keeps_to_its_column(label):
    svg = parsed(river(*a_river(100, 50, label), **NAMES))
    for text in svg.iter(f"{SVG}text"):
        assert float(text.get("x")) + text_width(text.text or "") * float(text.get("font-size")) <= 960


def test_no_type_is_smaller_than_twelve_pixels_where_the_picture_is_shown():
    narrowest = 896 - 2 * 36  # the least width of a page that shows it, less the page's own margins
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', river(*a_river(9, 4), **NAMES))]
    assert min(sizes) * narrowest / 960 >= 12


@given(TEXT, st.floats(1, 30), st.integers(1, 3))
def test_what_finds_no_room_is_cut_and_the_cut_shows(text, width, lines):
    shown = fitted(text, width=width, lines=lines)
    assert 1 <= len(shown) <= lines
    assert all(text_width(line) <= max(width, text_width("…")) for line in shown)
    if "".join("".join(shown).split()) != "".join(text.split()):
        assert "…" in "".join(shown)


def test_the_same_data_give_the_same_bytes():
    assert river(*a_river(100, 42), **NAMES) == river(*a_river(100, 42), **NAMES)
