"""What single characters are taken for when texts are compared or searched: tables made once from Unicode's and
OpenCC's data.

Traditional characters are mapped one by one, not by phrase: for a matching form it is enough that both ways of
writing meet.
"""

import sys
import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import opencc

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

TABLE_SIZE: Final = 0x30000
"""Code points with an entry of their own. Beyond lie tags and variation selectors (invisible), private use and
nothing else."""
TAGS: Final = range(0xE0000, 0xE1000)

HAN: Final = (range(0x3400, 0xA000), range(0x20000, 0x2F800))
"""The bulk of Chinese characters, for which simplifying is all there is to do."""

FILLERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3\u3164\uffa0\u2800\ufffc")
"""Characters that show nothing though Unicode does not class them as formatting. U+20E3 frames a keycap digit."""
DASHES: Final = "‐‑‒–—―−﹘﹣－ー─━"
DOTS: Final = "·•‧∙⋅・･．。｡"
LOOK_ALIKES: Final = dict(zip("аеорсухіјѕһԁвкмнтοαρνικτυχεβηɡɑı", "aeopcyxijshdbkmhtoapviktuxebngai", strict=True))
"""Cyrillic and Greek letters that pass for Latin ones; replaced inside words that have Latin letters too."""
PUNCTUATION: Final = {
    **dict.fromkeys("“”„‟″〝〞＂«»", '"'),
    **dict.fromkeys("‘’‚‛′＇`´", "'"),
    **dict.fromkeys(DASHES.replace("ー", ""), "-"),
    **dict.fromkeys("•‧∙⋅・･", "·"),
    **dict.fromkeys("｡．", "。"),
    **dict.fromkeys("〜～∼", "~"),
    **dict.fromkeys("【〔［〖", "["),
    **dict.fromkeys("】〕］〗", "]"),
}


@cache
def simplified() -> dict[int, int]:
    """Code point of a traditional character -> that of its simplified one, where they differ."""
    traditional = "".join(chr(point) for point in range(0x3400, TABLE_SIZE) if unicodedata.category(chr(point)) == "Lo")
    plain = opencc.OpenCC("t2s").convert("\n".join(traditional)).split("\n")
    return {ord(old): ord(new) for old, new in zip(traditional, plain, strict=True) if old != new and len(new) == 1}


def is_invisible(letter: str) -> bool:
    """Whether a character shows nothing and is no space: zero-width, bidi control, variation selector, control
    character."""
    if letter in FILLERS or ord(letter) in TAGS or "\ufe00" <= letter <= "\ufe0f":
        return True
    return unicodedata.category(letter) in ("Cf", "Cc") and not letter.isspace()


@cache
def shadow_points() -> npt.NDArray[np.uint32]:
    """(TABLE_SIZE,): code point -> the one character that a search takes it for; 0 for invisible ones.

    Full width to ASCII, styled digits to digits, traditional to simplified, all dashes and spaces to one each.
    """
    table, plain = np.arange(TABLE_SIZE, dtype=np.uint32), simplified()
    for point in range(0x80, TABLE_SIZE):
        letter = chr(point)
        normal = unicodedata.normalize("NFKC", letter)
        if is_invisible(letter):
            table[point] = 0
        elif letter.isspace() and letter not in "\x85\u2028\u2029":
            table[point] = ord(" ")
        elif letter in DASHES:
            table[point] = ord("-")
        elif len(normal) == 1 and unicodedata.category(letter) != "No":  # ① may number a list in front of a number
            table[point] = plain.get(ord(normal), ord(normal))
    for point in range(0x20):
        table[point] = point if chr(point).isspace() else 0
    return table


@cache
def shadow_map() -> dict[int, int]:
    """`shadow_points` for str.translate: only what differs. Invisible characters become NUL, so that places stay."""
    table = shadow_points()
    different = {int(point): int(table[point]) for point in np.flatnonzero(table != np.arange(TABLE_SIZE))}
    return different | {0: 0} | dict.fromkeys(TAGS, 0)


@cache
def form_of(letter: str) -> str:
    """One character in the matching form: none, one or several characters; a space for any blank space."""
    if is_invisible(letter):
        return ""
    if letter.isspace():
        return " "
    form, plain = letter, simplified()
    for _ in range(3):  # case folding may undo normal form, and the reverse; three rounds are enough (tested)
        form = unicodedata.normalize("NFKC", form.casefold())
        form = "".join(chr(plain.get(ord(one), ord(one))) for one in form)
        form = "".join(PUNCTUATION.get(one, one) for one in form if not is_invisible(one))
    return " " if form.isspace() else form.replace(" ", "")


@cache
def context_letters() -> frozenset[str]:
    """Characters whose form depends on their neighbours: combining ones, those that compose, look-alikes. Texts
    with one are rare."""
    found = set(LOOK_ALIKES)
    for point in range(sys.maxunicode + 1):
        letter = chr(point)
        parts = unicodedata.decomposition(letter).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(chr(int(parts[1], 16)))
        if parts[:1] == ["<compat>"] and any(unicodedata.combining(chr(int(part, 16))) for part in parts[1:]):
            found.add(letter)
        if unicodedata.combining(letter):
            found.add(letter)
    found.update(map(chr, range(0x1100, 0x1200)))  # Hangul jamo compose by rule
    found.update(letter.upper() for letter in LOOK_ALIKES if len(letter.upper()) == 1)
    return frozenset(letter for letter in found if not letter.isascii())  # the capital of a dotless i is plain I


def is_spaced(letter: str) -> bool:
    """Whether a space beside this character separates words: letters and digits of alphabets, not Han and kana."""
    return letter.isalnum() and (ord(letter) < 0x2E80 or "\uac00" <= letter <= "\ud7a3")


@cache
def form_table() -> tuple[Bytes, Offsets, npt.NDArray[np.uint8]]:
    """`form_of` for compiled code. Bytes and offsets (TABLE_SIZE+1,): code point -> its form in UTF-8.

    kinds (TABLE_SIZE,): 1 when the form ends in a spaced character, 2 when it begins with one, 4 for a character that
    needs its context.
    """
    offsets, kinds, parts = np.zeros(TABLE_SIZE + 1, np.int64), np.zeros(TABLE_SIZE, np.uint8), []
    context, plain = context_letters(), simplified()
    for point in range(TABLE_SIZE):
        form = chr(plain.get(point, point)) if any(point in part for part in HAN) else form_of(chr(point))
        parts.append(form.encode("utf-8", "ignore"))  # half a surrogate pair is no text
        offsets[point + 1] = offsets[point] + len(parts[-1])
        if form:
            kinds[point] = is_spaced(form[-1]) + 2 * is_spaced(form[0])
        if chr(point) in context:
            kinds[point] |= 4
    return np.frombuffer(b"".join(parts), np.uint8), offsets, kinds


@cache
def token_kinds() -> npt.NDArray[np.uint8]:
    """(TABLE_SIZE,): 0 for a character that belongs to no word, 1 for a letter or digit of an alphabet, 2 for one
    that is a word itself."""
    letters = map(chr, range(TABLE_SIZE))
    return np.array([0 if not letter.isalnum() else 1 if is_spaced(letter) else 2 for letter in letters], np.uint8)
