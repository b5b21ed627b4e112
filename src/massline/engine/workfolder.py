"""The folder in which a run keeps what its steps have made, so that a run that was stopped goes on where it stood."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.stored import Stored

Part = TypeVar("Part", bound=Sized)
Progress = Callable[[str, int], None]
"""Called with the name of the step and how many messages of it are done; 0 when it begins."""


class FinishedSteps:
    """What finished steps have left, one folder each."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def table(self, name: str) -> pa.Table:
        """A table of a finished step (STEP/FILE), memory-mapped: read from disk as it is used."""
        return pa.ipc.open_file(pa.memory_map(str(self.path / f"{name}.arrow"))).read_all()

    def stored(self, name: str) -> Stored:
        """A table of a finished step (STEP/FILE) that stays on disk: one with a row for each message."""
        return Stored(self.path / f"{name}.arrow")

    def array(self, name: str) -> npt.NDArray[Any]:
        """An array of a finished step (STEP/FILE), memory-mapped."""
        return np.load(self.path / f"{name}.npy", mmap_mode="r")

    def facts(self, name: str) -> dict[str, Any]:
        """Small facts of a finished step (STEP/FILE)."""
        facts: dict[str, Any] = json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))
        return facts


class WorkFolder(FinishedSteps):
    """Finished steps, one folder each, beside the key that says what they were made from.

    A step is made in NAME.part and renamed when it is whole, so a folder without `.part` can be trusted. With another
    key everything is made anew.
    """

    def __init__(self, path: Path, key: Mapping[str, Any], progress: Progress) -> None:
        super().__init__(path)
        self._progress = progress
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}
        self.kept: list[str] = []
        marker, text = path / "key.json", json.dumps(key, ensure_ascii=False, sort_keys=True)
        if path.exists() and not (marker.exists() and marker.read_text(encoding="utf-8") == text):
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
        marker.write_text(text, encoding="utf-8")

    def step(self, name: str, make: Callable[[Path], None]) -> None:
        """Run a step, unless an earlier run has finished it. make gets the folder to fill."""
        if (self.path / name).exists():
            self.kept.append(name)
            return
        self.say(name, 0)
        start, cpu_start = time.perf_counter(), time.process_time()
        part = self.path / f"{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        make(part)
        os.replace(part, self.path / name)
        self.seconds[name] = time.perf_counter() - start
        self.cpu_seconds[name] = time.process_time() - cpu_start

    def say(self, name: str, done: int) -> None:
        """Tell whoever watches how far a step is."""
        self._progress(name, done)

    def watched(self, name: str, parts: Iterable[Part]) -> Iterator[Part]:
        """The same parts, telling how many rows of a step are done as they pass."""
        done = 0
        for part in parts:
            yield part
            done += len(part)
            self.say(name, done)


def write_batches(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    """Write batches as they come; returns the number of rows."""
    rows = 0
    with pa.ipc.new_file(str(path), schema) as file:
        for batch in batches:
            file.write_batch(batch)
            rows += len(batch)
    return rows


def write_facts(path: Path, facts: Mapping[str, Any]) -> None:
    """Write small facts as JSON."""
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
