"""Every message into its theme: `place`."""

from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from massline.engine.buffers import Bools
from massline.engine.earlier import Before
from massline.engine.place import load_themes, place_batch
from massline.engine.runners import Workers, map_blocks
from massline.engine.steps.blocks import chosen_blocks
from massline.engine.tables import COPY, NOT_PLACED, PLACED
from massline.engine.workfolder import WorkFolder

NOWHERE: Final = {"themes": np.int32(-1), "similarity": np.float32(0), "probability": np.float32(np.nan)}
"""What is said of a message before it is placed."""


def place_messages(work: WorkFolder, workers: Workers, part: Path, *, earlier: Before = None) -> None:
    """Every message into its theme; a copy goes where its original went. Those of an earlier run stay where they stand."""
    fates, copy_of = work.array("fold/fates").copy(), work.array("fold/copy_of")
    placed = {name: np.full(len(fates), nothing) for name, nothing in NOWHERE.items()}
    before = earlier.rows if earlier else 0
    _place_all(work, workers, placed, fates == NOT_PLACED, before=before)
    if earlier:
        for name, array in (*placed.items(), ("fates", fates)):
            array[:before] = earlier.steps.array(f"place/{name}")
    elif work.facts("embed/facts")["read_by_teacher"]:  # it knows better than its student where its own sample belongs
        read = work.array("embed/sample")
        placed["themes"][read], placed["similarity"][read] = work.array("group/taught"), work.array("group/nearness")
        placed["probability"][read] = 1
    fates[(placed["themes"] >= 0) & (fates == NOT_PLACED)] = PLACED
    copies = np.flatnonzero(fates == COPY)
    for array in placed.values():
        array[copies] = array[copy_of[copies]]
    for name, array in (*placed.items(), ("fates", fates)):
        np.save(part / f"{name}.npy", array)


def _place_all(
    work: WorkFolder, workers: Workers, placed: dict[str, npt.NDArray[Any]], chosen: Bools, *, before: int
) -> None:
    """Enter theme, similarity and probability of the chosen messages (n,) from row `before` on."""
    begin = int(np.searchsorted(work.stored("clean/cleaned").starts, before))
    rows = before + np.flatnonzero(chosen[before:])
    kernel = partial(place_batch, frozen=load_themes(work.path / "group" / "themes.npz"))
    start = 0
    for batch in work.watched("place", map_blocks(kernel, chosen_blocks(work, chosen, begin=begin), workers=workers)):
        at = rows[start : start + len(batch)]
        placed["themes"][at] = batch.column("theme").fill_null(-1)
        placed["similarity"][at] = batch.column("similarity")
        placed["probability"][at] = batch.column("probability").fill_null(np.nan)
        start += len(batch)
