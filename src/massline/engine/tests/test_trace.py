import numpy as np
import pytest

from massline.engine.errors import UntraceableStatement
from massline.engine.tests.calls import forms
from massline.engine.trace import most_telling, numbers_in, sentences_of, supporters, trace

SAID = {
    "a": "小区电梯坏了三个月，物业收了1200元维修费也不修。",
    "b": "我们小区电梯坏了三个月！物业收了1，200元维修费也不修",
    "c": "小区电梯坏了三个月，物业收了900元维修费也不修。",
    "d": "公交改线以后老人出门难。",
}


@pytest.mark.parametrize("statement", ["", "12", "村里的井水发黄有怪味", "…"])
def test_a_statement_that_nobody_says_is_refused(statement: str) -> None:
    with pytest.raises(UntraceableStatement, match="own words"):
        trace(statement, SAID)


def test_a_statement_without_messages_is_refused() -> None:
    with pytest.raises(UntraceableStatement):
        trace("小区电梯坏了", {})


def test_a_number_that_the_messages_do_not_give_is_refused_by_name() -> None:
    with pytest.raises(UntraceableStatement, match="5000"):
        trace("小区电梯坏了三个月，物业收了5000元维修费也不修", SAID)


def test_a_statement_leads_to_all_who_say_it_with_its_numbers() -> None:
    assert trace("小区电梯坏了三个月，物业收了1200元维修费也不修", SAID) == ("a", "b")


def test_a_statement_without_numbers_needs_none() -> None:
    assert trace("公交改线以后老人出门难", SAID) == ("d",)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200元", "1200"),
        ("１２００元", "1200"),
        ("一千二百元", "1200"),
        ("三十万", "300000"),
        ("一亿二千万", "120000000"),
        ("十二个", "12"),
        ("3.5公里", "3.5"),
        ("一二三四五", "12345"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(text: str, number: str) -> None:
    assert numbers_in(text) == {number}


def test_a_single_chinese_digit_is_no_number() -> None:
    assert numbers_in("一个人，一直等，两次") == frozenset()


def test_each_form_is_held_against_the_statement_of_its_own_theme() -> None:
    column, statements = forms(["电梯坏了三个月", "电梯坏了三个月", "公交改线"]), forms(["电梯坏了三个月", "公交改线"])
    assert supporters(column, np.array([0, 1, 1], np.int32), statements).tolist() == [True, False, True]
    assert supporters(column, np.array([-1, -1, -1], np.int32), statements).tolist() == [False] * 3


def test_sentences_are_neither_fragments_nor_essays() -> None:
    assert sentences_of("好。电梯坏了三个月没人修！\n" + "很长" * 60 + "。公交改线以后老人出门难") == [
        "电梯坏了三个月没人修！",
        "公交改线以后老人出门难",
    ]


def test_the_most_telling_sentence_says_most_key_words() -> None:
    sentences = ["领导您好打扰您了", "物业不修电梯让老人爬楼", "电梯是有的但是很远很远"]
    assert most_telling(sentences, ["电梯", "物业"]) == sentences[1]
    assert most_telling(sentences, ["蜜蜂"]) == ""
    assert most_telling([], ["电梯"]) == ""


def test_a_statement_speaks_of_no_person_while_another_sentence_will_do() -> None:
    sentences = [
        "物业经理张建国不修电梯也不接电话",
        "物业不修电梯害得全楼的老人每天都爬楼",
        "请打〔手机号〕找物业修电梯",
    ]
    assert most_telling(sentences, ["电梯", "物业"]) == sentences[1]
    assert most_telling(sentences[:1], ["电梯", "物业"]) == sentences[0]
