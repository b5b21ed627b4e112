"""What the messages mean, learnt from a sample of them: `embed`, `group`."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.group import find_themes, nearest_theme
from massline.engine.minority import add_views, find_views, with_directions
from massline.engine.place import Frozen, load_meaning, mean_similarity, save_themes
from massline.engine.tables import NOT_PLACED
from massline.engine.workfolder import WorkFolder

SAMPLE: Final = 30_000
"""So many distinct messages teach; all others are placed."""


def learn_from_sample(work: WorkFolder, seed: int, part: Path) -> None:
    """Draw a sample from the distinct messages and learn from it what grams mean."""
    forms, distinct = work.table("clean/cleaned").column("form"), np.flatnonzero(work.array("fold/fates") == NOT_PLACED)
    chance = np.random.default_rng(seed)
    drawn = distinct if len(distinct) <= SAMPLE else np.sort(chance.choice(distinct, SAMPLE, replace=False))
    meaning = learn_meaning(weigh_sample(drawn, forms.take(pa.array(drawn)).combine_chunks()), seed=seed)
    np.save(part / "sample.npy", drawn)
    np.savez(part / "meaning.npz", row_of=meaning.row_of, table=meaning.table)


def make_themes(work: WorkFolder, grain: int | None, seed: int, part: Path) -> None:
    """The tree of themes of the sample, small views included, frozen with the meaning it was made in."""
    rows, forms = work.array("embed/sample"), work.table("clean/cleaned").column("form")
    sample = weigh_sample(rows, forms.take(pa.array(rows)).combine_chunks())
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
