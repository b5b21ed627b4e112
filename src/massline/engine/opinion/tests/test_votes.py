"""The sparse vote matrix: the order of the votes in time."""

import numpy as np
import pytest

from massline.engine.opinion.votes import by_time

YEAR = 365 * 86_400_000


@pytest.mark.parametrize("longest", [3, YEAR, 2**62], ids=["ties", "a year", "clocks gone mad"])
def test_votes_of_one_time_stay_as_they_stand_and_earlier_ones_come_first(longest: int) -> None:
    generator = np.random.default_rng(longest % 7)
    times = 1_600_000_000_000 + generator.integers(0, longest, 500) // 50 * 50
    order = by_time(times)
    assert order.tolist() == sorted(range(500), key=lambda at: (times[at], at))


def test_a_conversation_without_votes_has_no_order() -> None:
    assert by_time(np.zeros(0, np.int64)).tolist() == []
