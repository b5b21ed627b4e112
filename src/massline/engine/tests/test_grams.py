import numpy as np
import pytest

from massline.engine.buffers import strings_of
from massline.engine.grams import READ_CHARACTERS, letters_of, read_grams
from massline.engine.tests.calls import forms


def grams_of(text: str) -> list[int]:
    data, offsets = strings_of(forms([text]))
    out = np.empty(2 * READ_CHARACTERS, np.int32)
    return out[: read_grams(data, offsets[0], offsets[1], out)].tolist()


@pytest.mark.parametrize("text", ["", " ", "12345", "!?…", "😀😀", "\u202e\u200b"])
def test_a_form_without_letters_has_no_grams(text: str) -> None:
    assert grams_of(text) == []


def test_each_sign_and_each_pair_of_neighbours_is_a_gram() -> None:
    assert len(grams_of("电梯困人")) == 4 + 3


def test_a_pair_does_not_reach_over_a_comma() -> None:
    assert len(grams_of("电梯，困人")) == 4 + 2


def test_single_signs_and_pairs_never_share_a_bucket() -> None:
    assert sorted(bucket % 2 for bucket in grams_of("电梯困人")) == [0] * 4 + [1] * 3


def test_numbers_make_no_difference() -> None:
    assert grams_of("3栋漏水") == grams_of("15栋漏水")


def test_a_long_word_shares_its_beginning_with_its_other_forms() -> None:
    assert set(grams_of("complaint")) & set(grams_of("complaints"))
    assert not set(grams_of("bus")) & set(grams_of("busy"))


def test_a_very_long_form_is_read_up_to_a_limit() -> None:
    assert len(grams_of("电梯" * 100_000)) <= 2 * READ_CHARACTERS
    assert len(grams_of("lift " * 100_000)) <= 2 * READ_CHARACTERS


def test_letters_count_signs_once_and_words_twice() -> None:
    letters, repeated = letters_of(
        *strings_of(forms(["电梯坏了", "lift broken", "12 34", "", "哈哈哈哈哈", "aaaa", "5g信号"]))
    )
    assert letters.tolist() == [4, 4, 0, 0, 5, 2, 4]
    assert repeated.tolist() == [False, False, False, False, True, True, False]
