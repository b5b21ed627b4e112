"""The corrected figures beside the raw ones: the same groups and votes, each person counted by weight."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

from massline.engine.opinion.rates import SIDE_NAMES, consensus, side_counts, weighted_tally, wilson
from massline.engine.opinion.votes import F64, I32, Votes
from massline.engine.opinion.weights import FEWEST, Weights
from massline.engine.weigh.raking import effective_size

ENDS: Final = ("", "_low", "_high")
PARTS: Final = ("agree", "disagree")


def corrected_statements(votes: Votes, group: I32, weights: Weights | None, *, groups: int) -> dict[str, Any]:
    """Columns of statements.parquet (m,): corrected shares of everybody, and the lowest among the groups. group (n,)."""
    if weights is None:
        return _nothing(len(votes.statements))
    everybody = weighted_tally(votes, np.zeros_like(group), weights.each, groups=1, fewest=FEWEST)
    by_group = weighted_tally(votes, group, weights.each, groups=groups, fewest=FEWEST) if groups else everybody
    rate, low, high, side = consensus(by_group)
    sides = [None if np.isnan(one) else SIDE_NAMES[int(at)] for one, at in zip(rate, side, strict=True)]
    return {
        **{name: pa.array(values[0], from_pandas=True) for name, values in _shares(everybody).items()},
        **{
            f"consensus_corrected{end}": pa.array(values, from_pandas=True)
            for end, values in zip(ENDS, (rate, low, high), strict=True)
        },
        "consensus_corrected_side": pa.array(sides, pa.string()),
    }


def _nothing(statements: int) -> dict[str, Any]:
    names = [f"{name}_corrected{end}" for name in (*PARTS, "consensus") for end in ENDS]
    empty = {name: pa.nulls(statements, pa.float64()) for name in names}
    return empty | {"consensus_corrected_side": pa.nulls(statements, pa.string())}


def corrected_by_group(votes: Votes, group: I32, weights: Weights | None, *, groups: int) -> dict[str, F64]:
    """Corrected shares of each group on each statement (groups, m); NaN where nothing can be said."""
    if weights is None:
        unknown = np.full((groups, len(votes.statements)), np.nan)
        return {f"{name}_corrected{end}": unknown for name in PARTS for end in ENDS}
    return _shares(weighted_tally(votes, group, weights.each, groups=groups, fewest=FEWEST))


def _shares(counts: F64) -> dict[str, F64]:
    """Shares of both sides with their intervals (groups, m); NaN without votes. counts (groups, m, 3)."""
    hits, trials = side_counts(counts)
    known = np.where(trials > 0, 1.0, np.nan)
    found: dict[str, F64] = {}
    for name, one in zip(PARTS, hits, strict=True):
        low, high = wilson(one, trials)
        figures = (one / np.where(trials > 0, trials, 1.0), low, high)
        found |= {f"{name}_corrected{end}": figure * known for end, figure in zip(ENDS, figures, strict=True)}
    return found


def corrected_sizes(group: I32, weights: Weights | None, *, groups: int) -> dict[str, list[float | None]]:
    """Columns of groups.parquet: the corrected share of each group of all people with a group, null under FEWEST people."""
    names = [f"share_corrected{end}" for end in ENDS]
    inside = group >= 0
    if weights is None or not inside.any():
        return {name: [None] * groups for name in names}
    of, each = group[inside], weights.each[inside]
    part = np.bincount(of, each, minlength=groups) / each.sum()
    size = effective_size(each)
    told = np.bincount(of, minlength=groups) >= FEWEST
    figures = (part, *wilson(part * size, np.full(groups, size)))
    return {
        name: [float(one) if said else None for one, said in zip(figure, told, strict=True)]
        for name, figure in zip(names, figures, strict=True)
    }
