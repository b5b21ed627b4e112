"""A handler of another township guesses addresses: they do not exist for her, and nothing tells her that they do for others."""

from collections.abc import Callable

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey
NOWHERE = "/desk/cases/999999/"


def addresses(person: Person) -> list[str]:
    """Every address of a case or a message on all pages of somebody's queue of open cases and of new messages."""
    found: set[str] = set()
    for show in ("open", "new"):
        person.opens(f"/desk/?show={show}")
        while True:
            links = person.page.locator("main a[href^='/desk/cases/'], main a[href^='/desk/messages/']").all()
            found |= {str(link.get_attribute("href")) for link in links}
            onward = person.page.locator("a[rel=next]")
            if not onward.count():
                break
            person.opens(str(onward.first.evaluate("link => link.pathname + link.search")))
    return sorted(found)


def test_addresses_of_another_township_are_the_same_to_her_as_addresses_of_nothing(
    somebody: Callable[..., Person],
) -> None:
    handler, outsider = somebody(language="zh-CN"), somebody(language="zh-CN")
    handler.signs_in("handler")
    outsider.signs_in("outsider")
    hers, others = set(addresses(outsider)), set(addresses(handler))
    assert hers
    assert others
    assert not hers & others
    assert outsider.opens(NOWHERE) == 404
    nothing = outsider.page.locator("main").inner_text()
    for kind in ("cases", "messages"):
        guessed = next(address for address in others if kind in address)
        assert outsider.opens(guessed) == 404
        assert outsider.page.locator("main").inner_text() == nothing


def test_without_signing_in_the_desk_leads_to_the_door(somebody: Callable[..., Person]) -> None:
    stranger = somebody(language="en-GB")
    stranger.opens("/desk/")
    assert "/sign-in/" in stranger.page.url
