"""From a statement to the exact messages behind it. A statement without messages, or with a number they do not give,
is refused."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa
import rjieba

from massline.engine.buffers import I32, I64, U8, Bools, strings_of
from massline.engine.clean import matching_form
from massline.engine.errors import UntraceableStatement
from massline.engine.grams import READ_CHARACTERS, read_grams
from massline.engine.words import MARKS

HELD: Final = 0.8
"""A message supports a statement when it holds at least this share of the statement's pairs of signs and words."""

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


def trace(statement: str, messages: Mapping[str, str]) -> tuple[str, ...]:
    """Ids of the messages (id -> text) that support a statement, in their order. Raises UntraceableStatement.

    A message supports it by holding nearly all its words, and every number that it gives.
    """
    forms = pa.array([matching_form(text) for text in messages.values()], pa.large_string())
    held = supporters(forms, np.zeros(len(forms), np.int32), pa.array([matching_form(statement)], pa.large_string()))
    numbers = numbers_in(statement)
    near = [name for name, near in zip(messages, held, strict=True) if near]
    found = tuple(name for name in near if numbers <= numbers_in(messages[name]))
    if near and not found:
        missing = numbers - frozenset().union(*(numbers_in(messages[name]) for name in near))
        raise UntraceableStatement(
            f"No message that says {statement!r} gives {', '.join(sorted(missing or numbers))}. Use the numbers of the messages."
        )
    if not found:
        raise UntraceableStatement(f"No message says {statement!r}. Use the messages' own words, or leave it out.")
    return found


def supporters(forms: pa.Array, themes: I32, statements: pa.Array) -> Bools:
    """Which forms (n,) hold the statement of their theme. themes (n,), -1 for none; statements (t,): forms, empty for
    none."""
    data, offsets = strings_of(forms)
    held = np.zeros(len(forms), np.bool_)
    _hold(data, offsets, themes, _pairs(statements), held)
    return held


def _pairs(statements: pa.Array) -> tuple[I32, I64]:
    """Distinct odd buckets (pairs, words) of each statement, and where each begins."""
    data, offsets = strings_of(statements)
    found = np.empty(2 * READ_CHARACTERS, np.int32)
    parts = []
    for i in range(len(statements)):
        buckets = np.unique(found[: read_grams(data, offsets[i], offsets[i + 1], found)])
        parts.append(buckets[buckets % 2 == 1])
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return np.concatenate([*parts, np.zeros(0, np.int32)]), starts


@nb.njit(cache=True, nogil=True)
def _hold(data: U8, offsets: I64, themes: I32, statements: tuple[I32, I64], held: Bools) -> None:
    pairs, starts = statements
    found, seen = np.empty(2 * READ_CHARACTERS, np.int32), np.full(len(pairs), -1, np.int64)
    marks = _marks(pairs, starts)
    for i in range(len(offsets) - 1):
        theme = themes[i]
        if theme < 0 or starts[theme] == starts[theme + 1]:
            continue
        wanted = pairs[starts[theme] : starts[theme + 1]]
        count = read_grams(data, offsets[i], offsets[i + 1], found)
        if count < len(wanted) * HELD:
            continue
        hits = 0
        for gram in found[:count]:
            if marks[theme, gram >> 1 & 0x1FF]:
                at = starts[theme] + np.searchsorted(wanted, gram)
                if at < starts[theme + 1] and pairs[at] == gram and seen[at] != i:
                    hits, seen[at] = hits + 1, i
        held[i] = hits >= HELD * len(wanted)


@nb.njit(cache=True)
def _marks(pairs: I32, starts: I64) -> Bools:
    """(t, 512): whether a statement has a pair that ends in these nine bits; most grams of a message stop here."""
    marks = np.zeros((len(starts) - 1, 512), np.bool_)
    for theme in range(len(marks)):
        for pair in pairs[starts[theme] : starts[theme + 1]]:
            marks[theme, pair >> 1 & 0x1FF] = True
    return marks


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, long enough to say something and short enough to quote: 8 to 80 signs, up to 240 in
    Latin letters."""
    sentences = (part.strip(" ，,、:：") for part in SENTENCE_ENDS.split(text) if part)
    return [one for one in sentences if 8 <= len(one) <= (240 if one.isascii() else 80)]


def most_telling(sentences: Sequence[str], keywords: Sequence[str]) -> str:
    """The sentence that says most of the key words in few words, earlier ones weighing more.

    One that speaks of a person is taken only for want of another. "" when none says any key word.
    """

    def worth(sentence: str) -> float:
        form = matching_form(sentence)
        told = sum(1 / (rank + 2) for rank, word in enumerate(keywords) if word in form)
        return told / (20 + len(form)) ** 0.5 * (0.1 if speaks_of_a_person(sentence) else 1)

    best = max(sentences, key=lambda one: (worth(one), -len(one), one), default="")
    return best if best and worth(best) > 0 else ""


def speaks_of_a_person(sentence: str) -> bool:
    """Whether a sentence holds a mark of masked data, a long number, or what the segmenter takes for a person's name."""
    if MARKS.search(sentence) or LONG_NUMBER.search(sentence):
        return True
    return any(tag == "nr" and len(word) > 1 for word, tag in rjieba.tag(sentence))
