"""Hints to whoever writes a reply, before it goes out: pure, offline, some milliseconds. Source: docs/rules/reply-coaching.md.

A hint never blocks a reply and is kept nowhere; each carries the very words that it is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from massline.engine.mask import find
from massline.face.reading import Reading, reading
from massline.respond import coaching_words as words

MOST_WORDS = 3  # places that one hint shows
LEAST_LEFT = 5  # letters: a clause with fewer says nothing
LEAST_PAIRS = 5  # pairs that a question must have before its absence from a reply tells anything
NOT_PERSONAL = frozenset({"landline", "email"})  # an office gives its own


class Advice(StrEnum):
    """What a hint is about."""

    EMPTY = "empty"
    UNANSWERED = "unanswered"
    NO_DATE = "no date"
    NOBODY = "nobody"
    NOWHERE = "nowhere"
    NO_TEXT = "no text"
    PERSONAL = "personal"
    RUDE = "rude"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that could be better. words: as they stand in the reply (UNANSWERED: in the message).

    plain: for OFFICIAL, what could be said instead, one for one with `words`; "" where it can be left out."""

    advice: Advice
    words: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each place with the plain words for it."""
        return list(zip(self.words, self.plain or [""] * len(self.words), strict=True))


@dataclass(frozen=True, slots=True)
class Coaching:
    """What the coach says of a reply. reading: how easy it is, None where there is nothing to read."""

    hints: tuple[Hint, ...]
    reading: Reading | None

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to say but well done."""
        return self.reading is not None and self.reading.easy and not self.hints


def coach(reply: str, messages: Sequence[str] = ()) -> Coaching:
    """Hints for a reply, the weightiest first. messages: what it answers. Cost: some milliseconds for a thousand characters.

    An empty reply gets one hint: all others would only hide it."""
    text = reply.strip()
    if not text:
        return Coaching((), None)
    if said := only_passed_on(text):
        return Coaching((Hint(Advice.EMPTY, said), *_personal(text)), reading(text))
    found = [
        *_hint(Advice.RUDE, _found(words.RUDE, text)),
        *_personal(text),
        *_hint(Advice.UNANSWERED, unanswered(text, messages)),
        *_hint(Advice.NO_DATE, promises_without_date(text)),
        *_hint(Advice.NOBODY, _found(words.NOBODY, text)),
        *_hint(Advice.NO_TEXT, rules_without_text(text)),
        *_official(text),
    ]
    if _any(words.UNSETTLED, text) and not _any(words.ONWARD, text):
        found.append(Hint(Advice.NOWHERE, _found(words.UNSETTLED, text)))
    return Coaching(tuple(found), reading(text))


def only_passed_on(text: str) -> tuple[str, ...]:
    """The words of a reply that says no more than that the message was received, passed on or will be looked at; else none."""
    if any(_tells(clause) for clause in _clauses(text)):
        return ()
    return _found(words.PASSED_ON, text) or (_cut(text),)


def promises_without_date(text: str) -> tuple[str, ...]:
    """Sentences that promise a deed and say no day, nor how often."""
    promised = (
        sentence
        for sentence in _sentences(text)
        if _any(words.PROMISES, sentence)
        and _any(words.DEEDS, sentence)
        and not _any(words.DATES, sentence)
        and not _any(words.NO_PROMISES, sentence)
    )
    return tuple(dict.fromkeys(map(_cut, promised)))[:MOST_WORDS]


def rules_without_text(text: str) -> tuple[str, ...]:
    """Rules that the reply leans on without saying what they say: 根据相关规定, or a title and then nothing of its text."""
    bare = []
    for match in _pattern(words.NAMED_RULES).finditer(text):
        rest = re.split(r"[。！？\n]", text[match.end() :], maxsplit=1)[0]
        if not re.search(words.TEXT_OF_RULE, rest):
            bare.append(match.group())
    return tuple(dict.fromkeys((*_found(words.VAGUE_RULES, text), *bare)))[:MOST_WORDS]


def unanswered(text: str, messages: Sequence[str]) -> tuple[str, ...]:
    """Questions of the messages with which the reply has no pair of characters, and no English word, in common.

    Words tell better than the sentence model here, and at once (docs/reference/quality.md). A question of plain words only
    (怎么办？) is not counted, nor one in another script than the reply's."""
    said, scripts = _pairs(text), _scripts(text)
    sentences = (sentence for message in messages for sentence in _sentences(message))
    asked = (one for one in sentences if _any(words.QUESTIONS, one) and not _any(words.RHETORIC, one))
    missing = [
        _cut(question)
        for question in asked
        if len(pairs := _pairs(question)) >= LEAST_PAIRS and pairs.isdisjoint(said) and _scripts(question) & scripts
    ]
    return tuple(dict.fromkeys(missing))[:MOST_WORDS]


def _scripts(text: str) -> set[str]:
    """Which of the two scripts that the coach reads stand in a text."""
    return {
        name for name, letter in (("Chinese", r"[\u3400-\u9fff]"), ("Latin", r"[A-Za-z]{3}")) if re.search(letter, text)
    }


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring Chinese characters, and English words; without those that tell nothing."""
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return frozenset(pairs | set(re.findall(r"[a-z]{3,}", text.lower()))) - words.EMPTY_PAIRS


def _tells(clause: str) -> bool:
    """Whether a clause says something of the matter."""
    letters = re.findall(r"[\u3400-\u9fff]|[a-z]+|\d+", clause.lower())
    return len(letters) >= LEAST_LEFT and (_any(words.TELLING, clause) or not _any(words.HOLLOW, clause))


def _clauses(text: str) -> list[str]:
    parts = re.split(r"[，。！？；,;!?\n：:]+|\.(?=\s|$)", text)
    return [part.strip().strip("“”\"'") for part in parts if part.strip()]


def _sentences(text: str) -> list[str]:
    """Sentences with the mark at their end; a line is one too."""
    parts = re.split(r"(?<=[。！？；!?;])|(?<=\.)(?=\s)|\n", text)
    return [part.strip() for part in parts if part.strip()]


def _personal(text: str) -> Iterable[Hint]:
    found = (text[one.start : one.end] for one in find(text) if one.kind not in NOT_PERSONAL)
    return _hint(Advice.PERSONAL, tuple(dict.fromkeys(found))[:MOST_WORDS])


def _official(text: str) -> Iterable[Hint]:
    low = text.lower()
    found = [word for word in words.OFFICIAL if word in low][:MOST_WORDS]
    return [Hint(Advice.OFFICIAL, tuple(found), tuple(words.OFFICIAL[word] for word in found))] if found else []


def _hint(advice: Advice, found: tuple[str, ...]) -> Iterable[Hint]:
    return [Hint(advice, found)] if found else []


def _found(patterns: Sequence[str], text: str) -> tuple[str, ...]:
    """What fits, as it stands, each once."""
    return tuple(dict.fromkeys(match.group().strip() for match in _pattern(patterns).finditer(text)))[:MOST_WORDS]


def _any(patterns: Sequence[str], text: str) -> bool:
    return bool(_pattern(patterns).search(text))


@lru_cache(maxsize=32)
def _pattern(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _cut(text: str, *, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
