"""Large type on every public page, against the rules that the ministry (工业和信息化部) published for it in April 2021.

Numbers of clauses are those of 移动互联网应用（APP）适老化通用设计规范, which gives figures; 互联网网站适老化通用设计规范 asks
for the same in words (type that can be made very large, reading aloud, no advertisements, nothing that lures). Ours are stricter.
What each clause became here stands in docs/reference/large-type.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from tests.journeys.addresses import VISITOR, tour
from tests.journeys.house import House
from tests.journeys.looks import strays, too_wide, violations

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
PHONE = {"width": 390, "height": 844}

LOOK = """() => {
    const channels = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = e => {
        for (; e; e = e.parentElement) {
            const colour = channels(getComputedStyle(e).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
    };
    const name = e => `${(e.innerText || e.name || "").trim().slice(0, 30)} <${e.tagName.toLowerCase()} ${e.className}>`;
    const unseen = ".ds-sr-only, .ds-skip-link";
    const shown = e => e.offsetParent && e.checkVisibility({visibilityProperty: true}) && !e.closest(unseen);
    const texts = [...document.querySelectorAll("body *")].filter(e => shown(e) && !e.closest("svg")
        && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()));
    const style = new Map(texts.map(e => [e, getComputedStyle(e)]));
    const size = e => parseFloat(style.get(e).fontSize);
    const contrast = e => {
        const [a, b] = [light(channels(style.get(e).color)), light(ground(e))];
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    const controls = "a[href], button, summary, select, input:not([type=hidden]), textarea";
    const targets = [...document.querySelectorAll(controls)].filter(shown)
        .map(e => e.matches("[type=radio], [type=checkbox]") ? e.closest(".ds-field") || e : e);
    const box = e => e.getBoundingClientRect();
    const wrong = (rule, elements, figure = () => "") => elements.map(e => rule + ": " + name(e) + " " + figure(e));
    const running = texts.filter(e => e.innerText.length > 20 && !e.closest("h1, h2, h3, h4, a, button, summary"));
    const calls = targets.filter(e => e.matches(".face-call a[href^='tel:']"));
    const viewport = document.querySelector("meta[name=viewport]").content.replace("initial-scale=1", "");
    const moving = "iframe, marquee, video[autoplay], audio[autoplay], meta[http-equiv=refresh], dialog[open]";
    return [
        ...wrong("1.1 under 24 px (18 are asked)", texts.filter(e => size(e) < 24), size),
        ...(Math.max(...texts.map(size)) < 40 ? ["1.1 nothing of 40 px (30 are asked)"] : []),
        ...wrong("1.2 lines nearer than 1.3", running.filter(e => parseFloat(style.get(e).lineHeight) / size(e) < 1.3)),
        ...wrong("1.3 contrast under 7 (4.5 are asked)", texts.filter(e => contrast(e) < 7), contrast),
        ...wrong("2.1 under 60 px high", targets.filter(e => box(e).height < 59.5), e => box(e).height),
        ...(calls.length ? [] : ["nobody to call"]),
        ...wrong("moves or opens by itself", [...document.querySelectorAll(moving)]),
        ...(/user-scalable|maximum-scale/.test(viewport) ? ["cannot be made larger"] : []),
    ];
}"""


@dataclass
class Seen:
    """What is wrong on each public page in one language, against the rules for large type and against those for all pages."""

    unsuited: dict[str, list[str]] = field(default_factory=dict)
    unclean: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(chromium: Any, house: House) -> Callable[[str], Seen]:
    """seen(language) -> what is wrong on the public pages. Each is loaded once, for all that is looked for, when a test asks."""
    public = tour(house, [VISITOR]).places

    @cache
    def look(language: str) -> Seen:
        found = Seen()
        with chromium.new_context(locale=language, viewport=PHONE, bypass_csp=True) as context:
            context.add_cookies([{"name": "large_type", "value": "1", "url": house.url}])
            page = context.new_page()
            strayed = strays(page, house.url)
            for place in public:
                page.goto(house.url + place.path)
                assert page.locator("html[data-type=large]").count() == 1
                for colours in ("dark", "light"):
                    page.emulate_media(color_scheme=colours)
                    found.unsuited[f"{place.path} {colours}"] = page.evaluate(LOOK)
                found.unclean[place.path] = [*violations(page), *too_wide(page), *strayed]
                strayed.clear()
        return found

    return look


def wrong(found: dict[str, list[str]]) -> dict[str, list[str]]:
    assert found
    return {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_page_is_large_clear_easy_to_hit_and_knows_a_person_to_call(
    seen: Callable[[str], Seen], language: str
) -> None:
    assert wrong(seen(language).unsuited) == {}


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_public_page_is_clean_in_large_type_on_a_phone(seen: Callable[[str], Seen], language: str) -> None:
    assert wrong(seen(language).unclean) == {}
