"""How entries are chained. Source: docs/rules/ledger.md; canonical JSON is RFC 8785."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import rfc8785

START = "0" * 64  # what the first entry names as the one before it


@dataclass(frozen=True, slots=True)
class Link:
    """One entry as the chain sees it. `at` is ISO 8601 in UTC, `data` canonical JSON."""

    index: int
    at: str
    kind: str
    data: str
    previous: str
    hash: str


class BrokenChain(ValueError):
    """An entry does not follow from the one before it."""

    def __init__(self, index: int, found: str) -> None:
        super().__init__(f"Entry {index}: {found}. The log was changed after it was written.")
        self.index = index


class UnreadableLine(ValueError):
    """A line of a downloaded log is no entry."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"Line {line} is no entry: {problem}. Download the log again, whole.")
        self.line = line


def canonical(data: dict[str, Any]) -> str:
    """One spelling for one meaning (RFC 8785), so that a hash says something."""
    return rfc8785.dumps(data).decode()


def entry_hash(index: int, at: str, kind: str, *, data: str, previous: str) -> str:
    """SHA-256 over the entry's canonical form, the hash before it included."""
    line = canonical({"index": index, "at": at, "kind": kind, "data": data, "previous": previous})
    return hashlib.sha256(line.encode()).hexdigest()


def new_salt() -> str:
    return secrets.token_hex(16)


def digest(text: str, salt: str) -> str:
    """Salted SHA-256 of a text. The salt lies with the text: erase both, and the digest tells nothing any more."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def verify(links: Iterable[Link]) -> tuple[int, str]:
    """Walk the chain from its start; return how many entries there are and the last hash. Raises BrokenChain."""
    size, previous = 0, START
    for link in links:
        if link.index != size:
            raise BrokenChain(link.index, f"number {size} was expected here")
        if link.previous != previous:
            raise BrokenChain(link.index, "it names another entry before it")
        if link.hash != entry_hash(link.index, link.at, link.kind, data=link.data, previous=previous):
            raise BrokenChain(link.index, "its content does not give its hash")
        size, previous = size + 1, link.hash
    return size, previous


def to_line(link: Link) -> str:
    """One line of the download: a JSON object with the six values that the chain sees."""
    facts = {"index": link.index, "at": link.at, "kind": link.kind, "data": link.data}
    return json.dumps({**facts, "previous": link.previous, "hash": link.hash}, ensure_ascii=False) + "\n"


def from_lines(lines: Iterable[str]) -> Iterator[Link]:
    """The entries of a download, for `verify`. Raises UnreadableLine."""
    for number, line in enumerate(lines, 1):
        try:
            yield Link(**json.loads(line))
        except (ValueError, TypeError) as problem:
            raise UnreadableLine(number, str(problem)) from problem
