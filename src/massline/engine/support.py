"""Whether a message says what a statement claims: every clause, every number, every name, and no negation lost.

A clause is laid along the message, sign by sign (words of alphabets and numbers are one sign each). What the clause adds must
be empty words or stand elsewhere in the message; what it leaves out must not turn its sense. A clause that shares few signs with
every sentence is another wording: then the teacher judges whether both say the same, and numbers, places and sense must agree.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

from massline.engine.buffers import F32, I64
from massline.engine.clean import matching_form
from massline.engine.places import CODED, places_in
from massline.engine.sentences import DIGITS, NUMBER, UNITS, numbers_in, sentences_of
from massline.engine.similar import similarities
from massline.engine.teacher import Teacher
from massline.engine.words import MARKS

LITERAL: Final = 0.6
"""From this share of signs in one order on, a clause is the message's own, and what differs is an edit."""
SAME: Final = 0.85
"""How likely two clauses must say the same, by the teacher, where the words are others."""
MOST_SIGNS: Final = 20_000
"""A statement is looked for in the first so many signs of a message."""
PLACES_TRIED: Final = 3
"""A clause may stand in a message more than once; so many places are looked at."""
BEFORE: Final = 6
AFTER: Final = 2
"""Signs before and after a clause, up to a stop, that can turn its sense."""

FNV_BASIS: Final = 0xCBF29CE484222325
FNV_PRIME: Final = 0x100000001B3

SIGNS: Final = re.compile(rf"{CODED.pattern}|" r"\d+(?:[.,:/]\d+)*|[^\W\d_\u0e00-\U0003ffff]+|\S")
BREAKS: Final = re.compile(r"[\n\r\t]+|\s{2,}")
STOPS: Final = re.compile(r"[，。；！？、：,;!?\n…]|\.(?!\d)|:(?!\d)")
FILLERS: Final = frozenset(
    (
        *"的了地得着过是在有就也都还又而且与和及并则很这那此该其我们请把被给让对于从到向为所之以已将会个些吧吗呢啊",
        *"〔〕()[]\"'“”《》-—~·/.@#*&+=_",
        *(
            "a",
            "an",
            "the",
            "of",
            "to",
            "is",
            "are",
            "was",
            "were",
            "and",
            "in",
            "on",
            "at",
            "it",
            "its",
            "for",
            "that",
        ),
        *("this", "be", "been", "has", "have", "will", "would"),
    )
)
"""Signs that add nothing to what is claimed."""
FIRST_WITHOUT_SPACES: Final = "\u3400"
"""From here on signs are written without spaces."""
FREE: Final = FILLERS | DIGITS.keys() | UNITS.keys()
"""Signs that a clause may have and its message may not."""
TURNING: Final = (*"不没未无非别勿莫否拒禁", "反对", "抵制", "停止", "取消", "避免", "防止", "缺乏", "缺少", "n't")
TURNING_WORDS: Final = (
    *("not", "no", "never", "without", "none", "neither", "nor", "against", "oppose", "refuse", "stop", "cannot"),
    *("lack", "lacks"),
)
TURNS: Final = re.compile(rf"{'|'.join(TURNING)}|\b(?:{'|'.join(TURNING_WORDS)})\b")
"""What turns a claim round."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is compared: its form, its signs as numbers, and where each stands in the form."""

    form: str
    signs: I64
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """messages: ids of those that say it; where none does, `reason` says what is missing."""

    messages: tuple[str, ...]
    reason: str


def message_of(title: str | None, text: str) -> Message:
    """A message, ready to be compared."""
    form = form_of(f"{title or ''}\n{text}")
    found = list(SIGNS.finditer(form))[:MOST_SIGNS]
    return Message(form, _numbered([one[0] for one in found]), tuple(one.start() for one in found))


def form_of(text: str) -> str:
    """The matching form of a text, line by line, without marks of masked data: where a line ends, a clause does."""
    lines = BREAKS.split(MARKS.sub(" ", text))
    return "\n".join(filter(None, map(matching_form, lines)))


def _numbered(signs: Sequence[str]) -> I64:
    return np.array([number_of(sign) for sign in signs], np.int64)


@lru_cache(1 << 12)
def signs_of(clause: str) -> tuple[tuple[str, ...], I64]:
    """The signs of a clause, as written and as numbers: it is laid along many messages."""
    signs = tuple(SIGNS.findall(clause))
    return signs, _numbered(signs)


@lru_cache(1 << 16)
def number_of(sign: str) -> int:
    """A sign as a number of 63 bits that says all of it (FNV-1a over its code points): 2026/11/22 is not 2026/11/29."""
    number = FNV_BASIS
    for letter in sign:
        number = (number ^ ord(letter)) * FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return number >> 1


def check(statement: str, messages: Mapping[str, Message], teacher: Teacher | None) -> Verdict:
    """Which messages (id -> message) say a statement. One must say all of it, or each clause must be said by one.

    Without a teacher other wordings are refused.
    """
    clauses = clauses_of(form_of(statement))
    if not clauses:
        return Verdict((), "it says nothing that could be checked")
    if not messages:
        return Verdict((), "it names no message")
    troubles = {name: [trouble_with(one, message, teacher) for one in clauses] for name, message in messages.items()}
    whole = tuple(name for name, found in troubles.items() if not any(found))
    if whole:
        return Verdict(whole, "")
    held_by = [[name for name, found in troubles.items() if not found[at]] for at in range(len(clauses))]
    if all(held_by):
        return Verdict(tuple(name for name in messages if any(name in names for names in held_by)), "")
    nearest = min(troubles.values(), key=lambda found: sum(map(bool, found)))
    unsaid = [trouble for trouble, names in zip(nearest, held_by, strict=True) if trouble and not names]
    return Verdict((), unsaid[0])


def says(clauses: Sequence[str], message: Message) -> bool:
    """Whether one message says all of a statement, in its own words."""
    return not any(trouble_with(one, message, None) for one in clauses)


def signs_needed(clauses: Sequence[str]) -> tuple[str, ...]:
    """What a message must hold somewhere if it `says` these clauses in its own words: signs of writing without spaces, and pairs
    of neighbours inside words. Numbers, which may be written otherwise, are not among them."""
    found: set[str] = set()
    for sign in (sign for clause in clauses for sign in signs_of(clause)[0] if sign not in FREE):
        found.update(one for one in sign if one >= FIRST_WITHOUT_SPACES)
        if sign[0] < FIRST_WITHOUT_SPACES and sign.isalpha():
            found.update(map("".join, pairwise(sign)))
    return tuple(sorted(found))


def clauses_of(form: str) -> list[str]:
    """The clauses of a form that claim anything."""
    parts = (part.strip() for part in STOPS.split(form))
    return [part for part in parts if any(sign not in FILLERS for sign in SIGNS.findall(part))]


def trouble_with(clause: str, message: Message, teacher: Teacher | None) -> str:
    """What keeps a message from saying a clause; "" when it says it."""
    (signs, wanted), text, first = signs_of(clause), message.signs.copy(), ""
    if len(signs) == 1 and wanted[0] in message.signs:
        return ""
    for turn in range(PLACES_TRIED):
        places = lay(wanted, text)  # (m,): where each sign of the clause stands, -1 where it does not
        held = places >= 0
        if np.count_nonzero(held) / len(held) < (1 if turn else LITERAL):
            break
        trouble = _added(signs, held, message) or _left_out(places[held], message)
        if not trouble:
            return ""
        first = first or trouble
        text[places[held][0] : places[held][-1] + 1] = -1 - turn
    return first or _other_wording(clause, message, teacher)


def _added(signs: Sequence[str], held: npt.NDArray[np.bool_], message: Message) -> str:
    """What the clause says beyond the signs that it shares with the message."""
    run: list[str] = []
    for sign, here in zip([*signs, ""], [*held.tolist(), True], strict=True):
        if not here:
            run.append(sign)
            continue
        trouble = _run_added(run, sign, message) if run else ""
        if trouble:
            return trouble
        run = []
    return ""


def _run_added(run: Sequence[str], after: str, message: Message) -> str:
    """What is wrong with signs of the clause that the message does not have there. after: the next sign of the clause."""
    told = "".join(run)
    if all(sign in FILLERS for sign in run):
        return ""
    if TURNS.search(told):
        return f"the message does not say {told!r}, which turns the sense"
    if NUMBER.fullmatch(told):
        there = re.search(rf"(?<![\d.]){re.escape(told)}{re.escape(after)}", message.form)
        other_way = told not in message.form and numbers_in(told) and numbers_in(told) <= numbers_in(message.form)
        return "" if there or other_way else f"no number {told} there in the message"
    elsewhere = len(run) > 1 and told in message.form and not any(map(str.isdigit, told)) and not places_in(told)
    return "" if elsewhere else f"the message does not say {told!r}"


def _left_out(places: I64, message: Message) -> str:
    """What the message says between the clause's signs, or in the same clause before or after them, that turns the sense."""
    starts, form = message.starts, message.form
    end = starts[places[-1] + 1] if places[-1] + 1 < len(starts) else len(form)
    gaps = [STOPS.split(form[: starts[places[0]]])[-1][-BEFORE:], STOPS.split(form[end : end + AFTER])[0]]
    for one, other in zip(places[:-1], places[1:], strict=True):
        if other > one + 1:
            gaps.append(form[starts[one + 1] : starts[other]])
    turns = [found[0] for gap in gaps if (found := TURNS.search(gap))]
    return f"the message says {turns[0]!r} there, the statement does not" if turns else ""


def _other_wording(clause: str, message: Message, teacher: Teacher | None) -> str:
    """Whether a sentence of the message says the clause in other words."""
    missing = sorted(numbers_in(clause) - numbers_in(message.form))
    if missing:
        return f"no number {missing[0]} in the message"
    strange = [place for place in places_in(clause) if place not in message.form]
    if strange:
        return f"the message does not name {strange[0]}"
    sentences = sentences_of(message.form)
    if teacher is None or not sentences:
        return f"no message says {clause!r}"
    likely: F32 = similarities([clause] * len(sentences), sentences, teacher)
    best = int(likely.argmax())
    if likely[best] < SAME:
        return f"no message says {clause!r}"
    if bool(TURNS.search(clause)) != bool(TURNS.search(sentences[best])):
        return "the message says it the other way round"
    return ""


@nb.njit(cache=True, nogil=True)
def lay(clause: I64, text: I64) -> I64:
    """Place in the text of each sign of the clause, (m,), -1 where it is not held: the whole clause along any stretch of the
    text, in order. A shared sign counts 2, one that only the clause has -1, one that only the text has -0.5."""
    m, n = len(clause), len(text)
    scores, ways = np.zeros((2, n + 1), np.float32), np.zeros((m + 1, n + 1), np.int8)
    for i in range(1, m + 1):
        now, before = i % 2, 1 - i % 2
        scores[now, 0], ways[i, 0] = -i, 1
        for j in range(1, n + 1):
            best, way = scores[before, j] - 1, 1
            if scores[now, j - 1] - 0.5 > best:
                best, way = scores[now, j - 1] - np.float32(0.5), 2
            if clause[i - 1] == text[j - 1] and scores[before, j - 1] + 2 >= best:
                best, way = scores[before, j - 1] + 2, 3
            scores[now, j], ways[i, j] = best, way
    places, i, j = np.full(m, -1, np.int64), m, int(np.argmax(scores[m % 2]))
    while i > 0:
        if ways[i, j] == 3:
            i, j = i - 1, j - 1
            places[i] = j
        elif ways[i, j] == 2:
            j -= 1
        else:
            i -= 1
    return places
