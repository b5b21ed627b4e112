"""What one made-up message says: phrases put together by chance, and now and then something that makes work for the engine.

Chance comes as one integer of 256 random bits per message, eaten from its low end: far cheaper than a call for each choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Final

import opencc

from massline.project.demo.county import TOWNSHIPS, Township, Village
from massline.project.demo.matters import Choices, Template, compile_phrase, matters, speech
from massline.project.demo.planted import Planted, innocent_sentence, personal_sentence

HOMES: Final[tuple[tuple[Township, Village], ...]] = tuple(
    (town, village) for town in TOWNSHIPS for village in town.villages
)
"""Every village with its township; a home is an index into it."""

_FAR_FETCHED: Final = ("\u200b", "\u200d", "\u202e", "\ufeff", "\u3000\u3000", "\t", "\u2060")
_MARKUP: Final = ("<br>", "<script>alert(1)</script>", "&nbsp;", "<b>急</b>", '<img src=x onerror="alert(2)">')
_FORMULAE: Final = (
    '=HYPERLINK("http://example.org","点这里")',
    "=1+1 ",
    "+cmd|' /C calc'!A0 ",
    "-2+3 ",
    "@SUM(A1:A9) ",
)
_PLACE: Final = re.compile(r"\{(place|village|town|road|estate)\}")
_TIME: Final = re.compile(r"\{(months|days)\}|每|年年|今年|周末|晚|早上")
_NUMBERS: Final = (
    *"两三四五六七八九",
    "十",
    "十一",
    "十二",
    "十几",
    "二十",
    "二十多",
    "三十",
    "40",
    "6",
    "7",
    "8",
    "13",
    "15",
    "18",
    "26",
    "35",
)
_SIGN_OFFS: Final = ("", "", "——一名普通居民", "（转发）", " 请转发", " 支持！", "——{}", " 同意", " 附议", " {}业主")


@dataclass(frozen=True, slots=True)
class Said:
    """A text and what is true about it. matter, campaign, copy_of: "" for none."""

    title: str
    text: str
    matter: str
    planted: tuple[Planted, ...] = ()
    campaign: str = ""
    copy_of: str = ""


@dataclass(frozen=True, slots=True)
class _Phrases:
    """The phrases of one matter, filled with the places of one home."""

    opening: tuple[Choices, ...]
    closing: tuple[Choices, ...]
    detail: tuple[Choices, ...]
    second: tuple[Choices, ...]
    ramble: tuple[Choices, ...]
    praise: tuple[Choices, ...]
    title: tuple[Choices, ...]
    say: tuple[Choices, ...]
    more: tuple[Choices, ...]
    ask: tuple[Choices, ...]
    but: tuple[Choices, ...]


def say_plainly(matter: int, home: int, bits: int) -> Said:
    """A message as most are: one matter in one or two sentences, half of them under 40 characters. matter: its index."""
    phrases = _phrases(matter, home, "zh")
    bits, odds = bits >> 40, bits & 0xFF_FFFF_FFFF
    core = phrases.but if phrases.but and odds & 15 == 0 else phrases.say
    parts = [core]
    if odds >> 4 & 15 < 2:
        parts.insert(0, phrases.opening)
    if odds >> 8 & 15 < 2:
        parts.append(phrases.more)
    if odds >> 24 & 15 < 7:
        parts.append(phrases.detail)
    if odds >> 12 & 15 < 3 and core is phrases.say:
        parts.append(phrases.ask)
    if odds >> 16 & 15 < 2:
        parts.append(phrases.closing)
    text, bits = _joined(parts, bits, opened=parts[0] is phrases.opening)
    title = _one(phrases.title, bits)[0] if odds >> 20 & 15 < 5 else ""
    return Said(title, text, matters()[matter].key)


def say_in_english(matter: int, home: int, bits: int) -> Said:
    """A message in English."""
    phrases = _phrases(matter, home, "en")
    odds, bits = bits & 0xFFF, bits >> 12
    opening, bits = _one(phrases.opening, bits) if odds & 15 < 5 else ("", bits)
    core, bits = _one(phrases.say, bits)
    ask, bits = _one(phrases.ask, bits) if odds >> 4 & 15 < 8 else ("", bits)
    closing, bits = _one(phrases.closing, bits) if odds >> 8 & 15 < 3 else ("", bits)
    title = _one(phrases.title, bits)[0] if odds & 1 else ""
    return Said(title, opening + core + (f". {ask}" if ask else ".") + closing, matters()[matter].key)


def say_at_length(matter: int, home: int, bits: int, *, sentences: int) -> Said:
    """A message that tells a story around its matter. sentences: 4 or more, about 35 characters each."""
    phrases = _phrases(matter, home, "zh")
    random = Random(bits)  # noqa: S311 - chance for made-up texts, not for secrets
    rows = [phrases.opening, phrases.say]
    rows += [phrases.more if random.random() < 0.35 else phrases.ramble for _ in range(sentences - 3)]
    text, _ = _joined([*rows, phrases.say, phrases.ask], random.getrandbits(64 * len(rows) + 256), opened=True)
    return Said(_one(phrases.title, bits)[0], text, matters()[matter].key)


def say_two_things(matter: int, other: int, home: int, bits: int) -> Said:
    """A message about one matter and then about another; it counts for the first."""
    first, second = say_plainly(matter, home, bits), say_plainly(other, home, bits >> 100)
    link = _one(_phrases(matter, home, "zh").second, bits >> 7)[0]
    return replace(first, text=f"{first.text.rstrip('。！？')}。{link}{second.text}")


def say_briefly(matter: int) -> Said:
    """A message of a few characters that only names its matter."""
    return Said("", matters()[matter].zh[:4], matters()[matter].key)


def say_nothing(bits: int) -> Said:
    """Junk: tests, keyboard noise, advertisements, a lone "agreed"."""
    return Said("", _one(_own_phrases("zh", 0)["junk"], bits)[0], "")


def praise(home: int, bits: int) -> Said:
    """A message that thanks somebody; it has no matter."""
    return Said("", _one(_phrases(0, home, "zh").praise, bits)[0], "")


def send_template(template: Template, home: int, bits: int) -> Said:
    """A campaign's text with the small edits of one sender."""
    text, bits = _one((_campaign_text(template),), bits)
    if template.language == "zh":
        text += _SIGN_OFFS[bits % len(_SIGN_OFFS)].format(HOMES[home][1].zh)
    return Said("", text, template.matter, campaign=template.key)


def plant_personal_data(said: Said, bits: int) -> Said:
    """The same message, with somebody's data in front or behind."""
    sentence, planted = personal_sentence(Random(bits))  # noqa: S311 - as above
    front = bits >> 9 & 3 == 0
    text = f"{sentence}，{said.text}" if front else f"{said.text.rstrip('。！？')}，{sentence}"
    return replace(said, text=text, planted=(*said.planted, *planted))


def add_innocent_number(said: Said, bits: int) -> Said:
    """The same message with a number that is nobody's."""
    return replace(said, text=f"{said.text.rstrip('。！？')}，{innocent_sentence(Random(bits))}")  # noqa: S311 - as above


def disturb(said: Said, bits: int) -> Said:
    """The same message as it may arrive: emoji, traditional characters, invisible ones, markup, a formula, no stops."""
    way, bits = bits % 20, bits >> 8
    text = said.text
    if way < 9:
        emoji = speech("zh")["emoji"]
        text += emoji[bits % len(emoji)]
    elif way < 12:
        text = text.replace("，", " ").replace("。", " ")
    elif way < 14:
        text = text.rstrip("。！？") + "！！！"
    elif way < 16:
        text = _traditional().convert(text)
    elif way < 18:
        at = bits % (len(text) + 1)
        text = text[:at] + _FAR_FETCHED[bits % len(_FAR_FETCHED)] + text[at:]
    elif way == 18:
        text += _MARKUP[bits % len(_MARKUP)]
    else:
        text = _FORMULAE[bits % len(_FORMULAE)] + text
    return replace(said, text=text)


def _joined(rows: Sequence[tuple[Choices, ...]], bits: int, *, opened: bool) -> tuple[str, int]:
    """One phrase of each row, with stops between. opened: the first phrase brings its own stop."""
    joints = speech("zh")["joint"]
    parts = []
    for i, row in enumerate(rows):
        phrase, bits = _one(row, bits)
        parts.append(phrase)
        bits, k = divmod(bits, len(joints))
        if not (opened and i == 0):
            parts.append(joints[k])
    if parts[-1] in "，；？ " or bits & 1:
        parts[-1] = "。" if bits & 2 else ""
    return "".join(parts), bits


def _one(row: tuple[Choices, ...], bits: int) -> tuple[str, int]:
    """One phrase of the row with one option for each choice, and the bits that are left."""
    bits, k = divmod(bits, len(row))
    parts = []
    for options in row[k]:
        bits, k = divmod(bits, len(options))
        parts.append(options[k])
    return "".join(parts), bits


@cache
def _phrases(matter: int, home: int, language: str) -> _Phrases:
    own, what = _own_phrases(language, home), matters()[matter]
    chinese = language == "zh"
    words = _words(language, home) | {"matter": (what.zh if chinese else what.en,)}
    say, ask = (what.say, what.ask) if chinese else (what.en_say, what.en_ask)
    return _Phrases(
        own["opening"],
        own["closing"],
        own.get("detail", ()),
        own.get("second", ()),
        own.get("ramble", ()),
        own.get("praise", ()),
        _compiled(speech(language)["title"], words),
        _compiled(map(_located, say) if chinese else say, words),
        _compiled(what.more, words) if chinese else (),
        _compiled(ask, words),
        _compiled(map(_located, what.but), words) if chinese else (),
    )


def _compiled(phrases: Iterable[str], words: Mapping[str, tuple[str, ...]]) -> tuple[Choices, ...]:
    return tuple(compile_phrase(phrase, words) for phrase in phrases)


def _located(phrase: str) -> str:
    """A phrase with a place and a time in front in some cases, unless it names one itself."""
    return ("" if _PLACE.search(phrase) else "{here}") + ("" if _TIME.search(phrase) else "{when}") + phrase


@cache
def _own_phrases(language: str, home: int) -> Mapping[str, tuple[Choices, ...]]:
    """The phrases that go with every matter."""
    words = _words(language, home)
    names = (
        ("opening", "closing", "detail", "second", "ramble", "praise", "junk")
        if language == "zh"
        else ("opening", "closing")
    )
    return {name: _compiled(speech(language)[name], words) for name in names}


@cache
def _words(language: str, home: int) -> dict[str, tuple[str, ...]]:
    """Slot -> options, for somebody who lives in this home."""
    town, village = HOMES[home]
    said, chinese = speech(language), language == "zh"
    name, town_name = (village.zh, town.zh) if chinese else (village.en, town.en)
    roads = tuple(road[0 if chinese else 1] for road in town.roads)
    estates = tuple(estate[0 if chinese else 1] for estate in town.estates)
    groups = tuple(f"{name}{number}组" for number in "一二三四五六七八") if chinese else ()
    urban = village.zh.endswith("社区")
    full = town_name + name if chinese else f"{name}, {town_name}"
    doors = tuple(f"{estate}{number}号楼，" for estate in estates for number in range(1, 13)) if urban else groups
    named = (f"{name}，", f"{full}，", f"我住{name}，", f"我家在{full}，") * 4 + doors
    here = ("",) * len(named) + named
    return {
        "here": here,
        "village": (name,),
        "town": (town_name,),
        "road": roads,
        "estate": estates,
        "place": (name, name, full, *said["own_place"][1 if urban else 0 :], *(estates if urban else groups)),
        **{slot: said[slot] for slot in ("kin", "months", "days", "money", "fee", "clock")},
        **({"when": said["when"], "month": said["month"], "number": _NUMBERS} if chinese else {}),
    }


@cache
def _campaign_text(template: Template) -> Choices:
    return compile_phrase(template.text, {})


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")
