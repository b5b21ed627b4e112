"""Reads of the log."""

from collections.abc import Iterator

from massline.ledger.models import Entry, Head
from massline.ledger.rules import START, Link, verify

PIECE = 2_000  # entries held at once


def links() -> Iterator[Link]:
    """Every entry from the first on. Memory does not grow.

    Read in pieces that are complete in themselves: a web server may ask for each piece in another thread, and no cursor
    outlives a thread's connection."""
    start = 0
    while piece := list(Entry.objects.filter(index__gte=start).order_by("index")[:PIECE]):
        yield from (entry.link for entry in piece)
        start = piece[-1].index + 1


def head() -> tuple[int, str]:
    """How many entries there are, and the hash of the last one."""
    end = Head.objects.filter(pk=1).first()
    return (end.size, end.hash) if end else (0, START)


def verify_log() -> tuple[int, str]:
    """Check every entry of this installation. Returns size and last hash; raises BrokenChain."""
    return verify(links())
