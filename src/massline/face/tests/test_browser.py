"""The living page in a real browser: both languages, both themes, both sizes; without script; at 320 px; by keyboard."""

from itertools import product
from typing import Any

import pytest
from tests.journeys.looks import violations

from massline.face.styles import style, uncut

WAYS = list(product(("zh-CN", "en-GB"), ("light", "dark"), (False, True)))
IDS = [f"{language}-{theme}-{'large' if large else 'standard'}" for language, theme, large in WAYS]

# Scripts that run in the page.
LENGTHEN = """() => document.querySelectorAll("main a, main p, main span, main th, label, .face-brand span")
    .forEach(e => e.append("W".repeat(200)))"""
TEXT_SIZES = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => e.offsetParent && !e.matches("code, .ds-sr-only"))
    .map(e => parseFloat(getComputedStyle(e).fontSize))"""
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, summary, .face-choices label, .ds-input")]
    .filter(e => e.offsetParent && !e.matches(".ds-skip-link, .ds-sr-only, [type=radio], [type=checkbox]"))
    .filter(e => e.getBoundingClientRect().height < 60)
    .map(e => e.getBoundingClientRect().height + " " + e.outerHTML.slice(0, 80))"""
FIRST_PARAGRAPH = """() => {
    const p = document.querySelector("#type + div p")
    return [parseFloat(getComputedStyle(p).fontSize), p.clientWidth]
}"""
A_LINK_AND_THE_TEXT_BEFORE_IT = """() => {
    const link = document.querySelector("#type + div p a")
    return [link.previousSibling, link.firstChild].map(text => {
        const range = document.createRange()
        range.selectNodeContents(text)
        return range.getBoundingClientRect().bottom
    })
}"""
UNSEEN_FOCUS = """() => {
    const e = document.activeElement
    if (e === document.body || e.matches(".ds-skip-link")) return ""
    const rings = [e, e.parentElement].map(x => getComputedStyle(x)).filter(s => s.outlineStyle !== "none")
    return rings.some(s => parseFloat(s.outlineWidth) >= 2) ? "" : e.outerHTML.slice(0, 90)
}"""
LOOKS_OTHERWISE = """([one, other]) => {
    let sheet = document.querySelector("style, link[href*='/face/style.']")
    const looks = text => {
        const dress = Object.assign(document.createElement("style"), {textContent: text})
        sheet.replaceWith(dress)
        sheet = dress
        return [...document.querySelectorAll("body *")].flatMap(e => ["", "::before", "::after"].map(part => {
            const style = getComputedStyle(e, part || null)
            const names = !part || style.content !== "none" ? [...style] : []
            const look = names.map(name => style.getPropertyValue(name)).join(";").replace(/\\s+/g, " ")
            return e.tagName + "." + e.className + part + look
        }))
    }
    const [before, after] = [looks(one), looks(other)]
    return before.filter((look, at) => look !== after[at]).map(look => look.slice(0, 80))
}"""
PRINTED = "([selector, property]) => getComputedStyle(document.querySelector(selector))[property]"

pytestmark = [pytest.mark.journey, pytest.mark.urls("massline.face.tests.test_views")]


def sideways(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize(("language", "theme", "large"), WAYS, ids=IDS)
def test_axe_finds_nothing(visit: Any, language: str, theme: str, large: bool) -> None:
    page = visit(language=language, theme=theme, large=large)
    page.locator("form[novalidate] button").first.click()  # with its errors shown there is more to find
    page.wait_for_load_state("networkidle")
    assert violations(page) == []


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize(
    ("width", "large"), [(320, False), (320, True), (640, True)], ids=["320", "320-large", "640-large"]
)
def test_nothing_leaves_the_page_sideways(visit: Any, language: str, width: int, large: bool) -> None:
    page = visit(language=language, large=large, viewport={"width": width, "height": 640})
    assert sideways(page) == 0


def test_two_hundred_characters_without_a_space_stay_on_the_page(visit: Any) -> None:
    page = visit(viewport={"width": 320, "height": 640})
    page.evaluate(LENGTHEN)
    assert sideways(page) == 0


def test_large_type_is_large_to_read_and_to_hit(visit: Any) -> None:
    page = visit(large=True)
    sizes = page.evaluate(TEXT_SIZES)
    assert min(sizes) >= 24
    assert max(sizes) >= 40
    assert page.evaluate(SMALL_TARGETS) == []


def test_a_link_stands_on_the_line_of_its_sentence(visit: Any) -> None:
    page = visit(large=True)
    before, link = page.evaluate(A_LINK_AND_THE_TEXT_BEFORE_IT)
    assert abs(link - before) <= 1


def test_standard_type_is_eighteen_pixels_and_thirty_six_characters_wide(visit: Any) -> None:
    page = visit(viewport={"width": 1280, "height": 900})
    size, width = page.evaluate(FIRST_PARAGRAPH)
    assert size == 18
    assert 30 <= width / size <= 40


def test_everything_works_with_scripts_off(visit: Any) -> None:
    page = visit(java_script_enabled=False)
    page.locator("header").get_by_role("button", name="长辈版").click()
    assert page.locator("html[data-type=large]").count() == 1
    page.locator("header").get_by_role("button", name="English").click()
    assert page.locator("html[lang=en][data-type=large]").count() == 1
    page.locator("header").get_by_role("button", name="Standard type").click()
    assert page.locator("html[data-type]").count() == 0


def test_the_first_tab_leads_to_the_content_and_an_error_takes_the_focus(visit: Any) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "ds-skip-link"
    assert page.locator(".ds-skip-link").bounding_box()["height"] >= 24
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator("form[novalidate] button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "ds-error-summary"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_text"


def test_every_focus_on_the_page_is_seen(visit: Any) -> None:
    page = visit(viewport={"width": 1280, "height": 900})
    unseen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        unseen.add(page.evaluate(UNSEEN_FOCUS))
    assert unseen == {""}


def test_a_printed_page_has_ink_on_white_and_no_buttons(visit: Any) -> None:
    page = visit(theme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.locator("button:visible, .ds-button:visible").count() == 0


def test_a_printed_page_says_where_and_when_it_was_and_its_tables_break_between_rows(visit: Any) -> None:
    page = visit(theme="dark")
    source = page.locator(".face-print-only")
    assert not source.is_visible()
    page.emulate_media(media="print")
    assert page.url in source.inner_text()
    assert page.evaluate(PRINTED, [".ds-table", "breakInside"]) == "auto"
    assert page.evaluate(PRINTED, [".ds-table tbody tr", "breakInside"]) == "avoid"
    assert page.evaluate(PRINTED, [".face-main", "display"]) == "block"  # a flex box does not break over pages


def test_with_the_sheets_uncut_every_part_looks_the_same(visit: Any) -> None:
    page = visit(bypass_csp=True, reduced_motion="reduce")
    page.locator("form[novalidate] button").first.click()  # with its errors shown there is more to see
    page.wait_for_load_state("networkidle")
    assert page.evaluate(LOOKS_OTHERWISE, [style().text, uncut()]) == []
    assert page.evaluate(LOOKS_OTHERWISE, [style().text, ""]) != []


def test_the_second_page_takes_its_style_from_the_browser(visit: Any) -> None:
    page = visit()
    assert page.locator("style[data-kept]").count() == 1
    with page.expect_response(lambda answer: "/face/style." in answer.url) as asked:
        page.reload()
    assert asked.value.from_service_worker is False
    assert page.locator("style[data-kept]").count() == 0
    assert page.evaluate("getComputedStyle(document.body).display") == "flex"


@pytest.mark.parametrize(("device", "chosen"), [("light", "dark"), ("dark", "light")])
def test_colours_that_were_chosen_hold_whatever_the_device_has(visit: Any, device: str, chosen: str) -> None:
    page = visit(theme=device)
    before = page.evaluate(PRINTED, ["body", "backgroundColor"])
    page.locator("footer").get_by_role("button", name={"dark": "深色", "light": "浅色"}[chosen]).click()
    page.locator(f"html[data-colours={chosen}]").wait_for()
    after = page.evaluate(PRINTED, ["body", "backgroundColor"])
    assert after != before
    assert page.evaluate(PRINTED, ["html", "colorScheme"]) == chosen  # scroll bars and the browser's own controls too
    page.locator("footer").get_by_role("button", name="颜色跟随").click()
    page.locator("html:not([data-colours])").wait_for()
    assert page.evaluate(PRINTED, ["body", "backgroundColor"]) == before


def test_clicks_on_the_frame_do_not_fail_the_page_with_a_clock_that_is_years_off(visit: Any) -> None:
    """Whatever the device believes the day to be, cookies are kept by their age."""
    page = visit()
    page.clock.set_fixed_time("1999-01-01T00:00:00Z")
    page.locator("header").get_by_role("button", name="长辈版").click()
    page.locator("html[data-type=large]").wait_for()
    page.goto(page.url)
    assert page.locator("html[data-type=large]").count() == 1
