"""The log's tables. Nothing but `ledger.actions` writes them; no entry is ever changed but to get its number."""

import json
from datetime import datetime
from typing import Any, Self

from django.db import models

from massline.ledger.rules import entry_bytes


class EntryQuerySet(models.QuerySet["Entry"]):
    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def waiting(self) -> Self:
        """Written, but without a number yet, in the order they were written."""
        return self.filter(index=None).order_by("pk")

    def numbered(self, start: int, end: int) -> Self:
        """Those with the numbers start to end - 1, in order."""
        return self.filter(index__gte=start, index__lt=end).order_by("index")


class Entry(models.Model):
    """One line of the public log: what happened and when. It gets its number, `index`, within a second or so."""

    index = models.BigIntegerField(null=True, blank=True, unique=True)
    at = models.CharField(max_length=32)  # ISO 8601, UTC; text, because its very bytes are hashed
    kind = models.CharField(max_length=60)
    data = models.TextField()  # canonical JSON

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["id"], condition=models.Q(index=None), name="entries_without_a_number")]

    def __str__(self) -> str:
        return f"{'waiting' if self.index is None else self.index} {self.kind}"

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.data)
        return facts

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def line(self) -> bytes:
        """What is hashed and published."""
        return entry_bytes(self.at, self.kind, self.data)


class Head(models.Model):
    """How many entries have a number, one row. Whoever holds it may number and publish: on PostgreSQL by a row lock, on
    SQLite by the write lock."""

    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.size} entries"
