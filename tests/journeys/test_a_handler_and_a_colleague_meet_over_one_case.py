"""Two windows, one case: what somebody wrote is never lost and never overwrites what came before it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey


def takes_a_case(handler: Person) -> str:
    """She takes the first new message of her queue. Returns the address of the case."""
    handler.signs_in("handler")
    handler.follows(handler.word("New messages"))
    handler.follows(handler.page.locator("a[href^='/desk/messages/']").first.inner_text())
    handler.follows(handler.word("Take as a case"))
    return urlsplit(handler.page.url).path


def test_a_reply_to_a_case_that_changed_meanwhile_is_kept_and_not_published(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    handler, colleague = somebody(**way), somebody(**way)
    address = takes_a_case(handler)
    colleague.signs_in("handler")
    colleague.opens(address)
    colleague.writes(colleague.word("Reply"), "已于今天上午办完。")
    colleague.follows(colleague.word("Publish the reply"))

    handler.writes(handler.word("Reply"), "明天派人去看。")
    handler.follows(handler.word("Publish the reply"))

    assert handler.sees(handler.word("The case was changed while you were writing. Nothing of yours was published."))
    assert "明天派人去看。" in handler.page.content()
    handler.opens(address)
    assert handler.sees("已于今天上午办完。")
    assert not handler.sees("明天派人去看。")


def test_an_empty_reply_is_sent_back_with_the_place_to_mend(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    handler = somebody(**way)
    takes_a_case(handler)
    handler.goes_to(handler.word("Reply"))
    handler.follows(handler.word("Publish the reply"))
    assert handler.page.locator("[aria-invalid=true]").count() == 1
