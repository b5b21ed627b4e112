"""Dialogs and toasts in a real browser, and what is left of them without script or without a network."""

from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.urls("massline.face.tests.test_views")]


def opener(page: Any) -> Any:
    return page.locator("main a[data-dialog]").first


def test_a_page_opens_over_the_page_named_and_closed_by_the_keyboard(visit: Any) -> None:
    page = visit()
    page.locator("textarea").first.fill("写了一半")
    opener(page).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="页面部件")
    dialog.wait_for()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("document.activeElement.matches('a[data-dialog]')")
    assert page.locator("textarea").first.input_value() == "写了一半"


def test_a_dialog_has_a_button_that_closes_it(visit: Any) -> None:
    page = visit()
    opener(page).click()
    page.locator("dialog > button").click()
    page.locator("dialog").wait_for(state="detached")


@pytest.mark.parametrize(
    "answer", [{"status": 500}, {"status": 200, "body": "no page", "content_type": "text/html"}, None]
)
def test_a_page_that_cannot_be_had_is_followed_as_a_link(
    chromium: Any, server: str, answer: dict[str, Any] | None
) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.goto(server + "/face/")
    opener(page).evaluate("link => { link.href = '/face/?page=2' }")
    asked = []

    def once_broken(route: Any) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()
        elif answer:
            route.fulfill(**answer)
        else:
            route.abort()

    page.route("**/face/?page=2", once_broken)
    opener(page).click()
    page.wait_for_url("**/face/?page=2")
    assert page.locator("h1").count() == 1
    page.close()


def test_without_script_a_dialog_is_a_page_and_a_toast_a_notice(visit: Any) -> None:
    page = visit(java_script_enabled=False)
    assert page.locator(".face-toast p").inner_text() == "答复已经公开。"
    assert page.locator(".face-toast button:visible").count() == 0
    with page.expect_navigation():
        opener(page).click()
    assert page.locator("dialog").count() == 0


def test_a_toast_stays_until_it_is_put_away(visit: Any) -> None:
    page = visit()
    page.locator(".face-toast p", has_text="答复已经公开。").wait_for()
    page.get_by_role("button", name="知道了").click()
    assert page.locator(".face-toast").count() == 0
