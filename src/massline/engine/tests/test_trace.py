import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massline.engine.clean import matching_form
from massline.engine.errors import UntraceableStatement
from massline.engine.sentences import numbers_in, sentences_of, telling
from massline.engine.support import clauses_of, form_of, message_of, plainly_says, says, signs_needed
from massline.engine.tests.calls import forms
from massline.engine.trace import candidates, trace

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
    assert candidates(column, np.array([0, 1, 1], np.int32), statements).tolist() == [True, False, True]
    assert candidates(column, np.array([-1, -1, -1], np.int32), statements).tolist() == [False] * 3


def test_sentences_are_neither_fragments_nor_essays() -> None:
    assert sentences_of("好。电梯坏了三个月没人修！\n" + "很长" * 60 + "。公交改线以后老人出门难") == [
        "电梯坏了三个月没人修！",
        "公交改线以后老人出门难",
    ]


def test_the_most_telling_sentence_says_most_key_words() -> None:
    sentences = ["领导您好打扰您了", "物业不修电梯让老人爬楼", "电梯是有的但是很远很远"]
    assert telling(sentences, ["电梯", "物业"]) == sentences[1:]
    assert telling(sentences, ["蜜蜂"]) == []
    assert telling([], ["电梯"]) == []


def test_a_statement_speaks_of_no_person_while_another_sentence_will_do() -> None:
    sentences = [
        "物业经理张建国不修电梯也不接电话",
        "物业不修电梯害得全楼的老人每天都爬楼",
        "请打〔手机号〕找物业修电梯",
    ]
    assert telling(sentences, ["电梯", "物业"])[0] == sentences[1]
    assert telling(sentences[:1], ["电梯", "物业"]) == sentences[:1]


# The statements of a run


CLAUSES = [
    "电梯坏了三个月",
    "物业收了1200元也不修",
    "老人下不了楼",
    "1号线停运",
    "the lift is broken",
    "a3区没有路灯",
    "收费3.5元",
]
AROUND = ["不", "没有", "反对", "，", "。", "1", "a", "no", "我们", " ", ".5", "的", "\n"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CLAUSES), st.lists(st.sampled_from(AROUND + CLAUSES), max_size=8))
def test_the_two_short_ways_agree_with_the_rule_of_support(clause: str, parts: list[str]) -> None:
    text = "".join(parts)
    asked = clauses_of(form_of(clause))
    if plainly_says(asked, matching_form(text)):
        assert says(asked, message_of(None, text))
    if says(asked, message_of(None, text)):
        assert all(sign in matching_form(text) for sign in signs_needed(asked))


@pytest.mark.parametrize(
    ("form", "plain"),
    [
        ("物业不管,小区电梯坏了三个月,没人来修", True),
        ("求助:小区电梯坏了三个月。", True),
        ("小区电梯没有坏了三个月", False),
        ("不是小区电梯坏了三个月", False),
    ],
)
def test_a_clause_between_commas_is_seen_at_once(form: str, *, plain: bool) -> None:
    """Nearly all who say a statement say it so: else each of them is laid along it sign by sign, a hundred times as slow."""
    assert plainly_says(["小区电梯坏了三个月"], form) == plain


@pytest.mark.parametrize(
    ("clause", "form"), [("收费1", "收费1,200元"), ("12", "3:12"), ("200", "1,200"), ("收费12", "收费12.5元")]
)
def test_a_part_of_a_number_is_not_seen_as_the_number(clause: str, form: str) -> None:
    assert not plainly_says([clause], form)


def test_a_message_that_holds_little_of_a_statement_is_not_read_for_it() -> None:
    column, statements = (
        forms(["电梯坏了三个月没人修", "电梯坏了以后三个月都没人来修", "公交改线了", "扶梯坏了三个月没人修"]),
        forms(["电梯坏了三个月没人修"]),
    )
    assert candidates(column, np.zeros(4, np.int32), statements).tolist() == [True, True, False, False]
