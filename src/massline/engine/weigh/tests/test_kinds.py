"""Kind by kind is the same as row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massline.engine.weigh.estimates import Design, mean_of
from massline.engine.weigh.kinds import Shares, kinds_of, rake_kinds
from massline.engine.weigh.margins import Margin, Margins
from massline.engine.weigh.raking import NOT_SAID, cells_of, effective_size, rake

PEOPLE = Margins(
    (Margin("sex", ("f", "m"), np.array([0.5, 0.5])), Margin("age", ("a", "b", "c"), np.array([0.2, 0.3, 0.5]))), None
)
ROW = st.tuples(st.integers(NOT_SAID, 1), st.integers(NOT_SAID, 2), st.booleans(), st.integers(0, 30))
"""Sex, age, whether it is held, and who wrote it."""


def both_ways(rows: list[tuple[int, int, bool, int]], cut: int):
    """Raked weights (n,) and the share of the rows that are held: row by row, and kind by kind in two blocks."""
    sex, age = (np.array([row[at] for row in rows], np.int32) for at in (0, 1))
    held = np.array([row[2] for row in rows])
    voices = np.unique([row[3] for row in rows], return_inverse=True)[1]
    named = [[("f", "m", "")[at] for at in sex], [("a", "b", "c", "")[at] for at in age]]
    cells = [cells_of(margin, said) for margin, said in zip(PEOPLE.each, named, strict=True)]
    raked = rake(np.ones(len(rows)), cells, total=float(len(rows)))
    share = mean_of(
        held.astype(float), raked, cells, Design(np.zeros(len(rows), np.int64), voices, np.zeros(len(rows)))
    )
    kinds = kinds_of(PEOPLE, [[sex[:cut], age[:cut]], [sex[cut:], age[cut:]]])
    by_kind = rake_kinds(kinds)
    return (raked, cells, share), (*kinds.by_row(by_kind), Shares(kinds, by_kind, voices).share(np.flatnonzero(held)))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(ROW, min_size=40, max_size=80).filter(lambda rows: len({row[3] for row in rows}) > 1), st.integers(0, 40)
)
def test_weights_shares_and_errors_are_those_of_the_rows(rows: list[tuple[int, int, bool, int]], cut: int) -> None:
    (raked, cells, share), (raked_kinds, cells_kinds, share_kinds) = both_ways(rows, cut)
    assert raked_kinds.weights == pytest.approx(raked.weights)
    assert (raked_kinds.trimmed, raked_kinds.furthest) == (raked.trimmed, pytest.approx(raked.furthest, abs=1e-6))
    assert effective_size(raked_kinds.weights) == pytest.approx(effective_size(raked.weights))
    for one, other in zip(cells, cells_kinds, strict=True):
        assert (one.of == other.of).all()
        assert (one.absent, one.shares.tolist()) == (other.absent, other.shares.tolist())
    assert share_kinds.value == pytest.approx(share.value)
    assert share_kinds.error == pytest.approx(share.error, abs=1e-6)


def test_what_the_margins_give_has_no_error() -> None:
    rows = [(at % 2, at % 3, at % 2 == 0, at) for at in range(60)]
    (_, _, share), (_, _, share_kinds) = both_ways(rows, 30)
    assert share.error == share_kinds.error == 0
    assert share_kinds.value == pytest.approx(0.5)


def test_a_sender_who_is_of_two_kinds_is_one_sender() -> None:
    rows = [(at % 2, at % 3, at % 5 == 0, at // 4) for at in range(80)]
    (_, _, share), (_, _, share_kinds) = both_ways(rows, 30)
    assert share.error == pytest.approx(share_kinds.error)
    (_, _, alone), _ = both_ways([(*row[:3], at) for at, row in enumerate(rows)], 30)
    assert alone.error != pytest.approx(share.error)
