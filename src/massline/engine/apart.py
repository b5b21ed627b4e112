"""Small themes told apart by their words, where a sample stands for many more messages.

The teacher puts beside one another what sounds alike: twenty messages on poisoned bees lie in one dense group with thirty on
pests and poisons. So its groups are cut where they are loosest, a part whose words do not tell it is cut again, and parts are
joined again that lie side by side and know each other by their words.
"""

from typing import Final

import numpy as np
import scipy.sparse
from scipy.cluster.hierarchy import fcluster, linkage
from threadpoolctl import threadpool_limits

from massline.engine.buffers import F32, F64, I32, I64, Bools
from massline.engine.dense import distances
from massline.engine.embed import Sample
from massline.engine.evidence import NO_EVIDENCE, Evidence, claimed, evidence_of, hear, small_and_told
from massline.engine.group import HANDFUL, mean_directions
from massline.engine.minority import MOST_VIEWS
from massline.engine.taught import SMALLEST, Space, Tree, theme_means
from massline.engine.widen import FEWEST, TOLD, joined, middles_of, numbered, widened

TIGHT: Final = 0.6
"""Mean similarity of a part of a dense group, where strangers of like sound fall apart and most matters do not."""

TIGHTER: Final = (0.7, 0.8)
UNTOLD: Final = 0.8
"""A part whose words tell it with a lower F1 is more than one matter, or none: it is cut again where it is loose, and again."""

BESIDE: Final = 0.55
"""Mean similarity of parts that may be one matter. Words of a dozen messages know strangers too: those who write 快递柜 know all
who write 快递."""

MOST_CUT: Final = 1_500
"""A larger theme is no small view, and is left whole."""


def told_apart(sample: Sample, space: Space, tree: Tree, *, pool: Sample) -> tuple[Tree, Evidence, F64]:
    """The tree with small themes that words tell, the evidence, and how sure it is of each theme, (t,) log odds, NaN where words
    do not tell. pool: the messages that the sample was drawn from.

    Only where the sample stands for other messages: one that was read whole has nobody to look for. 12,000 messages of 100,000:
    some 10 s.
    """
    if space.whole:
        return tree, NO_EVIDENCE, np.full(len(tree.parents), np.nan)
    with threadpool_limits(1):  # more threads would add up in another order
        return _told_apart(sample, space, tree, pool)


def _told_apart(sample: Sample, space: Space, tree: Tree, pool: Sample) -> tuple[Tree, Evidence, F64]:
    parts, inside = parts_of(space.close, tree), np.searchsorted(pool.rows, sample.rows)
    for tight in TIGHTER:
        parts = cut_untold(parts, sample.grams, space.close, tight)
    groups = joined(parts, hear(sample.grams, parts), middles_of(space.close, parts), beside=BESIDE)
    groups = claimed(hear(sample.grams, groups), groups)
    found, heard = widened(groups, hear(sample.grams, groups), pool=pool, inside=inside, close=space.close)
    told = small_and_told(heard, found, fewest=max(HANDFUL, round(SMALLEST * len(found))), sure=TOLD)
    # One more stands for no group: there may be none at all.
    named = np.append(np.where(told, np.arange(len(told)), -1), -1)
    new, themes = grown(space.close, tree, named[found[inside]], len(told))
    odds = np.full(len(new.parents), np.nan)
    kept = np.flatnonzero(themes >= 0)
    odds[themes[kept]] = np.log((heard.right[kept] + 1) / (heard.wrong[kept] + 1))
    return new, evidence_of(heard, sample, themes), odds


def parts_of(close: F32, tree: Tree) -> I64:
    """Number of the tight part of each message inside its fine theme, (m,), -1 where it is too small a part."""
    fine = np.where(tree.strange | (tree.parents[tree.leaves] < 0), -1, tree.leaves)
    sizes = np.bincount(fine[fine >= 0], minlength=len(tree.parents))
    return _cut(close, fine, np.flatnonzero((sizes >= FEWEST) & (sizes <= MOST_CUT)), TIGHT)


def cut_untold(parts: I64, grams: scipy.sparse.csr_matrix, close: F32, tight: float) -> I64:
    """The parts again, (m,), those that their words do not tell cut where they are looser than `tight`, if words tell a piece
    better than the whole. grams (m, r): of the messages."""
    heard = hear(grams, parts)
    pieces = _cut(close, parts, np.flatnonzero(heard.good < UNTOLD), tight)
    inside, good = pieces >= 0, hear(grams, pieces).good
    best = np.zeros(len(heard.good) + 1)  # the last one stands for no part
    np.maximum.at(best, parts[inside], good[pieces[inside]])
    better = best > np.append(heard.good, np.inf)
    return numbered(np.where(~better[parts], parts, np.where(inside, len(better) + pieces, -1)))


def _cut(close: F32, groups: I64, which: I64, tight: float) -> I64:
    """Number of the part of each message, from 0, where these groups are cut by average linkage; -1 outside them and where the
    part is too small."""
    out, count = np.full(len(groups), -1), 0
    for group in which:
        members = np.flatnonzero(groups == group)
        part = fcluster(linkage(distances(close[members]), "average"), 1 - tight, "distance").astype(np.int64) - 1
        large = np.flatnonzero(np.bincount(part) >= FEWEST)
        number = np.full(part.max() + 1, -1)
        number[large] = count + np.arange(len(large))
        out[members], count = number[part], count + len(large)
    return out


def grown(close: F32, tree: Tree, told: I64, count: int) -> tuple[Tree, I64]:
    """The tree with the told ones of `count` groups as fine themes, and the theme of each group, (count,), -1 where it is none.
    told (m,): told group of each message, -1 in none.

    In every coarse theme one fine theme is left to all whom no words claim.
    """
    homes = _homes(tree.homes, told)
    keys = np.where(told >= 0, told, count + tree.leaves)  # what each message shares a fine theme with
    coarse = int((tree.parents < 0).sum())
    parents, themes = [-1] * coarse, np.full(count, -1)
    leaves, strange = homes.copy(), tree.strange & (told < 0)
    for theme in range(coarse):
        members = np.flatnonzero(homes == theme)
        fine = _fine_of(close[members], keys[members], told[members] >= 0, strange[members])
        names, index, sizes = np.unique(fine, return_inverse=True, return_counts=True)
        if len(names) < 2:
            continue
        rank = np.empty(len(names), np.int64)
        rank[np.lexsort((names, -sizes))] = len(parents) + np.arange(len(names))
        leaves[members] = rank[index]
        own = names < count
        themes[names[own]] = rank[own]
        parents += [theme] * len(names)
    return Tree(np.array(parents, np.int32), homes, leaves, strange), _open(themes, leaves, parents)


def _homes(homes: I64, told: I64) -> I64:
    """Coarse theme of each message, a told group standing where most of it does. (m,)"""
    if told.max(initial=-1) < 0:
        return homes
    votes = np.zeros((told.max() + 1, homes.max() + 1))
    np.add.at(votes, (told[told >= 0], homes[told >= 0]), 1)
    return np.where(told >= 0, votes.argmax(axis=1)[told], homes)


def _fine_of(close: F32, keys: I64, told: Bools, strange: Bools) -> I64:
    """Keys of the messages of one coarse theme, (m,), those of groups that have become too small given away to the nearest of the
    others that words do not tell."""
    names, sizes = np.unique(keys[~told], return_counts=True)
    kept = names[sizes >= min(HANDFUL, sizes.max(initial=0))]
    lost = ~told & ~np.isin(keys, kept)
    if not lost.any():
        return keys
    staying = ~told & ~lost & ~strange if (~told & ~lost & ~strange).any() else ~told & ~lost
    centres = mean_directions(close[staying], np.searchsorted(kept, keys[staying]), len(kept))
    out = keys.copy()
    out[lost] = kept[(close[lost] @ centres.T).argmax(axis=1)]
    return out


def _open(themes: I64, leaves: I64, parents: list[int]) -> I64:
    """Theme of each told group, the largest given up in a coarse theme that would have no other fine ones."""
    sizes, above = np.bincount(leaves, minlength=len(parents)), np.array(parents, np.int32)
    out = themes.copy()
    for coarse in np.unique(above[themes[themes >= 0]]):
        fine = np.flatnonzero(above == coarse)
        if np.isin(fine, themes).all():
            out[out == fine[sizes[fine].argmax()]] = -1
    return out


def minority(space: Space, tree: Tree, told: I32) -> Bools:
    """Themes (t,) that are small views: of those that words tell, the MOST_VIEWS least like their coarse theme, which would hide
    them."""
    means = theme_means(space.close, tree)
    hidden = np.einsum("td,td->t", means[told], means[tree.parents[told]])
    out = np.zeros(len(tree.parents), np.bool_)
    out[told[np.argsort(hidden, kind="stable")][:MOST_VIEWS]] = True
    return out
