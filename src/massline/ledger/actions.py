"""The one door to the log."""

from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils import timezone

from massline.ledger.models import Entry, Head
from massline.ledger.rules import canonical, entry_hash


@transaction.atomic
def append(kind: str, data: dict[str, Any]) -> Entry:
    """Add one entry inside the caller's transaction: the act and its entry stand or fall together.

    kind: `noun.past-participle`. data: public references and digests; no personal data."""
    head, _ = Head.objects.select_for_update().get_or_create(pk=1)
    index, at, text = head.size, timezone.now().astimezone(UTC).isoformat(timespec="milliseconds"), canonical(data)
    entry = Entry(index=index, at=at, kind=kind, data=text, previous=head.hash)
    entry.hash = entry_hash(index, at, kind, data=text, previous=head.hash)
    entry.save(force_insert=True)
    head.size, head.hash = index + 1, entry.hash
    head.save(update_fields=["size", "hash"])
    return entry
