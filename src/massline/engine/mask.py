"""Personal data in a text: found, and replaced by a mark that says its kind. The reader keeps the sense; nobody keeps
the number.

A search goes over the text's *shadow*, in which full-width and styled digits are digits, traditional characters
simplified, dashes and spaces one of each, and invisible characters gone; a second search also takes Chinese numerals
and letters for digits.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from stdnum import luhn

from massline.engine.characters import shadow_map
from massline.engine.names import find_names

MARKS: Final = {
    "id_card": ("〔身份证号〕", "[ID number]"),
    "mobile": ("〔手机号〕", "[mobile number]"),
    "landline": ("〔座机号〕", "[phone number]"),
    "email": ("〔邮箱〕", "[e-mail]"),
    "plate": ("〔车牌号〕", "[number plate]"),
    "bank_card": ("〔银行卡号〕", "[bank card]"),
    "name": ("〔姓名〕", "[name]"),
}
"""Kind -> mark, and the mark in a text that has Latin letters and no Chinese characters."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text that may be shown, and the kinds that were masked in it (keys of MARKS, in that order)."""

    text: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """Personal data at text[start:end]."""

    start: int
    end: int
    kind: str


def mask(text: str) -> Masked:
    """Replace personal data by marks like 〔手机号〕, or [mobile number] in an English text.

    All else stays as it came, and masking twice changes nothing more. Mainland ID numbers count with a right
    checksum, bank cards with a right Luhn digit, names only after a cue such as 联系人 or 我叫 (then wherever else the
    text has them).
    """
    found = find(text)
    english = bool(_LATIN.search(text)) and not _HAN.search(text)
    return Masked(_replaced(text, found, lambda one: MARKS[one.kind][english]), kinds_of(found))


def find(text: str) -> list[Found]:
    """Personal data in a text, in order, without overlaps."""
    shadow, places = _shadow(text)
    taken: list[Found] = []
    while found := _apart(_candidates(shadow)):  # what was hidden beside one find shows in the next round
        taken += found
        shadow = _replaced(shadow, sorted(found), lambda one: "〔" * (one.end - one.start))
    return sorted(Found(places[one.start], places[one.end - 1] + 1, one.kind) for one in taken)


def _apart(candidates: Iterable[Found]) -> list[Found]:
    """The candidates without those that overlap an earlier, surer one."""
    taken: list[Found] = []
    for found in candidates:
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
    return taken


def without(text: str, found: list[Found]) -> str:
    """The text with a space where personal data was found."""
    return _replaced(text, found, lambda _: " ")


def kinds_of(found: list[Found]) -> tuple[str, ...]:
    """The kinds found, in the order of MARKS."""
    return tuple(kind for kind in MARKS if any(one.kind == kind for one in found))


def _replaced(text: str, found: list[Found], by: Callable[[Found], str]) -> str:
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], by(one)]
        at = one.end
    return "".join([*parts, text[at:]])


def _shadow(text: str) -> tuple[str, Sequence[int]]:
    """The shadow of a text, and for each of its characters the place in the text."""
    shadow = text.translate(shadow_map())
    if "\0" not in shadow:
        return shadow, range(len(text))
    return shadow.replace("\0", ""), [place for place, letter in enumerate(shadow) if letter != "\0"]


_LATIN = re.compile("[A-Za-z]")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0002ffff]")
_GAP = r"[ \-.]{0,2}"
_NO_AMOUNT = r"(?![\d])(?!\.\d)(?! ?(?:元|万|亿|块|吨|平方|公里|千米|米|㎡|m2|%|股|件|株))"
_EMAIL = re.compile(r"[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,5}[A-Za-z]{2,24}(?![A-Za-z])", re.ASCII)
_ID_CARD = re.compile(rf"(?<!\d)(?=([1-8](?:{_GAP}\d){{16}}{_GAP}[\dXx])(?![\dA-Za-z]))", re.ASCII)
_BANK_CARD = re.compile(rf"(?<![\d.])(?=((?:[34569]|2(?={_GAP}[2-7]))(?:{_GAP}\d){{15,18}}){_NO_AMOUNT})", re.ASCII)
_MOBILE = re.compile(
    rf"(?<![\d.])(?=((?:(?:\+ ?|00)?86[ \-)]{{0,2}}|0)?1{_GAP}[3-9](?:{_GAP}\d){{9}}){_NO_AMOUNT})", re.ASCII
)
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_LANDLINE = re.compile(
    rf"(?<![\d.])(?:(?:(?:\+|00)86[ -]?0?|0){_AREA}|\(0{_AREA}\))[ -]{{0,3}}"
    rf"[1-9]\d{{2,3}}[ -]?\d{{4}}(?:(?:-|转|ext\.? ?)\d{{1,6}})?{_NO_AMOUNT}",
    re.ASCII,
)
_AFTER_PHONE = re.compile(
    rf"(?:电话|座机|固话|传真|[Tt]el|[Pp]hone)(?:号码|号)?[:: 是为.]{{0,3}}([2-8]\d{{2,3}}[ -]?\d{{4}}){_NO_AMOUNT}",
    re.ASCII,
)
PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE_LETTER = "[A-HJ-NP-Za-hj-np-z]"
_PLATE = re.compile(
    f"[{PROVINCES}]"
    f"(?=[A-Za-z][ ·.•-]{{0,2}}[A-Za-z]{{0,5}}[0-9]){_PLATE_LETTER}[ ·.•-]{{0,2}}"
    f"(?:{_PLATE_LETTER}|[0-9]){{4,5}}(?:{_PLATE_LETTER}|[0-9挂学警港澳])"
    "(?![A-Za-z0-9])"
)
_PATTERNS: Final = (("id_card", _ID_CARD), ("bank_card", _BANK_CARD), ("mobile", _MOBILE), ("landline", _LANDLINE))
ID_PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
_SPOKEN: Final = {
    **dict(zip("〇零○◯一二三四五六七八九", "0000123456789", strict=True)),
    **dict(zip("幺壹贰叁肆伍陆柒捌玖两OolI|", "1123456789200111", strict=True)),
}
SPOKEN_MAP: Final = {ord(letter): digit for letter, digit in _SPOKEN.items()} | {
    point: str(unicodedata.digit(chr(point)))
    for point in range(0x2460, 0x2794)
    if unicodedata.digit(chr(point), None) is not None
}
_TEN_DIGITS = re.compile(r"\d(?:[ \-.()]{0,4}\d){9}", re.ASCII)
"""The least that any pattern of a number asks for: 010 and seven digits."""
_SPOKEN_DIGIT = f"[0-9{re.escape(''.join(map(chr, SPOKEN_MAP)))}]"
_SPOKEN_RUN = re.compile(rf"{_SPOKEN_DIGIT}(?:{_GAP}{_SPOKEN_DIGIT}){{10}}")


def _candidates(shadow: str) -> Iterator[Found]:
    """All that may be personal data, the surest kinds first."""
    if "@" in shadow:
        yield from (Found(*match.span(), "email") for match in _EMAIL.finditer(shadow))
    if _TEN_DIGITS.search(shadow):
        yield from _numbers(shadow)
    yield from (Found(*match.span(1), "landline") for match in _AFTER_PHONE.finditer(shadow))
    yield from (Found(*match.span(), "plate") for match in _PLATE.finditer(shadow))
    if _SPOKEN_RUN.search(shadow) and (spoken := shadow.translate(SPOKEN_MAP)) != shadow:
        yield from _numbers(spoken)
    yield from (Found(start, end, "name") for start, end in find_names(shadow))


def _numbers(shadow: str) -> Iterator[Found]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(shadow):
            start, end = match.span(match.lastindex or 0)
            if kind not in _CHECKS or _CHECKS[kind](re.sub(r"[ \-.]", "", shadow[start:end])):
                yield Found(start, end, kind)


def _is_id_card(digits: str) -> bool:
    """A province, a birthday of 1900 to 2099 and the check character of GB 11643-1999. Counties come and go: they
    are not looked up."""
    province, year, month, day = int(digits[:2]), int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if province not in ID_PROVINCES or year not in range(1900, 2100) or month not in range(1, 13):
        return False
    if not 1 <= day <= monthrange(year, month)[1]:
        return False
    total = sum(int(digit) << (17 - place) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17].upper()


def _is_bank_card(digits: str) -> bool:
    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {"id_card": _is_id_card, "bank_card": _is_bank_card}
