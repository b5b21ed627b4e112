"""Personal data of nobody, to measure how well `clean` masks: each piece in one of several ways of writing it.

Valid by their checks and yet nobody's: identity numbers of people born 1901-1919, mobile numbers in the unassigned range 154,
landlines in the unassigned area 0560, plates with the unassigned letter Z, mail at example.org (RFC 2606).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

_SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN: Final = "建国秀英桂兰志强丽华海燕文军玉梅春生小红国庆长江思远雨欣子涵立新德明永福淑珍金凤俊杰晓东佳怡"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_REGIONS: Final = ("330521", "341022", "360732", "420528", "510722", "610324")
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
_NUMERALS: Final = str.maketrans("0123456789", "零一二三四五六七八九")


@dataclass(frozen=True, slots=True)
class Planted:
    """One piece of personal data. kind: one of tables.KINDS. text: as it stands in the message."""

    kind: str
    text: str


def id_card(random: Random) -> str:
    """18 characters with a valid check character (GB 11643)."""
    born = f"{random.randint(1901, 1919)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    stem = random.choice(_REGIONS) + born + f"{random.randint(1, 999):03}"
    remainder = sum(int(digit) * weight for digit, weight in zip(stem, _WEIGHTS, strict=True)) % 11
    return stem + "10X98765432"[remainder]


def bank_card(random: Random) -> str:
    """19 digits that pass Luhn."""
    stem = "622900" + "".join(random.choices("0123456789", k=12))
    doubled = (int(digit) * (2 - i % 2) for i, digit in enumerate(reversed(stem)))
    return stem + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def mobile(random: Random) -> str:
    """11 digits."""
    return "154" + "".join(random.choices("0123456789", k=8))


def name(random: Random) -> str:
    """A surname and one or two characters."""
    return random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, k=random.choice((1, 2, 2))))


def _written(number: str, groups: tuple[int, ...], random: Random) -> str:
    """The number as people write it: plain, in groups, full width, in numerals."""
    way = random.choices(("plain", "groups", "full", "numerals"), (70, 14, 10, 6))[0]
    if way == "groups":
        joint, cuts = random.choice((" ", "-", " ")), [sum(groups[:i]) for i in range(len(groups) + 1)]
        return joint.join(number[a:b] for a, b in zip(cuts, cuts[1:], strict=False))
    if way == "full":
        return number.translate(_FULL_WIDTH)
    return number.translate(_NUMERALS) if way == "numerals" and len(number) == 11 else number


def _phone(random: Random) -> tuple[str, tuple[Planted, ...]]:
    number = _written(mobile(random), (3, 4, 4), random)
    cue = random.choice(("电话", "手机", "我的电话", "联系电话：", "请打", "手机号", "微信同号 ", "Tel: "))
    return cue + number, (Planted("mobile", number),)


def _phone_and_name(random: Random) -> tuple[str, tuple[Planted, ...]]:
    person, number = name(random), _written(mobile(random), (3, 4, 4), random)
    cue = random.choice(("联系人：", "联系人", "我叫", "本人姓名：", "姓名："))
    return f"{cue}{person}，电话{number}", (Planted("name", person), Planted("mobile", number))


def _named(random: Random) -> tuple[str, tuple[Planted, ...]]:
    person = name(random)
    return random.choice(("我叫{}", "联系人：{}", "姓名：{}", "户主姓名：{}")).format(person), (
        Planted("name", person),
    )


def _identity(random: Random) -> tuple[str, tuple[Planted, ...]]:
    number = _written(id_card(random), (6, 8, 4), random)
    return random.choice(("身份证号", "身份证：", "身份证号码是")) + number, (Planted("id_card", number),)


def _account(random: Random) -> tuple[str, tuple[Planted, ...]]:
    number = _written(bank_card(random), (4, 4, 4, 4, 3), random)
    return random.choice(("银行卡号", "卡号：", "请退到")) + number, (Planted("bank_card", number),)


def _landline(random: Random) -> tuple[str, tuple[Planted, ...]]:
    number = "0560" + random.choice(("-", "", " ")) + f"{random.randint(2_000_000, 8_999_999)}"
    return random.choice(("座机", "家里电话", "电话：")) + number, (Planted("landline", number),)


def _mail(random: Random) -> tuple[str, tuple[Planted, ...]]:
    address = f"{random.choice(('li', 'wang', 'chen.x', 'zhao_89', 'farm'))}{random.randint(1, 9999)}@example.org"
    return random.choice(("邮箱", "请回复到 ", "e-mail: ")) + address, (Planted("email", address),)


def _plate(random: Random) -> tuple[str, tuple[Planted, ...]]:
    tail = "".join(random.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=4)) + random.choice("0123456789")
    number = "皖Z" + random.choice(("", "·", " ")) + tail
    return random.choice(("车牌", "车牌号是", "那辆车是")) + number, (Planted("plate", number),)


_SENTENCES: Final = (_phone, _phone_and_name, _named, _identity, _account, _landline, _mail, _plate)
_HOW_OFTEN: Final = (34, 22, 12, 9, 6, 6, 6, 5)


def personal_sentence(random: Random) -> tuple[str, tuple[Planted, ...]]:
    """Part of a message that gives personal data, and what was planted in it."""
    return random.choices(_SENTENCES, _HOW_OFTEN)[0](random)


def innocent_sentence(random: Random) -> str:
    """Part of a message with a number that is nobody's personal data, for measuring what is masked wrongly."""
    digits = "".join(random.choices("123456789", k=12))
    return random.choice(
        (
            f"工单号20260{digits[:9]}",
            "打过12345",
            f"水表号{digits[:8]}",
            f"合同编号QX-{digits[:6]}",
            f"面积{digits[:3]}.{digits[3:5]}平方米",
            "2025年11月23日就报过",
            f"发票号码{digits[:8]}",
            f"总共{digits[:6]}元",
            "报修电话95598",
        )
    )
