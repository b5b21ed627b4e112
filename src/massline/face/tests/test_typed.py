"""A half-written page and its switches in a real browser: with script, without, with script that breaks, with full storage."""

from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.urls("massline.face.tests.test_switches")]
WORDS = "路灯坏了\n老人摸黑 & <b>走</b>"
NO_STORAGE = """for (const kept of [Storage.prototype, IDBFactory.prototype])
    for (const name of ["setItem", "getItem", "open"])
        if (name in kept) kept[name] = () => { throw new DOMException("full", "QuotaExceededError") }"""
BROKEN_SCRIPT = "Object.defineProperty(HTMLFormElement.prototype, 'elements', {get() { throw new Error('stopped') }})"


def write_and_switch(page: Any, button: str) -> None:
    page.locator("textarea[name=text]").fill(WORDS)
    page.locator("input[name=place]").first.fill("")
    page.locator("input[name=public]").uncheck()
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def first_form(page: Any) -> tuple[str, str, bool]:
    return (
        page.locator("textarea[name=text]").input_value(),
        page.locator("input[name=place]").first.input_value(),
        page.locator("input[name=public]").is_checked(),
    )


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_what_was_typed_outlives_every_switch_in_turn(visit: Any, script: bool) -> None:
    page = visit("/words/", java_script_enabled=script)
    write_and_switch(page, "长辈版")
    for button, shows in (
        ("English", "html[lang=en]"),
        ("Dark", "html[data-colours=dark]"),
        ("Light", "html[data-colours=light]"),
    ):
        page.get_by_role("button", name=button, exact=True).click()
        page.locator(shows).wait_for()
        assert first_form(page) == (WORDS, "", False)
    assert page.locator("html[data-type=large]").count() == 1


def test_what_was_typed_into_the_other_forms_outlives_it_too(visit: Any) -> None:
    page = visit("/words/")
    page.locator("input[name=reason]").nth(0).fill("one & only=1")
    page.locator("input[name=reason]").nth(1).fill("两个")
    write_and_switch(page, "长辈版")
    assert [page.locator("input[name=reason]").nth(i).input_value() for i in (0, 1)] == ["one & only=1", "两个"]
    assert first_form(page) == (WORDS, "", False)


@pytest.mark.parametrize("trouble", [NO_STORAGE, BROKEN_SCRIPT], ids=["storage-full", "script-stopped"])
def test_trouble_in_the_browser_does_not_lose_it(chromium: Any, server: str, trouble: str) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.add_init_script(trouble)
    page.goto(server + "/words/")
    write_and_switch(page, "长辈版")
    assert page.locator("html[data-type=large]").count() == 1
    assert first_form(page) == (WORDS, "", False)
    page.close()


def test_a_switch_asks_for_no_missing_field_first(visit: Any) -> None:
    """The browser's own check of required fields would stop the way to large type."""
    page = visit("/words/")
    page.get_by_role("button", name="长辈版").click()
    page.locator("html[data-type=large]").wait_for()


def test_enter_in_a_field_sends_the_form_and_presses_no_switch(visit: Any) -> None:
    """The switches are buttons of the page's form, and Enter presses the first button of a form."""
    page = visit("/words/")
    page.locator("textarea[name=text]").fill(WORDS)
    for place in ("reason", "place"):
        page.locator(f"input[name={place}]").first.fill("村口")
    with page.expect_navigation(), page.expect_request(lambda asked: asked.method == "POST") as sent:
        page.keyboard.press("Enter")
    assert "face-switch" not in (sent.value.post_data or "")
    assert page.locator("html[data-type]").count() == 0
