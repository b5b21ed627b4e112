"""A finished run that goes on: its files have grown at their end, and what was made of the earlier messages is taken up.

What is kept stands in DIR/.kept: the matching forms of the messages (personal data is left out of them), who is whose copy, the
themes and who stands where. No text as it came, no sender. Whoever gives DIR away may leave it out.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from massline.engine.buffers import strings_of
from massline.engine.delimited import Delimited
from massline.engine.encoding import encoding_of
from massline.engine.files import source_of
from massline.engine.read import EXPECTED, by_number
from massline.engine.shares import likely
from massline.engine.sources import JsonLines
from massline.engine.stored import Stored
from massline.engine.tables import NOT_PLACED, PLACED
from massline.engine.workfolder import FinishedSteps, WorkFolder, write_facts

KEPT: Final = ".kept"
KEPT_STEPS: Final = ("clean", "fold", "embed", "group", "place")
KEPT_FILES: Final = ("label/counts.npz", "label/sides.npy", "trace/said.npy", "trace/asked.json")
FORMAT: Final = 3
"""Of what is kept. Another one is not taken up."""

MOST_NEW: Final = 0.25
"""Themes age: when more has come since they were learnt than this share of what they were learnt from, they are learnt anew."""

MORE_NOT_PLACED: Final = 0.05
"""So much more of the new messages may find no theme (beyond chance); with more, the new ones speak of something else."""

READ_BYTES: Final = 1 << 20
ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030")
"""In which a line end is one byte that stands for nothing else, so that a file can be cut behind it."""


class LearnAnew(Exception):
    """What was made of the earlier messages does not serve the new ones. Its text says why, as half a sentence."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a finished run has left. rows: its accepted messages, the first ones of the longer file too. learnt: bytes and
    messages that its themes were learnt from. inputs: its files. ids: digest of the messages' ids."""

    steps: FinishedSteps
    rows: int
    ids: str
    learnt: Mapping[str, int]
    inputs: Sequence[Mapping[str, Any]]

    def told(self) -> dict[str, Any]:
        """What a result says of the one that it goes on from."""
        files = [{name: one[name] for name in ("name", "size", "sha256")} for one in self.inputs]
        return {"inputs": files, "accepted": self.rows, "learnt_from": dict(self.learnt)}


Before = Earlier | None
"""What a step may take up: nothing in a run from the beginning."""


def earlier_of(out: Path, paths: Sequence[Path], key: Mapping[str, Any]) -> Earlier | str | None:
    """The finished run in `out` that these files and options go on from; a sentence where there is one that they do not go
    on from; None where there is none. key: see pipeline.run_key."""
    folder = out / KEPT
    try:
        kept = json.loads((folder / "key.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if why := _why_not(kept, paths, key):
        return why
    if not _is_whole(folder, kept):
        return "what was kept is not whole"
    return Earlier(FinishedSteps(folder), kept["accepted"], kept["ids"], kept["learnt"], kept["key"]["inputs"])


def _is_whole(folder: Path, kept: Mapping[str, Any]) -> bool:
    """Whether each file has its size. What is only counted anew where it is missing may be missing."""
    for name, size in kept["files"].items():
        try:
            if (folder / name).stat().st_size != size:
                return False
        except OSError:
            if name not in KEPT_FILES:
                return False
    return True


def _why_not(kept: Mapping[str, Any], paths: Sequence[Path], key: Mapping[str, Any]) -> str:
    """Why a finished run is not gone on from; empty where it is."""
    before, now = kept["key"], key
    if kept["format"] != FORMAT or _options_of(before) != _options_of(now):
        return "options or version were others"
    if len(now["inputs"]) < len(before["inputs"]):
        return "there were more files"
    pairs = list(zip(before["inputs"], now["inputs"], paths, strict=False))
    grown = [one["size"] < other["size"] for one, other, _ in pairs]
    if not any(grown) and len(now["inputs"]) == len(before["inputs"]):
        return "no message was appended" if not _altered(pairs) else "the files have been altered"
    if any(grown[:-1]) or _altered(pairs):
        return "the files have been altered before their end"
    new = sum(one["size"] for one in now["inputs"]) - kept["learnt"]["bytes"]
    if new > MOST_NEW * kept["learnt"]["bytes"]:
        return f"the themes are old: more than {MOST_NEW:.0%} has come since"
    return _why_not_cut(kept, paths, grown=grown[-1])


def _options_of(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name not in ("inputs", "continues")}


def _altered(pairs: Iterable[tuple[Mapping[str, Any], Mapping[str, Any], Path]]) -> bool:
    """Whether a file no longer begins with all that it held."""
    for before, now, path in pairs:
        if before["label"] != now["label"] or before["size"] > now["size"]:
            return True
        begins = now["sha256"] if before["size"] == now["size"] else digest_of_start(path, before["size"])
        if begins != before["sha256"]:
            return True
    return False


def _why_not_cut(kept: Mapping[str, Any], paths: Sequence[Path], *, grown: bool) -> str:
    """Why the last of the earlier files did not end with a whole row, or would be read otherwise now."""
    last = len(kept["key"]["inputs"]) - 1
    if not grown:
        return ""
    size, layout = kept["key"]["inputs"][last]["size"], layout_of(paths[last], kept["key"]["columns"])
    if not layout or layout != kept["layout"]:
        return "the last file is read in another way now"
    return "the last row was not whole" if kept["cut"] or not _ends_a_line(paths[last], size) else ""


def layout_of(path: Path, columns: Mapping[str, str]) -> str:
    """What the reading of each row hangs on, in words; empty for a file that does not grow row by row (Excel, Parquet,
    UTF-16). columns: as they are mapped by hand."""
    source = source_of(path, expected=EXPECTED, by_number=by_number(columns))
    if not isinstance(source, Delimited | JsonLines) or (encoding := encoding_of(path)) not in ENCODINGS:
        return ""
    return f"{type(source).__name__}, {encoding}, {list(source.headings)}"


def _ends_a_line(path: Path, size: int) -> bool:
    """Whether the byte before this place ends a line of text."""
    with path.open("rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) == b"\n"


def digest_of_start(path: Path, size: int) -> str:
    """SHA-256 of the first bytes of a file."""
    digest, left = hashlib.sha256(), size
    with path.open("rb") as stream:
        while left and (block := stream.read(min(left, READ_BYTES))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()


def digest_of_ids(messages: Stored, rows: int) -> str:
    """SHA-256 of the first ids with where each ends, whatever batches they stand in."""
    digest, left = hashlib.sha256(), rows
    for batch in messages.blocks("id"):
        data, offsets = strings_of(batch.column("id").slice(0, left))
        digest.update(data[offsets[0] : offsets[-1]].tobytes())
        digest.update((offsets[1:] - offsets[:-1]).tobytes())
        left -= min(left, len(batch))
        if not left:
            break
    return digest.hexdigest()


def check_begins(earlier: Earlier, messages: Stored) -> None:
    """Raise LearnAnew unless the messages begin with the earlier ones, in the same batches."""
    starts = earlier.steps.stored("clean/cleaned").starts
    same_batches = np.array_equal(messages.starts[: len(starts)], starts)
    if not same_batches or digest_of_ids(messages, earlier.rows) != earlier.ids:
        raise LearnAnew("the rows are read in another way now")


def check_drift(earlier: Earlier, work: FinishedSteps) -> dict[str, Any]:
    """How the new messages find their places, for the result. Raises LearnAnew where many more of them find none than of
    those that the themes were made of."""
    fates = work.array("place/fates")
    before, now = _not_placed(fates[: earlier.rows]), _not_placed(fates[earlier.rows :])
    share = before[0] / max(before[1], 1)
    if likely(*now)[0] > share + MORE_NOT_PLACED:
        raise LearnAnew("the themes do not serve: more of the new messages than of the earlier ones find none")
    return {"new": len(fates) - earlier.rows, "not_placed_before": share, "not_placed_of_new": now[0] / max(now[1], 1)}


def _not_placed(fates: npt.NDArray[np.int8]) -> tuple[int, int]:
    """How many are not placed, of how many that could be."""
    missed = int((fates == NOT_PLACED).sum())
    return missed, missed + int((fates == PLACED).sum())


def take_up(earlier: Earlier, name: str, part: Path) -> None:
    """A step of the earlier run, as it is."""
    shutil.copytree(earlier.steps.path / name, part, dirs_exist_ok=True)


def keep_steps(
    out: Path, work: WorkFolder, key: Mapping[str, Any], paths: Sequence[Path], earlier: Earlier | None
) -> None:
    """Move what a later run can take up from the work folder of a whole result to DIR/.kept, over what stands there.

    Nothing is kept of files that have changed while they were read."""
    if any(path.stat().st_size != one["size"] for path, one in zip(paths, key["inputs"], strict=True)):
        return
    messages, part = work.stored("read/messages"), out / f"{KEPT}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for name in KEPT_STEPS:
        os.replace(work.path / name, part / name)
    for name in KEPT_FILES:
        (part / name).parent.mkdir(exist_ok=True)
        os.replace(work.path / name, part / name)
    learnt = {"bytes": sum(one["size"] for one in key["inputs"]), "messages": len(messages)}
    facts = {
        "format": FORMAT,
        "key": key,
        "accepted": len(messages),
        "ids": digest_of_ids(messages, len(messages)),
        "layout": layout_of(paths[-1], key["columns"]),
        "cut": work.facts("read/facts")["cut"],
        "learnt": earlier.learnt if earlier else learnt,
        "files": {
            str(file.relative_to(part)): file.stat().st_size for file in sorted(part.rglob("*.*")) if file.is_file()
        },
    }
    write_facts(part / "key.json", facts)
    forget(out)
    os.replace(part, out / KEPT)


def forget(out: Path) -> None:
    """Drop what an earlier run has left to be taken up."""
    shutil.rmtree(out / KEPT, ignore_errors=True)
