"""A router: what it has learnt, how it is kept, and how it is asked. Nothing here learns.

It is linear. Each gram of a message speaks for and against each topic; grams of the opening, where people say what they
want, count once more. So hundreds of thousands of messages need seconds, and the words that decided can be named.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, F64, I32, I64, U8, Bools, code_point, strings_of
from massline.engine.errors import InputError
from massline.engine.grams import READ_CHARACTERS, read_grams

METHOD: Final = "route-1"
"""Version of the method. It changes whenever the same past cases would give another router."""

OPENING: Final = 30
"""Signs of the opening: a title, or the first sentence."""
OPENING_WEIGHT: Final = 0.7
"""How much the grams of the opening count beside those of the whole message."""
WORDS: Final = 3
"""So many words that decided are named."""
MOST_SAID: Final = 255
"""A gram that is said more often counts as said so often."""


@dataclass(frozen=True, slots=True)
class Grams:
    """Which grams speak, and which words they are shown as.

    row_of (2, 2**18) int32: bucket -> row of the tables, -1 where it says nothing; first of the whole message, then of the
    opening. rarity (r,) float32. word_of (2**18,) int32: bucket -> place in words, -1 for none.
    """

    row_of: I32
    rarity: F32
    word_of: I32
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of one question, "topic" or "body". names (k,): the answers. table (r, k) float32: how much each gram
    speaks for each; lean (k,): for each before a word is read. trust (3,): weights of 1, the best score
    and its lead in the chance that the best is right. least: the chance from which the answer is sure; above 1 where it
    never is."""

    names: tuple[str, ...]
    table: F32
    lean: F32
    trust: F64
    least: float


@dataclass(frozen=True, slots=True)
class Router:
    """grams, what was learnt of each question, and facts: how many cases, and what it reached on cases it had not seen."""

    grams: Grams
    learnt: dict[str, Learnt]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """best (n,): place of the likeliest name. chance (n,): that it is right. sure (n,). decided (n, 3): places of the words
    that spoke most for it, -1 for none."""

    best: I32
    chance: F64
    sure: Bools
    decided: I32


def ask(forms: pa.Array, grams: Grams, learnt: Learnt) -> Answers:
    """The likeliest answer for each form (n,). A pure function. 10,000 forms of 400 signs: 0.3 s of one core."""
    data, offsets = strings_of(forms)
    n = len(forms)
    scores, decided = np.zeros((n, len(learnt.names)), np.float32), np.full((n, WORDS), -1, np.int32)
    known = np.zeros(n, np.bool_)
    tables = (grams.row_of, grams.rarity, grams.word_of, learnt.table, learnt.lean)
    _score(data, offsets, tables, (scores, decided, known))
    facts, best = facts_of(scores)
    chance = 1 / (1 + np.exp(-facts @ learnt.trust))
    return Answers(best, chance, (chance >= learnt.least) & known, decided)


def facts_of(scores: F32) -> tuple[F64, I32]:
    """1, the best score and its lead over the next, (n, 3), and the place of the best, (n,)."""
    best = scores.argmax(axis=1)
    two = np.partition(scores.astype(np.float64), -2, axis=1)[:, -2:]
    return np.column_stack([np.ones(len(scores)), two[:, 1], two[:, 1] - two[:, 0]]), best.astype(np.int32)


@nb.njit(cache=True)
def _opening_ends(data: U8, start: int, end: int) -> int:
    """The byte after the first OPENING signs."""
    at, read = start, 0
    while at < end and read < OPENING:
        _, at = code_point(data, at)
        read += 1
    return at


@nb.njit(cache=True)
def _count(found: I32, row_of: I32, said: U8, rows: I32) -> int:
    """Count in `said` the row of each bucket that says something; distinct rows go to `rows`, a bucket of each to the front of
    `found`. Returns how many."""
    distinct = 0
    for gram in found:
        row = row_of[gram]
        if row < 0:
            continue
        if said[row] == 0:
            found[distinct], rows[distinct] = gram, row
            distinct += 1
        if said[row] < MOST_SAID:
            said[row] += 1
    return distinct


@nb.njit(cache=True)
def _weigh(rows: I32, said: U8, weighing: tuple[F32, F32], weights: F32) -> float:
    """Weight of each row, (1 + ln t) times its rarity; clears `said`. Returns their length."""
    rarity, logs = weighing
    total = np.float32(0)
    for j in range(len(rows)):
        weights[j] = logs[said[rows[j]]] * rarity[rows[j]]
        total += weights[j] * weights[j]
        said[rows[j]] = 0
    return np.sqrt(total)


@nb.njit(cache=True, nogil=True)
def _score(data, offsets, tables, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill scores (n, k), decided (n, WORDS) and known (n,)."""
    row_of, rarity, word_of, table, lean = tables
    scores, decided, known = out
    said, logs = np.zeros(len(rarity), np.uint8), np.ones(MOST_SAID + 1, np.float32)
    logs[1:] += np.log(np.arange(1, MOST_SAID + 1)).astype(np.float32)
    found, rows = np.empty((2, 2 * READ_CHARACTERS), np.int32), np.empty((2, 2 * READ_CHARACTERS), np.int32)
    weights, counts = np.empty((2, 2 * READ_CHARACTERS), np.float32), np.zeros(2, np.int64)
    for i in range(len(offsets) - 1):
        start = offsets[i]
        ends = (offsets[i + 1], _opening_ends(data, start, offsets[i + 1]))
        scores[i] = lean
        for space in range(2):
            read = read_grams(data, start, ends[space], found[space])
            kept = counts[space] = _count(found[space, :read], row_of[space], said, rows[space])
            length = _weigh(rows[space, :kept], said, (rarity, logs), weights[space])
            if length == 0:
                continue
            known[i] = True
            scale = np.float32(OPENING_WEIGHT if space else 1) / length
            for j in range(kept):
                weights[space, j] *= scale
                for k in range(len(lean)):
                    scores[i, k] += weights[space, j] * table[rows[space, j], k]
        message = (found[0, : counts[0]], rows[0], weights[0])
        _decide(scores[i], message, (word_of, table), decided[i])


@nb.njit(cache=True)
def _decide(scores, message, tables, decided):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """The words whose grams speak most for the best answer against the next best, strongest first, each once."""
    found, rows, weights = message
    word_of, table = tables
    best = scores.argmax()
    other = 1 if best == 0 else 0
    for k in range(len(scores)):
        if k != best and scores[k] > scores[other]:
            other = k
    top = np.zeros(len(decided), np.float32)
    for j in range(len(found)):
        value = weights[j] * (table[rows[j], best] - table[rows[j], other])
        if value > top[-1] and word_of[found[j]] >= 0:
            _enter(word_of[found[j]], value, top, decided)


@nb.njit(cache=True)
def _enter(word: int, value: float, top: F32, decided: I32) -> None:
    """Put a word where its value belongs among the strongest, unless it stands there already with more."""
    at = len(top) - 1
    for place in range(len(top)):
        if decided[place] == word:
            at = place
            break
    if value <= top[at]:
        return
    while at > 0 and top[at - 1] < value:
        top[at], decided[at] = top[at - 1], decided[at - 1]
        at -= 1
    top[at], decided[at] = value, word


def save_router(path: Path, router: Router) -> None:
    """Write a router as a .npz file; the same router gives the same bytes. The file appears when it is whole."""
    part = path.with_name(f"{path.name}.part")
    arrays: dict[str, Any] = {"row_of": router.grams.row_of, "rarity": router.grams.rarity}
    arrays["word_of"] = router.grams.word_of
    told: dict[str, Any] = {"method": METHOD, "words": router.grams.words, "facts": router.facts, "learnt": {}}
    for name, one in router.learnt.items():
        told["learnt"][name] = {"names": one.names, "trust": one.trust.tolist(), "least": one.least}
        arrays |= {f"{name}.table": one.table, f"{name}.lean": one.lean}
    told_bytes = json.dumps(told, ensure_ascii=False).encode()
    try:
        with part.open("wb") as stream:
            np.savez(stream, told=np.frombuffer(told_bytes, np.uint8), **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_router(path: Path) -> Router:
    """Read what `save_router` wrote. Raises InputError when the file holds no router of this method."""
    try:
        with np.load(path, allow_pickle=False) as file:
            told = json.loads(file["told"].tobytes())
            if told["method"] != METHOD:
                raise InputError(f"{path} was made by {told['method']}, this is {METHOD}. Train it again.")
            learnt = {
                name: Learnt(
                    tuple(one["names"]),
                    file[f"{name}.table"],
                    file[f"{name}.lean"],
                    np.array(one["trust"]),
                    float(one["least"]),
                )
                for name, one in told["learnt"].items()
            }
            grams = Grams(file["row_of"], file["rarity"], file["word_of"], tuple(told["words"]))
            return Router(grams, learnt, told["facts"])
    except (OSError, EOFError, BadZipFile, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path}: no router in this file ({error}). Give the MODEL of `massline route train`."
        ) from error


def shown_words(grams: Grams, decided: I64 | I32, forms: pa.Array) -> list[list[int]]:
    """Places of the words that decided, those that stand in each form (n,)."""
    words = {place: grams.words[place].encode() for place in np.unique(decided).tolist() if place >= 0}
    data, offsets = strings_of(forms)
    told, ends = data.tobytes(), offsets.tolist()
    return [
        [place for place in row if place >= 0 and told.find(words[place], start, end) >= 0]
        for row, start, end in zip(decided.tolist(), ends, ends[1:], strict=False)
    ]
