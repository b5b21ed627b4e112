"""Files to messages, forms and copies: `read`, `clean`, `fold`."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from massline.engine.buffers import I32, strings_of
from massline.engine.clean import clean_batch
from massline.engine.fold import fold
from massline.engine.grams import letters_of
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.runners import Workers, map_blocks
from massline.engine.stored import Stored
from massline.engine.tables import CLEANED, COPY, MESSAGES, NOT_PLACED, REMOVED, TOO_SHORT
from massline.engine.workfolder import WorkFolder, write_batches, write_facts

SHORTEST: Final = 4
"""A message that says less is too short: one for each sign of Chinese, two for each word of an alphabet."""


def read_files(work: WorkFolder, paths: Sequence[Path], columns: Mapping[str, str], seed: int, part: Path) -> None:
    """Accepted rows as MESSAGES, all others as rejects, in the order of the files."""
    rows: Counter[str] = Counter()
    with (part / "rejects.jsonl").open("w", encoding="utf-8") as stream:

        def reject(one: Reject) -> None:
            stream.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")

        batches = read(paths, columns=columns, reject=reject, seed=seed, rows=rows)
        accepted = write_batches(part / "messages.arrow", MESSAGES, work.watched("read", batches))
    write_facts(part / "facts.json", {"rows": rows, "accepted": accepted})


def clean_messages(work: WorkFolder, workers: Workers, part: Path) -> None:
    """One matching form of each message, and which kinds of personal data it holds."""
    blocks = work.stored("read/messages").blocks("title", "text")
    cleaned = map_blocks(clean_batch, blocks, workers=workers)
    write_batches(part / "cleaned.arrow", CLEANED, work.watched("clean", cleaned))


def fold_copies(work: WorkFolder, seed: int, workers: Workers, part: Path) -> None:
    """Who is a copy of whom, and the campaigns; who is too short or removed. All others are not placed yet."""
    folded = fold(work.stored("read/messages"), work.stored("clean/cleaned"), seed=seed, workers=workers)
    np.save(part / "copy_of.npy", folded.copy_of)
    np.save(part / "campaign.npy", folded.campaign)
    write_batches(part / "campaigns.arrow", folded.campaigns.schema, folded.campaigns.to_batches())
    fates, removed = _first_fates(work.stored("clean/cleaned"), folded.copy_of)
    np.save(part / "fates.npy", fates)
    write_facts(part / "facts.json", {"removed": {reason: count for reason, count in removed.items() if count}})


def _first_fates(cleaned: Stored, copy_of: I32) -> tuple[npt.NDArray[np.int8], dict[str, int]]:
    """Fate (n,) of each message before any is placed, and how many are removed for which reason."""
    measured = [letters_of(*strings_of(batch.column("form"))) for batch in cleaned.blocks("form")]
    letters = np.concatenate([np.zeros(0, np.int32), *(letters for letters, _ in measured)])
    repeated = np.concatenate([np.zeros(0, np.bool_), *(repeated for _, repeated in measured)])
    fates = np.where(copy_of >= 0, COPY, NOT_PLACED).astype(np.int8)
    fates[letters < SHORTEST] = TOO_SHORT
    fates[(letters == 0) | (repeated & (letters >= SHORTEST))] = REMOVED
    silent, removed = int((letters == 0).sum()), int((fates == REMOVED).sum())
    return fates, {"no_letters": silent, "one_letter": removed - silent}
