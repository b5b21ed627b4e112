"""Who of very many messages says the statement of their theme: the rule of `support`, compiled.

The kernel reads a message as `support.message_of` does and lays each clause along it. It knows a yes and a no; where the rule
asks for more (a number written another way, words that stand elsewhere, signs that hang on their neighbours), `says` looks.
"""

from typing import Final, NamedTuple

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64, U8, Bools, code_point, column_of, strings_of
from massline.engine.character_tables import form_table, sign_kinds
from massline.engine.clean import LONGEST_GROWTH, append_form
from massline.engine.places import PLACE_ENDS
from massline.engine.sentences import DIGITS, UNITS
from massline.engine.support import (
    AFTER,
    BEFORE,
    FILLERS,
    FNV_BASIS,
    FNV_PRIME,
    LITERAL,
    MOST_SIGNS,
    PLACES_TRIED,
    TURNING,
    TURNING_WORDS,
    clauses_of,
    lay,
    message_of,
    says,
    signs_of,
)

NO, YES, LOOK = 0, 1, 2
BASIS, PRIME = np.uint64(FNV_BASIS), np.uint64(FNV_PRIME)
SPACE, DIGIT, LETTER = 1, 2, 3  # of sign_kinds; from DIGIT on, a part of a word
FILLER, NUMERAL = 1, 2  # bits of a clause's signs
FIRST_NUMERAL: Final = 0x3007  # 〇; a single Chinese numeral is no number
NUMERALS: Final = frozenset((*DIGITS, *UNITS, *".,:/"))

ENDS = tuple(map(ord, PLACE_ENDS))
STOPS = tuple(map(ord, "，。；！？、：,;!?\n…"))  # and . and : where no digit follows
INSIDE = tuple(map(ord, ".,:/"))
TURNED: Final = (*TURNING, *TURNING_WORDS)
SEARCHED = np.array([[*map(ord, one), *[0] * (8 - len(one))] for one in TURNED], np.int32)  # (w, 8)
WHOLE = np.array([one in TURNING_WORDS for one in TURNED])


class Asked(NamedTuple):
    """The statements of t themes as arrays: clauses[i]:clauses[i + 1] are the clauses of theme i; so on down to code points."""

    clauses: I64  # (t + 1,)
    signs: I64  # (c + 1,)
    numbers: I64  # (s,): as Message.signs
    kinds: U8  # (s,): FILLER | NUMERAL
    starts: I64  # (s + 1,): where the code points of each sign begin
    letters: I32


class Form(NamedTuple):
    """A message as it is compared. letters (n,): code points; signs (m,) as numbers, and starts (m + 1,), where each begins."""

    letters: I32
    signs: I64
    starts: I64


def asked_of(statements: pa.Array) -> tuple[list[list[str]], Asked]:
    """The clauses of statements (t,), forms, and the same as arrays."""
    clauses = [clauses_of(form) for form in statements.to_pylist()]
    found = [signs_of(clause) for theme in clauses for clause in theme]
    signs = [sign for some, _ in found for sign in some]
    kinds = [FILLER * (sign in FILLERS) + NUMERAL * _may_count(sign) for sign in signs]
    return clauses, Asked(
        _ends([len(theme) for theme in clauses]),
        _ends([len(some) for some, _ in found]),
        np.concatenate([np.zeros(0, np.int64), *(numbers for _, numbers in found)]),
        np.array(kinds, np.uint8),
        _ends([len(sign) for sign in signs]),
        np.array([ord(letter) for sign in signs for letter in sign], np.int32),
    )


def _ends(sizes: list[int]) -> I64:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _may_count(sign: str) -> bool:
    return all(letter in NUMERALS or letter.isdecimal() for letter in sign)


def who_says(messages: pa.RecordBatch, themes: I32, clauses: list[list[str]], asked: Asked) -> Bools:
    """Which messages (n rows of title and text) say the statement of their theme (n,). A pure function; about three times the
    bytes of the texts."""
    titles, texts = strings_of(messages.column("title")), strings_of(messages.column("text"))
    data, offsets, plain = _forms_by_line(titles, texts, form_table())
    found = _decide(data, offsets, plain, themes, asked, sign_kinds())
    known: dict[tuple[int, str | None, str], bool] = {}  # copies are read once
    rest = np.flatnonzero(found == LOOK)
    for row, one in zip(rest.tolist(), messages.take(pa.array(rest)).to_pylist(), strict=True):
        key = (int(themes[row]), one["title"], one["text"])
        if key not in known:
            known[key] = says(clauses[key[0]], message_of(key[1], key[2]))
        found[row] = YES if known[key] else NO
    answer: Bools = found == YES
    return answer


def forms_by_line(titles: pa.Array, texts: pa.Array) -> tuple[pa.Array, Bools]:
    """`support.form_of` of title and text of each row, and for which rows (n,) it is so."""
    data, offsets, plain = _forms_by_line(strings_of(titles), strings_of(texts), form_table())
    return column_of(data, offsets), plain


@nb.njit(nogil=True, cache=True)
def _forms_by_line(titles, texts, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Bytes and offsets (n + 1,) of the form of each title and text, line by line; and whether no sign needs its context and no
    mark of masked data, address or entity may be in it (n,)."""
    n = len(texts[1]) - 1
    out = np.empty((titles[1][n] - titles[1][0] + texts[1][n] - texts[1][0]) * 2 + 64, np.uint8)
    offsets, plain, put = np.zeros(n + 1, np.int64), np.ones(n, np.bool_), 0
    for i in range(n):
        size = titles[1][i + 1] - titles[1][i] + texts[1][i + 1] - texts[1][i]
        if put + (LONGEST_GROWTH + 1) * size + 2 > len(out):
            out = np.concatenate((out, np.empty(len(out) + (LONGEST_GROWTH + 1) * size + 2, np.uint8)))
        begin = put
        for part in (titles, texts):
            at, end = part[1][i], part[1][i + 1]
            while at < end:
                stop, following, is_plain = _line(part[0], at, end, table[2])
                begins = put + (put > begin)
                out[put] = 10  # a line feed
                last, _, in_order = append_form(part[0], (at, stop), table, (out, begins, begins, 0))
                put = last if last > begins else put
                plain[i] &= is_plain & in_order
                at = following
        offsets[i + 1] = put
    return out[:put].copy(), offsets, plain


@nb.njit(inline="always")
def _is_space(c: np.uint64) -> bool:
    if c < 0x1680:
        return bool(9 <= c <= 13 or 28 <= c <= 32 or c == 0x85 or c == 0xA0)
    return bool(0x2000 <= c <= 0x200A or c in (0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000))


@nb.njit(nogil=True, cache=True)
def _line(data: U8, start: int, end: int, kinds: U8) -> tuple[int, int, bool]:
    """Where the line that begins here ends, where the next begins, and whether it is free of marks, addresses and entities."""
    at, spaces, breaks, stop, plain = start, 0, False, end, True
    while at < end:
        begins = at
        c, at = code_point(data, at)
        if _is_space(c):
            stop = begins if spaces == 0 else stop
            spaces, breaks = spaces + 1, breaks or bool(c == 9 or c == 10 or c == 13)
            continue
        if spaces > 1 or breaks:
            return stop, begins, plain
        spaces, stop = 0, end
        address = c == 0x3A and at < end and data[at] == 0x2F  # :/
        plain = plain and not (address or c == 0x5B or c == 0x3014 or c == 0x26 or c >= len(kinds))  # [ 〔 &
    return stop if spaces > 1 or breaks else end, end, plain


@nb.njit(nogil=True, cache=True)
def _decide(  # noqa: PLR0913 - a kernel: arrays, not objects
    data: U8, offsets: I64, plain: Bools, themes: I32, asked: Asked, kinds: U8
) -> U8:
    """YES, NO or LOOK for each message (n,)."""
    found, most = np.full(len(plain), LOOK, np.uint8), 1
    for size in np.diff(offsets):
        most = max(most, int(size))
    letters, signs, starts = np.empty(most, np.int32), np.empty(most, np.int64), np.empty(most + 1, np.int64)
    for i in np.flatnonzero(plain):
        at, n = offsets[i], 0
        while at < offsets[i + 1]:
            c, at = code_point(data, at)
            letters[n], n = np.int32(c), n + 1
        m = _read_signs(letters[:n], kinds, signs, starts)
        found[i] = _says(themes[i], asked, Form(letters[:n], signs[:m], starts[: m + 1]), kinds)
    return found


@nb.njit(nogil=True, cache=True)
def _read_signs(letters: I32, kinds: U8, signs: I64, starts: I64) -> int:
    """Enter each of `support.SIGNS` as a number and where it begins; returns how many. kinds: of code points, sign_kinds()."""
    at, m, n = 0, 0, len(letters)
    while at < n:
        if kinds[letters[at]] == SPACE:
            at += 1
            continue
        end = _sign_end(letters, kinds, at)
        if m < MOST_SIGNS:
            number = BASIS
            for c in letters[at:end]:
                number = (number ^ np.uint64(c)) * PRIME
            signs[m], starts[m], m = np.int64(number >> np.uint64(1)), at, m + 1
        at = end
    starts[m] = n
    return m


@nb.njit(nogil=True, cache=True)
def _sign_end(letters: I32, kinds: U8, at: int) -> int:
    """Where the sign that begins here ends: a place in code, a number with what is inside it, a word, or one sign."""
    kind, end = kinds[letters[at]], at + 1
    if kind == DIGIT:
        return _number_end(letters, kinds, end)
    if kind == LETTER:
        coded = _coded_end(letters, kinds, at)
        while not coded and end < len(letters) and kinds[letters[end]] == LETTER:
            end += 1
        return coded or end
    return end


@nb.njit(nogil=True, cache=True)
def _number_end(letters: I32, kinds: U8, end: int) -> int:
    n = len(letters)
    while end < n:
        inside = letters[end] in INSIDE and end + 1 < n and kinds[letters[end + 1]] == DIGIT
        if not inside and kinds[letters[end]] != DIGIT:
            break
        end += 1
    return end


@nb.njit(nogil=True, cache=True)
def _coded_end(letters: I32, kinds: U8, at: int) -> int:
    """Where the place in code (`places.CODED`) that begins here ends; 0 where none does."""
    if not 97 <= letters[at] <= 122 or (at > 0 and (97 <= letters[at - 1] <= 122 or 48 <= letters[at - 1] <= 57)):
        return 0
    end = at + 1
    while end < min(len(letters), at + 4) and kinds[letters[end]] == DIGIT:
        end += 1
    return end + 1 if end < len(letters) and letters[end] in ENDS else 0


@nb.njit(nogil=True, cache=True)
def _says(theme: int, asked: Asked, form: Form, kinds: U8) -> int:
    """`support.says`: YES when each clause is, NO when one is not."""
    whole = YES
    for clause in range(asked.clauses[theme], asked.clauses[theme + 1]):
        one = _says_clause(asked.signs[clause], asked.signs[clause + 1], asked, form, kinds)
        if one == NO:
            return NO
        whole = max(whole, one)
    return whole


@nb.njit(nogil=True, cache=True)
def _says_clause(first: int, end: int, asked: Asked, form: Form, kinds: U8) -> int:
    """`support.trouble_with`, of the clause that has these signs."""
    wanted, text, doubt = asked.numbers[first:end], form.signs.copy(), NO
    if len(wanted) == 1 and _found_at(text, wanted) >= 0:
        return YES
    for turn in range(PLACES_TRIED):
        places = _laid(wanted, text)
        held = places[places >= 0]
        if len(held) / len(places) < (1.0 if turn else LITERAL):
            break
        added = _added(places, first, asked, form)
        if added != NO and not _left_out(held, form, kinds):
            if added == YES:
                return YES
            doubt = LOOK
        text[held[0] : held[-1] + 1] = -1 - turn
    return doubt


@nb.njit(nogil=True, cache=True)
def _laid(wanted: I64, text: I64) -> I64:
    """`support.lay`, which finds the first place where the clause stands as it is, if there is one."""
    at = _found_at(text, wanted)
    return np.arange(at, at + len(wanted)) if at >= 0 else lay(wanted, text)


@nb.njit(nogil=True, cache=True)
def _found_at(whole, part) -> int:  # type: ignore[no-untyped-def]  # noqa: ANN001 - signs in signs, or letters in letters
    """The first place where a part stands in the whole, -1 for none."""
    for at in range(len(whole) - len(part) + 1):
        k = 0
        while k < len(part) and whole[at + k] == part[k]:
            k += 1
        if k == len(part):
            return at
    return -1


@nb.njit(nogil=True, cache=True)
def _added(places: I64, first: int, asked: Asked, form: Form) -> int:
    """Whether what the clause has beyond the message is empty: NO, YES, or LOOK where numbers or words may stand elsewhere."""
    at, m, answer = 0, len(places), YES
    while at < m:
        end = at + 1
        if places[at] < 0:
            while end < m and places[end] < 0:
                end += 1
            run = _run(first + at, first + end, asked, form)
            if run == NO:
                return NO
            answer = max(answer, run)
        at = end
    return answer


@nb.njit(nogil=True, cache=True)
def _run(first: int, end: int, asked: Asked, form: Form) -> int:
    """`support._run_added` of these signs of a clause."""
    all_of = FILLER | NUMERAL
    for kind in asked.kinds[first:end]:
        all_of &= kind
    if all_of & FILLER:
        return YES
    told = asked.letters[asked.starts[first] : asked.starts[end]]
    if len(told) == 1 and told[0] >= FIRST_NUMERAL:
        return NO
    return LOOK if all_of or (end - first > 1 and _found_at(form.letters, told) >= 0) else NO


@nb.njit(nogil=True, cache=True)
def _left_out(held: I64, form: Form, kinds: U8) -> bool:
    """`support._left_out`: whether something between or beside the places of a clause's signs turns its sense."""
    letters, starts = form.letters, form.starts
    begin, end = starts[held[0]], starts[held[-1] + 1]
    first = begin
    while first > max(0, begin - BEFORE) and not _is_stop(letters, first - 1, begin, kinds):
        first -= 1
    last, most = end, min(len(letters), end + AFTER)
    while last < most and not _is_stop(letters, last, most, kinds):
        last += 1
    if _turns(letters, first, begin, kinds) or _turns(letters, end, last, kinds):
        return True
    for k in range(len(held) - 1):
        if held[k + 1] > held[k] + 1 and _turns(letters, starts[held[k] + 1], starts[held[k + 1]], kinds):
            return True
    return False


@nb.njit(nogil=True, cache=True)
def _is_stop(letters: I32, at: int, end: int, kinds: U8) -> bool:
    c = letters[at]
    if c == 0x2E or c == 0x3A:  # . and : stop where no digit follows
        return not (at + 1 < end and kinds[letters[at + 1]] == DIGIT)
    return c in STOPS


@nb.njit(nogil=True, cache=True)
def _turns(letters: I32, start: int, end: int, kinds: U8) -> bool:
    """Whether `support.TURNS` is found in letters[start:end], taken for itself."""
    for at in range(start, end):
        for k in range(len(SEARCHED)):
            if SEARCHED[k, 0] != letters[at]:
                continue
            size = 1
            while size < 8 and SEARCHED[k, size] and at + size < end and letters[at + size] == SEARCHED[k, size]:
                size += 1
            if size < 8 and SEARCHED[k, size]:
                continue
            before = at > start and kinds[letters[at - 1]] >= DIGIT
            after = at + size < end and kinds[letters[at + size]] >= DIGIT
            if not (WHOLE[k] and (before or after)):
                return True
    return False
