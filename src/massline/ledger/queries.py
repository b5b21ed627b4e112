"""Reads of the log."""

from collections.abc import Iterator

from massline.ledger.models import Entry, Head
from massline.ledger.rules import START, Link, verify

CHUNK = 2_000  # entries held at once


def links() -> Iterator[Link]:
    """Every entry from the first on. Streams: memory does not grow."""
    return (entry.link for entry in Entry.objects.order_by("index").iterator(chunk_size=CHUNK))


def head() -> tuple[int, str]:
    """How many entries there are, and the hash of the last one."""
    end = Head.objects.filter(pk=1).first()
    return (end.size, end.hash) if end else (0, START)


def verify_log() -> tuple[int, str]:
    """Check every entry of this installation. Returns size and last hash; raises BrokenChain."""
    return verify(links())
