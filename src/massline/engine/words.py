"""Words and phrases of a corpus: found by segmenting a sample, then counted in every message without segmenting it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, TypeVar

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import rjieba

from massline.engine.buffers import F32, I32, I64, U8, U64, Bools, code_point, strings_of
from massline.engine.grams import BREAK, DIGIT, LETTER, kind_of
from massline.engine.letter_tree import letter_tree, place_of, step

READ_CHARACTERS: Final = 400
"""Words are looked for in the first so many characters of each sample message."""

MOST_WORDS: Final = 20_000
LONGEST_PHRASE: Final = 10
"""Characters of a Chinese phrase; an English one may have three times as many."""

MARKS: Final = re.compile(r"[〔\[][^〕\]]{1,20}[〕\]]|https?://[!-~]+|&[a-z#0-9]+;")
"""What masking left behind, addresses (up to the first Chinese sign, which often follows without a space) and HTML entities: no
words of anybody."""

STOP_WORDS: Final = frozenset(
    word
    for name in ("en", "zh")
    for word in files(__package__).joinpath(f"stop_words/{name}.txt").read_text("utf-8").split()
)
"""Words that name no matter: English function words; courtesies and forms of Chinese letters to an office, said in
every matter."""

Counts = npt.NDArray[np.int64]
Said = TypeVar("Said", str, tuple[str, ...])

HEADS: Final = ("n", "vn", "nz", "nt", "l", "j", "an")
PARTS: Final = (*HEADS, "v", "ns", "b", "a", "s", "i")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is counted. words: plain words first, then phrases; parts[i]: the words that phrase i is made of (itself
    for a word).

    first_phrase: number of the first phrase. nouns (w,): may name something without another word. keys, values: the
    words as a tree of letters in an open hash table (value >= 0: a word ends here; -1: some word goes on).
    """

    words: tuple[str, ...]
    parts: tuple[tuple[int, ...], ...]
    first_phrase: int
    nouns: Bools
    keys: U64
    values: I32


def find_words(forms: pa.Array) -> Vocabulary:
    """The words and phrases of a sample of forms. 30,000 forms of 45 characters: about 2 s."""
    words: Counter[str] = Counter()
    nouns: Counter[str] = Counter()
    phrases: Counter[tuple[str, ...]] = Counter()
    judged: dict[tuple[str, str], bool] = {}
    for form in forms.to_pylist():
        stretches = list(_stretches(form[:READ_CHARACTERS], judged))
        words.update({word for stretch in stretches for word, _ in stretch})
        nouns.update({word for stretch in stretches for word, tag in stretch if word.isascii() or tag in HEADS})
        phrases.update({phrase for stretch in stretches for phrase in _phrases(stretch)})
    least = 2 if len(forms) < 2_000 else 3
    kept = [word for word, count in _commonest(words) if count >= least]
    number = {word: i for i, word in enumerate(kept)}
    whole = [
        (phrase, count) for phrase, count in _commonest(phrases) if count >= least and all(w in number for w in phrase)
    ]
    texts = {_joined(phrase): phrase for phrase, _ in reversed(whole) if _joined(phrase) not in number}
    all_words = (*kept, *texts)
    parts = (*((i,) for i in range(len(kept))), *(tuple(number[w] for w in phrase) for phrase in texts.values()))
    is_noun = np.array([i >= len(kept) or 2 * nouns[word] > words[word] for i, word in enumerate(all_words)], np.bool_)
    return Vocabulary(all_words, parts, len(kept), is_noun, *letter_tree(all_words))


def _commonest(counts: Counter[Said]) -> list[tuple[Said, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_WORDS]


def _stretches(form: str, judged: dict[tuple[str, str], bool]) -> Iterator[list[tuple[str, str]]]:
    """Words that may stand in a label, as long as nothing else but a space is between them. judged: what is known of words
    already, added to."""
    stretch: list[tuple[str, str]] = []
    for token in rjieba.tag(MARKS.sub("。", form)):
        names = judged.get(token)
        if names is None:
            names = judged[token] = _names(*token)
        if names:
            stretch.append(token)
        elif stretch and not token[0].isspace():
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _names(word: str, tag: str) -> bool:
    """May this word stand in a label? Nouns, verbs and names of places or things of two signs or more; never names of
    persons."""
    if word in STOP_WORDS:
        return False
    if word.isascii():
        return len(word) > 2 and word.isalpha()
    # a word that only the segmenter guesses, without a dictionary, is often half a name
    return len(word) > 1 and tag in PARTS and rjieba.has_word(word)


def _phrases(stretch: Sequence[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """Two or three neighbours that end in a noun and are not too long."""
    for start in range(len(stretch) - 1):
        for size in (2, 3):
            part = stretch[start : start + size]
            if len(part) == size and _ends_well(part[-1]):
                words = tuple(word for word, _ in part)
                if len(set(words)) == size and len(_joined(words)) <= LONGEST_PHRASE * (3 if words[0].isascii() else 1):
                    yield words


def _ends_well(last: tuple[str, str]) -> bool:
    return last[0].isascii() or last[1] in HEADS


def _joined(words: Sequence[str]) -> str:
    """The phrase as it stands in a form: a space between Latin words only."""
    text = words[0]
    for word in words[1:]:
        text += f" {word}" if text[-1].isascii() and word[0].isascii() else word
    return text


@nb.njit(cache=True, nogil=True)
def _words_said(  # noqa: C901 - a kernel: one walk, read in one piece
    data: U8, offsets: I64, themes: I32, tree: tuple[U64, I32]
) -> tuple[I32, I64]:
    """See words_said."""
    keys, values = tree
    said, out, ends, put = np.empty(8_000, np.int32), np.empty(1 << 16, np.int32), np.zeros(len(offsets), np.int64), 0
    for i in range(len(offsets) - 1):
        ends[i + 1] = put
        if themes[i] < 0:
            continue
        at, end, found, before = offsets[i], offsets[i + 1], 0, BREAK
        while at < end and found < len(said) - 64:
            c, after = code_point(data, at)
            kind = kind_of(c)
            inside = kind in (LETTER, DIGIT) and before in (LETTER, DIGIT)
            before, start, at = kind, at, after
            if inside or kind == BREAK:
                continue
            key, reach = np.uint64(1), start
            while reach < end:
                c, reach = code_point(data, reach)
                key = step(key, c)
                place = place_of(keys, key)
                if keys[place] == 0:
                    break
                if values[place] >= 0 and _word_ends(data, reach, end, kind_of(c)):
                    said[found] = values[place]
                    found += 1
                    if found == len(said):
                        break
        said[:found].sort()
        if put + found > len(out):
            out = np.concatenate((out, np.empty(len(out) + found, np.int32)))
        for j in range(found):
            if j == 0 or said[j] != said[j - 1]:
                out[put], put = said[j], put + 1
        ends[i + 1] = put
    return out[:put].copy(), ends


@nb.njit(cache=True, nogil=True)
def _add_up(counts: Counts, themes: I32, weights: I64, words: I32, ends: I64) -> None:
    for i in range(len(themes)):
        for word in words[ends[i] : ends[i + 1]]:
            counts[themes[i], word] += weights[i]


@nb.njit(cache=True, inline="always")
def _word_ends(data: U8, at: int, end: int, last: int) -> bool:
    if last != LETTER or at >= end:
        return True
    kind = kind_of(code_point(data, at)[0])
    return kind != LETTER and kind != DIGIT


def words_said(forms: pa.Array, themes: I32, vocabulary: Vocabulary) -> tuple[I32, I64]:
    """The different words that each form says, end to end, and where each form's end, (n + 1,). themes (n,): those of -1 are not
    looked at."""
    data, offsets = strings_of(forms)
    found: tuple[I32, I64] = _words_said(data, offsets, themes, (vocabulary.keys, vocabulary.values))
    return found


def add_words(counts: Counts, themes: I32, weights: I64, said: tuple[I32, I64]) -> None:
    """Add to counts (t, w) how many messages of each theme say each word. themes (n,); weights (n,): messages a row stands for;
    said: of `words_said`."""
    _add_up(counts, themes, weights, *said)


def count_words(forms: pa.Array, themes: I32, weights: I64, vocabulary: Vocabulary, number: int) -> Counts:
    """How many messages of each theme say each word: (number, w). themes (n,): -1 is not counted; weights (n,): messages a row
    stands for."""
    counts = np.zeros((number, len(vocabulary.words)), np.int64)
    add_words(counts, themes, weights, words_said(forms, themes, vocabulary))
    return counts


def distinctness(
    counts: npt.NDArray[np.integer], sizes: npt.NDArray[np.integer], everything: npt.NDArray[np.integer], total: int
) -> F32:
    """How much each word belongs to each theme (c-TF-IDF): its share of the theme's messages times how much more often
    it is said there than everywhere. counts (t, w), sizes (t,), everything (w,), total: messages in all. Returns (t,
    w) float32, never negative.
    """
    here = counts / np.maximum(sizes, 1)[:, None]
    everywhere = (everything + 1) / (total + 1)
    return (here * np.maximum(np.log((here + 1e-9) / everywhere), 0)).astype(np.float32)
