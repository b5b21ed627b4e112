"""What the messages mean, learnt from a sample of them: `embed`, `group`."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.apart import minority, told_apart
from massline.engine.buffers import F32, I64, Bools
from massline.engine.embed import Sample, learn_meaning, scrambled_vectors, vectors, weigh_like, weigh_sample
from massline.engine.group import find_themes, nearest_theme, place_by
from massline.engine.minority import add_views, find_views, with_directions
from massline.engine.place import Frozen, load_meaning, mean_similarity, save_themes
from massline.engine.sample import NEAR, ODD, draw_evenly, draw_near, draw_odd, draw_pool
from massline.engine.student import honest_vectors, learn, targets_of, themes_of
from massline.engine.tables import NOT_PLACED
from massline.engine.taught import find_tree, nearness_to_leaf, small_themes, space_of, stability
from massline.engine.teacher import Lessons, Reader
from massline.engine.workfolder import WorkFolder, write_facts

SAMPLE: Final = 30_000
"""Without a teacher so many distinct messages teach; all others are placed."""

SAMPLE_PIECES: Final = 36
"""Of a sample the teacher reads so many pieces a message on average: messages of 50 signs whole. So the time that it takes
is known beforehand, however long the messages are."""

FEWEST: Final = 12
"""With fewer distinct messages than this there is nothing to tell apart, and words do."""


def learn_from_sample(work: WorkFolder, lessons: Lessons, seed: int, part: Path) -> None:
    """Draw a sample from the distinct messages; let the teacher read it, or learn what its grams mean."""
    fates = work.array("fold/fates")  # of each message
    distinct = np.flatnonzero(fates == NOT_PLACED)
    if lessons.teacher is not None and len(distinct) >= FEWEST:
        _ask_teacher(work, lessons.teacher, distinct, lessons.of(len(fates)), seed, part)
        return
    chance = np.random.default_rng(seed)
    drawn = distinct if len(distinct) <= SAMPLE else np.sort(chance.choice(distinct, SAMPLE, replace=False))
    meaning = learn_meaning(_weighed(work, drawn), seed=seed)
    np.save(part / "sample.npy", drawn)
    np.savez(part / "meaning.npz", row_of=meaning.row_of, table=meaning.table)
    write_facts(part / "facts.json", {"read_by_teacher": 0, "read_because_odd": 0, "why_no_teacher": lessons.why_not})


def _ask_teacher(  # noqa: PLR0913 - what it works on, with whom, how much, where to
    work: WorkFolder, teacher: Reader, distinct: I64, budget: int, seed: int, part: Path
) -> None:
    """The teacher reads all distinct messages, or an even sample and then those that it shows to be worth reading."""
    pool = draw_pool(distinct, seed=seed)
    if len(distinct) <= budget:
        drawn, read = distinct, teacher.vectors(_forms(work, distinct), done=_teller(work, 0))
        even = np.ones(len(drawn), np.bool_)
    else:
        first = draw_evenly(_strata(work, pool), budget - budget // ODD, seed=seed)
        seen = teacher.vectors(_forms(work, pool[first]), pieces=SAMPLE_PIECES, done=_teller(work, 0))
        odd = _second_pass(work, pool, first, seen, count=budget // ODD, seed=seed)
        seen_odd = teacher.vectors(_forms(work, pool[odd]), pieces=SAMPLE_PIECES, done=_teller(work, len(first)))
        order = np.argsort(np.concatenate([first, odd]))
        drawn, read = pool[np.concatenate([first, odd])[order]], np.concatenate([seen, seen_odd])[order]
        even = order < len(first)
    np.save(part / "sample.npy", drawn)
    np.save(part / "even.npy", even)
    np.save(part / "read.npy", read)
    facts = {
        "teacher": teacher.name,
        "teacher_sha256": teacher.digest,
        "read_by_teacher": len(drawn),
        "read_because_odd": int((~even).sum()),
    }
    write_facts(part / "facts.json", facts)


def _teller(work: WorkFolder, before: int) -> Callable[[int], None]:
    return lambda done: work.say("embed", before + done)


def _forms(work: WorkFolder, rows: I64) -> pa.Array:
    return work.stored("clean/cleaned").take(rows, "form").column("form").combine_chunks()


def _weighed(work: WorkFolder, rows: I64) -> Sample:
    return weigh_sample(rows, _forms(work, rows))


def _strata(work: WorkFolder, pool: I64) -> pa.Table:
    """form, time, channel and area of the pool."""
    told = work.stored("read/messages").take(pool, "time", "channel", "area")
    return told.append_column("form", work.stored("clean/cleaned").take(pool, "form").column("form"))


def _second_pass(work: WorkFolder, pool: I64, first: I64, seen: F32, *, count: int, seed: int) -> I64:  # noqa: PLR0913
    """Places of the messages of the pool that are read next, in order: some that may belong to small themes, and those that
    are placed most unsurely. first: the places read so far, of which the teacher has seen the vectors `seen`."""
    sample, even = _weighed(work, pool[first]), np.ones(len(first), np.bool_)
    space = space_of(sample, seen, seed=seed, whole=False)
    tree = find_tree(space, even=even, number=None, seed=seed)
    targets = targets_of(space, tree)
    themes = themes_of(honest_vectors(sample, targets, seed=seed), tree, np.full(len(tree.parents), np.nan))
    labels, similarity, chance = place_by(vectors(_forms(work, pool), learn(sample, targets)), themes)
    near = draw_near(labels, similarity, small_themes(tree), taken=first, count=count - count // NEAR)
    return np.sort(np.concatenate([near, draw_odd(chance, np.concatenate([first, near]), count - len(near))]))


def make_themes(work: WorkFolder, grain: int | None, seed: int, part: Path) -> None:
    """The tree of themes of the sample, frozen with the meaning in which all messages are placed."""
    sample = _weighed(work, work.array("embed/sample"))
    if work.facts("embed/facts")["read_by_teacher"]:
        _themes_of_teacher(work, sample, grain, seed, part)
    else:
        _themes_of_words(work, sample, grain, seed, part)


def _themes_of_teacher(work: WorkFolder, sample: Sample, grain: int | None, seed: int, part: Path) -> None:
    """Themes made where the teacher sees the messages, and a student that places all others like it."""
    even: Bools = work.array("embed/even")
    space = space_of(sample, work.array("embed/read"), seed=seed, whole=bool(even.all()))
    pool = sample if space.whole else _pool_of(work, sample, seed)
    tree, evidence, odds = told_apart(sample, space, find_tree(space, even=even, number=grain, seed=seed), pool=pool)
    again = stability(space, tree, even=even, seed=seed)
    targets = targets_of(space, tree)
    points = honest_vectors(sample, targets, seed=seed)
    themes = themes_of(points, tree, odds)
    claimed = np.where(np.isin(tree.leaves, themes.told) & ~tree.strange, tree.leaves, -1).astype(np.int32)
    labels, similarity, _ = place_by(points, themes, claimed=claimed)
    missed = float((labels < 0).mean())
    frozen = Frozen(learn(sample, targets), themes, missed, mean_similarity(similarity, labels >= 0), evidence)
    save_themes(part / "themes.npz", frozen)
    np.save(part / "minority.npy", minority(space, tree, themes.told))
    np.save(part / "stability.npy", again)
    np.save(part / "taught.npy", np.where(tree.strange, -1, tree.leaves).astype(np.int32))
    np.save(part / "nearness.npy", nearness_to_leaf(space, tree))


def _pool_of(work: WorkFolder, sample: Sample, seed: int) -> Sample:
    """What the sample was drawn from, drawn again."""
    rows = draw_pool(np.flatnonzero(work.array("fold/fates") == NOT_PLACED), seed=seed)
    return weigh_like(sample, rows, _forms(work, rows))


def _themes_of_words(work: WorkFolder, sample: Sample, grain: int | None, seed: int, part: Path) -> None:
    """Themes by words alone, small views included."""
    meaning = load_meaning(work.path / "embed" / "meaning.npz")
    points = vectors(sample.forms, meaning)  # (m, d)
    salads = scrambled_vectors(sample, meaning, seed=seed)
    themes = find_themes(points, salads, grain=grain, seed=seed)
    views = find_views(sample, nearest_theme(points, themes)[1]) if len(themes.parents) else []
    if views:
        meaning = with_directions(meaning, sample, views)
        themes = add_views(themes, sample, meaning, views)
        points = vectors(sample.forms, meaning)
    labels, similarity = nearest_theme(points, themes)
    missed = float((labels < 0).mean()) if len(labels) else 0.0
    save_themes(part / "themes.npz", Frozen(meaning, themes, missed, mean_similarity(similarity, labels >= 0)))
    np.save(part / "minority.npy", themes.views)
    np.save(part / "stability.npy", np.full(len(themes.parents), np.nan, np.float32))
