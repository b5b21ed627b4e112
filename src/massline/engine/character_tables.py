"""`characters` as tables for compiled code, made once in a process: a tenth of the time that asking for each character takes."""

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

from massline.engine.characters import (
    HAN,
    PUNCTUATION,
    TABLE_SIZE,
    context_letters,
    is_invisible,
    is_spaced,
    shadow_point,
    simplified,
)

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]
Points = npt.NDArray[np.uint32]


@cache
def shadow_points() -> Points:
    """(TABLE_SIZE,): code point -> the one character that a search takes it for; 0 for invisible ones."""
    return np.fromiter(map(shadow_point, range(TABLE_SIZE)), np.uint32, TABLE_SIZE)


@cache
def form_table() -> tuple[Bytes, Offsets, npt.NDArray[np.uint8]]:
    """`characters.form_of` for compiled code. Bytes and offsets (TABLE_SIZE+1,): code point -> its form in UTF-8.

    kinds (TABLE_SIZE,): 1 when the form ends in a spaced character, 2 when it begins with one, 4 for a character that
    needs its context. Cost: 0.25 s on one core.
    """
    forms, kinds = _forms(), np.zeros(TABLE_SIZE, np.uint8)
    for point in _told_apart():
        if form := forms[point]:
            kinds[point] = is_spaced(form[-1]) + 2 * is_spaced(form[0])
    kinds[[ord(letter) for letter in context_letters()]] |= 4
    letters = np.frombuffer("\n".join(forms).encode("utf-8", "ignore"), np.uint8)  # half a surrogate pair is no text
    ends = np.flatnonzero(letters == ord("\n"))  # (TABLE_SIZE-1,): no form has a line break
    offsets = np.zeros(TABLE_SIZE + 1, np.int64)
    offsets[1:-1], offsets[-1] = ends - np.arange(TABLE_SIZE - 1), len(letters) - len(ends)
    data = letters[letters != ord("\n")]
    data.flags.writeable = False  # shared by all that ask
    return data, offsets, kinds


@cache
def token_kinds() -> npt.NDArray[np.uint8]:
    """(TABLE_SIZE,): 0 for a character that belongs to no word, 1 for a letter or digit of an alphabet, 2 for one
    that is a word itself."""
    letters = map(chr, range(TABLE_SIZE))
    return np.array([0 if not letter.isalnum() else 1 if is_spaced(letter) else 2 for letter in letters], np.uint8)


@cache
def sign_kinds() -> npt.NDArray[np.uint8]:
    """(TABLE_SIZE,): what `support.SIGNS` takes a character for. 0 for a sign of its own, 1 for blank space, 2 for a digit, 3 for
    a letter that goes on, 4 for a sign of its own that counts as a part of a word beside it."""
    kinds = np.array([4 if chr(point).isalnum() else 0 for point in range(TABLE_SIZE)], np.uint8)
    kinds[[*range(0x0E00)]] = np.minimum(kinds[:0x0E00], 3)
    kinds[[point for point in range(TABLE_SIZE) if chr(point).isdecimal()]] = 2
    kinds[[point for point in range(0x3001) if chr(point).isspace()]] = 1
    kinds[ord("_")] = 4
    return kinds


@cache
def _told_apart() -> list[int]:
    """Code points with a form that has to be looked up: no Han, which is only simplified, and none that Unicode leaves free."""
    spans = (range(HAN[0].start), range(HAN[0].stop, HAN[1].start), range(HAN[1].stop, TABLE_SIZE))
    return [point for span in spans for point in span if unicodedata.category(chr(point)) not in ("Cn", "Co", "Cs")]


def _forms() -> list[str]:
    """The form of every code point. Those that are told apart go through each round together, a line each: nothing
    composes across the end of a line."""
    plain, step = simplified(), _Step()
    forms = [chr(plain.get(point, point)) for point in range(TABLE_SIZE)]
    rest = [point for point in _told_apart() if not is_invisible(chr(point)) and not chr(point).isspace()]
    lines = "\n".join(map(chr, rest))
    for _ in range(3):
        lines = unicodedata.normalize("NFKC", lines.casefold()).translate(step)
    for point in _told_apart():
        forms[point] = " " if chr(point).isspace() else ""
    for point, form in zip(rest, lines.split("\n"), strict=True):
        forms[point] = " " if form.isspace() else form.replace(" ", "")
    return forms


class _Step(dict[int, str]):
    """What one round does with a character after folding its case: simplified, unified, or left out."""

    def __init__(self) -> None:
        super().__init__({ord("\n"): "\n"})

    def __missing__(self, point: int) -> str:
        letter = chr(simplified().get(point, point))
        self[point] = "" if is_invisible(letter) else PUNCTUATION.get(letter, letter)
        return self[point]
