"""The time of massline in a process that has run before, as BERTopic's is measured: no start, nothing compiled. Run by
bench_bertopic.py.

    python warm_massline.py messages.csv

Prints one JSON object: wall and processor seconds of file to report by words alone, with the teacher, and with the teacher's
vectors given.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine import pipeline
from massline.engine.teacher import Lessons, the_teacher


class Remembering:
    """The teacher, who knows what was read before."""

    def __init__(self) -> None:
        self._teacher, self._known = the_teacher(), dict[str, npt.NDArray[np.float32]]()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the teacher has
        return getattr(self._teacher, name)

    def vectors(self, texts: pa.Array, **how: Any) -> npt.NDArray[np.float32]:  # noqa: ANN401 - passed on
        """As the teacher's; the second time for nothing."""
        key = hashlib.sha256(json.dumps([how.get("pieces"), texts.to_pylist()]).encode()).hexdigest()
        if key not in self._known:
            self._known[key] = self._teacher.vectors(texts, **how)
        return self._known[key]


def seconds_of(source: Path, teach: int) -> list[float]:
    """Wall and processor seconds of one run."""
    with tempfile.TemporaryDirectory() as out:
        begun = time.perf_counter(), time.process_time()
        pipeline.run([source], Path(out), pipeline.Options(teach=teach))
        return [round(time.perf_counter() - begun[0], 2), round(time.process_time() - begun[1], 2)]


def main(source: str) -> None:
    """Warm up, measure, print."""
    path, teacher = Path(source), Remembering()
    seconds_of(path, 0)
    words = seconds_of(path, 0)
    pipeline.lessons = lambda *asked: Lessons(teacher, pipeline.TEACH, "")
    taught = seconds_of(path, pipeline.TEACH)
    given = seconds_of(path, pipeline.TEACH)
    told = {"by words": words, "with the teacher": taught, "the teacher's vectors given": given}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
