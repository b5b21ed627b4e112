"""One matching form of each message, and which kinds of personal data it holds. The text itself stays as it came.

The plain functions say what is done; `clean_batch` does the same over Arrow buffers, compiled, and calls the plain
ones only for the few texts that may hold personal data or characters whose form depends on their neighbours.
"""

import re
import unicodedata
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import code_point, column_of, strings_of
from massline.engine.character_tables import form_table
from massline.engine.characters import (
    LOOK_ALIKES,
    TABLE_SIZE,
    TAGS,
    context_letters,
    form_of,
    is_spaced,
)
from massline.engine.mask import Found, find, kinds_of, without
from massline.engine.suspects import suspects
from massline.engine.tables import CLEANED, KINDS

SPACE: Final = 0x20
MOST_ROUNDS: Final = 8
"""What one round joins may fold anew in the next; two or three rounds are enough in practice."""
FIRST_TAG, LAST_TAG = TAGS.start, TAGS.stop - 1
LONGEST_GROWTH: Final = 13
"""A form has at most so many times the bytes of its text (U+FDFA becomes eighteen letters), a space before it
included."""
ENDS_SPACED, BEGINS_SPACED, NEEDS_CONTEXT = 1, 2, 4  # bits of form_table's kinds


def matching_form(text: str) -> str:
    """The form in which texts are compared: equal for texts that a reader takes for the same.

    NFKC, traditional to simplified, case, spaces (kept between words of alphabets only), invisible and look-alike
    characters. Applying it twice changes nothing more.
    """
    if context_letters().isdisjoint(text):
        return _spaced("".join(map(form_of, text)))
    form = _with_context(text)
    for _ in range(MOST_ROUNDS):
        before, form = form, _with_context(form)
        if form == before:
            break
    return form


_SPACES = re.compile("(.) +(?=(.))", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[a-zA-Z]")


def _spaced(form: str) -> str:
    """The form with the spaces that part words of alphabets, and no other."""
    return _SPACES.sub(
        lambda found: found[1] + (" " if is_spaced(found[1]) and is_spaced(found[2]) else ""), form.strip()
    )


def _with_context(text: str) -> str:
    """One round of the form for a text in which marks join their letters and some letters may pass for Latin ones."""
    form = "".join(map(form_of, unicodedata.normalize("NFC", text)))
    form = _WORD.sub(lambda word: _as_latin(word[0]) if _LATIN.search(word[0]) else word[0], form)
    return unicodedata.normalize("NFC", _spaced(form))


def _as_latin(word: str) -> str:
    return "".join(LOOK_ALIKES.get(letter, letter) for letter in word)


def clean_message(title: str | None, text: str) -> tuple[str, int]:
    """Form and kinds (bit i: KINDS[i]) of one message. Personal data is left out of the form, so that no later
    step can show it."""
    title = title or ""
    in_title, in_text = find(title), find(text)
    form = matching_form(f"{without(title, in_title)}\n{without(text, in_text)}")
    return form, _bits(in_title + in_text)


def clean_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """MESSAGES (n rows) -> CLEANED (n rows): exactly `clean_message` of each row. A pure function.

    Working memory: about three times the bytes of titles and texts.
    """
    kinds = np.zeros(len(batch), np.uint16)
    titles = _without_personal_data(batch.column("title").fill_null(""), kinds)
    texts = _without_personal_data(batch.column("text"), kinds)
    return pa.record_batch([_matching_forms(titles, texts), pa.array(kinds)], schema=CLEANED)


def forms_as_written(batch: pa.RecordBatch) -> pa.Array:
    """MESSAGES (n rows) -> the matching form of each, with the personal data that stands in it: for what is looked at and let go.
    A pure function, ten times as fast as `clean_batch`."""
    return _matching_forms(batch.column("title").fill_null(""), batch.column("text"))


def _matching_forms(titles: pa.Array, texts: pa.Array) -> pa.Array:
    data, offsets, plain = _forms(strings_of(titles), strings_of(texts), form_table())
    forms = column_of(data, offsets)
    if not plain.all():
        rest = pa.array(np.flatnonzero(~plain))
        pairs = zip(titles.take(rest).to_pylist(), texts.take(rest).to_pylist(), strict=True)
        forms = _with(forms, ~plain, [matching_form(f"{title}\n{text}") for title, text in pairs])
    return forms


def _without_personal_data(column: pa.Array, kinds: npt.NDArray[np.uint16]) -> pa.Array:
    """The column with spaces for personal data; its kinds are added to `kinds` (n,)."""
    rows = np.flatnonzero(suspects(*strings_of(column)))
    changed, texts = np.zeros(len(column), bool), []
    for row, text in zip(rows, column.take(pa.array(rows)).to_pylist(), strict=True):
        if found := find(text):
            changed[row] = True
            kinds[row] |= _bits(found)
            texts.append(without(text, found))
    return _with(column, changed, texts)


def _with(column: pa.Array, changed: npt.NDArray[np.bool_], texts: list[str]) -> pa.Array:
    return pc.replace_with_mask(column, pa.array(changed), pa.array(texts, pa.large_string())) if texts else column


def _bits(found: list[Found]) -> int:
    return sum(1 << KINDS.index(kind) for kind in kinds_of(found))


@nb.njit(nogil=True, cache=True)
def _forms(titles, texts, table):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Form of title and text of each row, as bytes and offsets (n+1,); and whether no character needs its context
    (n,)."""
    n = len(texts[1]) - 1
    out = np.empty((titles[1][n] - titles[1][0] + texts[1][n] - texts[1][0]) * 2 + 64, np.uint8)
    offsets, plain = np.zeros(n + 1, np.int64), np.ones(n, np.bool_)
    put = 0
    for i in range(n):
        most = LONGEST_GROWTH * (titles[1][i + 1] - titles[1][i] + texts[1][i + 1] - texts[1][i])
        if put + most > len(out):
            out = np.concatenate((out, np.empty(len(out) + most, np.uint8)))
        begin, spaced = put, 0
        for part in (titles, texts):
            put, spaced, is_plain = append_form(part[0], part[1][i : i + 2], table, (out, begin, put, spaced))
            plain[i] &= is_plain
        offsets[i + 1] = put
    return out[:put].copy(), offsets, plain


@nb.njit(nogil=True, cache=True)
def append_form(data, bounds, table, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Append the form of data[bounds[0]:bounds[1]]. place: (out, where the row begins, where to write, ENDS_SPACED of
    the last).

    Returns where the next goes, ENDS_SPACED of the last character, and whether no character needs its context. What
    is appended is set apart from what stands before as if by a space.
    """
    forms, starts, kinds = table
    out, begin, put, spaced = place
    at, waiting, plain = bounds[0], True, True
    while at < bounds[1]:
        begins = at
        point, at = code_point(data, at)
        if point >= TABLE_SIZE:
            if not FIRST_TAG <= point <= LAST_TAG:
                out[put : put + at - begins] = data[begins:at]
                put, waiting, spaced = put + at - begins, False, 0
            continue
        start, end, kind = starts[point], starts[point + 1], kinds[point]
        plain &= not kind & NEEDS_CONTEXT
        if end - start == 1 and forms[start] == SPACE:
            waiting = True
        elif end > start:
            if waiting and put > begin and spaced and kind & BEGINS_SPACED:
                out[put] = SPACE
                put += 1
            for k in range(start, end):
                out[put] = forms[k]
                put += 1
            waiting, spaced = False, kind & ENDS_SPACED
    return put, spaced, plain
