"""The files of the contract, written beside and then renamed: the folder holds a whole result or the one before."""

import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import call
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from massline.engine.facts import fate_counts, language_of, meaning_of, package_versions, rejects_of, report_facts
from massline.engine.place import theme_paths
from massline.engine.rejects import write_rejects
from massline.engine.report import write_report
from massline.engine.runners import Workers, local, threads_of
from massline.engine.tables import COPY, FATES, KINDS, OUT_MESSAGES
from massline.engine.workfolder import WorkFolder, write_facts

FILES: Final = (
    "messages.parquet",
    "themes.parquet",
    "campaigns.parquet",
    "statements.jsonl",
    "rejects.csv",
    "report.html",
    "report.json",
    "themes.npz",
    "run.json",
)
"""What a finished run leaves. run.json comes last: where it stands, the rest is whole."""


REPEATED: Final = ["fate", "copy_of", "campaign", "theme", "theme_path.list.element", "masked.list.element"]
"""Columns of messages.parquet that say the same again and again. A dictionary of the others takes half the time of writing, and a
fifth of the file, for nothing."""


def write_results(  # noqa: PLR0913 - what, how it was made, and who works
    work: WorkFolder,
    inputs: Sequence[Mapping[str, Any]],
    *,
    language: str | None,
    method: str,
    seed: int,
    workers: Workers,
) -> None:
    """Make the files of the contract, except run.json, as a step of the work folder. Of more workers of this machine one writes
    the messages while another counts them."""

    def make(part: Path) -> None:
        both = (partial(_write_messages, part / "messages.parquet", work), partial(write_others, part))
        for _ in local.map_blocks(call, both, workers=threads_of(workers)):
            pass

    def write_others(part: Path) -> None:
        spoken = language or language_of(work)
        pq.write_table(work.table("label/themes"), part / "themes.parquet")
        pq.write_table(work.table("fold/campaigns"), part / "campaigns.parquet")
        shutil.copyfile(work.path / "trace" / "statements.jsonl", part / "statements.jsonl")
        shutil.copyfile(work.path / "group" / "themes.npz", part / "themes.npz")
        write_rejects(part / "rejects.csv", rejects_of(work), language=spoken)
        write_report(part, report_facts(work, inputs, method=method, seed=seed), language=spoken)

    work.step("report", make)


def publish(out: Path, work: WorkFolder, run_facts: Mapping[str, Any]) -> None:
    """Put the finished files into `out`, over those of an earlier run."""
    whole = work.path / "report.whole"  # whoever is stopped from here on makes the report once more
    os.replace(work.path / "report", whole)
    write_facts(whole / "run.json", run_facts)
    (out / "run.json").unlink(missing_ok=True)
    for name in FILES:
        os.replace(whole / name, out / name)


def run_facts(
    work: WorkFolder, inputs: Sequence[Mapping[str, Any]], result: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    """run.json: what went in, what came out, with what, and how long it took. Only timings, memory and machine differ
    between equal runs."""
    return {
        "result": dict(result),
        "inputs": [{name: one[name] for name in ("name", "size", "sha256")} for one in inputs],
        "options": dict(options),
        "meaning": meaning_of(work),
        "sample": work.facts("embed/facts"),
        "packages": package_versions(),
        "timings": {
            "steps": {name: round(seconds, 3) for name, seconds in work.seconds.items()},
            "cpu": {name: round(seconds, 3) for name, seconds in work.cpu_seconds.items()},
            "kept_from_an_earlier_run": work.kept,
            "python": platform.python_version(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        },
    }


def counts_of(work: WorkFolder) -> dict[str, int]:
    """The counts of the contract's JSON object."""
    read, fates = work.facts("read/facts"), fate_counts(work)
    rows = sum(read["rows"].values())
    return {
        "rows": rows,
        "accepted": read["accepted"],
        "rejected": rows - read["accepted"],
        **{("copies" if fate == "copy" else fate): count for fate, count in fates.items()},
        "themes": len(work.table("label/themes")),
        "campaigns": len(work.table("fold/campaigns")),
    }


def _write_messages(path: Path, work: WorkFolder) -> None:
    with pq.ParquetWriter(path, OUT_MESSAGES, use_dictionary=REPEATED) as file:
        for batch in _out_batches(work):
            file.write_batch(batch)


def _out_batches(work: WorkFolder) -> Iterator[pa.RecordBatch]:
    """OUT_MESSAGES, batch by batch as they were read."""
    fates, themes = work.array("place/fates"), work.array("place/themes")
    copy_of, campaign = work.array("fold/copy_of"), work.array("fold/campaign")
    originals = np.unique(copy_of[fates == COPY])
    their_ids = work.stored("read/messages").take(originals, "id").column("id").combine_chunks()
    similarity, chance = work.array("place/similarity"), work.array("place/probability")
    parents = work.table("label/themes").column("parent").fill_null(-1).to_numpy()
    start = 0
    ids = work.stored("read/messages").blocks("id")
    for batch, named in zip(work.stored("clean/cleaned").blocks("kinds"), ids, strict=True):
        part = slice(start, start + len(batch))
        copies, theme = fates[part] == COPY, themes[part]
        original = pa.array(np.searchsorted(originals, copy_of[part]), mask=~copies)
        columns = [
            named.column("id"),
            pa.DictionaryArray.from_arrays(pa.array(fates[part], pa.int8()), pa.array(FATES)),
            their_ids.take(original),
            pa.array(campaign[part], pa.int32(), mask=campaign[part] < 0),
            pa.array(theme, pa.int32(), mask=theme < 0),
            theme_paths(theme, parents),
            pa.array(similarity[part], pa.float32(), mask=theme < 0),
            pa.array(chance[part], pa.float32(), mask=(theme < 0) | np.isnan(chance[part])),
            _kinds_lists(batch.column("kinds").to_numpy()),
        ]
        start += len(batch)
        yield pa.record_batch(columns, schema=OUT_MESSAGES)


def _kinds_lists(kinds: npt.NDArray[np.uint16]) -> pa.Array:
    """The names of the kinds of each message (n,), as lists."""
    different, index = np.unique(kinds, return_inverse=True)
    lists = [[kind for i, kind in enumerate(KINDS) if int(bits) >> i & 1] for bits in different]
    return pa.array(lists, OUT_MESSAGES.field("masked").type).take(pa.array(index))
