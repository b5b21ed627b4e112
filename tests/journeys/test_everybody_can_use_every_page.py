"""Every page of the house, as everybody who may open it: within its budget, clean for axe, as wide as its window, by keyboard.

The pages come from the URL configuration (tests/journeys/addresses.py): a new page is walked without being named here."""

import gzip
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.request import Request, urlopen

import pytest

from massline.project.demo.staff import PASSWORD, staff
from massline.project.demo.visit import HEAVIEST, Visitor, walk
from tests.journeys.addresses import EVERYBODY, NO_SUCH_PAGE, VISITOR, Place, Tour, routes, tour
from tests.journeys.house import House
from tests.journeys.looks import COLOURS, NAMES, foreign_words, strays, too_wide, violations

Found = dict[str, list[str]]  # a page, and what is wrong there
Visit = Callable[..., Iterator[tuple[Place, Any]]]

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
LANGUAGES = ["zh-CN", "en-GB"]
PEOPLE = "|".join([PASSWORD, *(name for member in staff() for name in (member.username, member.name))])
DESK, PHONE = (1280, 900), (390, 844)
ZOOMED = {"200 %": (640, 450), "400 %": (320, 225)}  # a window of 1280 × 900, as its pages see it
LONGEST_PAGE = (
    30_000  # bytes of HTML, before compression, without the style that a first page holds (docs/decisions/0023)
)
LONGEST_FIRST_PAGE = 30_000  # bytes on the wire of a first page, its style inside

ELSEWHERE = {
    "receipt/<str:code>/follow/": "offered where letters can be sent: supervise/tests/test_following.py",
    "receipt/<str:code>/link/<int:pk>/take-back/": "beside a linked message: respond/tests/test_linking.py",
    "cases/<int:pk>/follow/": "offered where letters can be sent: supervise/tests/test_following.py",
    "receipt/<str:code>/later/": "offered four weeks after an answer: supervise/tests/test_later.py",
    "desk/cases/<int:pk>/urge/": "offered to leaders of a body above: respond/tests/test_urging.py",
    "told/<str:token>/": "a link in letters: supervise/tests/test_following.py",
    "desk/cases/<int:pk>/hand-back/": "offered where a case was handed down: respond/tests/test_means.py",
    "desk/cases/<int:pk>/split/": "offered in a case of many: respond/tests/test_reshaping.py",
    "desk/cases/<int:pk>/take-back/": "offered after merging or splitting: respond/tests/test_reshaping.py",
    "desk/views/<int:pk>/rename/": "offered where a view is kept: respond/tests/test_desk.py",
    "desk/views/<int:pk>/delete/": "offered where a view is kept: respond/tests/test_desk.py",
    "desk/cases/<int:pk>/draft/": "a second button of the form for a reply: respond/tests/test_replying.py",
    "attachments/<int:pk>/": "beside a reply with a file: respond/tests/test_attaching.py",
    "attachments/<int:pk>/preview/": "a picture on a page: respond/tests/test_attaching.py",
    "desk/cases/<int:pk>/attach/": "a second button of the form for a reply: respond/tests/test_attaching.py",
    "desk/cases/<int:pk>/attachments/<int:attachment>/take-off/": "beside a file that waits: respond/tests/test_attaching.py",
    "desk/attachments/<int:pk>/withdraw/": "beside a file on the desk: respond/tests/test_attaching.py",
    "desk/cases/<int:pk>/fill-in/": "offered where there is a template: respond/tests/test_replying.py",
    "desk/templates/<int:pk>/": "offered where there is a template: respond/tests/test_replying.py",
    "desk/templates/<int:pk>/delete/": "offered where there is a template: respond/tests/test_replying.py",
    "desk/together/": "after acts upon several rows: respond/tests/test_desk.py",
    "desk/together/undo/": "after acts upon several rows: respond/tests/test_desk.py",
    "receipt/<str:code>/appeal/": "offered where a message was hidden: gather/tests/test_removals.py",
    "receipt/<str:code>/ask-again/": "offered where a message was set aside: respond/tests/test_set_aside.py",
    "receipt/<str:code>/reopen/": "offered after a verdict: test_a_resident_is_heard_all_the_way_round.py goes there",
    "desk/cases/<int:pk>/pause/": "offered before the due day: respond/tests/test_clocks.py",
    "desk/cases/<int:pk>/extend/": "offered before the due day: respond/tests/test_clocks.py",
    "desk/cases/<int:pk>/resume/": "offered while a clock stands still: respond/tests/test_clocks.py",
    "desk/cases/<int:pk>/join/": "offered where others wrote of the same: respond/tests/test_many_to_one.py",
    "desk/cases/<int:pk>/leave/": "offered in a case of many: respond/tests/test_many_to_one.py",
    "desk/cases/<int:pk>/part/": "offered to a body that helps: respond/tests/test_helpers.py",
    "set-up/<str:token>/": "of an empty house only: project/set_up/tests",
    "welcome/<uidb64>/<token>/": "a link that works once: project/set_up/tests",
    "desk/set-up/staff/<int:pk>/link/": "for who is not in yet: project/set_up/tests",
    "offline/": "kept by the worker: test_a_handler_visits_without_a_network.py",
    "worker.js": "asked for by the page of visits: test_a_handler_visits_without_a_network.py",
    "desk/set-up/bodies/undo/": "offered after a sheet: project/set_up/tests",
}
"""Routes that no page of the demo leads to as it is loaded, and who walks them."""

# Scripts that run in the page.
STOPS = """() => [...document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex='0']")]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.type !== "hidden" && e.tabIndex >= 0)
    .filter(e => !e.closest("details:not([open])") || e.closest("summary"))
    .filter(e => e.type !== "radio" || e === ([...e.form.elements[e.name]].find(e => e.checked) || e.form.elements[e.name][0]))
    .length"""
STOP = """() => {
    const e = document.activeElement
    if (e === document.body) return ""
    const box = e.getBoundingClientRect(), near = [e, e.parentElement, e.nextElementSibling].filter(Boolean)
    const rings = near.map(e => getComputedStyle(e)).filter(s => s.outlineStyle !== "none")
    if (box.bottom <= 0 || box.top >= innerHeight) return "out of sight: " + e.outerHTML.slice(0, 120)
    if (e.matches(".ds-skip-link") || rings.some(s => parseFloat(s.outlineWidth) >= 2)) return "seen"
    return "no ring: " + e.outerHTML.slice(0, 120)
}"""
TO_THE_START = (
    "() => { document.body.tabIndex = -1; document.body.focus() }"  # a page may have put the focus on a field
)


@pytest.fixture(scope="module")
def everywhere(house: House) -> Tour:
    return tour(house)


@pytest.fixture(scope="module")
def visit(chromium: Any, house: House, everywhere: Tour) -> Visit:
    """visit(strayed, language, who, …) -> each of this person's places with its page, loaded. What strays from a page gets into
    `strayed` under its name.

    holding: only pages with this in their HTML."""

    def visit(
        strayed: Found,
        language: str,
        who: str,
        *,
        size: tuple[int, int] = DESK,
        holding: str = "",
    ) -> Iterator[tuple[Place, Any]]:
        cookies = everywhere.cookies[who]
        window = {"width": size[0], "height": size[1]}
        with chromium.new_context(locale=language, viewport=window, bypass_csp=True) as context:
            context.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in cookies.items()])
            page = context.new_page()
            heard = strays(page, house.url)
            for place in (place for place in everywhere.of(who) if holding in place.text):
                page.goto(house.url + place.path)
                yield place, page
                strayed[f"{place.path} in {language}"], heard[:] = list(heard), []

    return visit


@pytest.fixture
def opened(visit: Visit) -> Iterator[Visit]:
    """opened(language, who, …) as `visit`; at the end nothing may have strayed."""
    strayed: Found = {}
    yield partial(visit, strayed)
    assert not any(strayed.values()), told(strayed)


@dataclass
class Seen:
    """What is wrong on each page of one person in one language. stops: of the Tab key; in Chinese only, the order is the same."""

    unclean: Found = field(default_factory=dict)
    wide: Found = field(default_factory=dict)
    foreign: Found = field(default_factory=dict)
    stops: Found = field(default_factory=dict)
    strayed: Found = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(visit: Visit) -> Callable[[str, str], Seen]:
    """seen(language, who) -> what is wrong on her pages. Each is loaded once, for all that is looked for, when a test asks."""

    @cache
    def look(language: str, who: str) -> Seen:
        found = Seen()
        for place, page in visit(found.strayed, language, who):
            found.foreign[place.path] = foreign_words(page, f"{NAMES}|{PEOPLE}")
            if language in LANGUAGES:
                found.unclean |= unclean(page, place.path)
                found.wide |= wide(page, place.path)
            if language == LANGUAGES[0]:
                found.stops[place.path] = stops(page)
        return found

    return look


def unclean(page: Any, path: str) -> Found:
    """In both sizes and themes. Leaves the page light, as wide as a desk."""
    found = {}
    for size in (DESK, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="light")
        found[f"{path} {size[0]} px"] = violations(page)
        page.emulate_media(color_scheme="dark")
        found[f"{path} {size[0]} px dark"] = violations(page, COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


def wide(page: Any, path: str) -> Found:
    """Zoomed, and with large text. Leaves the page as it was, as wide as a desk."""
    found = {}
    for zoom, (width, height) in ZOOMED.items():
        page.set_viewport_size({"width": width, "height": height})
        found[f"{path} at {zoom}"] = too_wide(page)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found[f"{path} with text of 200 %"] = too_wide(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def stops(page: Any) -> list[str]:
    """What is wrong with the stops of the Tab key, from the page's start to its end."""
    page.evaluate(TO_THE_START)
    passed = []
    for _ in range(int(page.evaluate(STOPS))):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(STOP) or "the end, too early")
    return sorted(set(passed) - {"seen"})


def told(found: Found) -> str:
    """A line for each thing that is wrong, with its page."""
    return "\n" + "\n".join(f"{page}: {wrong}" for page, all_wrong in found.items() for wrong in all_wrong)


def test_every_address_is_linked_from_some_page(everywhere: Tour) -> None:
    unreached = {route for route in routes() - everywhere.seen if not route.startswith("log/")}  # read by programs
    assert unreached <= set(ELSEWHERE), (
        "No page of the demo leads here. Link it, or name in ELSEWHERE the journey that goes there."
    )


def test_no_link_leads_to_an_error(everywhere: Tour) -> None:
    assert everywhere.broken == set()


def test_every_page_weighs_little(everywhere: Tour, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """The table is printed: it stands in the log of every run."""
    visitor, table, first = Visitor(house.url.removeprefix("http://"), "zh-hans"), [], {}
    for place in everywhere.places:
        visitor.cookies = dict(everywhere.cookies[place.who])
        html = len(place.text.encode())
        table.append((html, visitor.get(place.path).size - html, f"{place.path} {place.who}"))
        if place.who == VISITOR and place.path != NO_SUCH_PAGE:
            first[table[-1][2]] = on_the_wire(house.url + place.path)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{'HTML':>8}{'all else':>10}{'first visit':>13}  bytes. HTML: before compression, without style;"
        )
        sys.stdout.write(
            " all else: compressed, with style; first visit: the page alone, compressed, its style inside\n"
        )
        for html, assets, name in sorted(table, reverse=True):
            sys.stdout.write(f"{html:8,}{assets:10,}{first.get(name, 0):13,}  {name}\n")
    assert [name for html, _, name in table if html > LONGEST_PAGE] == []
    assert [name for html, assets, name in table if html + assets > HEAVIEST] == []
    assert {name: weight for name, weight in first.items() if weight > LONGEST_FIRST_PAGE} == {}


def on_the_wire(url: str) -> int:
    """Bytes of a page as a browser gets it that was never here: compressed, with its style inside."""
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip", "Accept-Language": "zh-CN"})) as answer:  # noqa: S310 - our own
        whole = answer.read()
    assert b"<style data-kept=" in gzip.decompress(whole)
    return len(whole)


def test_every_main_page_weighs_little_and_is_found_by_links(house: House) -> None:
    for language in ("zh-hans", "en"):
        for page, status in walk(Visitor(house.url.removeprefix("http://"), language)):
            assert page.status == status, page.path
            assert page.size <= HEAVIEST, f"{page.path} weighs {page.size}"


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_clean_in_both_sizes_and_themes(
    seen: Callable[[str, str], Seen], language: str, who: str
) -> None:
    found = seen(language, who).unclean
    assert found
    assert not any(found.values()), told(found)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_its_window_when_zoomed(
    seen: Callable[[str, str], Seen], language: str, who: str
) -> None:
    found = seen(language, who).wide
    assert found
    assert not any(found.values()), told(found)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("language", [*LANGUAGES, "zh-TW"])
def test_every_page_speaks_one_language(seen: Callable[[str, str], Seen], language: str, who: str) -> None:
    found = seen(language, who).foreign
    assert found
    assert not any(found.values()), told(found)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("language", [*LANGUAGES, "zh-TW"])
def test_no_page_takes_anything_from_elsewhere_or_fails_on_its_way(
    seen: Callable[[str, str], Seen], language: str, who: str
) -> None:
    found = seen(language, who).strayed
    assert found
    assert not any(found.values()), told(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_sent_empty_comes_back_clean_and_leads_to_what_is_missing(opened: Visit, language: str) -> None:
    found: dict[str, list[str]] = {}
    for who in (VISITOR, "handler"):
        for place, page in opened(language, who, size=PHONE, holding=" required"):
            fields = page.locator("main form[method=post] :is(input, textarea)[required]:not([type=hidden])").all()
            if empty := next((field for field in fields if not field.input_value()), None):
                with page.expect_navigation():
                    empty.evaluate("field => { field.form.noValidate = true; field.form.requestSubmit() }")
                led = page.locator(".ds-error-summary a[href^='#']").all()
                targets = [page.locator(str(link.get_attribute("href"))).count() for link in led]
                found[place.path] = [
                    *violations(page),
                    *too_wide(page),
                    *(["leads nowhere"] * (not all(targets or [0]))),
                ]
    assert len(found) >= 4
    assert not any(found.values()), told(found)


def test_whoever_comes_without_her_cookies_is_told_so_on_a_clean_page(chromium: Any, house: House) -> None:
    with chromium.new_context(locale="zh-CN", bypass_csp=True) as context:
        page = context.new_page()
        page.goto(house.url + "/receipt/")
        context.clear_cookies()
        page.locator("main form[method=post] input[name=code]").fill("7K4Q2XWD93BM")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert violations(page) == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_stop_of_the_tab_key_is_seen_and_none_is_left_out(seen: Callable[[str, str], Seen], who: str) -> None:
    found = seen("zh-CN", who).stops
    assert found
    assert not any(found.values()), told(found)
