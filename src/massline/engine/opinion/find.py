"""A whole conversation to its result: groups, statements and people as tables, with both methods behind one door."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from massline.engine.errors import OptionError
from massline.engine.opinion.corrected import corrected_by_group, corrected_sizes, corrected_statements
from massline.engine.opinion.exports import Export, Statement
from massline.engine.opinion.floods import Floods, find_floods
from massline.engine.opinion.polis import polis_groups
from massline.engine.opinion.projection import Axes
from massline.engine.opinion.rates import SIDE_NAMES, bridging, consensus, group_informed_consensus, tally, wilson
from massline.engine.opinion.representative import Mark, representative, shared, tests
from massline.engine.opinion.stable import SURE, Certainty, stable_groups
from massline.engine.opinion.tables import BY_GROUP, FATES, GROUPS, PARTICIPANTS, STATEMENTS, VOTES
from massline.engine.opinion.votes import F64, I32, I64, Bools, Votes, natural_order
from massline.engine.opinion.weights import Weights
from massline.engine.workfolder import Progress

METHODS: Final = ("stable", "polis")
STEPS: Final = ("floods", "groups", "count")
METHOD_VERSION: Final = {"stable": "stable 2", "polis": "polis 2"}
META_PRIORITY: Final = 7
PLACED, UNSURE, TOO_FEW, NO_GROUPS = range(4)


@dataclass(frozen=True, slots=True)
class Grouping:
    """What either method finds. group (n,): -1 for none. chance (n,): NaN where the method gives none. places (n, 2),
    centres (k, 2). axes: over all statements. foretold: number of groups -> what it was chosen by (held-back votes, or
    silhouette)."""

    group: I32
    chance: F64
    places: F64
    centres: F64
    axes: Axes
    foretold: Mapping[int, float]
    certainty: Certainty | None
    used: Bools

    @property
    def groups(self) -> int:
        """How many groups were found."""
        return len(self.centres)


@dataclass(frozen=True, slots=True)
class Opinion:
    """The result. Tables as in tables.py. fates: how many people ended where; they add up to all people. weights: what
    the corrected figures were made with."""

    participants: pa.Table
    groups: pa.Table
    statements: pa.Table
    votes: pa.Table
    fates: Mapping[str, int]
    grouping: Grouping
    floods: Floods
    method: str
    weights: Weights | None = None


def find_opinion(
    export: Export,
    *,
    method: str = "stable",
    seed: int = 0,
    weights: Weights | None = None,
    progress: Progress = lambda step, done: None,
) -> Opinion:
    """Groups, shared and dividing statements of a conversation. weights: correct the figures, never the groups. progress:
    told when each of STEPS begins. Raises OptionError for an unknown method.

    People in floods are placed and counted; `stable` does not learn groups from them, so a flood makes no group of its own. The
    columns `..._without_floods` leave them out of the counts as well.
    """
    votes, known = export.votes, export.statements
    infos = [known.get(name, Statement("")) for name in votes.statements.to_pylist()]
    moderated = np.array([info.moderated < 0 or info.meta for info in infos], np.bool_)
    floods, grouping = _floods_and_groups(votes, moderated, method=method, seed=seed, progress=progress)
    progress("count", 0)
    counts = tally(votes, grouping.group, groups=grouping.groups)
    found = tests(counts) if grouping.groups > 1 else None
    marks = representative(found, allowed=~moderated) if found else [[] for _ in range(grouping.groups)]
    fates = _fates(votes, grouping)
    judged = _Judged(infos, moderated, counts, marks, _extremity(grouping.axes), weights)
    return Opinion(
        _participants(votes, grouping, fates, (floods, weights)),
        _groups(votes, grouping, fates, (marks, weights)),
        _statements(export, judged, grouping, floods),
        _votes(votes),
        {name: int((fates == code).sum()) for code, name in enumerate(FATES)},
        grouping,
        floods,
        METHOD_VERSION[method],
        weights,
    )


def _floods_and_groups(
    votes: Votes, moderated: Bools, *, method: str, seed: int, progress: Progress
) -> tuple[Floods, Grouping]:
    if method not in METHODS:
        raise OptionError(f"--method is {method!r}. Write stable or polis.")
    progress("floods", 0)
    if method == "polis":
        with ThreadPoolExecutor(1) as beside:  # Polis' groups do not look at floods, so neither waits for the other
            search = beside.submit(find_floods, votes)
            progress("groups", 0)
            grouping = _polis(votes, moderated)
        return search.result(), grouping
    floods = find_floods(votes)
    progress("groups", 0)
    return floods, _stable(votes, moderated, flooded=floods.flood >= 0, seed=seed)


def _polis(votes: Votes, moderated: Bools) -> Grouping:
    found = polis_groups(votes, moderated=moderated)
    unknown = np.full(len(found.group), np.nan)
    return Grouping(found.group, unknown, found.places, found.centres, found.axes, found.silhouettes, None, ~moderated)


def _stable(votes: Votes, moderated: Bools, *, flooded: Bools, seed: int) -> Grouping:
    """flooded (n,): people in floods, from whom nothing is learnt."""
    ours = stable_groups(votes, moderated=moderated, seed=seed, flooded=flooded)
    return Grouping(
        ours.group, ours.chance, ours.places, ours.centres, ours.axes, ours.foretold, ours.certainty, ours.used
    )


def _fates(votes: Votes, grouping: Grouping) -> I64:
    inside = grouping.group >= 0
    unsure = inside & (np.nan_to_num(grouping.chance, nan=1.0) < SURE)
    outside = np.where(votes.per_person == 0, TOO_FEW, NO_GROUPS if grouping.groups == 0 else TOO_FEW)
    return np.where(unsure, UNSURE, np.where(inside, PLACED, outside))


def _nullable(values: F64 | I32, *, unknown: Bools | None = None) -> pa.Array:
    """An Arrow column with null for NaN, or where said."""
    return pa.array(values, mask=np.isnan(values) if unknown is None else unknown)


def _participants(votes: Votes, grouping: Grouping, fates: I64, beside: tuple[Floods, Weights | None]) -> pa.Table:
    floods, weights = beside
    columns = [
        votes.people,
        _nullable(grouping.group, unknown=grouping.group < 0),
        grouping.places[:, 0],
        grouping.places[:, 1],
        votes.per_person,
        pa.DictionaryArray.from_arrays(pa.array(fates.astype(np.int8)), pa.array(FATES)),
        _nullable(grouping.chance),
        _nullable(floods.flood, unknown=floods.flood < 0),
        pa.nulls(len(fates), pa.float64()) if weights is None else weights.each,
    ]
    return pa.table(columns, schema=PARTICIPANTS)


def _groups(
    votes: Votes, grouping: Grouping, fates: I64, beside: tuple[Sequence[Sequence[Mark]], Weights | None]
) -> pa.Table:
    marks, weights = beside
    corrected = corrected_sizes(grouping.group, weights, groups=grouping.groups)
    inside = max(1, int((grouping.group >= 0).sum()))
    rows = []
    for group in range(grouping.groups):
        members = grouping.group == group
        stays = None if grouping.certainty is None else float(grouping.certainty.stays_by[group])
        kept = None if grouping.certainty is None else _spread(grouping.certainty.marks[group], grouping.used)
        rows.append(
            {
                "group": group,
                "participants": int(members.sum()),
                "unsure": int((members & (fates == UNSURE)).sum()),
                "share": int(members.sum()) / inside,
                **{name: column[group] for name, column in corrected.items()},
                "x": float(grouping.centres[group, 0]),
                "y": float(grouping.centres[group, 1]),
                "stays": stays,
                "marks": [_mark(votes, mark, kept) for mark in marks[group]],
            }
        )
    return pa.Table.from_pylist(rows, schema=GROUPS)


def _spread(figures: F64, used: Bools) -> F64:
    """Figures of the statements in use, put among all (m,)."""
    whole = np.zeros(len(used))
    whole[used] = figures
    return whole


def _mark(votes: Votes, mark: Mark, kept: F64 | None) -> dict[str, Any]:
    low, high = wilson(np.array(mark.hits), np.array(mark.trials))
    return {
        "statement": votes.statements[mark.statement].as_py(),
        "side": SIDE_NAMES[mark.side],
        "votes": mark.hits,
        "of": mark.trials,
        "rate": mark.hits / max(1, mark.trials),
        "low": float(low),
        "high": float(high),
        "contrast": mark.contrast,
        "rate_test": mark.rate_test,
        "contrast_test": mark.contrast_test,
        "best_agree": mark.best_agree,
        "stays": None if kept is None else float(kept[mark.statement]),
    }


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the table of statements is made from: what is known of each statement (m,), which are out (m,), the votes by group
    (groups, m, 3), the marks of each group, the extremity of each statement (m,), and the weights of the people."""

    infos: Sequence[Statement]
    moderated: Bools
    counts: I64
    marks: Sequence[Sequence[Mark]]
    extremity: F64
    weights: Weights | None


def _statements(export: Export, judged: _Judged, grouping: Grouping, floods: Floods) -> pa.Table:
    votes, infos = export.votes, judged.infos
    total = tally(votes, np.zeros(len(votes.people), np.int32), groups=1)
    by_weight = corrected_by_group(votes, grouping.group, judged.weights, groups=grouping.groups)
    columns = {
        "statement": votes.statements,
        "text": pa.array([info.text or None for info in infos], pa.string()),
        "moderated": pa.array([info.moderated for info in infos], pa.int8()),
        "meta": pa.array([info.meta for info in infos], pa.bool_()),
        "groups": _by_group(judged.counts, by_weight),
        "extremity": judged.extremity,
        **_three(total[0], ""),
        **_agreement(judged, total),
        **_chosen(judged, total),
        **_without_floods(votes, grouping, floods),
        **corrected_statements(votes, grouping.group, judged.weights, groups=grouping.groups),
    }
    table = pa.table([columns[field.name] for field in STATEMENTS], schema=STATEMENTS)
    return _with_unseen(table, export)


def _three(counts: I64, ending: str) -> dict[str, I64]:
    """Columns agree, disagree and pass from counts (m, 3)."""
    return {f"{name}{ending}": counts[:, place] for name, place in (("agree", 2), ("disagree", 0), ("pass", 1))}


def _agreement(judged: _Judged, total: I64) -> dict[str, Any]:
    """What the groups share; over everybody when there are no groups. total (1, m, 3)."""
    counts = judged.counts if len(judged.counts) else total
    rate, low, high, side = consensus(counts)
    names = [None if np.isnan(r) else SIDE_NAMES[int(s)] for r, s in zip(rate, side, strict=True)]
    bridge = bridging(judged.counts)
    return {
        "consensus": _nullable(rate),
        "consensus_low": _nullable(low),
        "consensus_high": _nullable(high),
        "consensus_side": pa.array(names, pa.string()),
        "bridging": _nullable(bridge),
        "bridging_rank": _ranks(bridge, judged.moderated),
        "group_informed_consensus": group_informed_consensus(counts),
    }


def _chosen(judged: _Judged, total: I64) -> dict[str, Any]:
    """For which groups a statement stands, whether most people share it, and Polis' priority. total (1, m, 3)."""
    marked: list[list[int]] = [[] for _ in judged.infos]
    for group, found in enumerate(judged.marks):
        for mark in found:
            marked[mark.statement].append(group)
    most = shared(total[0], allowed=~judged.moderated)
    majority = {at: SIDE_NAMES[side] for side, statements in most.items() for at in statements}
    meta = np.array([info.meta for info in judged.infos], np.bool_)
    return {
        "representative_for": pa.array(marked, pa.list_(pa.int32())),
        "majority": pa.array([majority.get(at) for at in range(len(judged.infos))], pa.string()),
        "priority": priorities(judged.counts.sum(axis=0), judged.extremity, meta=meta),
    }


def _without_floods(votes: Votes, grouping: Grouping, floods: Floods) -> dict[str, Any]:
    """The same votes and the same groups, people in floods left out."""
    real = floods.flood < 0
    counts = tally(votes, np.where(real, 0, -1).astype(np.int32), groups=1)
    by_group = tally(votes, np.where(real, grouping.group, -1).astype(np.int32), groups=grouping.groups)
    rate = consensus(by_group if grouping.groups else counts)[0]
    return {**_three(counts[0], "_without_floods"), "consensus_without_floods": _nullable(rate)}


def _ranks(bridge: F64, moderated: Bools) -> pa.Array:
    ranks = np.zeros(len(bridge), np.int32)
    listed = np.flatnonzero(~moderated & ~np.isnan(bridge))
    ranks[listed[np.argsort(-bridge[listed], kind="stable")]] = np.arange(1, len(listed) + 1)
    return _nullable(ranks, unknown=ranks == 0)


def _by_group(counts: I64, by_weight: dict[str, F64]) -> pa.ListArray:
    """For each statement, one line a group, (m,). counts (groups, m, 3); by_weight: corrected shares (groups, m), NaN for
    none."""
    trials = counts.sum(axis=2)
    groups, statements = trials.shape
    figures = {"group": np.broadcast_to(np.arange(groups)[:, None], trials.shape), **by_weight}
    for name, place in (("agree", 2), ("disagree", 0)):
        low, high = wilson(counts[..., place], trials)
        rate = counts[..., place] / np.maximum(trials, 1)
        shares = {f"{name}_rate": rate, f"{name}_low": low, f"{name}_high": high}
        figures |= {name: counts[..., place]} | {key: np.where(trials, share, np.nan) for key, share in shares.items()}
    figures["pass"] = counts[..., 1]
    columns = [
        pa.array(figures[field.name].T.ravel(), field.type, from_pandas=True)  # NaN becomes null
        if field.name in figures
        else pa.nulls(trials.size, field.type)
        for field in BY_GROUP
    ]
    lines = pa.StructArray.from_arrays(columns, fields=list(BY_GROUP))
    return pa.ListArray.from_arrays(np.arange(statements + 1, dtype=np.int32) * np.int32(groups), lines)


def _extremity(axes: Axes) -> F64:
    """How far out a person would lie who agreed with this statement and saw no other (m,)."""
    length: F64 = np.sqrt(len(axes.means)) * np.abs(1 - axes.means) * np.hypot(*axes.components)
    return length


def priorities(counts: I64, extremity: F64, *, meta: Bools) -> F64:
    """Polis' weight of each statement for being shown next. counts (m, 3): of people in groups. Source:
    conversation.clj (19af6644), `importance-metric`, `priority-metric`."""
    seen = counts.sum(axis=1)
    agree, passed = (counts[:, 2] + 1) / (seen + 2), (counts[:, 1] + 1) / (seen + 2)
    weight = (1 - passed) * (extremity + 1) * agree * (1 + 8 * 2 ** (-seen / 5))
    squared: F64 = np.where(meta, META_PRIORITY, weight) ** 2
    return squared


def _with_unseen(table: pa.Table, export: Export) -> pa.Table:
    """Add the statements that nobody voted on, in the natural order of the ids."""
    voted = set(table["statement"].to_pylist())
    empty: dict[str, Any] = {
        field.name: ([] if pa.types.is_list(field.type) else None if field.nullable else 0) for field in STATEMENTS
    }
    lines = [
        empty | {"statement": name, "text": info.text or None, "moderated": info.moderated, "meta": info.meta}
        for name, info in export.statements.items()
        if name not in voted
    ]
    if not lines:
        return table
    whole = pa.concat_tables([table, pa.Table.from_pylist(lines, schema=STATEMENTS)]).combine_chunks()
    return whole.take(pa.array(natural_order(whole["statement"].combine_chunks())))


def _votes(votes: Votes) -> pa.Table:
    person = np.repeat(np.arange(len(votes.people)), votes.per_person)
    times = pa.nulls(len(votes.values), pa.int64()) if votes.times is None else pa.array(votes.times)
    columns = [votes.people.take(pa.array(person)), votes.statements.take(pa.array(votes.columns)), votes.values, times]
    return pa.table(columns, schema=VOTES)
