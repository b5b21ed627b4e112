"""Which words tell a small theme: learnt from its messages of the sample, asked of all others.

A view that one in a thousand holds is one point among a thousand others to the student, and all that sounds like it falls to
it. Its own words tell it better: those that several of its messages share and that hardly anybody else says.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pyarrow as pa
import scipy.sparse

from massline.engine.buffers import F32, F64, I32, I64, Bools, strings_of
from massline.engine.embed import Meaning, Sample, sum_vectors
from massline.engine.group import HANDFUL
from massline.engine.minority import SMALL

SURE: Final = 0.7
"""Words tell a theme when they find it again in the sample with at least this F1, each message judged without itself."""

TELLING: Final = 2.0
"""A gram tells a theme when the logarithm of how much commoner it is there is so much, and two messages have it."""

GENEROUS: Final = 0.6
"""Where nobody of the sample comes near, a message may still have so much less than the least of the theme's own."""

FAINT: Final = 0.1
"""What speaks more faintly, of the 1 that is needed, is left out where all messages are placed: it takes most of the time."""

_LARGEST: Final = np.uint64(2**32 - 1)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the words say, frozen. idf (r,) float32: weight of each row of `Meaning.table`; starts (r + 1,) int64, themes (e,)
    int32 and weights (e,) float32: for which themes a row speaks, and how loudly; 1 in all is enough from a message of
    length 1."""

    idf: F32
    starts: I64
    themes: I32
    weights: F32


NO_EVIDENCE: Final = Evidence(
    np.zeros(0, np.float32), np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
)
"""Of a call that was read whole, or without a teacher: places alone tell."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the words of k groups of a sample are worth. scores (m, k) sparse: how much each message says for each group, its
    own told without itself; floors (k,): from where on a message belongs there; good (k,): F1 at that floor; right, wrong (k,):
    messages over it that are in the group, and that are not."""

    words: scipy.sparse.csr_matrix
    scores: scipy.sparse.csc_matrix
    floors: F64
    good: F64
    right: I64
    wrong: I64

    def with_those(self, other: Self, which: Bools) -> Self:
        """The same, but for `which` groups (k,) what the other heard."""
        theirs, own = scipy.sparse.diags(which.astype(np.float32)), scipy.sparse.diags((~which).astype(np.float32))
        return type(self)(
            (theirs @ other.words + own @ self.words).tocsr(),
            (other.scores @ theirs + self.scores @ own).tocsc(),
            np.where(which, other.floors, self.floors),
            np.where(which, other.good, self.good),
            np.where(which, other.right, self.right),
            np.where(which, other.wrong, self.wrong),
        )


@dataclass(frozen=True, slots=True)
class _Counted:
    """How k groups use r grams. sums, counts (k, r) sparse, of one pattern, indices in order: weights in a group added up, and
    its messages that have the gram; size (k,): messages of a group; everywhere (r,): messages of all that have the gram;
    messages: of all."""

    sums: scipy.sparse.csr_matrix
    counts: scipy.sparse.csr_matrix
    size: I64
    everywhere: I64
    messages: int


def hear(grams: scipy.sparse.csr_matrix, groups: I64, *, count: int | None = None) -> Heard:
    """What tells each group. grams (m, r): unit rows; groups (m,): number of each message's group from 0, -1 in none. count: of
    groups, where the last ones may be empty. Of other groups it depends on nothing.

    12,000 messages of 45 characters in 1,000 groups: 0.6 s, 100 MB.
    """
    count = int(groups.max(initial=-1)) + 1 if count is None else count
    counted, members = _count(grams, groups, count), np.flatnonzero(groups >= 0)
    words = _words(counted)
    scores = (grams @ words.T).tocoo()
    outside = groups[scores.row] != scores.col
    rows = np.concatenate([scores.row[outside], members])
    columns = np.concatenate([scores.col[outside], groups[members]])
    values = np.concatenate([scores.data[outside], _without_themselves(grams[members], groups[members], counted)])
    told = scipy.sparse.csc_matrix((values, (rows, columns)), (len(groups), count))
    return Heard(words, told, *_floors(rows, columns, values, groups, count))


def _count(grams: scipy.sparse.csr_matrix, groups: I64, count: int) -> _Counted:
    members = np.flatnonzero(groups >= 0)
    place = (np.ones(len(members), np.float32), (groups[members], members))
    chosen = scipy.sparse.csr_matrix(place, (count, len(groups)))
    has = grams.copy()
    has.data = np.ones_like(has.data)
    sums, counts = (chosen @ grams).tocsr(), (chosen @ has).tocsr()
    sums.sort_indices()
    counts.sort_indices()
    everywhere = np.bincount(has.indices, minlength=grams.shape[1])
    return _Counted(sums, counts, np.bincount(groups[members], minlength=count), everywhere, len(groups))


def _words(counted: _Counted) -> scipy.sparse.csr_matrix:
    """How loudly each gram speaks for each group, (k, r) sparse."""
    words = counted.sums.copy()
    each = np.repeat(counted.size, np.diff(words.indptr))
    everywhere = counted.everywhere[words.indices]
    words.data = _loudness(counted.sums.data, counted.counts.data, each, everywhere, counted.messages)
    words.eliminate_zeros()
    return words


def _loudness(sums: F32, counts: F32, size: I64, everywhere: I64, messages: int) -> F32:
    """How loudly a gram speaks for a group: its mean weight there times the logarithm of how much commoner it is there. sums,
    counts: of its weights and messages in the group; size: messages of the group; everywhere: messages that have the gram."""
    there = (counts + 0.5) / (size + 1)
    elsewhere = (everywhere - counts + 0.5) / (messages - size + 1)
    telling = np.log(there / elsewhere)
    loud = np.where((counts >= 2) & (telling >= TELLING), sums / np.maximum(size, 1) * telling, 0)
    return loud.astype(np.float32)


def _without_themselves(own: scipy.sparse.csr_matrix, groups: I64, counted: _Counted) -> F32:
    """Score of each member for her own group, its words learnt from the others alone, (n,). own (n, r): grams of the members;
    groups (n,)."""
    group = np.repeat(groups, np.diff(own.indptr))
    place = _places(counted.sums, group, own.indices)
    loud = _loudness(
        counted.sums.data[place] - own.data,
        counted.counts.data[place] - 1,
        counted.size[group] - 1,
        counted.everywhere[own.indices],
        counted.messages,
    )
    row = np.repeat(np.arange(len(groups)), np.diff(own.indptr))
    return np.bincount(row, weights=loud * own.data, minlength=len(groups)).astype(np.float32)


def _places(sums: scipy.sparse.csr_matrix, rows: I64, columns: I32) -> I64:
    """Where the entries (row, column) stand in a sparse matrix with sorted indices that has them all."""
    width = sums.shape[1]
    keys = np.repeat(np.arange(sums.shape[0], dtype=np.int64), np.diff(sums.indptr)) * width + sums.indices
    return np.searchsorted(keys, rows.astype(np.int64) * width + columns)


def _floors(rows: I64, columns: I64, values: F32, groups: I64, count: int) -> tuple[F64, F64, I64, I64]:
    """Floor, F1, right and wrong of each group: where its F1 is best, and as low as no other message's score forbids."""
    member = groups[rows] == columns
    least = np.full(count, np.inf)
    np.minimum.at(least, columns[member & (values > 0)], values[member & (values > 0)])
    counts = (values > 0) & (values >= GENEROUS * least[columns])  # lower ones cannot move a floor
    columns, values, member = _loudest_first(columns[counts], values[counts], member[counts])
    size = np.bincount(groups[groups >= 0], minlength=count)
    begin = np.searchsorted(columns, np.arange(count + 1))
    floors, good = np.full(count, np.inf), np.zeros(count)
    right, wrong = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for one in np.flatnonzero(np.diff(begin)):
        part = slice(begin[one], begin[one + 1])
        inside, said = np.cumsum(member[part]), values[part].astype(np.float64)
        f1 = 2 * inside / (np.arange(len(inside)) + 1 + size[one])
        best = int(f1.argmax())
        following = said[best + 1] if best + 1 < len(said) else 0.0
        floors[one], good[one] = max(np.nextafter(following, np.inf), GENEROUS * said[best]), f1[best]
        right[one], wrong[one] = inside[best], best + 1 - inside[best]
    return floors, good, right, wrong


def _loudest_first(columns: I64, values: F32, member: Bools) -> tuple[I64, F32, Bools]:
    """The entries column by column, the largest value first, of equals those outside first. values: above 0.

    One number an entry: the bits of positive numbers stand in the order of the numbers, and 1,000,000 of them are sorted in a
    seventh of the time that an order by three keys takes."""
    bits = values.view(np.uint32).astype(np.uint64)
    keys = np.sort(columns.astype(np.uint64) << 33 | (_LARGEST - bits) << 1 | member)
    loud = (_LARGEST - (keys >> 1 & _LARGEST)).astype(np.uint32).view(np.float32)
    return (keys >> 33).astype(np.int64), loud, (keys & 1).astype(np.bool_)


def claimed(heard: Heard, groups: I64, *, share: float = 1.0, sure: float = SURE) -> I64:
    """The groups again (m,), with each message in none that says `share` of what a group asks for in the one that it says most
    of. sure: F1 of such a group at least."""
    said = heard.scores.tocoo()
    free = np.flatnonzero((heard.good >= sure)[said.col] & (groups < 0)[said.row])
    shares = said.data[free] / heard.floors[said.col[free]]
    fits, shares = free[shares >= share], shares[shares >= share]
    rows, columns = said.row[fits], said.col[fits]
    strongest = np.zeros(len(groups))
    np.maximum.at(strongest, rows, shares)
    first = np.flatnonzero(shares == strongest[rows])[::-1]  # of equals the first group, written last
    out = groups.copy()
    out[rows[first]] = columns[first]
    return out


def evidence_of(heard: Heard, sample: Sample, themes: I64) -> Evidence:
    """What was heard, by the rows of the meaning that was learnt from this sample. themes (k,): theme of each group, -1 for one
    that words do not tell."""
    told = np.flatnonzero((themes >= 0) & np.isfinite(heard.floors))
    words = (scipy.sparse.diags(1 / heard.floors[told]) @ heard.words[told]).tocsc()  # (told, r)
    words.data[words.data < FAINT] = 0
    words.eliminate_zeros()
    speaks = themes[told][words.indices].astype(np.int32)
    return Evidence(sample.weights, words.indptr.astype(np.int64), speaks, words.data.astype(np.float32))


def placed_and_heard(forms: pa.Array, meaning: Meaning, evidence: Evidence) -> tuple[F32, I32]:
    """Unit vector of each form, (n, d), as `embed.vectors`; and the theme whose words it has most of, (n,), -1 where it has too
    few of any. A pure function: each form is read once."""
    data, offsets = strings_of(forms)
    out = np.empty((len(forms), meaning.table.shape[1]), np.float32)
    strongest = np.full(len(forms), -1, np.int32)
    words = (evidence.idf, evidence.starts, evidence.themes, evidence.weights)
    sum_vectors(data, offsets, meaning.row_of, meaning.table, out, *words, strongest)
    return out, strongest


def small_and_told(heard: Heard, groups: I64, *, fewest: int, sure: float = SURE) -> Bools:
    """Groups (k,) that words tell with an F1 of `sure`, of `fewest` messages at least and of no more than a small view has."""
    size = np.bincount(groups[groups >= 0], minlength=len(heard.floors))
    most = max(SMALL * len(groups), 2 * HANDFUL)
    told: Bools = (heard.good >= sure) & (size >= fewest) & (size <= most)
    return told
