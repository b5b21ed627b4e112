"""Masking: numbers with their check digits, names after cues, whatever the writing; and nothing else."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.mask import find, kinds_of, mask
from massline.engine.read import read
from massline.engine.tables import KINDS

DATA = Path(__file__).parents[5] / "shared" / "data"

FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
CHINESE = str.maketrans("0123456789", "零一二三四五六七八九")
MOBILE, CARD, BANK = "13912345678", "110105194912310021", "6222021234567890128"


def id_card(first: int) -> str:
    """An ID number with a right check character, made from a number."""
    body = f"4301021980{first % 12 + 1:02}{first % 28 + 1:02}{first % 1000:03}"
    return body + "10X98765432"[sum(int(d) << (17 - i) for i, d in enumerate(body)) % 11]


def bank_card(first: int) -> str:
    """A card number with a right Luhn digit, made from a number."""
    body = f"622202{first:012}"
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(body + "0"))]
    return body + str(-sum(d - 9 * (d > 9) for d in doubled) % 10)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请打13912345678找我", "请打〔手机号〕找我"),
        ("请打139-1234-5678找我", "请打〔手机号〕找我"),
        ("请打+86 139 1234 5678找我", "请打〔手机号〕找我"),
        ("请打１３９１２３４５６７８找我", "请打〔手机号〕找我"),
        ("请打一三九一二三四五六七八找我", "请打〔手机号〕找我"),
        ("请打幺三九壹贰叁肆伍陆柒捌找我", "请打〔手机号〕找我"),
        ("请打①③⑨①②③④⑤⑥⑦⑧找我", "请打〔手机号〕找我"),
        ("请打138OO138OOO找我", "请打〔手机号〕找我"),
        ("请打139\u200b1234\u202e5678找我", "请打〔手机号〕找我"),
        ("①13912345678", "①〔手机号〕"),
        ("座机0731-88888888转801，", "座机〔座机号〕，"),
        ("（0746）8353066", "〔座机号〕"),
        ("（0746-8353066）", "（〔座机号〕）"),
        ("电话：8353066。", "电话：〔座机号〕。"),
        ("写信到zhang_san@126.com吧", "写信到〔邮箱〕吧"),
        ("写信到ｚｈａｎｇ＠126.com吧", "写信到〔邮箱〕吧"),
        ("车牌湘A·12345，粤BD12345，皖ZMZWG3", "车牌〔车牌号〕，〔车牌号〕，〔车牌号〕"),
        ("联系人：张伟，电话", "联系人：〔姓名〕，电话"),
        ("聯繫人：陳國強", "聯繫人：〔姓名〕"),
        ("我叫李建义，来自外省", "我叫〔姓名〕，来自外省"),
        ("我叫黄盼是本地人", "我叫〔姓名〕是本地人"),
        ("举报人欧阳修文，男", "举报人〔姓名〕，男"),
        ("投诉人：蒋诚先、陈歌、李菲", "投诉人：〔姓名〕、〔姓名〕、〔姓名〕"),
        ("本人张建国，住在东河", "本人〔姓名〕，住在东河"),
        ("我叫李建义。李建义说过", "我叫〔姓名〕。〔姓名〕说过"),
        ("My name is John Smith, call 13912345678", "My name is [name], call [mobile number]"),
    ],
)
def test_personal_data_is_masked_and_the_sense_stays(text: str, shown: str) -> None:
    assert mask(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        *(
            "金额13912345678元",
            "订单20190228112505123",
            "2019-12-30 12:30:45",
            "编号1234567890123456789",
            "面积12345678901平方米",
        ),
        *("12345热线", "400-800-1234", "一九九六年七月", "二〇一九年十二月三十一日", "3.13912345678", "第13号楼1391室"),
        *(
            "姓名不详",
            "联系人和联系电话等内容",
            "联系人：王女士",
            "联系人：周经理",
            "申请人应当到场",
            "投诉人违规施工",
            "当事人都在",
        ),
        *(
            "本人于2019年2月",
            "本人曾多次反映",
            "我是高中生，",
            "我是一名工人",
            "我是黄花镇村民",
            "本人是业主",
            "举报人信息安全",
        ),
        *("A区的路", "云A县", "苏A区12号", "京东商城", "a@b", "@所有人", "张书记您好", "王某某说"),
        *("110105194912310022", "6222021234567890127", "请看<script>alert(1)</script>"),
    ],
)
def test_what_is_no_personal_data_stays_as_it_came(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


@given(
    number=st.integers(0, 10**11 - 1),
    gap=st.sampled_from(["", " ", "-", "\u200b"]),
    wide=st.booleans(),
    spoken=st.booleans(),
)
def test_numbers_with_right_check_digits_are_found_however_they_are_written(
    number: int, gap: str, wide: bool, spoken: bool
) -> None:
    for kind, digits in (("id_card", id_card(number)), ("bank_card", bank_card(number))):
        written = gap.join(re.findall(".{1,4}", digits))
        written = written.translate(FULL_WIDTH) if wide else written.translate(CHINESE) if spoken else written
        masked = mask(f"号码{written}。")
        assert masked.kinds == (kind,)
        assert re.fullmatch("号码〔[^〕]+〕。", masked.text)


@given(st.integers(0, 10**11 - 1), st.integers(1, 9))
def test_a_wrong_check_character_is_no_id_card(number: int, by: int) -> None:
    digits = id_card(number)
    wrong = "10X98765432"[("10X98765432".index(digits[-1]) + by) % 11]
    assert "id_card" not in mask(f"号码{digits[:-1]}{wrong}。").kinds


PIECES = st.sampled_from(
    [
        *"0123456789 -.XxoOl一三八@人是A京，。：\n\u200b①（）",
        MOBILE,
        CARD,
        BANK,
        "联系人",
        "我叫",
        "本人",
        "张伟",
        "李建义",
        "0731",
        "a@b.cn",
        "name: Ann",
        "〔姓名〕",
        "湘A12345",
        "电话",
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once.text) == type(once)(once.text, ())


@given(st.lists(PIECES, max_size=25).map("".join))
def test_what_is_found_lies_in_the_text_in_order_without_overlaps(text: str) -> None:
    found = find(text)
    bounds = [bound for one in found for bound in (one.start, one.end)]
    assert bounds == sorted(bounds)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert kinds_of(found) == tuple(kind for kind in KINDS if kind in {one.kind for one in found})


def test_everything_outside_the_marks_stays_as_it_came() -> None:
    text = "尊敬的领导：\r\n\t我叫李建义，電話139 1234 5678，<b>谢谢</b>\u3000！"
    assert mask(text).text == text.replace("李建义", "〔姓名〕").replace("139 1234 5678", "〔手机号〕")


def test_a_hundred_thousand_digits_are_searched_without_getting_stuck() -> None:
    random = np.random.default_rng(0)
    for letters in ("0123456789", "1 ", "13-", "一三八 ", "a.@", "联系人：张"):
        mask("".join(random.choice(list(letters), 100_000)))


def test_real_messages_lose_few_characters_to_marks() -> None:
    path = DATA / "messages" / "stream.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there: the development data lies beside the project, never in it")
    texts = [
        text
        for batch in read([path], columns={}, reject=lambda _: None, seed=0)
        for text in batch.column("text").to_pylist()
    ]
    masked = sum(one.end - one.start for text in texts for one in find(text))
    assert 0 < masked < sum(map(len, texts)) / 1_000
