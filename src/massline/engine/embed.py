"""Vectors of messages: learnt on a sample of the corpus at hand, applied to all by adding up what each gram points at.

Meaning comes from words alone: TF-IDF of hashed grams, cut down to a few dimensions by SVD. Whoever has better vectors
of the sample (a teacher) need only fill another `Meaning.table`; everything behind it stays.
"""

from dataclasses import dataclass, replace
from typing import Final

import numba as nb
import numpy as np
import pyarrow as pa
import scipy.sparse
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, I32, I64, U8, strings_of
from massline.engine.grams import BUCKETS, READ_CHARACTERS, read_grams

DIMENSIONS: Final = 64
COMMON: Final = 0.1
"""A gram in more than this share of the messages says nothing about any of them."""

LARGE: Final = 200
"""A sample of so many messages is large enough to have something in common."""

RARITY: Final = 1.3
"""Power of the inverse document frequency: rare grams say more than its logarithm grants them. Measured, see
docs/reference/engine.md."""

SINGLE: Final = 0.7
"""Weight of a single sign beside a pair: 性 in 性能 and 个性 is hardly the same. Measured: docs/reference/engine.md."""


NOTHING: Final = np.zeros(0, np.float32)
ZERO: Final = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Where each gram points. row_of (2**18,) int32: bucket -> row of `table`, -1 where a bucket says nothing.

    table (r, d) float32: idf times direction. 30,000 sample messages use about 60,000 rows, 16 MB.
    """

    row_of: I32
    table: F32


@nb.njit(cache=True)
def sorted_grams(data: U8, start: int, end: int, found: I32) -> int:
    """Sort a form's buckets into `found`; returns how many, repeats included."""
    count = read_grams(data, start, end, found)
    found[:count].sort()
    return count


@nb.njit(cache=True, nogil=True)
def _write_unit(total: F32, out: F32) -> None:
    """The sum as a vector of length 1; nothing stays nothing. total, out (d,)."""
    length = np.float32(0)
    for k in range(len(total)):
        length += total[k] * total[k]
    scale = np.float32(0) if length < 1e-12 else np.float32(1) / np.sqrt(length)
    for k in range(len(total)):
        out[k] = total[k] * scale


@nb.njit(cache=True, nogil=True)
def _listen(  # noqa: PLR0913 - compiled: arrays, no objects
    said: float, start: int, end: int, themes: I32, weights: F32, loud: F32, touched: I32, heard: int
) -> int:
    """Let one gram speak for its themes; those that it is the first to speak for are added to the `heard` touched ones."""
    for at in range(start, end):
        if loud[themes[at]] == 0:
            touched[heard] = themes[at]
            heard += 1
        loud[themes[at]] += said * weights[at]
    return heard


@nb.njit(cache=True, nogil=True)
def _loudest(loud: F32, touched: I32, least: float) -> int:
    """The theme that is spoken for most, and louder than `least`; -1 where none is. Silences them all again for the next form."""
    theme, best = -1, least
    for one in touched:
        if loud[one] > best or (loud[one] == best and one < theme):
            theme, best = one, loud[one]
        loud[one] = 0
    return theme


@nb.njit(cache=True, nogil=True)
def sum_vectors(  # noqa: PLR0913 - compiled: arrays, no objects
    data: U8,
    offsets: I64,
    row_of: I32,
    table: F32,
    out: F32,
    idf: F32,
    starts: I64,
    themes: I32,
    weights: F32,
    strongest: I32,
) -> None:
    """Unit vector of each form: the sum of its grams' rows, a gram said t times weighing 1 + ln t. out (n, d).

    And where some words tell themes (`evidence`; idf, starts, themes, weights), the theme that the form has most of, if enough,
    in strongest (n,).
    """
    found, total, hears = np.empty(2 * READ_CHARACTERS, np.int32), np.empty(table.shape[1], np.float32), len(themes) > 0
    loud = np.zeros(themes.max() + 1 if hears else 0, np.float32)
    touched = np.empty(len(loud), np.int32)
    for i in range(len(offsets) - 1):
        count = sorted_grams(data, offsets[i], offsets[i + 1], found)
        total[:] = 0
        heard, norm, j = 0, np.float32(0), 0
        while j < count:
            bucket, first = found[j], j
            while j < count and found[j] == bucket:
                j += 1
            row = row_of[bucket]
            if row < 0:
                continue
            weight = np.float32(1) if j - first == 1 else np.float32(1 + np.log(j - first))
            for k in range(len(total)):
                total[k] += weight * table[row, k]
            if hears:
                said = weight * idf[row]
                norm += said * said
                heard = _listen(said, starts[row], starts[row + 1], themes, weights, loud, touched, heard)
        _write_unit(total, out[i])
        if heard:
            strongest[i] = _loudest(loud, touched[:heard], np.sqrt(norm))  # a message of length 1 needs a sum of 1


@nb.njit(cache=True, nogil=True)
def _count_grams(data: U8, offsets: I64, buckets: I32, weights: F32, starts: I64) -> None:
    """Distinct buckets of each form and their weights, one form after another; starts (n + 1,) says where each begins."""
    found = np.empty(2 * READ_CHARACTERS, np.int32)
    write = 0
    for i in range(len(offsets) - 1):
        count = sorted_grams(data, offsets[i], offsets[i + 1], found)
        j = 0
        while j < count:
            bucket, first = found[j], j
            while j < count and found[j] == bucket:
                j += 1
            buckets[write], weights[write] = bucket, np.float32(1 + np.log(j - first))
            write += 1
        starts[i + 1] = write


def gram_matrix(forms: pa.Array) -> scipy.sparse.csr_matrix:
    """Grams of each form, weighed 1 + ln t: (n, 2**18) float32, sparse."""
    data, offsets = strings_of(forms)
    starts = np.zeros(len(forms) + 1, np.int64)
    most = 2 * int(np.minimum(np.diff(offsets), READ_CHARACTERS).sum())  # at most two grams a sign
    buckets, weights = np.empty(most, np.int32), np.empty(most, np.float32)  # what is not written takes no memory
    _count_grams(data, offsets, buckets, weights, starts)
    used = starts[-1]
    return scipy.sparse.csr_matrix((weights[:used].copy(), buckets[:used].copy(), starts), (len(forms), BUCKETS))


def gram_weights(grams: scipy.sparse.csr_matrix, *, common: float = COMMON) -> F32:
    """Inverse document frequency of each bucket, (2**18,) float32; 0 for grams too rare or too common to tell messages
    apart."""
    n = grams.shape[0]
    seen = np.bincount(grams.indices, minlength=BUCKETS)
    least = 1 if n < 200 else 2 if n < 2_000 else 3
    use = (seen >= least) & (seen <= max(n * common, 10))
    weights = np.zeros(BUCKETS, np.float32)
    weights[use] = (np.log(n / seen[use]) + 1) ** RARITY
    weights[::2] *= SINGLE  # single signs have even buckets
    return weights


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of distinct messages as the learning steps see it. Row i of each belongs to `rows[i]` of the corpus.

    rows (m,) int64; forms: large_string array (m,); grams (m, r) float32 sparse: TF-IDF, unit rows; buckets (r,):
    column -> bucket; weights (r,): column -> idf.
    """

    rows: I64
    forms: pa.Array
    grams: scipy.sparse.csr_matrix
    buckets: I32
    weights: F32


def weigh_sample(rows: I64, forms: pa.Array, *, common: float = COMMON) -> Sample:
    """TF-IDF of a sample's grams; grams too rare or too common to tell messages apart are left out."""
    grams = gram_matrix(forms)
    weights = gram_weights(grams, common=common)
    buckets = np.flatnonzero(weights).astype(np.int32)
    return Sample(rows, forms, _weighed(grams, buckets, weights[buckets]), buckets, weights[buckets])


def weigh_like(sample: Sample, rows: I64, forms: pa.Array) -> Sample:
    """Other messages, their grams weighed as those of the sample are. 100,000 of 54 characters: 1.6 s, 200 MB."""
    return replace(sample, rows=rows, forms=forms, grams=_weighed(gram_matrix(forms), sample.buckets, sample.weights))


def _weighed(grams: scipy.sparse.csr_matrix, buckets: I32, weights: F32) -> scipy.sparse.csr_matrix:
    return unit_rows(grams[:, buckets].multiply(weights[None, :]).tocsr())


def unit_rows(matrix: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """The same rows with length 1; empty rows stay empty."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (scipy.sparse.diags(1 / np.maximum(length, 1e-9)) @ matrix).tocsr().astype(np.float32)


def learn_meaning(sample: Sample, *, seed: int, dimensions: int = DIMENSIONS) -> Meaning:
    """Learn where grams point. Chance (the start of the SVD) comes from `seed` alone.

    The first direction of a large sample is what all its messages have in common, and is left out: it tells none from
    another, and with it a heap of random words would look like a message.
    """
    from sklearn.utils.extmath import randomized_svd  # seconds to load, and pages load this module too

    row_of = np.full(BUCKETS, -1, np.int32)
    row_of[sample.buckets] = np.arange(len(sample.buckets), dtype=np.int32)
    table = np.zeros((len(sample.buckets), dimensions), np.float32)
    common = 1 if sample.grams.shape[0] >= LARGE else 0
    keep = min(dimensions + common, *sample.grams.shape)
    if keep > common:
        with threadpool_limits(1):  # more threads add up in another order
            _, _, directions = randomized_svd(sample.grams, keep, random_state=seed)  # (keep, r)
        table[:, : keep - common] = sample.weights[:, None] * directions[common:].T
    return Meaning(row_of, table)


def vectors(forms: pa.Array, meaning: Meaning) -> F32:
    """Unit vector of each form, (n, d) float32; all zero where no gram is known."""
    data, offsets = strings_of(forms)
    out = np.empty((len(forms), meaning.table.shape[1]), np.float32)
    nobody = np.empty(0, np.int32)
    sum_vectors(data, offsets, meaning.row_of, meaning.table, out, NOTHING, ZERO, nobody, NOTHING, nobody)
    return out


def scrambled_vectors(sample: Sample, meaning: Meaning, *, seed: int) -> F32:
    """Vectors of messages that say nothing: the sample's grams dealt out anew, each message as long as before. (m,
    d)."""
    dealt = np.random.default_rng(seed).permutation(sample.grams.indices)
    row_sums = scipy.sparse.csr_matrix(
        (np.ones(len(dealt), np.float32), dealt, sample.grams.indptr), sample.grams.shape
    )
    with threadpool_limits(1):
        summed = np.asarray(row_sums @ meaning.table, np.float32)
    return summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), np.float32(1e-9))
