"""Where files are kept: each once, under the digest of its content, whole or not at all."""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO

_DIGEST = re.compile(r"[0-9a-f]{64}")
AT_ONCE = 500  # digests that are asked about together


class NoRoom(OSError):
    """The disk is full, or cannot be written to: nothing was kept."""


class Shelf:
    """A folder of files. No name that anybody typed is ever a part of a path in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep this; its SHA-256 in hexadecimal. Written beside, synced, renamed: killed at any moment, it is there whole or not
        there. Kept before, it counts as new, so that `clear` leaves it alone. Raises NoRoom."""
        digest = hashlib.sha256(content).hexdigest()
        place = self._place(digest)
        try:
            with self._held(fcntl.LOCK_SH):
                if place.exists() and place.stat().st_size == len(content):
                    os.utime(place)
                else:
                    _write(place, content)
        except OSError as problem:
            raise NoRoom(problem.errno, problem.strerror, str(self.root)) from problem
        return digest

    def has(self, digest: str) -> bool:
        return self._place(digest).is_file()

    def open(self, digest: str) -> BinaryIO:
        """Raises FileNotFoundError for what is not there."""
        return self._place(digest).open("rb")

    def clear(self, wanted: Callable[[Collection[str]], set[str]], *, before: float) -> int:
        """Throw away what nobody wants and nobody put here since `before` (seconds since 1970), and halves that a killed process
        left. Cleared since then, it is left alone. wanted: of some digests those that are still wanted. Returns how many went."""
        done = self.root / "cleared"
        if not self.root.is_dir() or (done.exists() and done.stat().st_mtime >= before):
            return 0
        gone, asked = 0, list[Path]()
        for place in self.root.glob("??/*"):
            asked.append(place)
            if len(asked) == AT_ONCE:
                gone += self._clear(asked, wanted, before)
                asked = []
        done.touch()
        return gone + self._clear(asked, wanted, before)

    def _clear(self, places: list[Path], wanted: Callable[[Collection[str]], set[str]], before: float) -> int:
        """Nobody puts anything here meanwhile: what is old and unwanted now is so when it goes."""
        gone = 0
        with self._held(fcntl.LOCK_EX):
            old = [place for place in places if place.exists() and place.stat().st_mtime < before]
            kept = wanted([place.name for place in old]) if old else set()
            for place in old:
                if place.name not in kept:
                    place.unlink()
                    gone += 1
        return gone

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise FileNotFoundError(digest)
        return self.root / digest[:2] / digest

    @contextlib.contextmanager
    def _held(self, how: int) -> Iterator[None]:
        """Many may put at once; who clears is alone."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
