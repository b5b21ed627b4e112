"""A teacher from a folder: any sentence transformer as ONNX with its tokenizer.json, of the kind of XLM-RoBERTa (unigram
pieces: multilingual-e5, bge-m3, paraphrase-multilingual) or of BERT (WordPiece: bge, gte, text2vec)."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.buffers import F32, I32, I64
from massline.engine.errors import TeacherError
from massline.engine.nearness import unit
from massline.engine.pieces import cut, learn_pieces
from massline.engine.runners.local import map_blocks
from massline.engine.teacher import MOST_PIECES, MOST_THREADS, batches_of, session_of, shortened

GRAPH: Final = "model.onnx"
PIECES: Final = "tokenizer.json"
MARKS: Final = (("<s>", "</s>", "<unk>"), ("[CLS]", "[SEP]", "[UNK]"))
"""How the two kinds write the beginning, the end, and what no piece holds."""

WORD: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\\W_]+?(?=[\u2e80-\u9fff]|\\b|_)|\\S")
"""What BERT takes for a word: each Chinese sign, each mark, letters and digits in a row."""


class FileTeacher:
    """A sentence transformer that lies in a folder, ready to read. digest: SHA-256 of graph and pieces together. Raises
    TeacherError naming what is missing or cannot be used."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        graph, pieces = folder / GRAPH, folder / PIECES
        self.name, self.digest = folder.resolve().name, _digest(graph, pieces)
        self._cut, self._first, self._last = _cutter(pieces)
        self._session = session_of(graph)
        self._wants = [one.name for one in self._session.get_inputs()]
        if not {"input_ids", "attention_mask"} <= set(self._wants) <= {"input_ids", "attention_mask", "token_type_ids"}:
            raise TeacherError(f"{graph} asks for {', '.join(self._wants)}. It must take input_ids and attention_mask.")
        self._threads = min(threads or os.cpu_count() or 1, MOST_THREADS)

    def vectors(
        self, texts: pa.Array, *, pieces: int = MOST_PIECES, done: Callable[[int], None] = lambda count: None
    ) -> F32:
        """Unit vectors of n texts, (n, d) float32; batches and cuts as the built-in teacher's. Raises TeacherError."""
        numbers, starts = self._cut(texts)
        lengths = shortened(np.diff(starts) + 2, pieces)
        found: F32 | None = None
        read = 0

        def read_batch(rows: I64) -> tuple[I64, F32]:
            return rows, self._read(numbers, starts[rows], lengths[rows])

        for rows, means in map_blocks(read_batch, batches_of(lengths), workers=self._threads):
            found = np.zeros((len(texts), means.shape[1]), np.float32) if found is None else found
            found[rows] = means
            read += len(rows)
            done(read)
        return np.zeros((0, 1), np.float32) if found is None else found

    def _read(self, numbers: I32, starts: I64, lengths: I64) -> F32:
        """Unit vectors of b texts: the graph's own sentence vector, or the mean of its states. (b, d)"""
        table = np.zeros((len(lengths), lengths.max()), np.int64)
        table[:, 0] = self._first
        for line, start, length in zip(table, starts, lengths, strict=True):
            line[1 : length - 1] = numbers[start : start + length - 2]
            line[length - 1] = self._last
        real = (np.arange(table.shape[1]) < lengths[:, None]).astype(np.int64)
        given = {"input_ids": table, "attention_mask": real, "token_type_ids": np.zeros_like(table)}
        names = [one.name for one in self._session.get_outputs()]
        at = names.index("sentence_embedding") if "sentence_embedding" in names else 0
        try:
            told = self._session.run([names[at]], {name: given[name] for name in self._wants})[0]
        except Exception as error:  # ONNX Runtime raises classes of its own for every kind of trouble
            raise TeacherError(f"The model {self.name} cannot read messages: {error}") from error
        means = (told * real[..., None]).sum(axis=1) / real.sum(axis=1, keepdims=True) if told.ndim == 3 else told
        if means.ndim != 2 or not np.isfinite(means).all():
            raise TeacherError(f"The model {self.name} gives no vectors of finite numbers.")
        return unit(means.astype(np.float32))


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as error:
            raise TeacherError(
                f"{path} cannot be read: {error.strerror}. A teacher's folder holds {GRAPH} and {PIECES}."
            ) from error
    return digest.hexdigest()


def _cutter(path: Path) -> tuple[Callable[[pa.Array], tuple[I32, I64]], int, int]:
    """How the model cuts texts, and its marks of beginning and end. Raises TeacherError."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        model = told["model"]
        vocabulary = model["vocab"]
        unigram = isinstance(vocabulary, list)
        numbers = {piece: i for i, (piece, _) in enumerate(vocabulary)} if unigram else dict(vocabulary)
        first, last, unknown = (numbers[mark] for mark in MARKS[0 if unigram else 1])
        if not unigram:
            return _word_cutter(numbers, unknown, model.get("continuing_subword_prefix", "##")), first, last
        scores = np.array([score for _, score in vocabulary], np.float32)
        names = [piece for piece, _ in vocabulary]
        pieces = learn_pieces(names, scores, unknown=unknown, apart=(first, last, unknown))
        return (lambda texts: cut(texts, pieces, most=MOST_PIECES - 2)), first, last
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TeacherError(
            f"{path} cannot be used ({type(error).__name__}: {error}). It must be a tokenizer.json of unigram pieces with "
            f"{' '.join(MARKS[0])}, or of WordPiece with {' '.join(MARKS[1])}."
        ) from error


def _word_cutter(
    numbers: Mapping[str, int], unknown: int, inside: str
) -> Callable[[pa.Array], tuple[npt.NDArray[Any], I64]]:
    """WordPiece: of each word the longest piece, then the longest that goes on; a word that cannot be written so is
    unknown."""

    def word(text: str) -> list[int]:
        found, start = [], 0
        while start < len(text):
            mark = inside if start else ""
            end = next((e for e in range(len(text), start, -1) if mark + text[start:e] in numbers), 0)
            if not end:
                return [unknown]
            found.append(numbers[mark + text[start:end]])
            start = end
        return found

    def cut_all(texts: pa.Array) -> tuple[I32, I64]:
        rows = [
            [number for one in WORD.findall(text[: 4 * MOST_PIECES]) for number in word(one)][: MOST_PIECES - 2]
            for text in texts.to_pylist()
        ]
        starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
        return np.array([number for row in rows for number in row], np.int32), starts

    return cut_all
