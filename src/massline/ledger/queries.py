"""Reads of the log."""

from massline.ledger.models import Entry
from massline.ledger.rules import verify


def verify_log() -> tuple[int, str]:
    """Check every entry of this installation. Returns size and last hash; raises BrokenChain. Streams: memory does not grow."""
    return verify(entry.link for entry in Entry.objects.order_by("index").iterator(chunk_size=2000))
