"""The script of touching and finding, in a real browser: what it adds, and that nothing is lost where it cannot run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from massline.engine.pictures import STYLE, Bubble, bubbles

SCRIPT = Path(__file__).resolve().parents[2] / "concentrate/static/concentrate/pictures.js"
NAMES = {"key": "k", "title": "标题", "description": "说明"}

pytestmark = pytest.mark.journey


def html(count: int, *, first: int = 1, script: str = "") -> str:
    """A page as those of themes are: circles, and the list beside them."""
    labels = [f"主题{number} <b>{'水' if number % 2 else '路'}</b>" for number in range(first, first + count)]
    drawn = bubbles([Bubble(label, 9, float(at), 0.0) for at, label in enumerate(labels)], **NAMES, first=first)
    rows = "".join(
        f'<li><a href="#t{at}">主题{at} {"水" if at % 2 else "路"}</a> 9</li>' for at in range(first, first + count)
    )
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><div class="ml-beside" data-find="找一找" data-none="没有">'
        f'<figure><div class="ml-wide">{drawn}</div><figcaption>图</figcaption></figure>'
        f'<section><ol start="{first}">{rows}</ol></section></div><script type="module">{script}</script>'
    )


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    problems: list[str] = []
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    opened.on("pageerror", lambda problem: problems.append(str(problem)))
    yield opened
    opened.close()
    assert problems == []


def test_a_touched_mark_says_what_it_is_with_the_link_of_its_row(page: Any) -> None:
    page.set_content(html(9, first=41, script=SCRIPT.read_text("utf-8")))
    page.locator('[data-n="43"]').click()
    assert page.locator("[role=status].ml-said").inner_text() == "43. 主题43 水 9"
    assert page.locator(".ml-said a").get_attribute("href") == "#t43"
    assert page.locator(".ml-touched").count() == 1
    page.locator('[data-n="44"]').click()
    assert page.locator(".ml-said a").get_attribute("href") == "#t44"
    assert page.locator(".ml-touched").get_attribute("data-n") == "44"


def test_a_row_in_focus_shows_its_mark(page: Any) -> None:
    page.set_content(html(9, script=SCRIPT.read_text("utf-8")))
    page.locator("ol a").nth(3).focus()
    assert page.locator(".ml-touched").get_attribute("data-n") == "4"
    page.locator("input").focus()
    assert page.locator(".ml-touched").count() == 0


def test_words_find_rows_and_dim_the_marks_of_the_others(page: Any) -> None:
    page.set_content(html(9, script=SCRIPT.read_text("utf-8")))
    page.get_by_label("找一找").fill("水 主题")
    assert page.locator("li:visible").count() == 5
    assert page.locator(".ml-dimmed").count() == 4
    assert page.evaluate("document.querySelectorAll('li')[2].value") == 3  # the third keeps its number
    page.get_by_label("找一找").fill("<b>")
    assert page.locator("li:visible").count() == 0
    assert page.get_by_text("没有", exact=True).is_visible()
    page.get_by_label("找一找").fill("")
    assert page.locator("li:visible").count() == 9
    assert page.locator(".ml-dimmed").count() == 0


def test_a_short_list_needs_no_finding(page: Any) -> None:
    page.set_content(html(3, script=SCRIPT.read_text("utf-8")))
    assert page.locator("input").count() == 0


def test_a_page_without_a_list_or_a_picture_is_left_alone(page: Any) -> None:
    parts = '<div class="ml-beside"><p>只有字</p></div><div class="ml-beside"><ol><li>一</li></ol></div>'
    page.set_content(f'{parts}<script type="module">{SCRIPT.read_text("utf-8")}</script>')
    assert page.get_by_text("只有字").is_visible()


def test_without_the_script_the_list_is_whole_and_nothing_waits_for_it(page: Any) -> None:
    page.set_content(html(9))
    assert page.locator("li:visible").count() == 9
    assert page.locator("input, [role=status]").count() == 0
