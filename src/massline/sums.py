"""Sums over all rows of the house, for pages that everybody opens.

A sum that is quick is reckoned anew each time: a small house always shows this moment. One that takes longer than WORTH is kept,
and reckoned anew beside the pages once it is old; they go on showing the last one and say from when it is, and nobody waits. The
database keeps it for other processes and for the next start. What is kept are figures, never words: words go when they are hidden
or erased. Why so: docs/decisions/0036-slow-sums-are-kept.md."""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Generic, Protocol, TypeVar

from django.core.cache import caches
from django.db import connections

WORTH: Final = 0.25  # seconds: what takes less is not kept
TIMES: Final = 20  # as long as it took, so often, it is kept: reckoning takes a twentieth of one processor at most
MOST: Final = 1_000  # sums that a process keeps at once
Value = TypeVar("Value")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sum(Generic[Value]):
    """A sum. at: when it was reckoned; None for this moment."""

    value: Value
    at: datetime | None = None


class Shelf(Protocol):
    """Where sums lie for other processes: one of Django's caches."""

    def get(self, key: str) -> tuple[Any, float, float] | None: ...
    def set(self, key: str, value: object, timeout: None) -> None: ...
    def delete(self, key: str) -> object: ...


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    at: float  # seconds since 1970
    until: float


def _beside(act: Callable[[], None]) -> None:
    """In a thread, with a database connection of its own."""

    def go() -> None:
        try:
            act()
        finally:
            connections.close_all()

    threading.Thread(target=go, daemon=True).start()


class Sums:
    """The sums of one process. For threads. clock: seconds since 1970; beside: does an act while the caller goes on."""

    def __init__(
        self,
        shelf: Callable[[], Shelf | None],
        *,
        worth: float = WORTH,
        clock: Callable[[], float] = time.time,
        beside: Callable[[Callable[[], None]], None] = _beside,
    ) -> None:
        self.shelf, self.worth = shelf, worth
        self._clock, self._beside = clock, beside
        self._kept: dict[str, _Kept] = {}
        self._looked_up: set[str] = set()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def of(self, name: str, reckon: Callable[[], Value]) -> Sum[Value]:
        """What `reckon` says, or has said under this name lately: plain lists, mappings and figures. A name stands for one shape
        of them: the shelf outlives the program. Who asks first waits, and so do others meanwhile; what it raises they get."""
        kept, lock = self._kept.get(name), self._locks[name]
        if kept is None:
            with lock:
                kept = self._kept.get(name) or self._from_shelf(name)
                if kept is None:
                    return Sum(self._reckoned(name, reckon))
        if kept.until < self._clock() and lock.acquire(blocking=False):
            self._beside(lambda: self._again(name, reckon, lock))
        return Sum(kept.value, datetime.fromtimestamp(kept.at, UTC))

    def _from_shelf(self, name: str) -> _Kept | None:
        """Asked once: who finds nothing there reckons for herself from then on."""
        shelf = self.shelf()
        if shelf is None or name in self._looked_up:
            return None
        self._looked_up.add(name)
        return self._take(name, shelf)

    def _take(self, name: str, shelf: Shelf) -> _Kept | None:
        found = shelf.get(name)
        if found:
            self._keep(name, _Kept(*found))
        return self._kept.get(name)

    def _again(self, name: str, reckon: Callable[[], Any], lock: threading.Lock) -> None:
        """Holds the lock from its caller. What fails is logged, and tried again when somebody asks."""
        try:
            shelf = self.shelf()
            fresh = self._take(name, shelf) if shelf else None  # another process may have been faster
            if fresh is None or fresh.until < self._clock():
                self._reckoned(name, reckon)
        except Exception:
            log.exception("A sum could not be reckoned anew: %s", name)
        finally:
            lock.release()

    def _reckoned(self, name: str, reckon: Callable[[], Value]) -> Value:
        start = self._clock()
        value = reckon()
        end = self._clock()
        if end - start >= self.worth:
            self._keep(name, _Kept(value, start, end + TIMES * (end - start)), self.shelf())
        elif self._kept.pop(name, None) and (shelf := self.shelf()):
            shelf.delete(name)
        return value

    def _keep(self, name: str, kept: _Kept, shelf: Shelf | None = None) -> None:
        self._kept.pop(name, None)
        self._kept[name] = kept
        if shelf is not None:
            shelf.set(name, (kept.value, kept.at, kept.until), timeout=None)
        while len(self._kept) > MOST:
            self._kept.pop(next(iter(self._kept)), None)


SUMS: Final = Sums(lambda: caches["sums"])
