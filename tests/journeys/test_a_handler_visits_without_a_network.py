"""At a doorstep without a network: what is written down waits on the telephone, is sent once, and then is gone from there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey
PHONE = {"language": "zh-CN", "size": (390, 844)}
AWAKE = """async () => {
    const {active} = await navigator.serviceWorker.ready;
    while (active.state !== "activated") await new Promise(changed => active.onstatechange = changed);
}"""
KEPT = "JSON.parse(localStorage.getItem('massline.visits') || '[]').length"
FULL = "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } }"


@pytest.fixture
def handler(somebody: Callable[..., Person]) -> Any:
    """Signed in, on the page for visits that she opened once, its worker awake."""
    handler = somebody(**PHONE)
    handler.signs_in("handler")
    handler.follows(handler.word("Write down a visit"))
    handler.page.evaluate(AWAKE)
    yield handler
    handler.strayed[:] = [line for line in handler.strayed if "ERR_INTERNET_DISCONNECTED" not in line]


def loses_the_network(handler: Person, *, lost: bool = True) -> None:
    handler.context.set_offline(lost)


def writes_down(handler: Person, text: str) -> None:
    handler.writes(handler.word("What the resident said"), text)
    handler.page.get_by_role("button", name=handler.word("Send and get a receipt")).press("Enter")


def test_words_from_the_doorstep_wait_survive_a_restart_and_are_sent_once(handler: Person) -> None:
    loses_the_network(handler)
    writes_down(handler, "屋后的水沟堵了，雨天进水")
    handler.page.get_by_text(handler.word("Not sent yet")).wait_for()
    assert handler.page.evaluate(KEPT) == 1
    assert handler.page.locator("#id_text").input_value() == ""

    handler.page.reload()
    assert handler.sees("屋后的水沟堵了，雨天进水")

    loses_the_network(handler, lost=False)
    handler.page.get_by_text(handler.word("Sent. Its receipt:")).wait_for()
    assert handler.page.evaluate(KEPT) == 0
    with handler.page.expect_navigation():
        handler.page.locator("[role=status] a").press("Enter")
    assert handler.sees("屋后的水沟堵了，雨天进水")
    handler.opens("/calls/what-first/")
    assert handler.page.get_by_text("屋后的水沟堵了，雨天进水").count() == 1


def test_a_telephone_without_room_keeps_the_words_in_the_form(handler: Person) -> None:
    handler.page.evaluate(FULL)
    loses_the_network(handler)
    writes_down(handler, "灯坏了，手机也满了")
    handler.page.locator("[role=status]").filter(has_text="手机存储已满").wait_for()
    assert handler.page.locator("#id_text").input_value() == "灯坏了，手机也满了"


def test_another_page_without_a_network_says_so_and_leads_to_the_visits(handler: Person) -> None:
    loses_the_network(handler)
    handler.page.goto(handler.house.url + "/scoreboard/")
    assert handler.sees(handler.word("No network"))
    assert handler.page.locator("a[href='/desk/visit/']").count() == 1


def test_with_a_network_or_without_script_the_form_is_sent_as_any_other(somebody: Callable[..., Person]) -> None:
    for script in (True, False):
        handler = somebody(**PHONE, script=script)
        handler.signs_in("handler")
        handler.follows(handler.word("Write down a visit"))
        handler.writes(handler.word("What the resident said"), f"井盖松了 {script}")
        handler.page.get_by_role("button", name=handler.word("Send and get a receipt")).press("Enter")
        handler.page.wait_for_url("**/receipt/*/")
        assert handler.sees(f"井盖松了 {script}")
