"""Every main page in both languages, on a desk, at 320 px, and in large type on a phone: within its budget and clean."""

from collections.abc import Callable

import pytest

from massline.project.demo.visit import HEAVIEST, Visitor, walk
from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = pytest.mark.journey
SIZES = {"desk": (1280, 900), "narrow": (320, 640)}
PHONE = (390, 844)


def main_pages(house: House) -> list[str]:
    pages = [page for page, status in walk(Visitor(house.url.removeprefix("http://"), "zh-hans")) if status == 200]
    paths = dict.fromkeys(page.path for page in pages if not page.path.startswith(("/api/", "/desk/")))
    return [*paths, f"/receipt/{house.receipt}/"]


def test_every_page_weighs_little_and_is_found_by_links(house: House) -> None:
    for language in ("zh-hans", "en"):
        for page, status in walk(Visitor(house.url.removeprefix("http://"), language)):
            assert page.status == status, page.path
            assert page.size <= HEAVIEST, f"{page.path} weighs {page.size}"


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_clean_for_axe_and_not_too_wide(
    somebody: Callable[..., Person], house: House, language: str, size: str
) -> None:
    person = somebody(language=language, size=SIZES[size])
    for path in main_pages(house):
        person.opens(path)


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_every_page_is_clean_in_large_type_on_a_phone(
    somebody: Callable[..., Person], house: House, language: str
) -> None:
    person = somebody(language=language, size=PHONE)
    person.opens("/")
    person.follows(person.word("Large type"))
    person.looked_at.clear()
    for path in main_pages(house):
        person.opens(path)


@pytest.mark.parametrize("username", ["handler", "leader", "inspector", "analyst"])
def test_every_page_of_the_desk_is_clean_on_a_phone(somebody: Callable[..., Person], username: str) -> None:
    person = somebody(language="zh-CN", size=SIZES["narrow"])
    person.signs_in(username)
    links = person.page.locator("main a[href^='/desk/'], main a[href^='?']").all()
    for address in [str(link.get_attribute("href")) for link in links]:
        person.opens("/desk/" + address.removeprefix("/desk/"))
