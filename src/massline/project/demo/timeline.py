"""Lets months pass within seconds: acts wait for their moment, and while one runs the whole house believes that it is then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from unittest import mock

from django.utils import timezone

Act = Callable[[], object]


class Timeline:
    """Acts in the order of their moments. An act may plan further ones. Those planned for after the end never happen."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Act]] = []
        self._number = count()
        self.now: datetime

    def at(self, moment: datetime, act: Act) -> None:
        """Plan an act. What is planned for a moment that has passed happens next."""
        heappush(self._waiting, (moment, next(self._number), act))

    def play(self, until: datetime) -> None:
        """Run every act planned up to `until`. Time never goes back: the ledger's times rise."""
        self.now = self._waiting[0][0]
        with mock.patch.object(timezone, "now", self._told):
            while self._waiting and self._waiting[0][0] <= until:
                moment, _, act = heappop(self._waiting)
                self.now = max(self.now, moment)
                act()

    def _told(self) -> datetime:
        return self.now
