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

from massline.engine.buffers import F32, F64, I32, I64, Bools, strings_of
from massline.engine.errors import InputError
from massline.engine.route.reading import Grams, room_for, speaking

METHOD: Final = "route-2"
"""Version of the method. It changes whenever the same past cases would give another router."""

WORDS: Final = 3
"""So many words that decided are named."""
LANES: Final = 8
"""So many numbers the machine adds at once: the width of a table is a multiple of it."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What is known of one question, "topic" or "body". names (k,): the answers. table (r + 1, k') float32: how much each gram
    speaks for each, k' being k made a multiple of LANES; its last row, of what says nothing, is zero, as are its last
    columns. lean (k,): what speaks for each before a word is read. trust (3,): weights of 1, the best score
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
    """The likeliest answer for each form (n,). A pure function. 10,000 forms of 400 signs: 0.1 s of one core."""
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
def add_up(rows: I32, weights: F32, table: F32, total: F32) -> None:
    """Add to total (k',) the table's rows, each times its weight."""
    for j in range(len(rows)):
        weight, line = weights[j], table[rows[j]]
        for k in range(len(line)):
            total[k] += weight * line[k]


@nb.njit(cache=True, nogil=True)
def _score(data, offsets, tables, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill scores (n, k), decided (n, WORDS) and known (n,)."""
    row_of, rarity, word_of, table, lean = tables
    scores, decided, known = out
    room, total = room_for(len(rarity)), np.empty(table.shape[1], np.float32)
    _, _, found, rows, weights = room
    for i in range(len(offsets) - 1):
        first, second = speaking(data, offsets[i], offsets[i + 1], (row_of, rarity), room)
        total[:] = 0
        total[: len(lean)] = lean
        add_up(rows[0, :first], weights[0], table, total)
        add_up(rows[1, :second], weights[1], table, total)
        scores[i] = total[: len(lean)]
        known[i] = first + second > 0
        message = (found[0, :first], rows[0], weights[0])
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
        line = table[rows[j]]
        value = weights[j] * (line[best] - line[other])
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
