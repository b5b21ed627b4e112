"""The log's table. Nothing but `ledger.actions.append` writes it; no row is ever changed."""

import json
from datetime import datetime
from typing import Any, Self

from django.db import models

from massline.ledger.rules import START, Link


class EntryQuerySet(models.QuerySet["Entry"]):
    def newest_first(self) -> Self:
        return self.order_by("-index")


class Entry(models.Model):
    """One line of the public log: what happened, when, and the hash that ties it to all lines before it."""

    index = models.BigIntegerField(primary_key=True)
    at = models.CharField(max_length=32)  # ISO 8601, UTC; text, because its very bytes are hashed
    kind = models.CharField(max_length=60, db_index=True)
    data = models.TextField()  # canonical JSON
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.index} {self.kind}"

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.data)
        return facts

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def link(self) -> Link:
        return Link(self.index, self.at, self.kind, self.data, self.previous, self.hash)


class Head(models.Model):
    """The end of the chain, one row. Whoever holds it may append: on PostgreSQL by a row lock, on SQLite by the write lock."""

    size = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=START)

    def __str__(self) -> str:
        return f"{self.size} entries"
