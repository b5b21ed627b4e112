"""What the coach says of a reply, and of what it keeps quiet. Bad input first; then a law for each hint."""

import csv
from pathlib import Path

import pytest

from massline.respond.coaching import Advice, coach

GOOD = "您好！10月8日我们到巷口查看，是电缆老化。路灯所已在10月9日换好三盏灯，当晚亮了。再有不亮请拨打0571-12345678找路灯所。"
ASKED = ["巷口的路灯坏了三个月。什么时候能修好路灯？"]
DATA = Path(__file__).parents[5] / "shared/data/messages/replies.csv"
LABELS = Path(__file__).parents[4] / "benchmarks/quality/reply_labels.csv"


def said(reply: str, messages: list[str] | None = None) -> dict[Advice, tuple[str, ...]]:
    return {hint.advice: hint.words for hint in coach(reply, messages or []).hints}


@pytest.mark.parametrize("nothing", ["", "   \n\u3000 ", "\u200b"[:0]])
def test_no_text_gets_no_hint_and_no_praise(nothing: str) -> None:
    coaching = coach(nothing, ASKED)
    assert (coaching.hints, coaching.reading, coaching.is_quiet) == ((), None, False)


@pytest.mark.parametrize(
    "odd", ["？？？", "😀" * 50, "<b>好</b>" * 20, "(" * 3_000, "将会" * 5_000, "的" * 20_000, "\x00好"]
)
def test_odd_text_is_read_without_an_error(odd: str) -> None:
    assert coach(odd, [odd]).hints is not None


def test_a_good_reply_is_let_alone() -> None:
    assert coach(GOOD, ASKED).is_quiet


@pytest.mark.parametrize(
    "reply",
    [
        "您好，您的留言已收悉。",
        "网友：您好！您反映的问题已转L1区调查、核处。",
        "您的留言已收悉。关于您反映的问题，已转市住建局调查处理。感谢您的支持！2019年3月1日",
        "您好，您反映的问题已收悉，已转交相关部门处理，请耐心等待。感谢您的支持与理解。",
        "对于您的建议，我局将在相关规划中进一步研究和论证，感谢您的关心。",
        "Dear writer, thank you. Your message has been received. It was passed on to the water bureau.",
    ],
)
def test_a_reply_that_only_passes_on_is_told_with_its_words(reply: str) -> None:
    words = said(reply, ASKED)[Advice.EMPTY]
    assert words
    assert all(word in reply for word in words)


@pytest.mark.parametrize(
    "reply",
    [
        "您的留言已收悉，已转市水务局。水务局今天上午换了水管，现在已经来水。",
        "您反映的问题已转交教育局。该校不属于我县。",
        "Thank you. The lamp was replaced on 3 May.",
    ],
)
def test_a_reply_that_tells_something_is_not_called_empty(reply: str) -> None:
    assert Advice.EMPTY not in said(reply, ASKED)


@pytest.mark.parametrize(
    ("reply", "advice", "words"),
    [
        ("路口的灯坏了，我局将尽快安排维修路灯。", Advice.NO_DATE, ("路口的灯坏了，我局将尽快安排维修路灯。",)),
        ("The lamp is old. We will replace it soon.", Advice.NO_DATE, ("We will replace it soon.",)),
        ("路灯归供电所，我们已请有关部门换灯。", Advice.NOBODY, ("有关部门",)),
        ("根据相关规定，您家住房面积超过标准，不符合条件。", Advice.NO_TEXT, ("根据相关规定",)),
        ("按《城市公厕管理办法》办理，路灯不归我们。", Advice.NO_TEXT, ("《城市公厕管理办法》",)),
        ("路灯是王家坏的，请打他手机13812345678问路灯。", Advice.PERSONAL, ("13812345678",)),
        ("路灯的事请不要无理取闹，路灯三天前换过。", Advice.RUDE, ("无理取闹",)),
        ("路灯经查线路正常，暂无新增计划。", Advice.NOWHERE, ("暂无新增计划",)),
        ("路灯的事我们切实予以修复，10月1日换灯。", Advice.OFFICIAL, ("切实", "予以")),
    ],
)
def test_each_hint_shows_the_very_words(reply: str, advice: Advice, words: tuple[str, ...]) -> None:
    assert said(reply, ASKED)[advice] == words


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        ("我局将在10月1日前安排维修路灯。", Advice.NO_DATE),
        ("感谢您，我们将继续努力。路灯昨天换好。", Advice.NO_DATE),
        ("《城市公厕管理办法》第三条规定：公厕全天开放。", Advice.NO_TEXT),
        ("路灯所电话0571-12345678，邮箱ludeng@example.gov.cn。", Advice.PERSONAL),
        ("路灯暂无新增计划，可拨打12345再问。", Advice.NOWHERE),
    ],
)
def test_a_promise_with_a_day_or_a_rule_with_its_words_gets_no_hint(reply: str, advice: Advice) -> None:
    assert advice not in said(reply, ASKED)


def test_a_question_of_which_the_reply_says_no_word_is_shown() -> None:
    asked = ["巷口的路灯坏了。什么时候能修好路灯？旁边的垃圾站为什么三天没人清运？"]
    assert said("路灯10月9日修好了。", asked)[Advice.UNANSWERED] == ("旁边的垃圾站为什么三天没人清运？",)
    assert Advice.UNANSWERED not in said("路灯10月9日修好了。垃圾站从今天起每天清运。", asked)


@pytest.mark.parametrize("rhetoric", ["难道没有人管这些渣土车吗？", "公平正义的天理在哪里呢？", "怎么办？"])
def test_a_question_that_asks_for_no_answer_is_not_counted(rhetoric: str) -> None:
    assert Advice.UNANSWERED not in said("路灯10月9日修好了。", [rhetoric])


def test_a_question_in_another_language_than_the_reply_is_not_called_unanswered() -> None:
    assert Advice.UNANSWERED not in said("路灯10月9日修好了。", ["When will the street lamp be repaired again?"])


def test_no_hint_is_given_twice_and_each_place_once() -> None:
    hints = coach(f"{GOOD}我局将尽快维修路灯。我局将尽快维修路灯。有关部门和有关部门。", ASKED).hints
    assert len({hint.advice for hint in hints}) == len(hints)
    assert all(len(set(hint.words)) == len(hint.words) <= 3 for hint in hints)


@pytest.mark.skipif(not DATA.exists(), reason=f"{DATA} is missing: the labelled replies are not part of the project")
def test_it_finds_what_people_called_empty_and_lets_the_rest_alone() -> None:
    """On the replies that the words were written for; docs/reference/quality.md has the figures of the others."""
    with DATA.open(encoding="utf-8-sig", newline="") as file:
        replies = {row["留言编号"]: row["答复意见"] for row in csv.DictReader(file)}
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = [row for row in csv.DictReader(file) if row["part"] == "read"]
    empty = {row["id"] for row in labels if row["label"] == "empty"}
    found = {row["id"] for row in labels if Advice.EMPTY in said(replies[row["id"]])}
    assert len(labels) == 300
    assert len(found & empty) >= 0.9 * len(empty)
    assert len(found - empty) <= 0.05 * len(found)
