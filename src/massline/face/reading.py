"""How easy a text is to read: a hint for whoever writes it, before it is published. Never a reason to refuse it."""

import re
from dataclasses import dataclass

from massline.face.language import language_of

LONG_SENTENCE = 40  # Chinese characters; what is longer is hard to hold in mind, and harder still read aloud
MOST_MEAN = 25
MOST_RARE = 0.01  # share of characters beyond the 3,755 common ones
MOST_GRADE = 8.0
_END = re.compile(r"[。！？；!?;\n]+|(?<=[a-z)])\.(?=\s|$)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True)
class Reading:
    """What was found. language: zh-Hans or en. length: mean of a sentence, in characters or words. longest: the longest sentence.

    rare: share of Chinese characters that are not common (0 to 1). grade: of an American school, English only."""

    language: str
    sentences: int
    length: float
    longest: str
    rare: float = 0.0
    rare_characters: tuple[str, ...] = ()
    grade: float = 0.0

    @property
    def long(self) -> bool:
        """Whether its sentences are too long, in Chinese."""
        return self.language != "en" and (self.length > MOST_MEAN or len(_HAN.findall(self.longest)) > LONG_SENTENCE)

    @property
    def easy(self) -> bool:
        return not self.long and self.rare <= MOST_RARE and self.grade <= MOST_GRADE


def reading(text: str) -> Reading | None:
    """None where there is nothing to read. Cost: some microseconds a character."""
    language = "en" if language_of(text) == "en" else "zh-Hans"
    unit = _WORD if language == "en" else _HAN
    sentences = [part.strip() for part in _END.split(text) if unit.search(part)]
    if not sentences:
        return None
    units = unit.findall(text)
    length, longest = len(units) / len(sentences), max(sentences, key=lambda sentence: len(unit.findall(sentence)))
    if language == "en":
        return Reading(language, len(sentences), length, longest, grade=grade(units, len(sentences)))
    rare = [character for character in units if not is_common(character)]
    return Reading(language, len(sentences), length, longest, len(rare) / len(units), tuple(dict.fromkeys(rare)))


def is_common(character: str) -> bool:
    """Whether it is one of the 3,755 characters of the first level of GB/T 2312-1980 (rows 16 to 55), chosen by use."""
    code = character.encode("gb2312", "ignore")
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7


def grade(words: list[str], sentences: int) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975, Naval Technical Training Command, Report 8-75)."""
    syllables = sum(syllables_of(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def syllables_of(word: str) -> int:
    """About how many: groups of vowels, without a silent e at the end. At least one."""
    word = word.lower()
    groups = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(1, groups - silent)
