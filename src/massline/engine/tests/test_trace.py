import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massline.engine import sayers
from massline.engine.clean import matching_form
from massline.engine.errors import UntraceableStatement
from massline.engine.sayers import asked_of, forms_by_line, who_says
from massline.engine.sentences import numbers_in, sentences_of, telling
from massline.engine.support import clauses_of, form_of, message_of, says, signs_needed
from massline.engine.tests.calls import forms
from massline.engine.trace import candidates, trace, wanted_of

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
    assert candidates(column, np.array([0, 1, 1], np.int32), wanted_of(statements)).tolist() == [True, False, True]
    assert candidates(column, np.array([-1, -1, -1], np.int32), wanted_of(statements)).tolist() == [False] * 3


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
PIECES = [
    "三",
    "12",
    "1,200",
    "3.5",
    "K12县",
    "a",
    "lift",
    "is broken",
    "\t",
    "  ",
    "〔手机号〕",
    "é",
    "：",
    "了",
    "月",
    "路灯",
]
AROUND = ["不", "没有", "反对", "，", "。", "1", "a", "no", "我们", " ", ".5", "的", "\n"]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(CLAUSES), st.lists(st.sampled_from(AROUND + CLAUSES), max_size=8))
def test_what_is_read_before_leaves_out_nobody_who_says_it(clause: str, parts: list[str]) -> None:
    text = "".join(parts)
    asked = clauses_of(form_of(clause))
    if says(asked, message_of(None, text)):
        assert all(sign in matching_form(text) for sign in signs_needed(asked))


def said_by(statement: str, titles: list[str | None], texts: list[str]) -> list[bool]:
    """Whether each says it, by the compiled way."""
    messages = pa.table({"title": pa.array(titles, pa.large_string()), "text": forms(texts)}).to_batches()[0]
    return who_says(messages, np.zeros(len(texts), np.int32), *asked_of(forms([form_of(statement)]))).tolist()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=2), st.lists(st.sampled_from(AROUND + CLAUSES + PIECES)))
def test_the_compiled_way_says_what_the_rule_says(clauses: list[str], parts: list[str]) -> None:
    half, statement = len(parts) // 3, "，".join(clauses)
    title, text = "".join(parts[:half]), "".join(parts[half:])
    expected = says(clauses_of(form_of(statement)), message_of(title, text))
    assert said_by(statement, [title], [text]) == [expected]


@pytest.mark.parametrize("title", [None, "", "关于 路灯\n"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "电梯 坏了\t三个月",
        "a b  c\n\n d",
        "A３区 K12 县ab3区",
        "请打〔手机号〕 &amp; http://a.b/c 好",
        "é́ 𠮷\U000e0041好",
        "\u2028 x",
    ],
)
def test_a_form_made_line_by_line_is_that_of_the_rule(title: str | None, text: str) -> None:
    made, plain = forms_by_line(pa.array([title], pa.large_string()), forms([text]))
    assert not plain[0] or made[0].as_py() == form_of(f"{title or ''}\n{text}")
    assert plain[0] or any(sign in text for sign in "〔é")


def test_nearly_all_messages_are_decided_without_asking_the_rule(monkeypatch) -> None:
    """Else each of them is laid along it in Python, a hundred times as slow."""
    monkeypatch.setattr(sayers, "says", lambda *_: pytest.fail("asked"))
    texts = [
        "物业不管，小区电梯坏了三个月，没人来修",
        "小区电梯没有坏了三个月",
        "小区的电梯，坏了三年",
        "求助：小区电梯坏了三个月",
    ]
    assert said_by("小区电梯坏了三个月", [None] * 4, texts) == [True, False, False, True]


@pytest.mark.parametrize(
    ("clause", "text"),
    [("收费1元", "收费1,200元"), ("会期2026/11/22开始", "会期2026/11/29开始"), ("电话22446688", "电话22446689")],
)
def test_another_number_is_not_taken_for_the_one_that_is_asked(clause: str, text: str) -> None:
    assert said_by(clause, [None], [text]) == [False]
    assert not says(clauses_of(form_of(clause)), message_of(None, text))


def test_what_follows_an_address_without_a_space_is_read() -> None:
    text = "http://a.example/b?c=1小区电梯坏了三个月"
    assert trace("小区电梯坏了三个月", {"a": text}) == ("a",)
    assert said_by("小区电梯坏了三个月", [None], [text]) == [True]


def test_a_word_of_any_length_is_read() -> None:
    long = "电梯坏了三个月" + "ha" * 5_000
    assert said_by("电梯坏了三个月", [None, None], [long, long + "，不修"]) == [True, True]
    assert trace("电梯坏了三个月", {"a": long}) == ("a",)


def test_a_message_that_holds_little_of_a_statement_is_not_read_for_it() -> None:
    column, statements = (
        forms(["电梯坏了三个月没人修", "电梯坏了以后三个月都没人来修", "公交改线了", "扶梯坏了三个月没人修"]),
        forms(["电梯坏了三个月没人修"]),
    )
    assert candidates(column, np.zeros(4, np.int32), wanted_of(statements)).tolist() == [True, True, False, False]
