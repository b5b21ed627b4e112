"""A handler presses Ctrl-K on any page of the desk, types a word, and is there; without script the link leads to a page."""

from collections.abc import Callable

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey
FOUND = "#palette-found [data-typed='{}']"


def types_into_the_palette(person: Person, words: str) -> None:
    """The list that stands there is the one of these words."""
    person.page.keyboard.press("Control+k")
    person.page.wait_for_selector("#palette-words:focus")
    person.page.keyboard.insert_text(words)
    person.page.wait_for_selector(FOUND.format(words), state="attached")


def test_arrows_walk_through_what_was_found_and_enter_opens_it(somebody: Callable[..., Person]) -> None:
    handler = somebody(language="zh-CN")
    handler.signs_in("handler")
    types_into_the_palette(handler, "路灯")
    first, second = [link.get_attribute("href") for link in handler.page.locator("#palette-found a").all()[:2]]
    handler.page.keyboard.press("ArrowDown")
    handler.page.keyboard.press("ArrowDown")
    assert handler.page.evaluate("document.activeElement.getAttribute('href')") == second
    handler.page.keyboard.press("ArrowUp")
    with handler.page.expect_navigation():
        handler.page.keyboard.press("Enter")
    assert handler.page.url.endswith(str(first))


def test_enter_in_the_box_opens_the_first_and_escape_closes(somebody: Callable[..., Person]) -> None:
    leader = somebody(language="en-GB")
    leader.signs_in("leader")
    types_into_the_palette(leader, "scoreb")
    leader.page.keyboard.press("Escape")
    assert not leader.page.evaluate("document.getElementById('palette').open")
    types_into_the_palette(leader, "scoreb")
    with leader.page.expect_navigation():
        leader.page.keyboard.press("Enter")
    assert leader.page.url.endswith("/scoreboard/")


def test_without_script_the_link_leads_to_the_page_that_finds(somebody: Callable[..., Person]) -> None:
    handler = somebody(language="zh-CN", script=False)
    handler.signs_in("handler")
    with handler.page.expect_navigation():
        handler.page.click("a[data-palette]")
    handler.page.fill("#words", "路灯")
    with handler.page.expect_navigation():
        handler.page.press("#words", "Enter")
    assert handler.page.locator(".face-found a[href^='/desk/cases/']").count()
