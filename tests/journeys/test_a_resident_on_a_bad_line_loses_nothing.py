"""A line that breaks: scripts that never come, an answer that gets lost. What somebody says is there, and there once."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey
SAY, CALL = "/calls/what-first/say/", "/calls/what-first/"
BROKEN = ("net::ERR_FAILED", "net::ERR_ABORTED")


@pytest.fixture
def resident(somebody: Callable[..., Person]) -> Any:
    resident = somebody(language="zh-CN", size=(390, 844))
    yield resident
    resident.strayed[:] = [line for line in resident.strayed if not any(fault in line for fault in BROKEN)]


def speaks(resident: Person, text: str) -> None:
    resident.writes(resident.word("What do you want to say?"), text)
    resident.page.get_by_role("button", name=resident.word("Send and get a receipt")).press("Enter")


def test_scripts_that_never_arrive_keep_nobody_from_speaking(resident: Person) -> None:
    resident.page.route("**/*.js", lambda route: route.abort())
    text = f"路灯坏了 {secrets.token_hex(4)}"
    resident.opens(SAY)
    speaks(resident, text)
    resident.page.wait_for_url("**/receipt/*/")
    assert resident.sees(text)


def test_a_form_whose_answer_got_lost_is_sent_again_and_is_there_once(resident: Person) -> None:
    text = f"水管漏了 {secrets.token_hex(4)}"

    def lose_the_answer(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)  # it reaches the house; the answer does not come back
            route.abort()
        else:
            route.continue_()

    resident.opens(SAY)
    resident.page.route("**" + SAY, lose_the_answer)
    resident.writes(resident.word("What do you want to say?"), text)
    with resident.page.expect_event("requestfailed", lambda asked: asked.method == "POST"):
        resident.page.get_by_role("button", name=resident.word("Send and get a receipt")).press("Enter")
    resident.page.unroute("**" + SAY)
    resident.page.wait_for_load_state()

    resident.page.reload()  # "send the form again", as the browser's own page offers
    resident.page.wait_for_url("**/receipt/*/")
    assert resident.sees(text)
    resident.opens(CALL)
    assert resident.page.get_by_text(text).count() == 1
