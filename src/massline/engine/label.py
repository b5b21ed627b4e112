"""A theme's name, its key words, its typical and its dissenting messages: taken from all its messages, in their own
words."""

from dataclasses import dataclass
from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.buffers import F32, I32, I64, U64, Bools, mix
from massline.engine.clean import matching_form
from massline.engine.words import Vocabulary, count_words, distinctness

KEYWORDS: Final = 8
QUOTED: Final = 5
"""Typical and dissenting messages of a theme, each."""

PART_BITS: Final = 4

LOCAL: Final = 0.8
"""A word of a place: at least this share of those who say it live in one area, in which at most WIDE of all live."""
WIDE: Final = 0.5
LOCAL_SAID: Final = 10
"""Fewer messages do not show where a word is at home."""
MOST_AREAS: Final = 100
LOCAL_WEIGHT: Final = 0.2
"""What a word of a place counts beside another among the key words. A label holds one only where there is nothing
else to say."""

SAID_BY: Final = 0.04
"""A phrase names a theme when at least this share of its messages say it."""

TELLING: Final = 2
"""A label holds one of so many most telling nouns: 上级检查 alone does not say that hotels are meant."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a theme is called, and the words that make it what it is."""

    label: str
    keywords: tuple[str, ...]


def name_themes(
    counts: npt.NDArray[np.integer], sizes: I64, parents: I32, vocabulary: Vocabulary, *, local: Bools
) -> tuple[Name, ...]:
    """Name every theme of the tree. counts (t, w): messages of theme t that say word w; sizes (t,); parents (t,), -1
    for coarse; local (w,): names of places, which count less.

    No two themes have the same name: a later one gets a second word, or its number.
    """
    coarse = parents < 0
    everything, total = counts[coarse].sum(axis=0), int(sizes[coarse].sum())
    scores = distinctness(counts, sizes, everything, total) * np.where(local, LOCAL_WEIGHT, 1).astype(np.float32)
    names: list[Name] = []
    taken: set[str] = set()
    for theme in range(len(parents)):
        keywords = _keywords(scores[theme], vocabulary)
        phrases = _telling_phrases(counts[theme], int(sizes[theme]), scores[theme], vocabulary=vocabulary, local=local)
        nouns, places = _telling_nouns(scores[theme], vocabulary, local)
        label = _free_label(phrases, nouns, places, taken, wide=bool(coarse[theme]))
        taken.add(label)
        names.append(Name(label, keywords))
    return tuple(names)


def local_words(forms: pa.Array, areas: pa.Array, vocabulary: Vocabulary) -> Bools:
    """Which words and phrases name a place, (w,): they stand in the name of an area, or are said in one area only.

    forms and areas: form and area of each message of a sample; an area may be null. The MOST_AREAS commonest are
    looked at. Where no area is known, or all live in one, no word is local.
    """
    known = pc.value_counts(areas.filter(areas.is_valid())).to_pylist()
    names = [one["values"] for one in sorted(known, key=lambda one: (-one["counts"], one["values"]))[:MOST_AREAS]]
    spoken = [matching_form(name) for name in names]
    local = np.array([any(word in name for name in spoken) for word in vocabulary.words], np.bool_)
    home = pc.index_in(areas, pa.array(names, areas.type)).fill_null(len(names)).to_numpy().astype(np.int32)
    home[areas.is_null().to_numpy(zero_copy_only=False)] = -1
    sizes = np.bincount(home[home >= 0], minlength=len(names) + 1)  # the last: all other areas together
    counts = count_words(forms, home, np.ones(len(forms), np.int64), vocabulary, len(sizes))
    at_home, said = counts.argmax(axis=0), counts.sum(axis=0)
    bound = (counts.max(axis=0) >= LOCAL * said) & (sizes[at_home] <= WIDE * sizes.sum()) & (at_home < len(names))
    return local | (bound & (said >= LOCAL_SAID))


def _keywords(scores: F32, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The most telling words, none inside another."""
    chosen: list[str] = []
    for i in np.argsort(-scores[: vocabulary.first_phrase], kind="stable")[: 4 * KEYWORDS]:
        word = vocabulary.words[i]
        if scores[i] > 0 and not any(word in other or other in word for other in chosen):
            chosen.append(word)
    return tuple(chosen[:KEYWORDS])


def _telling_phrases(
    counts: npt.NDArray[np.integer], size: int, scores: F32, *, vocabulary: Vocabulary, local: Bools
) -> list[str]:
    """Phrases that could name the theme, best first, none sharing a word with a better one, none naming a place.

    A phrase is as good as its words are telling and as many messages say it whole.
    """
    least = max(3, SAID_BY * size) if size > 20 else 1
    phrases = np.arange(vocabulary.first_phrase, len(vocabulary.words))
    phrases = phrases[(counts[phrases] >= least) & (scores[phrases] > 0) & ~local[phrases]]
    worth = {i: _worth(i, counts, size, scores, vocabulary) for i in phrases.tolist()}
    chosen: list[int] = []
    used: set[int] = set()
    for i in sorted(worth, key=lambda i: (-worth[i], i)):
        if used.isdisjoint(vocabulary.parts[i]) and not local[list(vocabulary.parts[i])].any():
            chosen.append(i)
            used.update(vocabulary.parts[i])
        if len(chosen) == 3:
            break
    return [vocabulary.words[i] for i in chosen]


def _worth(phrase: int, counts: npt.NDArray[np.integer], size: int, scores: F32, vocabulary: Vocabulary) -> float:
    parts = vocabulary.parts[phrase]
    return float(scores[list(parts)].sum() * np.sqrt(counts[phrase] / max(size, 1)))


def _telling_nouns(scores: F32, vocabulary: Vocabulary, local: Bools) -> tuple[list[str], list[str]]:
    """The most telling words that can stand alone: those that name no place, and those that do."""
    plain = np.flatnonzero((scores[: vocabulary.first_phrase] > 0) & vocabulary.nouns[: vocabulary.first_phrase])
    plain = plain[np.argsort(-scores[plain], kind="stable")]
    nouns, places = ([vocabulary.words[i] for i in plain[local[plain] == one][:KEYWORDS]] for one in (False, True))
    return nouns, places


def _free_label(phrases: list[str], nouns: list[str], places: list[str], taken: set[str], *, wide: bool) -> str:
    """One phrase for a fine theme, two parts for a coarse one or where no phrase is, a noun before them where they hold none of
    the most telling; more when the name is taken already."""
    least = 1 if phrases and not wide else 2
    if nouns and not any(noun in phrase for noun in nouns[:TELLING] for phrase in phrases[:least]):
        phrases, least = [nouns[0], *phrases], 2
    parts: list[str] = []
    for part in (*phrases, *nouns, *places):
        if not any(part in other or other in part for other in parts):
            parts.append(part)
    if not parts:
        parts = ["…"]
    joint = ", " if parts[0].isascii() else "、"
    for size in range(min(least, len(parts)), len(parts) + 1):
        if joint.join(parts[:size]) not in taken:
            return joint.join(parts[:size])
    name, number = joint.join(parts[:least]), 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def middle_and_edge(themes: I32, similarity: F32, parents: I32, *, most: int = QUOTED) -> tuple[list[I64], list[I64]]:
    """Rows of the typical messages (most similar to their theme) and of the dissenting ones (least similar), for each
    theme of the tree.

    themes (n,): the finest, -1 for none; similarity (n,); parents (t,). A coarse theme shows those of its fine themes
    in turn. Each message stands in one list only; where a theme has few, most of them are typical. Memory: 12 bytes a message.
    """
    short = themes.astype(np.int16) if len(parents) < 1 << 15 else themes  # short numbers are sorted in one pass
    order = np.argsort(short, kind="stable")
    starts = np.searchsorted(themes[order], np.arange(len(parents) + 1))
    typical, dissenting = [], []
    for theme in range(len(parents)):
        members = order[starts[theme] : starts[theme + 1]]
        middle = min(most, len(members) - len(members) // 3)
        members = _ends_of(members, similarity[members], most)
        typical.append(members[:middle])
        dissenting.append(members[middle:][::-1][:most])
    for theme in np.flatnonzero(parents < 0).tolist():
        fine = np.flatnonzero(parents == theme)
        if len(fine):
            typical[theme] = _in_turn([typical[f] for f in fine], most)
            dissenting[theme] = _in_turn([dissenting[f] for f in fine], most)
    return typical, dissenting


def _ends_of(members: I64, similarity: F32, most: int) -> I64:
    """Members of a theme, the most similar first, of equals the first; at least `most` from either end where they are more than
    twice as many. Only the ends are put in order."""
    if len(members) > 4 * most:
        low, high = np.partition(similarity, [most - 1, len(members) - most])[[most - 1, len(members) - most]]
        kept = (similarity <= low) | (similarity >= high)
        members, similarity = members[kept], similarity[kept]
    return members[np.lexsort((members, -similarity))]


def _in_turn(lists: list[I64], most: int) -> I64:
    """The first of each list, then the second of each, and so on; `most` of them."""
    turns = [part[turn] for turn in range(most) for part in lists if turn < len(part)]
    return np.array(turns[:most], np.int64)


def distinct_senders(themes: I32, senders: npt.NDArray[np.uint64], known: Bools, number: int) -> I64:
    """Senders of each theme, (number,): different ones, and each message without a sender as one.

    themes (n,): -1 is counted nowhere; senders (n,), spread evenly; known (n,): the message has a sender. Looked through part by
    part, by the first bits of the sender, so that little is in memory at once.
    """
    counted, part_of = themes >= 0, (senders >> np.uint64(64 - PART_BITS)).astype(np.uint8)
    found = np.bincount(themes[counted & ~known], minlength=number).astype(np.int64)
    for part in range(1 << PART_BITS):
        rows = np.flatnonzero(counted & known & (part_of == part))
        _count_new(themes[rows], senders[rows], found)
    return found


@nb.njit(nogil=True, cache=True)
def _count_new(themes: I32, senders: U64, found: I64) -> None:
    """Add the different senders (n,) of each theme to found (t,): by an open table of theme and sender."""
    size = 16
    while size < 2 * len(themes):
        size <<= 1
    last, of_theme, of_sender = np.uint64(size - 1), np.full(size, -1, np.int32), np.empty(size, np.uint64)
    for i in range(len(themes)):
        at = mix(senders[i] + np.uint64(themes[i])) & last
        while of_theme[at] >= 0 and (of_theme[at] != themes[i] or of_sender[at] != senders[i]):
            at = (at + np.uint64(1)) & last
        if of_theme[at] < 0:
            of_theme[at], of_sender[at] = themes[i], senders[i]
            found[themes[i]] += 1
