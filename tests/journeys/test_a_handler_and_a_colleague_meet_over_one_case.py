"""Two windows, one case: what somebody wrote is never lost and never overwrites what came before it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.person import Person

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def first_case(handler: Person) -> str:
    """The address of the most urgent case of her queue."""
    handler.signs_in("handler")
    handler.chooses(handler.word("Show"), handler.word("Cases to answer"))
    handler.follows(handler.word("Show"))
    return str(handler.page.locator("a[href^='/desk/cases/']").first.get_attribute("href"))


def test_a_reply_to_a_case_that_changed_meanwhile_is_kept_and_not_published(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    handler, colleague = somebody(**way), somebody(**way)
    address = first_case(handler)
    handler.opens(address)
    colleague.signs_in("handler")
    colleague.opens(address)
    colleague.writes(colleague.word("Reply"), "已于今天上午办完。")
    colleague.follows(colleague.word("Publish the reply"))

    handler.writes(handler.word("Reply"), "明天派人去看。")
    handler.follows(handler.word("Publish the reply"))

    assert handler.sees(handler.word("The case was changed while you were writing. Nothing of yours was published."))
    assert "明天派人去看。" in handler.page.content()
    handler.opens(address.removeprefix("/desk"))
    assert handler.sees("已于今天上午办完。")
    assert not handler.sees("明天派人去看。")


def test_an_empty_reply_is_sent_back_with_the_place_to_mend(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    handler = somebody(**way)
    handler.opens(first_case(handler))
    handler.goes_to(handler.word("Reply"))
    handler.follows(handler.word("Publish the reply"))
    assert handler.page.locator("[aria-invalid=true]").count() == 1
