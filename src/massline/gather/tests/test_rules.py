"""What a message and a receipt code may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.gather.rules import (
    ALPHABET,
    CODE_LENGTH,
    LONGEST_MESSAGE,
    MessageRefused,
    ReceiptMistyped,
    check_length,
    grouped,
    read_receipt,
    receipt_code,
    sender_seed,
    storable,
    submission_of,
)

KEY = "a key"
codes = st.text(min_size=1).map(lambda number: receipt_code(number, KEY))


@given(codes)
def test_a_code_is_read_however_it_is_typed(code: str) -> None:
    for typed in (code, code.lower(), grouped(code), f" {grouped(code)} ", code.replace("0", "O").replace("1", "l")):
        assert read_receipt(typed) == code


@given(codes, st.integers(0, CODE_LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, place: int, other: str) -> None:
    if code[place] == other:
        return
    with pytest.raises(ReceiptMistyped, match="check character"):
        read_receipt(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    "typed", ["", "1234", "0" * 13, "UUUUUUUUUUUU", "路灯路灯路灯路灯路灯路灯", "\x00" * 12, "<script>"]
)
def test_what_was_never_given_out_is_refused_with_its_reason(typed: str) -> None:
    with pytest.raises(ReceiptMistyped) as refused:
        read_receipt(typed)
    assert refused.value.problem


def test_the_same_submission_gives_the_same_code_and_another_key_another() -> None:
    assert receipt_code("7", KEY) == receipt_code("7", KEY)
    assert len({receipt_code("7", KEY), receipt_code("8", KEY), receipt_code("7", "other key")}) == 3


def test_other_words_on_the_same_form_are_another_submission() -> None:
    assert submission_of("7", "call", "one") == submission_of("7", "call", "one")
    assert submission_of("7", "call", "one") != submission_of("7", "call", "two")
    assert submission_of("7", "ab", "c") != submission_of("7", "a", "bc")


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000", "\u200b\u200d\ufeff", "\u202e\u2066", "\x00"])
def test_a_text_that_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        check_length(text)
    assert refused.value.length == 0


def test_the_longest_message_is_taken_and_one_more_character_refused() -> None:
    check_length("字" * LONGEST_MESSAGE)
    with pytest.raises(MessageRefused) as refused:
        check_length("字" * (LONGEST_MESSAGE + 1))
    assert refused.value.length == LONGEST_MESSAGE + 1


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_stored_can_be_stored_and_is_stored_the_same_twice(text: str) -> None:
    kept = storable(text)
    assert "\x00" not in kept
    assert kept.encode() == storable(kept).encode()


def test_the_hashes_of_senders_differ_from_call_to_call() -> None:
    assert sender_seed("roads", KEY) == sender_seed("roads", KEY)
    assert len({sender_seed("roads", KEY), sender_seed("water", KEY), sender_seed("roads", "other key")}) == 3
