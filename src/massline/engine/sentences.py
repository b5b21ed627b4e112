"""Sentences of messages: how a text is cut into them, which numbers they give, and which of them tell most."""

import re
from collections.abc import Sequence
from typing import Final

import rjieba

from massline.engine.clean import matching_form
from massline.engine.words import MARKS

SENTENCE_ENDS: Final = re.compile(r"(?<=[。！？!?；;])|(?<=[a-z]\.)\s|[\n\r\t]+|\s{2,}")
NUMBER: Final = re.compile(r"\d+(?:[.,:/]\d+)*|[〇零一二两三四五六七八九十百千万亿]{2,}")
DIGITS: Final = {
    sign: value
    for value, signs in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
LONG_NUMBER: Final = re.compile(r"\d{6,}")
UNITS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


def numbers_in(text: str) -> frozenset[str]:
    """Numbers that a text gives, in one way of writing: 1,200 and 一千二百 are 1200. A single Chinese digit is too common
    to be one."""
    return frozenset(_plain(found) for found in NUMBER.findall(matching_form(text)))


def _plain(number: str) -> str:
    if number[0] not in DIGITS and number[0] not in UNITS:
        return number.replace(",", "")
    if not any(sign in UNITS for sign in number):
        return "".join(str(DIGITS[sign]) for sign in number)
    total, section, digit = 0, 0, 0
    for sign in number:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif UNITS[sign] >= 10_000:
            total = (
                (total + section + digit) * UNITS[sign] if UNITS[sign] > 10_000 else total + (section + digit) * 10_000
            )
            section = digit = 0
        else:
            section += (digit or 1) * UNITS[sign]
            digit = 0
    return str(total + section + digit)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, long enough to say something and short enough to quote: 8 to 80 signs, up to 240 in
    Latin letters."""
    sentences = (part.strip(" ，,、:：") for part in SENTENCE_ENDS.split(text) if part)
    return [one for one in sentences if 8 <= len(one) <= (240 if one.isascii() else 80)]


def telling(sentences: Sequence[str], keywords: Sequence[str]) -> list[str]:
    """The sentences that say key words, each once, those before others that say most of them in few words; earlier key words
    weigh more.

    One that speaks of a person comes behind nearly all others.
    """

    def worth(sentence: str) -> float:
        form = matching_form(sentence)
        told = sum(1 / (rank + 2) for rank, word in enumerate(keywords) if word in form)
        return told / (20 + len(form)) ** 0.5 * (0.1 if told and speaks_of_a_person(sentence) else 1)

    worths = {one: worth(one) for one in sentences}
    return sorted((one for one in worths if worths[one] > 0), key=lambda one: (-worths[one], len(one), one))


def speaks_of_a_person(sentence: str) -> bool:
    """Whether a sentence holds a mark of masked data, a long number, or what the segmenter takes for a person's name."""
    if MARKS.search(sentence) or LONG_NUMBER.search(sentence):
        return True
    return any(tag == "nr" and len(word) > 1 for word, tag in rjieba.tag(sentence))
