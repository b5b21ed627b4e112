"""Every message into its theme: `place`."""

from functools import partial
from pathlib import Path

import numpy as np

from massline.engine.place import load_themes, place_batch
from massline.engine.runners import Workers, map_blocks
from massline.engine.steps.blocks import chosen_blocks
from massline.engine.tables import COPY, NOT_PLACED, PLACED
from massline.engine.workfolder import WorkFolder


def place_messages(work: WorkFolder, workers: Workers, part: Path) -> None:
    """Every message into its theme; a copy goes where its original went."""
    fates, copy_of = work.array("fold/fates").copy(), work.array("fold/copy_of")
    frozen = load_themes(work.path / "group" / "themes.npz")
    themes, similarity = np.full(len(fates), -1, np.int32), np.zeros(len(fates), np.float32)
    chance = np.full(len(fates), np.nan, np.float32)
    rows = np.flatnonzero(fates == NOT_PLACED)
    blocks = chosen_blocks(work, fates == NOT_PLACED)
    placed = work.watched("place", map_blocks(partial(place_batch, frozen=frozen), blocks, workers=workers))
    start = 0
    for batch in placed:
        at = rows[start : start + len(batch)]
        themes[at] = batch.column("theme").fill_null(-1)
        similarity[at] = batch.column("similarity")
        chance[at] = batch.column("probability").fill_null(np.nan)
        start += len(batch)
    if work.facts("embed/facts")["read_by_teacher"]:  # it knows better than its student where its own sample belongs
        read = work.array("embed/sample")
        themes[read], similarity[read], chance[read] = work.array("group/taught"), work.array("group/nearness"), 1
    fates[themes >= 0] = PLACED
    copies = np.flatnonzero(fates == COPY)
    for array in (themes, similarity, chance):
        array[copies] = array[copy_of[copies]]
    for name, array in (("fates", fates), ("themes", themes), ("similarity", similarity), ("probability", chance)):
        np.save(part / f"{name}.npy", array)
