"""Within a minute: what people ask for, what is overdue, and what has been put before her."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.person import Person

pytestmark = pytest.mark.journey


def test_she_finds_what_is_overdue_and_asks_the_engine_to_read_again(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    leader = somebody(**way)
    leader.signs_in("leader")
    leader.follows(leader.word("Overdue"))
    late = leader.page.locator("a[href^='/desk/cases/']")
    assert late.count() > 0
    leader.follows(late.first.inner_text())
    assert leader.sees(leader.word("How the due day was counted"))

    leader.follows(leader.word("Calls"))
    leader.follows("明年的实事，先办哪一件")
    leader.follows(leader.word("All themes, and how they were found"))
    leader.follows(leader.word("Ask for a run"))
    assert any(leader.sees(leader.word(state)) for state in ("A run is waiting", "A run is working", "All themes"))
    leader.page.wait_for_timeout(500)
    for _ in range(100):  # the worker reads within seconds; a busy machine may take longer
        leader.page.reload()
        if not any(leader.sees(leader.word(state)) for state in ("A run is waiting", "A run is working")):
            break
        leader.page.wait_for_timeout(500)
    assert leader.sees(leader.word("All themes"))
    assert not leader.sees(leader.word("The last run ended without a result"))
