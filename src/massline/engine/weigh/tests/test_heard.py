"""Who was heard: small groups are never told, and cannot be worked out from what is."""

import numpy as np
import pytest

from massline.engine.weigh.heard import FEW, groups_heard, too_few
from massline.engine.weigh.margins import Margin, Margins
from massline.engine.weigh.raking import cells_of


def heard(said: dict[str, int], shares: dict[str, float], *, silent: int = 0):
    margin = Margin("age", tuple(shares), np.array(list(shares.values())))
    rows = [name for name, count in said.items() for _ in range(count)] + [""] * silent
    return groups_heard(Margins((margin,), None), [cells_of(margin, rows)])


def test_a_group_is_set_beside_its_measure_and_rows_that_name_none_stand_aside() -> None:
    [young, old] = heard({"young": 60, "old": 20}, {"young": 0.5, "old": 0.5}, silent=40)
    assert (young.messages, young.share, young.people) == (60, 0.75, 0.5)
    assert (old.messages, old.share) == (20, 0.25)


def test_a_group_that_nobody_is_in_is_told_with_nothing() -> None:
    found = heard({"young": 60}, {"young": 0.5, "old": 0.5})
    assert [(one.categories, one.messages, one.share) for one in found] == [(("young",), 60, 1.0), (("old",), 0, 0.0)]


def test_a_group_of_nine_shares_its_row_with_the_next_smallest() -> None:
    found = heard({"a": 9, "b": 500, "c": 30}, {"a": 0.3, "b": 0.4, "c": 0.3})
    assert [(one.categories, one.messages) for one in found] == [(("b",), 500), (("a", "c"), 39)]
    assert found[1].people == pytest.approx(0.6)


def test_groups_that_are_too_few_even_together_are_not_counted() -> None:
    [only] = heard({"a": 3, "b": 4}, {"a": 0.5, "b": 0.5})
    assert (only.messages, only.share, only.people) == (None, None, 1.0)


def test_no_count_of_one_to_nine_can_be_had_from_any_told_line() -> None:
    """Whatever the counts: each told line is nought or FEW and more, and so is what is left over."""
    chance = np.random.default_rng(0)
    for _ in range(300):
        said = chance.integers(0, 30, size=int(chance.integers(1, 7)))
        hidden = np.array(too_few(said))
        assert all(count == 0 or count >= FEW for count in said[~hidden])
        assert not hidden.any() or said[hidden].sum() >= FEW or said[~hidden].sum() == 0
        assert not hidden.any() or said.min(where=said > 0, initial=99) < FEW
