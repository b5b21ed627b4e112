"""How a router learns: one linear judge a topic, a bound on what each costs, and an honest look at unseen cases.

Each judge is a support vector machine with squared loss, found by dual coordinate descent. Source: Hsieh, Chang, Lin,
Keerthi, Sundararajan, A dual coordinate descent method for large-scale linear SVM, ICML 2008. The chance that an answer is
right is a logistic regression on its score and its lead, for cases that the judges had not learnt from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numba as nb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse

from massline.engine.buffers import F32, F64, I32, I64, Bools, strings_of
from massline.engine.embed import gram_matrix, unit_rows
from massline.engine.errors import InputError
from massline.engine.grams import BUCKETS, READ_CHARACTERS, read_grams
from massline.engine.route.model import OPENING, OPENING_WEIGHT, Grams, Learnt, Router, facts_of
from massline.engine.route.past import Past
from massline.engine.runners import Workers, map_blocks
from massline.engine.student import logistic
from massline.engine.words import find_words

COST: Final = 1.0
"""What a case on the wrong side costs beside short weights; twice or half of it changes little."""
TURNS: Final = 30
CLOSE: Final = 0.05
"""The descent ends when no case pulls more than this."""
MOST_OWN: Final = 20_000
"""A judge learns from so many cases of its own topic; drawn, where there are more."""
MOST_OTHERS: Final = 300_000
LEAST_OTHERS: Final = 500
"""So many cases of other topics all judges together learn from, and one at least; drawn, where there are more."""
MOST_NUMBERS: Final = 64_000_000
"""Numbers in a table: 256 MB. With many topics the rarest grams are left out."""
FOLDS: Final = 5
FEW_QUESTIONS: Final = 300_000
"""Cases times names up to which each case is asked about once by judges that have not seen it; of more, one part is."""
RIGHT: Final = 0.955
"""Share of the sure answers that shall be right: 0.95, and a little for chance."""
LEAST_PROOF: Final = 40
"""Without so many unseen cases above a chance, nothing is sure."""
READ_FOR_WORDS: Final = 3_000
NEVER: Final = 2.0


@dataclass(frozen=True, slots=True)
class Lessons:
    """matrix (n, r): grams of each case, unit in each space. number (n,): which name, -1 where none is given."""

    matrix: scipy.sparse.csr_matrix
    number: I64
    names: tuple[str, ...]


def train(
    past: Past, *, seed: int, workers: Workers, done: Callable[[str, int], None] = lambda step, count: None
) -> Router:
    """Learn from past cases. The same cases and seed give the same router, whoever works. Raises InputError.

    100,000 cases of 45 signs with 15 topics: see docs/reference/quality.md. Memory: 8 bytes a gram of each case.
    """
    done("grams", 0)
    most = max(len(set(names)) for names in past.answers.values())
    rows, row_of, rarity = _weighed(past.forms, most=max(1, MOST_NUMBERS // most))
    groups = past.forms.dictionary_encode().indices.to_numpy()  # the same text stays together
    fold = np.random.default_rng(seed).permutation(int(groups.max()) + 1)[groups] % FOLDS
    learnt: dict[str, Learnt] = {}
    facts: dict[str, Any] = {"cases": len(past.forms), "corrected": past.corrected}
    for question, given in past.answers.items():
        done(question, 0)
        lessons = _lessons(rows, given, question)
        learnt[question], facts[question] = _learn(lessons, fold, seed=seed, workers=workers)
    done("words", 0)
    words, word_of = _words(past.forms)
    return Router(Grams(row_of, rarity, word_of, words), learnt, facts)


def _weighed(forms: pa.Array, *, most: int) -> tuple[scipy.sparse.csr_matrix, I32, F32]:
    """The lessons' rows (n, r), row_of (2, 2**18) and rarity (r,), of the `most` commonest grams."""
    openings = pc.utf8_slice_codeunits(forms, 0, OPENING)
    spaces = [gram_matrix(forms), gram_matrix(openings)]
    said = np.concatenate([np.bincount(one.indices, minlength=BUCKETS) for one in spaces])
    n = len(forms)
    used = np.flatnonzero(said >= (2 if n >= 200 else 1))
    if len(used) > most:
        used = np.sort(used[np.argsort(-said[used], kind="stable")[:most]])
    row_of = np.full(2 * BUCKETS, -1, np.int32)
    row_of[used] = np.arange(len(used), dtype=np.int32)
    rarity = (np.log(n / said[used]) + 1).astype(np.float32)
    first = int(np.searchsorted(used, BUCKETS))
    parts = []
    for one, columns, weight in ((spaces[0], used[:first], 1), (spaces[1], used[first:] - BUCKETS, OPENING_WEIGHT)):
        kept = rarity[: len(columns)] if weight == 1 else rarity[first:]
        parts.append(unit_rows(one[:, columns] @ scipy.sparse.diags(kept)) * np.float32(weight))
    return scipy.sparse.hstack(parts).tocsr().astype(np.float32), row_of.reshape(2, BUCKETS), rarity


def _lessons(rows: scipy.sparse.csr_matrix, given: Sequence[str], question: str) -> Lessons:
    names = tuple(sorted(set(given) - {""}))
    if len(names) < 2:
        only = names[0] if names else "none"
        raise InputError(
            f"All past cases have the same {question} ({only}): there is nothing to tell apart. Send cases of at least two."
        )
    place = {name: at for at, name in enumerate(names)}
    return Lessons(rows, np.array([place.get(name, -1) for name in given], np.int64), names)


def _learn(lessons: Lessons, fold: I64, *, seed: int, workers: Workers) -> tuple[Learnt, dict[str, Any]]:
    """What is learnt of one question, and what it reached on unseen cases."""
    told = lessons.number >= 0
    scores = np.zeros((len(fold), len(lessons.names)), np.float32)
    asked = np.zeros(len(fold), np.bool_)
    for one in range(FOLDS if told.sum() * len(lessons.names) <= FEW_QUESTIONS else 1):
        unseen = told & (fold == one)
        seen = np.flatnonzero(told & (fold != one))
        if len(seen) and unseen.any() and len(np.unique(lessons.number[seen])) > 1:
            weights, lean = _judges(lessons, seen, seed=seed, workers=workers)
            scores[unseen] = lessons.matrix[np.flatnonzero(unseen)] @ weights + lean
            asked |= unseen
    trust, least, facts = _honest(scores[asked], lessons.number[asked])
    weights, lean = _judges(lessons, np.flatnonzero(told), seed=seed, workers=workers)
    return Learnt(lessons.names, weights, lean, trust, least), facts


def _honest(scores: F32, truth: I64) -> tuple[F64, float, dict[str, Any]]:
    """trust (3,), the chance from which answers are sure, and the figures of the unseen cases."""
    if not len(truth):
        return np.array([0.0, 0.0, 0.0]), NEVER, {"asked": 0}
    known, best = facts_of(scores)
    right = best == truth
    trust = logistic(known, right)
    chance = 1 / (1 + np.exp(-known @ trust))
    least = _least_sure(chance, right)
    sure = chance >= least
    return (
        trust,
        least,
        {
            "asked": len(truth),
            "right": float(right.mean()),
            "sure": float(sure.mean()),
            "sure_right": float(right[sure].mean()) if sure.any() else None,
        },
    )


def _least_sure(chance: F64, right: Bools) -> float:
    """The lowest chance from which on RIGHT of the unseen cases are right; NEVER where that cannot be shown."""
    order = np.argsort(-chance, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= RIGHT)
    if not len(good) or good[-1] + 1 < LEAST_PROOF:
        return NEVER
    return float(chance[order[good[-1]]])


def _judges(lessons: Lessons, rows: I64, *, seed: int, workers: Workers) -> tuple[F32, F32]:
    """Weights (r, k) and lean (k,) of a judge for each name."""
    matrix = lessons.matrix[rows] if len(rows) < lessons.matrix.shape[0] else lessons.matrix
    number = lessons.number[rows]
    kernel = partial(_judge, matrix=matrix, number=number, names=len(lessons.names), seed=seed)
    found = list(map_blocks(kernel, range(len(lessons.names)), workers=workers))
    weights = np.stack(found, axis=1)
    return np.ascontiguousarray(weights[:-1]), weights[-1].copy()


def _judge(name: int, *, matrix: scipy.sparse.csr_matrix, number: I64, names: int, seed: int) -> F32:
    """Weights of one judge, (r + 1,), its lean last."""
    own, others = np.flatnonzero(number == name), np.flatnonzero(number != name)
    chance, most_others = np.random.default_rng((seed, name)), max(LEAST_OTHERS, MOST_OTHERS // names)
    drawn = [
        np.sort(chance.choice(one, most, replace=False)) if len(one) > most else one
        for one, most in ((own, MOST_OWN), (others, most_others))
    ]
    rows = np.concatenate(drawn).astype(np.int64)
    side = np.where(np.arange(len(rows)) < len(drawn[0]), 1, -1).astype(np.float32)
    fair = len(number) / (names * max(1, len(own)))  # small topics count as much as large ones
    cost = np.where(
        side > 0, COST * fair * len(own) / max(1, len(drawn[0])), COST * len(others) / max(1, len(drawn[1]))
    )
    weights = np.zeros(matrix.shape[1] + 1, np.float32)
    _descend((matrix.indptr, matrix.indices, matrix.data), rows, side, cost.astype(np.float32), weights)
    return weights


@nb.njit(cache=True, nogil=True)
def _descend(cases, rows, side, cost, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill weights (r + 1,). cases: indptr, indices, data. side, cost (m,): of the cases `rows`. Their order is mixed by a
    generator of its own, so the same rows give the same weights."""
    starts, _, values = cases
    m, state = len(rows), np.uint64(88172645463325252)
    push, order, squares = np.zeros(m, np.float32), np.arange(m), np.ones(m, np.float32)
    for at in range(m):
        for j in range(starts[rows[at]], starts[rows[at] + 1]):
            squares[at] += values[j] * values[j]
    for _ in range(TURNS):
        for at in range(m - 1, 0, -1):  # George Marsaglia, Xorshift RNGs, Journal of Statistical Software 8 (2003)
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            to = np.int64(state % np.uint64(at + 1))
            order[at], order[to] = order[to], order[at]
        if _turn(cases, rows, (order, side, cost, squares), push, weights) < CLOSE:
            break


@nb.njit(cache=True, nogil=True)
def _turn(cases, rows, facts, push, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Move push (m,) and weights (r + 1,) once for each case. Returns how far the furthest case pulled."""
    starts, columns, values = cases
    order, side, cost, squares = facts
    furthest, last = np.float32(0), len(weights) - 1
    for at in order:
        start, end = starts[rows[at]], starts[rows[at] + 1]
        score = weights[last]
        for j in range(start, end):
            score += weights[columns[j]] * values[j]
        slack = np.float32(0.5) / cost[at]
        slope = side[at] * score - 1 + slack * push[at]
        pull = min(slope, np.float32(0)) if push[at] == 0 else slope
        furthest = max(furthest, abs(pull))
        if pull == 0:
            continue
        before = push[at]
        push[at] = max(before - slope / (squares[at] + slack), np.float32(0))
        move = (push[at] - before) * side[at]
        weights[last] += move
        for j in range(start, end):
            weights[columns[j]] += move * values[j]
    return furthest


def _words(forms: pa.Array) -> tuple[tuple[str, ...], I32]:
    """Words of the past cases, and bucket -> the word that it is shown as, (2**18,). A pair of signs that is no word itself
    is shown as the commonest longer word round it."""
    step = max(1, len(forms) // READ_FOR_WORDS)
    found = find_words(forms.take(pa.array(np.arange(0, len(forms), step))))
    words = found.words[: found.first_phrase]
    data, offsets = strings_of(pa.array(words, pa.large_string()))
    word_of, room = np.full(BUCKETS, -1, np.int32), np.empty(2 * READ_CHARACTERS, np.int32)
    short = [at for at, word in enumerate(words) if len(word) == 2 or word.isascii()]
    long = [at for at, word in enumerate(words) if len(word) > 2 and not word.isascii()]
    for at in (*short, *long):
        buckets = room[: read_grams(data, offsets[at], offsets[at + 1], room)]
        pairs = buckets[buckets % 2 == 1]
        word_of[pairs[word_of[pairs] < 0]] = at
    return words, word_of
