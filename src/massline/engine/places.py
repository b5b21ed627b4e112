"""Names of places in a text: what is written before 市, 区, 镇, 路, 小区 and their like, and names such as A3区 or K9县 that
stand for others. By form alone: no list of places is kept, so a place that looks like none is not found."""

import re
from collections.abc import Iterator
from typing import Final

import rjieba

from massline.engine.clean import matching_form

PLACE_ENDS: Final = "省市区县镇乡村"
CODED: Final = re.compile(rf"(?<![a-z0-9])[a-z]\d{{0,3}}[{PLACE_ENDS}]")
"""A letter and perhaps a number in place of the name."""
KINDS: Final = (
    *(
        "自治区",
        "开发区",
        "高新区",
        "工业园",
        "产业园",
        "街道",
        "社区",
        "小区",
        "大道",
        "公路",
        "高速",
        "广场",
        "花园",
        "公寓",
        "家园",
        "新村",
    ),
    *(
        "新城",
        "大厦",
        "小学",
        "中学",
        "大学",
        "学院",
        "幼儿园",
        "医院",
        "公园",
        "车站",
        "地铁站",
        "水库",
        "之城",
        "国际",
        "学校",
    ),
    *("市", "区", "县", "镇", "乡", "村", "路", "街", "巷", "苑", "府", "城", "湾", "园", "省"),
)
"""What kind of place it is."""
KIND: Final = re.compile("|".join(sorted(KINDS, key=lambda kind: (-len(kind), kind))))
NAMING: Final = ("n", "nr", "ns", "nt", "nz", "nrt", "nrfg", "j", "b", "a", "m", "x", "eng", "s", "t", "f")
"""Tags of the segmenter for words that a name may be made of."""
NO_NAME: Final = frozenset(
    (
        *(
            "小区",
            "社区",
            "街道",
            "学校",
            "校区",
            "医院",
            "城市",
            "农村",
            "市区",
            "城区",
            "乡镇",
            "郊区",
            "地区",
            "县城",
            "马路",
            "公路",
            "高速",
        ),
        *(
            "道路",
            "大街",
            "市场",
            "广场",
            "公园",
            "车站",
            "小学",
            "中学",
            "大学",
            "学院",
            "幼儿园",
            "花园",
            "家园",
            "新城",
            "政府",
            "领导",
            "物业",
        ),
        *(
            "业主",
            "居民",
            "村民",
            "市民",
            "群众",
            "开发商",
            "老百姓",
            "我们",
            "我市",
            "我县",
            "我区",
            "我镇",
            "我村",
            "我省",
            "本市",
            "全市",
            "全省",
        ),
        *(
            "全县",
            "全区",
            "各",
            "某",
            "该",
            "整个",
            "部分",
            "很多",
            "一个",
            "这个",
            "附近",
            "周边",
            "旁边",
            "问题",
            "情况",
            "关于",
            "投诉",
            "反映",
        ),
        *(
            "咨询",
            "建议",
            "希望",
            "位于",
            "尊敬",
            "书记",
            "市长",
            "县长",
            "区长",
            "公司",
            "项目",
            "工程",
            "建设",
            "规划",
            "领导好",
            "您好",
            "你好",
        ),
        *(
            "网上",
            "高新",
            "新",
            "老",
            "旧",
            "大",
            "小",
            "多",
            "好",
            "国际",
            "铁路",
            "线路",
            "电路",
            "思路",
            "出路",
            "门市",
            "都市",
            "楼市",
        ),
        *(
            "上市",
            "股市",
            "园",
            "路",
            "街",
            "村",
            "镇",
            "区",
            "县",
            "市",
            "省",
            "城",
            "府",
            "湾",
            "巷",
            "苑",
            "一路",
            "道",
            "开发",
            "工业",
        ),
        *(
            "产业",
            "商业",
            "住宅",
            "公寓",
            "大厦",
            "学府",
            "校园",
            "乐园",
            "临街",
            "沿街",
            "火车站",
            "高铁站",
        ),
    )
)
"""Everyday words: alone they name no place, and where a name is read backwards it begins after them."""
NO_PART: Final = frozenset(
    "在到去住有是修建来看让给被请把从对向与和及了的望求找问过进出离距为没不我你他她它们这那该此等或由至于就也都还又再已将会能可要想说做用买卖走开停拆改性"
    "个栋号楼年月日时只个元米两几每各某本贵全第"
)
"""Signs that stand before a name and are no part of it."""
NO_END: Final = ("政府", "党委", "市委", "县委", "线路", "临街", "沿街", "网路", "超市", "门市")
"""What ends like a place and is none."""
LONGEST: Final = 8
"""Signs of a name without its kind."""


def places_in(text: str) -> tuple[str, ...]:
    """Names of places in a text, as they stand in its matching form, each once, in order of their end."""
    return tuple(dict.fromkeys(name for _, name in sorted(_found(matching_form(text)))))


def _found(form: str) -> Iterator[tuple[int, str]]:
    """Where each name ends, and the name."""
    for coded in CODED.finditer(form):
        yield coded.end(), coded[0]
    rest = CODED.sub(lambda coded: "。" * len(coded[0]), form)
    if not KIND.search(rest):
        return
    words: list[tuple[int, str, str]] = []  # where it begins, word, tag
    at = 0
    for word, tag in rjieba.tag(rest):
        kind = KIND.search(word)
        while kind and kind.end() < len(word):
            kind = KIND.search(word, kind.start() + 1)
        if kind:
            start = _begin(words, at, word, kind.start())
            name = form[start : at + len(word)]
            if start >= 0 and name not in NO_NAME and not name.endswith(NO_END):
                yield at + len(word), name
        words.append((at, word, tag))
        at += len(word)


def _begin(words: list[tuple[int, str, str]], at: int, word: str, kind: int) -> int:
    """Where the name that this word ends begins, -1 where there is none. kind: where in the word its kind begins."""
    start, own = at, word not in NO_NAME and kind > 0
    for begins, before, tag in reversed(words):
        usual = before not in NO_PART if len(before) == 1 else tag in NAMING or not rjieba.has_word(before)
        joins = usual and before not in NO_NAME and all("\u4e00" <= sign <= "\u9fff" for sign in before)
        ends_another = KIND.search(before[-1:]) is not None
        if not joins or ends_another or at + kind - begins > LONGEST:
            break
        start, own = begins, True
    return start if own else -1
