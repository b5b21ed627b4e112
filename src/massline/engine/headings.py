"""Which column of a file is which: common Chinese and English headings, and mapping by hand."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from massline.engine.errors import OptionError
from massline.engine.tables import MESSAGES

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "id": (
        *("id", "编号", "留言编号", "信件编号", "来信编号", "工单编号", "受理编号", "诉求编号", "留言id", "messageid"),
        *("caseid", "ticketid", "commentid", "tweetid", "序号"),
    ),
    "title": ("title", "标题", "主题", "留言主题", "留言标题", "信件标题", "来信标题", "诉求标题", "subject", "题目"),
    "text": (
        *(
            "text",
            "内容",
            "留言详情",
            "留言内容",
            "正文",
            "诉求内容",
            "信件内容",
            "来信内容",
            "反映内容",
            "问题描述",
            "问题内容",
        ),
        *(
            "意见内容",
            "意见建议",
            "建议内容",
            "留言",
            "诉求",
            "详情",
            "意见",
            "建议",
            "评论",
            "评论内容",
            "content",
            "message",
        ),
        *("body", "comment", "commentbody", "description", "tweet", "fulltext"),
    ),
    "time": (
        *(
            "time",
            "时间",
            "留言时间",
            "来信时间",
            "提交时间",
            "发布时间",
            "创建时间",
            "诉求时间",
            "受理时间",
            "留言日期",
            "日期",
        ),
        *("timestamp", "createdat", "submittedat", "created", "submitted", "datetime", "date"),
    ),
    "channel": ("channel", "渠道", "来源", "来源渠道", "留言渠道", "受理渠道", "诉求渠道", "途径", "平台", "source"),
    "area": (
        "area",
        "地区",
        "区域",
        "所属区域",
        "所属地区",
        "区县",
        "属地",
        "街道",
        "乡镇",
        "镇街",
        "村",
        "社区",
        "district",
        "region",
    ),
    "sender": (
        *(
            "sender",
            "用户",
            "留言用户",
            "用户名",
            "用户id",
            "留言人",
            "来信人",
            "诉求人",
            "网友",
            "昵称",
            "作者",
            "user",
            "userid",
        ),
        *("username", "author", "authorid"),
    ),
    "age": ("age", "年龄", "年龄段", "agegroup"),
    "sex": ("sex", "性别", "gender"),
    "residence": ("residence", "户籍", "城乡", "城乡类型", "居住地", "居住类型", "户口"),
}
"""House name -> headings that mean it, the clearest first, as `plain_heading` writes them."""

KNOWN: Final = {heading: name for name, headings in HEADINGS.items() for heading in headings}


def plain_heading(heading: str) -> str:
    """A heading without what does not matter: width, case, spaces, marks, and a note in brackets such as 时间(必填)."""
    plain = unicodedata.normalize("NFKC", heading).casefold().split("(")[0]
    return "".join(letter for letter in plain if letter.isalnum())


def columns_of(headings: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """House name -> place of its column (from 0) in a file with these headings.

    What `mapping` names goes first; a heading that the file does not have is passed over, so that files of different
    make can be read together (`check_mapping` sees to it that it stands in one of them). The rest is recognised.
    """
    plain = [plain_heading(heading) for heading in headings]
    found = {name: place for name, heading in mapping.items() if (place := _place(heading, headings)) is not None}
    for name, candidates in HEADINGS.items():
        places = [plain.index(candidate) for candidate in candidates if candidate in plain]
        free = [place for place in places if place not in found.values()]
        if name not in found and free:
            found[name] = free[0]
    return found


def _place(heading: str, headings: Sequence[str]) -> int | None:
    """Where a heading stands; a number that is no heading itself counts columns from 1."""
    if heading in headings:
        return headings.index(heading)
    plain = [plain_heading(other) for other in headings]
    if plain_heading(heading) in plain:
        return plain.index(plain_heading(heading))
    if heading.isdecimal() and 1 <= int(heading) <= len(headings):
        return int(heading) - 1
    return None


def check_mapping(mapping: Mapping[str, str], files: Mapping[str, Sequence[str]]) -> None:
    """Raise OptionError when a house name is unknown, or a heading stands in none of the files (file name ->
    headings)."""
    for name, heading in mapping.items():
        if name not in MESSAGES.names:
            raise OptionError(f"Cannot map {name!r}: there is no such column. Map one of {', '.join(MESSAGES.names)}.")
        if all(_place(heading, headings) is None for headings in files.values()):
            seen = "; ".join(f"{file}: {listed(headings)}" for file, headings in files.items())
            raise OptionError(f"Cannot map {name}={heading}: no file has the heading {heading!r}. Seen: {seen}.")


def listed(headings: Sequence[str]) -> str:
    """The first twenty headings, as they stand in a sentence."""
    shown = ", ".join(heading[:40] for heading in headings[:20])
    return f"{shown}, and {len(headings) - 20} more" if len(headings) > 20 else shown
