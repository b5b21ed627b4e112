"""The one door to the log, and the sequencer behind it."""

from collections.abc import Iterable
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from massline.ledger.keys import make_key, read_signer
from massline.ledger.models import Entry, Head
from massline.ledger.rules import canonical, entry_bytes
from massline.ledger.tiles import publish, published
from massline.tlog.checkpoint import Checkpoint
from massline.tlog.layout import CHECKPOINT

BATCH = 4_096
"""Entries that are numbered, or published, in one transaction: on SQLite nobody else writes meanwhile."""


def append(kind: str, data: dict[str, Any]) -> Entry:
    """Add one entry inside the caller's transaction: the act and its entry stand or fall together.

    kind: `noun.past-participle`. data: public references and digests; no personal data. The entry waits for its number, so
    that acts do not wait for each other. Raises EntryTooLong."""
    return append_together((kind, data))[0]


def append_together(*acts: tuple[str, dict[str, Any]]) -> list[Entry]:
    """Add entries, in this order, for acts that happen as one: kinds and data as `append` takes them. One statement."""
    entries = [_entry(kind, data) for kind, data in acts]
    # Every act comes through here: a plain statement takes the processor half as long as `save`.
    values = ", ".join(["(%s, %s, %s)"] * len(entries))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_entry (at, kind, data) VALUES {values} RETURNING id",  # noqa: S608 - only placeholders
            [value for entry in entries for value in (entry.at, entry.kind, entry.data)],
        )
        keys = sorted(
            key for (key,) in cursor.fetchall()
        )  # given in the order of the values, whatever the order of the answer
    for entry, key in zip(entries, keys, strict=True):
        entry.pk = key
    return entries


def append_all(kind: str, data: Iterable[dict[str, Any]]) -> None:
    """Add one entry for each of many acts of a kind that were done by one statement; else as `append`."""
    Entry.objects.bulk_create([_entry(kind, one) for one in data], batch_size=500)


def _entry(kind: str, data: dict[str, Any]) -> Entry:
    at, text = timezone.now().astimezone(UTC).isoformat(timespec="milliseconds"), canonical(data)
    entry_bytes(at, kind, text)
    return Entry(at=at, kind=kind, data=text)


def sequence() -> Checkpoint:
    """Number all waiting entries and publish the log. Any number of processes may call it, as often as they like.

    A number is given in one transaction with the count of numbers, so none is given twice; what is published follows from
    the database alone, so a crash between the two is made good by the next call. Raises KeyRefused, LogDisagrees."""
    # A batch that is not full was the last: what is written meanwhile is the next call's, or a busy log would never be published.
    while _number_some() == BATCH:
        pass
    whole = False
    while not whole:
        checkpoint, whole = _publish_some()
    return checkpoint


@transaction.atomic
def _publish_some() -> tuple[Checkpoint, bool]:
    """The log as it is published now, and whether that is all of it."""
    head = _held_head()
    folder, key_file = Path(settings.LOG_ROOT), Path(settings.LOG_KEY)
    if not key_file.exists() and not (folder / CHECKPOINT).exists():
        make_key(key_file)
    key, sign = read_signer(key_file, settings.LOG_NAME)
    size = min(head.size, published(folder, key).size + BATCH)
    return publish(folder, _lines, size=size, key=key, sign=sign), size == head.size


def _held_head() -> Head:
    return Head.objects.select_for_update().get_or_create(pk=1)[0]


@transaction.atomic
def _number_some() -> int:
    """How many got one. Runs of rows that follow each other get their numbers by one statement each."""
    head = _held_head()
    waiting = list(Entry.objects.waiting().values_list("pk", flat=True)[:BATCH])
    starts = [at for at, (one, other) in enumerate(pairwise([-1, *waiting])) if other != one + 1 or at == 0]
    for start, end in pairwise([*starts, len(waiting)]):
        run = Entry.objects.filter(index=None, pk__range=(waiting[start], waiting[end - 1]))
        run.update(index=F("pk") - waiting[start] + head.size + start)
    head.size += len(waiting)
    head.save(update_fields=["size"])
    return len(waiting)


def _lines(start: int, end: int) -> list[bytes]:
    return [entry.line for entry in Entry.objects.numbered(start, end)]
