"""The grammar of phrases: what cannot be read is refused, and options keep their proportions."""

from collections import Counter
from itertools import product

import pytest

from massline.project.demo.matters import compile_phrase

WORDS = {"day": ("Mon", "Tue", "Wed"), "place": ("here",)}


def every_text(phrase: str) -> Counter[str]:
    return Counter("".join(parts) for parts in product(*compile_phrase(phrase, WORDS)))


@pytest.mark.parametrize("phrase", ["the [lamp|light", "lamp]", "a|b", "{day", "day}", "[a|[b|c]]"])
def test_a_stray_bracket_is_refused_with_the_phrase(phrase):
    with pytest.raises(ValueError, match="stray bracket") as refused:
        compile_phrase(phrase, WORDS)
    assert phrase in str(refused.value)


def test_an_unknown_slot_is_refused_by_its_name():
    with pytest.raises(KeyError, match="month"):
        compile_phrase("in {month}", WORDS)


def test_plain_words_stay_as_they_are():
    assert every_text("灯不亮") == {"灯不亮": 1}


def test_every_combination_of_options_can_be_said():
    assert set(every_text("[a|b|]-{day}")) == {f"{first}-{day}" for first in ("a", "b", "") for day in WORDS["day"]}


def test_an_option_with_a_slot_is_as_frequent_as_one_without():
    said = every_text("[never|on {day}]")
    assert said["never"] == sum(said[f"on {day}"] for day in WORDS["day"])


def test_many_small_choices_are_multiplied_out_without_changing_what_is_said():
    phrase = "[a|b][c|d][e|f][g|h][i|j][k|l][m|n]"
    assert len(compile_phrase(phrase, WORDS)) < 7
    said = every_text(phrase)
    assert len(said) == 2**7
    assert set(said.values()) == {1}
