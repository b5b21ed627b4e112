"""How a router learns: one linear judge a topic, a bound on what each costs, and an honest look at unseen cases.

Each judge is a support vector machine with squared loss, found by dual coordinate descent. Source: Hsieh, Chang, Lin,
Keerthi, Sundararajan, A dual coordinate descent method for large-scale linear SVM, ICML 2008. The chance that an answer is
right is a logistic regression on its score and its lead, for cases that the judges had not learnt from.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numba as nb
import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, F64, I32, I64, Bools, strings_of
from massline.engine.errors import InputError
from massline.engine.grams import BUCKETS, READ_CHARACTERS, read_grams
from massline.engine.route.model import LANES, Learnt, Router, add_up, facts_of
from massline.engine.route.past import Past
from massline.engine.route.reading import Cases, Grams, count_cases, read_cases
from massline.engine.runners import Workers, map_blocks
from massline.engine.student import logistic
from massline.engine.words import find_words

COST: Final = 1.0
"""What a case on the wrong side costs beside short weights; twice or half of it changes little."""
TURNS: Final = 12
"""Of the descent; thirty answer no better (docs/reference/quality.md)."""
CLOSE: Final = 0.1
"""The descent ends when no case pulls more than this."""
MOST_OWN: Final = 20_000
"""A judge learns from so many cases of its own topic; drawn, where there are more."""
TOGETHER: Final = 16
"""So many judges learn together, from the same cases."""
MOST_OTHERS: Final = 100_000
LEAST_OTHERS: Final = 1_000
"""So many cases of other topics TOGETHER judges learn from where these are all, and at least; drawn, where there are more."""
MOST_NUMBERS: Final = 64_000_000
"""Numbers in a table: 256 MB. With many topics the rarest grams are left out."""
LEAST_FOR_TWICE: Final = 200
"""Of so many cases on, a gram that one case alone has says nothing."""
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
    """number (n,): which name each case has, -1 where none is given."""

    cases: Cases
    number: I64
    names: tuple[str, ...]
    rows: int
    """Rows of the tables."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one worker does: judges for these names (first to end), from these cases."""

    seen: I64
    first: int
    end: int


def train(
    past: Past, *, seed: int, workers: Workers, done: Callable[[str, int], None] = lambda step, count: None
) -> Router:
    """Learn from past cases. The same cases and seed give the same router, whoever works. Raises InputError.

    100,000 cases: see docs/reference/quality.md. Memory: 8 bytes a gram of each case, and the tables.
    """
    done("grams", 0)
    most = max(len(set(names)) for names in past.answers.values())
    said = count_cases(past.forms, workers=workers)
    row_of, rarity = _rows(said, len(past.forms), most=max(1, MOST_NUMBERS // _width(most)))
    cases = read_cases(past.forms, row_of, rarity, workers=workers)
    groups = past.forms.dictionary_encode().indices.to_numpy()  # the same text stays together
    fold = np.random.default_rng(seed).permutation(int(groups.max()) + 1)[groups] % FOLDS
    learnt: dict[str, Learnt] = {}
    facts: dict[str, Any] = {"cases": len(past.forms), "corrected": past.corrected}
    for question, given in past.answers.items():
        done(question, 0)
        lessons = _lessons(cases, given, question, rows=len(rarity))
        learnt[question], facts[question] = _learn(lessons, fold, seed=seed, workers=workers)
    done("words", 0)
    words, word_of = _words(past.forms)
    return Router(Grams(row_of, rarity, word_of, words), learnt, facts)


def _width(names: int) -> int:
    """Columns of a table for so many names."""
    return -(-names // LANES) * LANES


def _rows(said: I64, n: int, *, most: int) -> tuple[I32, F32]:
    """row_of (2, 2**18) and rarity (r,), of the `most` commonest grams. said (2, 2**18): how many of n cases hold each."""
    counts = said.ravel()
    order = np.argsort(-counts, kind="stable")[:most]
    used = order[counts[order] >= (2 if n >= LEAST_FOR_TWICE else 1)]
    row_of = np.full(2 * BUCKETS, len(used), np.int32)
    row_of[used] = np.arange(len(used), dtype=np.int32)
    return row_of.reshape(2, BUCKETS), (np.log(n / counts[used]) + 1).astype(np.float32)


def _lessons(cases: Cases, given: Sequence[str], question: str, *, rows: int) -> Lessons:
    names = tuple(sorted(set(given) - {""}))
    if len(names) < 2:
        only = names[0] if names else "none"
        raise InputError(
            f"All past cases have the same {question} ({only}): there is nothing to tell apart. Send cases of at least two."
        )
    place = {name: at for at, name in enumerate(names)}
    return Lessons(cases, np.array([place.get(name, -1) for name in given], np.int64), names, rows)


def _learn(lessons: Lessons, fold: I64, *, seed: int, workers: Workers) -> tuple[Learnt, dict[str, Any]]:
    """What is learnt of one question, and what it reached on unseen cases."""
    told, names = lessons.number >= 0, len(lessons.names)
    trials = []
    for one in range(FOLDS if told.sum() * names <= FEW_QUESTIONS else 1):
        unseen, seen = np.flatnonzero(told & (fold == one)), np.flatnonzero(told & (fold != one))
        if len(unseen) and len(np.unique(lessons.number[seen])) > 1:
            trials.append((seen, unseen))
    parts = [*(seen for seen, _ in trials), np.flatnonzero(told)]
    tables = _tables(lessons, parts, seed=seed, workers=workers)
    scores = [np.zeros((0, names), np.float32)]
    for (_, unseen), (table, lean) in zip(trials, tables, strict=False):
        scores.append(np.empty((len(unseen), names), np.float32))
        cases = lessons.cases
        _ask_cases((cases.starts, cases.rows, cases.weights), unseen, table, lean, scores[-1])
    asked = np.concatenate([unseen for _, unseen in trials]) if trials else np.zeros(0, np.int64)
    trust, least, facts = _honest(np.concatenate(scores), lessons.number[asked])
    table, lean = next(tables)
    return Learnt(lessons.names, table, lean, trust, least), facts


def _tables(lessons: Lessons, parts: Sequence[I64], *, seed: int, workers: Workers) -> Iterator[tuple[F32, F32]]:
    """Table (r + 1, k') and lean (k,) of the judges, learnt from each part of the cases."""
    names = len(lessons.names)
    spans = [(first, min(first + TOGETHER, names)) for first in range(0, names, TOGETHER)]
    tasks = [Task(seen, *span) for seen in parts for span in spans]
    found = map_blocks(partial(_judges, lessons=lessons, seed=seed), tasks, workers=workers)
    for _ in parts:
        weights = np.hstack([next(found) for _ in spans])  # (r + 1, k'), the lean in the last row
        lean = weights[-1, :names].copy()
        weights[-1] = 0
        yield weights, lean


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


def _judges(task: Task, *, lessons: Lessons, seed: int) -> F32:
    """Weights of the judges of some names, (r + 1, k'), the lean in the last row; columns beyond the names stay zero."""
    number = lessons.number[task.seen]
    sizes = np.bincount(number, minlength=len(lessons.names))
    chosen, stands_for = _drawn(number, task, len(lessons.names), seed=seed)
    sizes = sizes[task.first : task.end]
    fair = (len(number) / (len(lessons.names) * np.maximum(sizes, 1))).astype(np.float32)  # small topics count as much
    weights = np.zeros((lessons.rows + 1, _width(task.end - task.first)), np.float32)
    cases, own = lessons.cases, number[chosen] - task.first
    facts = (task.seen[chosen], own, (COST * stands_for).astype(np.float32), fair)
    _descend((cases.starts, cases.rows, cases.weights), facts, weights)
    return weights


def _drawn(number: I64, task: Task, names: int, *, seed: int) -> tuple[I64, F64]:
    """Cases (m,) that the judges of a task learn from, and how many each stands for."""
    chance = np.random.default_rng((seed, task.first))
    inside = (number >= task.first) & (number < task.end)
    groups = [(np.flatnonzero(number == name), MOST_OWN) for name in range(task.first, task.end)]
    groups.append((np.flatnonzero(~inside), max(LEAST_OTHERS, MOST_OTHERS * TOGETHER // names)))
    chosen, stands_for = [], []
    for group, most in groups:
        kept = np.sort(chance.choice(group, most, replace=False)) if len(group) > most else group
        chosen.append(kept)
        stands_for.append(np.full(len(kept), len(group) / max(1, len(kept))))
    return np.concatenate(chosen), np.concatenate(stands_for)


@nb.njit(cache=True, nogil=True)
def _descend(cases, facts, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill weights (r + 1, k'), all judges at once: each case is fetched once for all of them. facts: the cases' places (m,),
    their names (m,), the cost of each, and by how much more a judge takes its own (k,). Their order is mixed by a
    generator of its own, so the same cases give the same weights."""
    starts, _, values = cases
    places, _, cost, fair = facts
    m, state = len(places), np.uint64(88172645463325252)
    push, order, squares = np.zeros((m, len(fair)), np.float32), np.arange(m), np.ones(m, np.float32)
    for at in range(m):
        for j in range(starts[places[at]], starts[places[at] + 1]):
            squares[at] += values[j] * values[j]
    for _ in range(TURNS):
        for at in range(m - 1, 0, -1):  # George Marsaglia, Xorshift RNGs, Journal of Statistical Software 8 (2003)
            state ^= state << np.uint64(13)
            state ^= state >> np.uint64(7)
            state ^= state << np.uint64(17)
            to = np.int64(state % np.uint64(at + 1))
            order[at], order[to] = order[to], order[at]
        if _turn(cases, facts, (order, squares), push, weights) < CLOSE:
            break


@nb.njit(cache=True, nogil=True)
def _turn(cases, facts, ways, push, weights):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Move push (m, k) and weights (r + 1, k') once for each case. Returns how far the furthest case pulled."""
    starts, rows, values = cases
    places, own, cost, fair = facts
    order, squares = ways
    furthest, last = np.float32(0), len(weights) - 1
    scores, moves = np.empty(weights.shape[1], np.float32), np.zeros(weights.shape[1], np.float32)
    for at in order:
        start, end = starts[places[at]], starts[places[at] + 1]
        scores[:] = weights[last]
        add_up(rows[start:end], values[start:end], weights, scores)
        pull = _moves((scores, fair), (own[at], cost[at], squares[at]), push[at], moves)
        furthest = max(furthest, pull)
        if pull == 0:
            continue
        for k in range(len(moves)):
            weights[last, k] += moves[k]
        for j in range(start, end):
            value, line = values[j], weights[rows[j]]
            for k in range(len(line)):
                line[k] += value * moves[k]
    return furthest


@nb.njit(cache=True)
def _moves(judges, case, push, moves):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples
    """How far one case moves each judge's weights, into moves (k',). Returns how far it pulled the furthest one."""
    scores, fair = judges
    own, cost, square = case
    furthest = np.float32(0)
    for k in range(len(fair)):
        side = np.float32(1 if own == k else -1)
        slack = np.float32(0.5) / (cost * (fair[k] if own == k else np.float32(1)))
        slope = side * scores[k] - np.float32(1) + slack * push[k]
        pull = min(slope, np.float32(0)) if push[k] == 0 else slope
        furthest = max(furthest, abs(pull))
        before = push[k]
        push[k] = max(before - slope / (square + slack), np.float32(0))
        moves[k] = (push[k] - before) * side
    return furthest


@nb.njit(cache=True, nogil=True)
def _ask_cases(cases, places, table, lean, scores):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - tuples of arrays
    """Fill scores (m, k) of the cases at these places (m,)."""
    starts, rows, values = cases
    total = np.empty(table.shape[1], np.float32)
    for i in range(len(places)):
        start, end = starts[places[i]], starts[places[i] + 1]
        total[:] = 0
        total[: len(lean)] = lean
        add_up(rows[start:end], values[start:end], table, total)
        scores[i] = total[: len(lean)]


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
