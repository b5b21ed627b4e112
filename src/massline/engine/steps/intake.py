"""Files to messages, forms and copies: `read`, `clean`, `fold`."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.buffers import I32, I64, strings_of
from massline.engine.clean import clean_batch
from massline.engine.earlier import Before, check_begins
from massline.engine.fold import Texts, fold
from massline.engine.grams import letters_of
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.runners import Workers, map_blocks
from massline.engine.stored import Stored
from massline.engine.tables import CLEANED, COPY, MESSAGES, NOT_PLACED, REMOVED, TOO_SHORT
from massline.engine.workfolder import WorkFolder, write_batches, write_facts

TEXTS: Final = ("first", "hashes", "anchors", "weights")
"""What a later fold goes on from: fields of `fold.Texts`, a file each."""

SHORTEST: Final = 4
"""A message that says less is too short: one for each sign of Chinese, two for each word of an alphabet."""


def read_files(  # noqa: PLR0913 - what, how, where to, and what is known
    work: WorkFolder,
    paths: Sequence[Path],
    columns: Mapping[str, str],
    seed: int,
    workers: Workers,
    part: Path,
    *,
    earlier: Before = None,
) -> None:
    """Accepted rows as MESSAGES, all others as rejects, in the order of the files; in the batches of an earlier run, as far
    as they go. Raises LearnAnew."""
    rows: Counter[str] = Counter()
    codes: set[str] = set()
    with (part / "rejects.jsonl").open("w", encoding="utf-8") as stream:

        def reject(one: Reject) -> None:
            codes.add(one.code)
            stream.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")

        batches = read(paths, columns=columns, reject=reject, seed=seed, rows=rows, workers=workers)
        cut = _cut(batches, earlier.steps.stored("clean/cleaned").starts) if earlier else batches
        accepted = write_batches(part / "messages.arrow", MESSAGES, work.watched("read", cut))
    if earlier:
        check_begins(earlier, Stored(part / "messages.arrow"))
    write_facts(part / "facts.json", {"rows": rows, "accepted": accepted, "cut": "cut" in codes})


def _cut(batches: Iterator[pa.RecordBatch], starts: I64) -> Iterator[pa.RecordBatch]:
    """The same rows, a new batch beginning at each of these rows too."""
    start = 0
    for batch in batches:
        inside = starts[(starts > start) & (starts < start + len(batch))] - start
        for first, end in itertools.pairwise([0, *inside.tolist(), len(batch)]):
            yield batch.slice(first, end - first)
        start += len(batch)


def clean_messages(work: WorkFolder, workers: Workers, part: Path, *, earlier: Before = None) -> None:
    """One matching form of each message, and which kinds of personal data it holds; of an earlier run, as it was."""
    known = earlier.steps.stored("clean/cleaned") if earlier else None
    blocks = work.stored("read/messages").blocks("title", "text", begin=len(known.starts) - 1 if known else 0)
    cleaned = itertools.chain(known.blocks() if known else (), map_blocks(clean_batch, blocks, workers=workers))
    write_batches(part / "cleaned.arrow", CLEANED, work.watched("clean", cleaned))


def fold_copies(work: WorkFolder, seed: int, workers: Workers, part: Path, *, earlier: Before = None) -> None:
    """Who is a copy of whom, and the campaigns; who is too short or removed. All others are not placed yet. Who is whose copy
    in an earlier run stays so."""
    known = Texts(*(earlier.steps.array(f"fold/{name}") for name in TEXTS)) if earlier else None
    cleaned = work.stored("clean/cleaned")
    folded = fold(work.stored("read/messages"), cleaned, seed=seed, workers=workers, known=known)
    np.save(part / "copy_of.npy", folded.copy_of)
    np.save(part / "campaign.npy", folded.campaign)
    for name in TEXTS:
        np.save(part / f"{name}.npy", getattr(folded.texts, name))
    write_batches(part / "campaigns.arrow", folded.campaigns.schema, folded.campaigns.to_batches())
    begin = len(earlier.steps.stored("clean/cleaned").starts) - 1 if earlier else 0
    fates, removed = _first_fates(cleaned, folded.copy_of, begin)
    if earlier:
        fates = np.concatenate([earlier.steps.array("fold/fates"), fates])
        removed += Counter(earlier.steps.facts("fold/facts")["removed"])
    np.save(part / "fates.npy", fates)
    write_facts(part / "facts.json", {"removed": {reason: count for reason, count in removed.items() if count}})


def _first_fates(cleaned: Stored, copy_of: I32, begin: int) -> tuple[npt.NDArray[np.int8], Counter[str]]:
    """Fate of each message, from this batch on, before any is placed, and how many are removed for which reason."""
    measured = [letters_of(*strings_of(batch.column("form"))) for batch in cleaned.blocks("form", begin=begin)]
    letters = np.concatenate([np.zeros(0, np.int32), *(letters for letters, _ in measured)])
    repeated = np.concatenate([np.zeros(0, np.bool_), *(repeated for _, repeated in measured)])
    fates = np.where(copy_of[cleaned.starts[begin] :] >= 0, COPY, NOT_PLACED).astype(np.int8)
    fates[letters < SHORTEST] = TOO_SHORT
    fates[(letters == 0) | (repeated & (letters >= SHORTEST))] = REMOVED
    silent, removed = int((letters == 0).sum()), int((fates == REMOVED).sum())
    return fates, Counter({"no_letters": silent, "one_letter": removed - silent})
