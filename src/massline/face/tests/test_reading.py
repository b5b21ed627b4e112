"""The hint on how easy a text is to read: laws, and that it never stands in the way."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from massline.face.reading import grade, is_common, reading, syllables_of

PLAIN = "水管今天上午修好了，一共换了六米新管。再漏水，请打水利局电话。"
OFFICIAL = (
    "经我单位会同有关职能部门就您所反映的相关问题进行认真细致的调查核实并结合我县实际情况研究后现将有关处理意见答复如下"
)


@given(st.text())
def test_any_text_gives_a_hint_or_none_and_never_fails(text: str) -> None:
    found = reading(text)
    assert found is None or (found.sentences >= 1 and 0 <= found.rare <= 1 and found.length > 0)


@pytest.mark.parametrize("nothing", ["", " \n", "😀😀", "12345", "。。。"])
def test_what_holds_no_words_gives_no_hint(nothing: str) -> None:
    assert reading(nothing) is None


def test_short_sentences_of_common_characters_are_easy_and_one_long_one_is_not() -> None:
    assert reading(PLAIN).easy
    assert not reading(OFFICIAL).easy
    assert reading(PLAIN + OFFICIAL).longest == OFFICIAL


def test_cutting_a_sentence_in_two_never_makes_it_harder() -> None:
    whole, cut = reading(OFFICIAL), reading(OFFICIAL[:25] + "。" + OFFICIAL[25:])
    assert cut.length < whole.length
    assert len(cut.longest) < len(whole.longest)


def test_rare_characters_are_named_each_once() -> None:
    found = reading("踟蹰踟蹰的人走过了路口，路口的灯亮着。")
    assert found.rare_characters == ("踟", "蹰")
    assert not found.easy
    assert is_common("路")
    assert not is_common("€")


def test_longer_words_and_longer_sentences_raise_the_grade() -> None:
    easy, long_words = ["the", "lamp", "is", "on"], ["the", "illumination", "is", "operational"]
    assert grade(easy, 1) < grade(long_words, 1)
    assert grade(easy * 4, 4) < grade(easy * 4, 1)
    assert reading("The lamp is on. It was fixed today.").easy
    assert not reading(
        "The aforementioned infrastructural deficiencies necessitate interdepartmental coordination."
    ).easy


@pytest.mark.parametrize(
    ("word", "syllables"), [("lamp", 1), ("water", 2), ("made", 1), ("table", 2), ("committee", 3), ("th", 1)]
)
def test_syllables_are_groups_of_vowels_without_a_silent_e(word: str, syllables: int) -> None:
    assert syllables_of(word) == syllables


@pytest.mark.urls("massline.face.tests.test_views")
@pytest.mark.parametrize(("text", "says"), [(PLAIN, "好读"), (OFFICIAL, "最长的一句"), ("", "还没有可读的文字")])
def test_the_page_says_what_is_hard_and_keeps_nothing(text: str, says: str) -> None:
    page = Client(headers={"accept-language": "zh-hans"}).post("/face/reading/", {"of": "question", "question": text})
    assert page.status_code == 200
    assert says in page.content.decode()
    assert not page.cookies.get("sessionid")
