"""Names, counts and quoted messages of the themes: `label`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import I64
from massline.engine.earlier import Before
from massline.engine.endpoint import Endpoint
from massline.engine.group import Themes, home_of
from massline.engine.label import Name, distinct_senders, local_words, middle_and_edge, name_themes
from massline.engine.place import load_themes
from massline.engine.proposals import SHOWN
from massline.engine.runners import Workers
from massline.engine.sides import AGAINST, FOR, count_sides, quote_side
from massline.engine.steps.blocks import sample_forms
from massline.engine.steps.counting import count_words_of_all, sides_of_all, stand_for
from massline.engine.steps.proposing import ask_for_names
from massline.engine.steps.weighing import weigh_themes
from massline.engine.tables import COPY, THEMES
from massline.engine.weigh.margins import Margins
from massline.engine.words import find_words
from massline.engine.workfolder import WorkFolder, write_batches

NO_ROWS: Final = np.zeros(0, np.int64)


def name_themes_and_count(  # noqa: PLR0913 - what, who works, by what, where to, and what is known
    work: WorkFolder,
    workers: Workers,
    margins: Margins | None,
    namer: Endpoint | None,
    part: Path,
    *,
    earlier: Before = None,
) -> None:
    """Name every theme from all its messages, count them and their senders, weigh their shares, and pick whom to quote.

    namer: a language model that may propose other names; whatever it does, the step does not fail. earlier: a run whose counts
    are gone on from.
    """
    themes, similarity = work.array("place/themes"), work.array("place/similarity")
    originals, stands_for = stand_for(work)
    tree = load_themes(work.path / "group" / "themes.npz").themes
    number, home = len(tree.parents), home_of(tree.parents)
    sample, areas = sample_forms(work), _sample_areas(work)
    vocabulary = find_words(sample)
    counts = count_words_of_all(work, workers, vocabulary, number, part=part, earlier=earlier)
    sizes = np.bincount(themes[themes >= 0], minlength=number).astype(np.int64)
    for fine in np.flatnonzero(tree.parents >= 0):
        counts[home[fine]] += counts[fine]
        sizes[home[fine]] += sizes[fine]
    names = name_themes(counts, sizes, tree.parents, vocabulary, local=local_words(sample, areas, vocabulary))
    sides = sides_of_all(work, workers, part=part, earlier=earlier)
    if namer is not None:
        nearest, _ = middle_and_edge(originals, similarity, tree.parents, most=SHOWN)
        names = ask_for_names(work, namer, names, sizes, nearest, part)
    typical, dissenting = middle_and_edge(originals, similarity, tree.parents)
    asking = [quote_side(side, sides, originals, similarity, tree.parents) for side in (FOR, AGAINST)]
    quoted = (typical, dissenting, *asking)
    said = count_sides(sides, originals, stands_for, tree.parents)
    table = _themes_table(work, tree, names, sizes=sizes, said=said, quoted=quoted)
    if margins is not None:
        table = weigh_themes(work, table, margins, part)
    write_batches(part / "themes.arrow", THEMES, table.to_batches())
    np.save(part / "quoted.npy", np.unique(np.concatenate([NO_ROWS, *(rows for lists in quoted for rows in lists)])))
    offsets = np.cumsum([0, *(len(rows) for rows in typical)])
    np.savez(part / "typical.npz", rows=np.concatenate([NO_ROWS, *typical]), offsets=offsets)


def _sample_areas(work: WorkFolder) -> pa.Array:
    return work.stored("read/messages").take(work.array("embed/sample"), "area").column("area").combine_chunks()


def _themes_table(  # noqa: PLR0913 - each a column or more
    work: WorkFolder, tree: Themes, names: Sequence[Name], *, sizes: I64, said: I64, quoted: Sequence[list[I64]]
) -> pa.Table:
    """THEMES: the tree with its names, counts and quoted ids. said (t, 2): how many ask for and against; quoted: rows of
    typical messages, dissenting ones, those for and those against."""
    messages, themes = work.table("read/messages"), work.array("place/themes")
    known = messages.column("sender").is_valid().to_numpy()
    senders = messages.column("sender").fill_null(0).to_numpy()
    number, home = len(tree.parents), home_of(tree.parents)
    fine = distinct_senders(themes, senders, known, number)
    at_home = np.where(themes >= 0, home[themes], -1).astype(np.int32) if number else themes
    coarse = distinct_senders(at_home, senders, known, number)
    original = work.array("place/fates") != COPY
    texts = [np.bincount(one[(one >= 0) & original], minlength=number) for one in (at_home, themes)]
    stored = work.stored("read/messages")
    ids = [stored.take(np.concatenate([NO_ROWS, *lists]), "id").column("id").combine_chunks() for lists in quoted]
    offsets = [np.cumsum([0, *map(len, lists)], dtype=np.int32) for lists in quoted]
    picked = [pa.ListArray.from_arrays(pa.array(ends), found) for ends, found in zip(offsets, ids, strict=True)]
    nothing, again = pa.nulls(number, pa.float64()), work.array("group/stability")
    columns = {
        "theme": np.arange(number, dtype=np.int32),
        "parent": pa.array(tree.parents, pa.int32(), mask=tree.parents < 0),
        "grain": (tree.parents >= 0).astype(np.int8),
        "label": [name.label for name in names],
        "keywords": [list(name.keywords) for name in names],
        "messages": sizes,
        "senders": np.where(tree.parents < 0, coarse, fine),
        "share_raw": sizes / max(len(messages), 1),
        "share_corrected": nothing,
        "low": nothing,
        "high": nothing,
        "typical": picked[0],
        "dissenting": picked[1],
        "minority": work.array("group/minority"),
        "messages_for": said[:, 0],
        "messages_against": said[:, 1],
        "asks_for": picked[2],
        "asks_against": picked[3],
        "distinct_texts": np.where(tree.parents < 0, *texts),
        "stability": pa.array(again, pa.float32(), mask=np.isnan(again)),
    }
    return pa.table(columns, schema=THEMES)
