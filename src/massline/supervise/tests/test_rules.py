"""Rates and mistyped codes, without a database."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from massline.gather.rules import ALPHABET, ReceiptMistyped, read_receipt, receipt_code
from massline.supervise.rules import ALIKE, Rate, suspects

COUNTS = st.integers(0, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_no_answers_yet_is_not_zero() -> None:
    assert Rate(0, 0).value is None
    assert Rate(0, 0).interval is None
    assert (Rate(0, 0).low_percent, Rate(0, 0).high_percent) == (None, None)
    assert Rate(0, 3).value == 0


@pytest.mark.parametrize(("yes", "n"), [(1, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(yes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{yes} of {n}"):
        Rate(yes, n)


@given(COUNTS)
def test_the_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    rate = Rate(*counts)
    assume(rate.n)
    low, high = rate.interval
    assert 0 <= low <= rate.value + 1e-12
    assert rate.value - 1e-12 <= high <= 1
    assert rate.low_percent / 100 <= low
    assert rate.high_percent / 100 >= high


@given(COUNTS)
def test_yes_and_no_have_mirrored_intervals(counts: tuple[int, int]) -> None:
    yes, no = Rate(*counts), Rate(counts[1] - counts[0], counts[1])
    assume(yes.n)
    assert yes.interval[0] == pytest.approx(1 - no.interval[1])


@given(COUNTS)
def test_more_answers_of_the_same_kind_narrow_the_interval(counts: tuple[int, int]) -> None:
    few, many = Rate(*counts), Rate(10 * counts[0], 10 * counts[1])
    assume(few.n)
    assert many.interval[1] - many.interval[0] < few.interval[1] - few.interval[0]


def test_the_interval_is_wilsons() -> None:
    low, high = Rate(8, 10).interval
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))  # Newcombe 1998, method 3


def fits(code: str) -> bool:
    try:
        read_receipt(code)
    except ReceiptMistyped:
        return False
    return True


CODES = st.integers().map(lambda number: receipt_code(str(number), "a key of the tests"))


@given(CODES, st.integers(0, 11), st.data())
def test_a_character_taken_for_one_that_looks_alike_is_marked(code: str, place: int, data: st.DataObject) -> None:
    alike = sorted(
        {other for group in ALIKE if code[place] in group for other in group} & set(ALPHABET) - {code[place]}
    )
    assume(alike)
    typed = code[:place] + data.draw(st.sampled_from(alike)) + code[place + 1 :]
    assert place in suspects(typed, fits)


@given(CODES, st.integers(0, 10))
def test_two_characters_that_changed_places_are_marked(code: str, place: int) -> None:
    typed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assume(not fits(typed))
    assert {place, place + 1} <= set(suspects(typed, fits))
