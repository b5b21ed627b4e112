"""How an entry is written and what stands for a text in it. Source: docs/rules/ledger.md; canonical JSON is RFC 8785."""

import secrets
from typing import Any

import rfc8785

from massline.tlog.layout import LONGEST_ENTRY
from massline.tlog.receipt import digest

__all__ = ["EntryTooLong", "canonical", "digest", "entry_bytes", "new_salt"]


class EntryTooLong(ValueError):
    """An entry that no reader of the log could take."""

    def __init__(self, kind: str, size: int) -> None:
        super().__init__(
            f"An entry {kind!r} of {size} bytes cannot be logged; {LONGEST_ENTRY} are the most. Log digests, not texts."
        )


def canonical(data: dict[str, Any]) -> str:
    """One spelling for one meaning (RFC 8785), so that a hash says something."""
    return rfc8785.dumps(data).decode()


def entry_bytes(at: str, kind: str, data: str) -> bytes:
    """What is hashed and published: canonical JSON of time (ISO 8601, UTC), kind and facts. data: canonical already.

    Raises EntryTooLong."""
    entry = f'{{"at":"{at}","data":{data},"kind":"{kind}"}}'.encode()
    if len(entry) > LONGEST_ENTRY:
        raise EntryTooLong(kind, len(entry))
    return entry


def new_salt() -> str:
    return secrets.token_hex(16)
