"""What single characters are taken for when texts are compared or searched, from Unicode's and OpenCC's data.

Every page of the product can mask a text, so nothing heavy is loaded here; `character_tables` has the same for compiled
code. Traditional characters are mapped one by one, not by phrase: for a matching form it is enough that both ways of
writing meet.
"""

import unicodedata
from functools import cache
from typing import Final

import opencc

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
    """Code point of a traditional character -> that of its simplified one, where they differ; that one stays as it is.

    (OpenCC takes 薴 for 苧, and 苧 for 苎.)
    """
    traditional = "".join(chr(point) for point in range(0x3400, TABLE_SIZE) if unicodedata.category(chr(point)) == "Lo")
    plain = opencc.OpenCC("t2s").convert("\n".join(traditional)).split("\n")
    pairs = {ord(old): ord(new) for old, new in zip(traditional, plain, strict=True) if old != new and len(new) == 1}
    return {old: pairs.get(new, new) for old, new in pairs.items()}


def is_invisible(letter: str) -> bool:
    """Whether a character shows nothing and is no space: zero-width, bidi control, variation selector, control
    character."""
    if letter in FILLERS or ord(letter) in TAGS or "\ufe00" <= letter <= "\ufe0f":
        return True
    return unicodedata.category(letter) in ("Cf", "Cc") and not letter.isspace()


def shadow_point(point: int) -> int:
    """The one character that a search takes this code point for; 0 for invisible ones.

    Full width to ASCII, styled digits to digits, traditional to simplified, all dashes and spaces to one each.
    """
    letter = chr(point)
    if point < 0x80 or point >= TABLE_SIZE:
        hidden = point in TAGS or (point < 0x20 and not letter.isspace())
        return 0 if hidden else point
    if is_invisible(letter):
        return 0
    if letter.isspace() and letter not in "\x85\u2028\u2029":
        return ord(" ")
    if letter in DASHES:
        return ord("-")
    normal = unicodedata.normalize("NFKC", letter)
    if len(normal) > 1 or unicodedata.category(letter) == "No":  # ① may number a list in front of a number
        return point
    return simplified().get(ord(normal), ord(normal))


class _Shadows(dict[int, int]):
    """Fills itself as characters are met: one text has a few dozen of them, a whole table takes a tenth of a second."""

    def __missing__(self, point: int) -> int:
        self[point] = shadow_point(point)
        return self[point]


@cache
def shadow_map() -> dict[int, int]:
    """`shadow_point` for str.translate. Invisible characters become NUL, so that places stay."""
    return _Shadows()


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
    for point in range(TABLE_SIZE):  # beyond, nothing combines (tested)
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
