"""Vectors to themes: a tree of two grains, its numbers chosen from the data, and an honest "not placed"."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, I32

COARSE_NUMBERS: Final = (2, 3, 4, 6, 8, 10, 12, 15, 18, 21, 24)
FEWEST: Final = 8
"""Coarse themes of a call that is large enough for so many."""

FINE_NUMBERS: Final = (2, 3, 4, 5, 6, 8, 10, 12)
HANDFUL: Final = 5
"""A theme has at least so many messages of the sample."""

SALAD_SHARE: Final = 0.25
"""The floor of `not placed`: this share of word salads (messages of the corpus's own words, dealt at random) stays
under it."""

LIKELY: Final = 0.4
"""A message is placed where it is at least so likely that the teacher would place it in that coarse theme. Under it,
nearly two of three would stand in a wrong one."""


@dataclass(frozen=True, slots=True)
class Themes:
    """A tree of themes, frozen. Row t of each array is theme t: first the coarse ones, then the fine ones, each by
    size in the sample.

    centres (t, d) float32 unit rows; parents (t,) int32, -1 for a coarse theme; views (t,) bool: found as a small
    view, competes with all others; floors (t,) float32: least similarity of a message placed there; trust (t, 3) float32:
    weights of 1, of the similarity to the coarse theme and of its lead over the next one, from which the chance follows
    that the message belongs there. Without a teacher nothing is known of chances, and trust has no rows. told (k,) int32: fine
    themes that take messages by their words (`evidence`), not by their place.
    """

    centres: F32
    parents: I32
    views: npt.NDArray[np.bool_]
    floors: F32
    trust: F32 = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    told: I32 = field(default_factory=lambda: np.zeros(0, np.int32))

    @property
    def leaves(self) -> npt.NDArray[np.bool_]:
        """The finest themes: those that are nobody's parent. (t,)"""
        return ~np.isin(np.arange(len(self.parents)), self.parents)


def spherical_kmeans(vectors: F32, number: int, *, seed: int, starts: int = 3, rounds: int = 40) -> F32:
    """Centres (k, d) of unit vectors (n, d) by cosine, k <= number. The best of a few seeded starts.

    30,000 x 64 into 24: 0.8 s. Working memory: 3 * n * number * 4 bytes.
    """
    chance = np.random.default_rng(seed)
    tries = [_improve(vectors, _spread(vectors, number, chance), rounds) for _ in range(starts)]
    return max(tries, key=lambda one: one[0])[1]


def _spread(vectors: F32, number: int, chance: np.random.Generator) -> F32:
    """First centres, far from one another (k-means++)."""
    picked = [int(chance.integers(len(vectors)))]
    distance = 1 - vectors @ vectors[picked[0]]
    while len(picked) < number:
        odds = np.maximum(distance, 0).astype(np.float64)
        if odds.sum() < 1e-6:  # fewer different vectors than centres
            break
        picked.append(int(np.searchsorted(np.cumsum(odds), chance.random() * odds.sum(), side="right")))
        picked[-1] = min(picked[-1], len(vectors) - 1)
        distance = np.minimum(distance, 1 - vectors @ vectors[picked[-1]])
    return vectors[picked]


def _improve(vectors: F32, centres: F32, rounds: int) -> tuple[float, F32]:
    """Lloyd's rounds until nobody moves. Returns the sum of similarities and the centres; empty ones are dropped."""
    labels = np.full(len(vectors), -1)
    for _ in range(rounds):
        moved = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(moved, labels):
            break
        labels = moved
        means = mean_directions(vectors, labels, len(centres))
        if not means.any():  # nobody says anything
            break
        centres = means[np.linalg.norm(means, axis=1) > 0]
    return float((vectors @ centres.T).max(axis=1).sum(dtype=np.float64)), centres


def mean_directions(vectors: F32, labels: npt.NDArray[np.integer], number: int) -> F32:
    """Unit mean of the vectors of each label, (number, d); zero where a label has none."""
    belongs = np.zeros((len(vectors), number), np.float32)
    belongs[np.arange(len(vectors)), labels] = 1
    sums = belongs.T @ vectors
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(length > 1e-9, sums / np.maximum(length, 1e-9), 0).astype(np.float32)


def stable_number(vectors: F32, numbers: Sequence[int], *, seed: int, most: int = 6_000) -> int:
    """How many themes the data itself upholds: two halves of it, grouped apart, still agree about everybody.

    Takes the finest number whose agreement (adjusted Rand index) is near the best.
    """
    from sklearn.metrics import adjusted_rand_score  # seconds to load, and pages load this module too

    chance = np.random.default_rng(seed)
    some = vectors[chance.permutation(len(vectors))[:most]]
    half = len(some) // 2
    allowed = [number for number in numbers if number * 4 * HANDFUL <= len(some)]
    allowed = [number for number in allowed if number >= FEWEST] or allowed
    agreement = {}
    for number in allowed:
        halves = (spherical_kmeans(part, number, seed=seed, starts=2) for part in (some[:half], some[half:]))
        one, other = ((some @ centres.T).argmax(axis=1) for centres in halves)
        agreement[number] = adjusted_rand_score(one, other)
    best = max(agreement.values(), default=0.0)
    return max((number for number, value in agreement.items() if value >= 0.9 * best), default=1)


def clearest_split(vectors: F32, *, seed: int, most: int = 1_500) -> F32:
    """Centres of the fine themes inside one coarse theme; one centre when no split makes it clearer.

    Clearness is the mean simplified silhouette: how much nearer a message is to its own centre than to the next. The
    number is chosen on at most `most` messages, the centres are made from all.
    """
    some = vectors[np.random.default_rng(seed).permutation(len(vectors))[:most]]
    clearness = {}
    for number in FINE_NUMBERS:
        if number * 4 * HANDFUL > len(some):
            break
        centres = spherical_kmeans(some, number, seed=seed, starts=1)
        sizes = np.bincount((some @ centres.T).argmax(axis=1), minlength=len(centres))
        if len(centres) > 1 and sizes.min() >= HANDFUL:
            clearness[number] = _silhouette(some, centres)
    number = max(clearness, key=lambda number: (clearness[number], -number), default=1)
    return spherical_kmeans(vectors, number, seed=seed, starts=1)


def _silhouette(vectors: F32, centres: F32) -> float:
    near = np.sort(1 - vectors @ centres.T, axis=1)[:, :2]
    return float(((near[:, 1] - near[:, 0]) / np.maximum(near[:, 1], 1e-6)).mean())


def find_themes(vectors: F32, salads: F32, *, grain: int | None, seed: int) -> Themes:
    """The tree of themes of a sample. vectors (m, d): unit rows (zero rows are ignored); salads (s, d): vectors that
    mean nothing.

    grain: so many coarse themes (fewer when there are not so many different messages); None: as many as the data
    upholds.
    """
    with threadpool_limits(1):  # more threads would add up in another order
        return _tree_of(vectors, salads, grain, seed)


def _tree_of(vectors: F32, salads: F32, grain: int | None, seed: int) -> Themes:
    said = vectors[np.linalg.norm(vectors, axis=1) > 0]
    if len(said) == 0:
        return Themes(
            np.zeros((0, vectors.shape[1]), np.float32),
            np.zeros(0, np.int32),
            np.zeros(0, np.bool_),
            np.zeros(0, np.float32),
        )
    number = grain or stable_number(said, COARSE_NUMBERS, seed=seed)
    coarse = by_size(spherical_kmeans(said, number, seed=seed), said)
    label = (said @ coarse.T).argmax(axis=1)
    centres, parents = [coarse], [np.full(len(coarse), -1, np.int32)]
    for theme in range(len(coarse)):
        members = said[label == theme]
        fine = clearest_split(members, seed=seed)
        if len(fine) > 1:
            centres.append(by_size(fine, members))
            parents.append(np.full(len(fine), theme, np.int32))
    all_centres, all_parents = np.concatenate(centres), np.concatenate(parents)
    tree = Themes(
        all_centres, all_parents, np.zeros(len(all_parents), np.bool_), np.full(len(all_parents), -1, np.float32)
    )
    return replace(tree, floors=np.full(len(all_parents), salad_floor(said, salads, tree), np.float32))


def by_size(centres: F32, vectors: F32) -> F32:
    """The same centres, the one with most messages first."""
    sizes = np.bincount((vectors @ centres.T).argmax(axis=1), minlength=len(centres))
    return centres[np.argsort(-sizes, kind="stable")]


def salad_floor(vectors: F32, salads: F32, themes: Themes) -> float:
    """The similarity that a message must beat to be placed; never so high that half of the sample itself would fall
    under it."""
    if len(salads) == 0:
        return 0.0
    _, nonsense = nearest_theme(salads, themes)
    _, sense = nearest_theme(vectors, themes)
    return (
        float(min(np.quantile(nonsense, SALAD_SHARE), np.quantile(sense, 0.5))) - 1e-4
    )  # rounding must not lose a message


def nearest_theme(vectors: F32, themes: Themes, *, block: int = 16_384) -> tuple[I32, F32]:
    """Finest theme of each message, labels (n,) and similarity (n,), as `place_by` has them."""
    return place_by(vectors, themes, block=block)[:2]


def place_by(vectors: F32, themes: Themes, *, claimed: I32 | None = None, block: int = 16_384) -> tuple[I32, F32, F32]:
    """Finest theme of each message: the nearest coarse one, then the nearest fine one inside it; or a small view that
    is near enough, or the theme that claims it.

    vectors (n, d), the last dimensions being those of the views; claimed (n,): theme that a message's words tell, -1 for none.
    Returns labels (n,) int32, -1 where a message is under
    the floor or likely elsewhere; similarity (n,) float32 to that theme; chance (n,) float32 that it belongs there, NaN
    where nothing is known of it. Working memory: 3 * block * t * 4 bytes, whatever n is.
    """
    labels, similarity = np.full(len(vectors), -1, np.int32), np.zeros(len(vectors), np.float32)
    chance = np.full(len(vectors), np.nan, np.float32)
    if len(themes.centres) == 0:
        return labels, similarity, chance
    with threadpool_limits(1):
        for start in range(0, len(vectors), block):
            part = slice(start, start + block)
            labels[part], similarity[part], wide, lead = _nearest_leaf(vectors[part], themes)
            _nearest_view(vectors[part], themes, labels[part], similarity[part])
            if claimed is not None:
                _claim(vectors[part], themes, claimed[part], labels[part], similarity[part])
            if len(themes.trust):
                chance[part] = chance_of(labels[part], wide, lead, themes.trust)
    unlikely = ~vectors.any(axis=1) | (chance < LIKELY)  # NaN is not under any bound
    labels[unlikely & ~_is_view(labels, themes) & ~np.isin(labels, themes.told)] = -1
    return labels, similarity, chance


def _is_view(labels: I32, themes: Themes) -> npt.NDArray[np.bool_]:
    return (labels >= 0) & themes.views[labels]


def chance_of(labels: I32, similarity: F32, lead: F32, trust: F32) -> F32:
    """Chance that each message belongs to its theme, (n,) float32. similarity, lead (n,): of its coarse theme; trust
    (t, 3)."""
    weights = trust[labels]
    chance = 1 / (1 + np.exp(-(weights[:, 0] + weights[:, 1] * similarity + weights[:, 2] * lead)))
    return chance.astype(np.float32)


def _nearest_leaf(vectors: F32, themes: Themes) -> tuple[I32, F32, F32, F32]:
    """Labels and similarity (b,) without the directions of the views, so that a view changes nothing for those who do not
    hold it; and the similarity to the coarse theme, with its lead over the next one.

    Only the fine themes of a message's own coarse theme are looked at: a thousand of them cost what a hundred do.
    """
    wide = vectors.shape[1] - int(themes.views.sum())
    coarse, homes = np.flatnonzero(themes.parents < 0), home_of(themes.parents)
    plain = vectors[:, :wide] / np.maximum(np.linalg.norm(vectors[:, :wide], axis=1, keepdims=True), np.float32(1e-9))
    wide_scores = plain @ themes.centres[coarse, :wide].T  # (b, c)
    first, lead = first_and_lead(wide_scores)
    labels, similarity = np.full(len(plain), -1, np.int32), np.full(len(plain), -2, np.float32)
    free = themes.leaves & ~themes.views & ~np.isin(np.arange(len(homes)), themes.told)
    for at, home in enumerate(coarse):
        rows, fine = np.flatnonzero(first == at), np.flatnonzero(free & (homes == home))
        if len(rows) and len(fine):
            scores = plain[rows] @ themes.centres[fine, :wide].T  # (r, f)
            labels[rows], similarity[rows] = fine[scores.argmax(axis=1)], scores.max(axis=1)
    labels[similarity < themes.floors[labels]] = -1
    return labels, similarity, wide_scores[np.arange(len(plain)), first], lead


def first_and_lead(scores: F32) -> tuple[npt.NDArray[np.intp], F32]:
    """The best column of each row and how far it is ahead of the next, 1 where there is no other. scores (b, k)."""
    if scores.shape[1] == 1:
        return np.zeros(len(scores), np.intp), np.ones(len(scores), np.float32)
    two = np.partition(scores, -2, axis=1)[:, -2:]
    return scores.argmax(axis=1), two[:, 1] - two[:, 0]


def _nearest_view(vectors: F32, themes: Themes, labels: I32, similarity: F32) -> None:
    """A view takes whoever is as near to it as nearly all of its own; written into labels and similarity (b,)."""
    views = np.flatnonzero(themes.views)
    if len(views) == 0:
        return
    scores = vectors @ themes.centres[views].T  # (b, views)
    scores[scores < themes.floors[views]] = -2
    best = scores.argmax(axis=1)
    near = scores.max(axis=1) > -2
    labels[near], similarity[near] = views[best[near]], scores[near, best[near]]


def _claim(vectors: F32, themes: Themes, claimed: I32, labels: I32, similarity: F32) -> None:
    """A theme takes those whose words tell it; written into labels and similarity (b,)."""
    rows = np.flatnonzero(claimed >= 0)
    labels[rows] = claimed[rows]
    similarity[rows] = np.einsum("nd,nd->n", vectors[rows], themes.centres[claimed[rows]])


def home_of(parents: I32) -> I32:
    """Coarse theme of each theme, (t,): its parent, or itself."""
    return np.where(parents < 0, np.arange(len(parents)), parents).astype(np.int32)
