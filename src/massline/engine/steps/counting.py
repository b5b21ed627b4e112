"""Words of each theme and sides of each message: part of `label`. What an earlier run has counted is not read again."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from massline.engine.buffers import I32, I64
from massline.engine.earlier import Before, Earlier
from massline.engine.runners import Workers, map_blocks
from massline.engine.sides import Sides, sides_of
from massline.engine.steps.blocks import blocks_with_rows
from massline.engine.tables import COPY, PLACED
from massline.engine.words import Counts, Vocabulary, add_words, words_said
from massline.engine.workfolder import FinishedSteps, WorkFolder

NO_SIDES: Final = np.zeros(0, np.int8)


def stand_for(steps: FinishedSteps) -> tuple[I32, I64]:
    """Theme of each message that is placed and no copy, -1 for others, and how many messages each stands for; both (n,)."""
    fates, copy_of = steps.array("place/fates"), steps.array("fold/copy_of")
    originals = np.where(fates == PLACED, steps.array("place/themes"), -1).astype(np.int32)
    return originals, 1 + np.bincount(copy_of[fates == COPY], minlength=len(fates))


def count_words_of_all(  # noqa: PLR0913 - what, who works, where to, and what is known
    work: WorkFolder, workers: Workers, vocabulary: Vocabulary, number: int, *, part: Path, earlier: Before
) -> Counts:
    """How many messages of each theme (number of them) say each word, copies counted; kept in `part`. The sample of an earlier
    run is that of this one, so its vocabulary is too."""
    (originals, weights), counts = stand_for(work), np.zeros((number, len(vocabulary.words)), np.int64)
    begin = 0
    if earlier and (earlier.steps.path / "label").exists():
        begin = len(earlier.steps.stored("clean/cleaned").starts) - 1
        with np.load(earlier.steps.path / "label" / "counts.npz") as kept:
            counts.reshape(-1)[kept["places"]] = kept["counts"]
        _add_copies(work, earlier, vocabulary, counts, (originals, weights))
    start = int(work.stored("clean/cleaned").starts[begin])
    blocks = blocks_with_rows(work, originals, begin=begin)
    for said in map_blocks(partial(_words_block, vocabulary=vocabulary), blocks, workers=workers):
        end = start + len(said[1]) - 1
        add_words(counts, originals[start:end], weights[start:end], said)
        start = end
        work.say("label", end)
    places = np.flatnonzero(counts)
    np.savez(part / "counts.npz", places=places, counts=counts.reshape(-1)[places])
    return counts


def _add_copies(
    work: WorkFolder, earlier: Earlier, vocabulary: Vocabulary, counts: Counts, rows: tuple[I32, I64]
) -> None:
    """Add the words of earlier messages that stand for more now, because copies of them have come."""
    originals, weights = rows[0][: earlier.rows], rows[1][: earlier.rows]
    more = weights - stand_for(earlier.steps)[1]
    changed = np.flatnonzero((originals >= 0) & (more > 0))
    forms = work.stored("clean/cleaned").take(changed, "form").column("form").combine_chunks()
    add_words(counts, originals[changed], more[changed], words_said(forms, originals[changed], vocabulary))


def _words_block(block: tuple[pa.Array, I32], *, vocabulary: Vocabulary) -> tuple[I32, I64]:
    return words_said(*block, vocabulary)


def sides_of_all(work: WorkFolder, workers: Workers, *, part: Path, earlier: Before) -> Sides:
    """The side of each message, (n,); kept in `part`."""
    sides = np.concatenate([NO_SIDES, *_sides(work, workers, earlier)])
    np.save(part / "sides.npy", sides)
    return sides


def _sides(work: WorkFolder, workers: Workers, earlier: Before) -> Iterator[Sides]:
    begin = 0
    if earlier and (earlier.steps.path / "label").exists():
        begin = len(earlier.steps.stored("clean/cleaned").starts) - 1
        yield earlier.steps.array("label/sides")
    yield from map_blocks(_sides_block, blocks_with_rows(work, begin=begin), workers=workers)


def _sides_block(block: tuple[pa.Array]) -> Sides:
    return sides_of(block[0])
