"""Reads of the log."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.conf import settings

from massline.ledger.keys import read_signer
from massline.ledger.models import Entry
from massline.ledger.tiles import published
from massline.tlog.checkpoint import BadCheckpoint, Checkpoint, read_checkpoint
from massline.tlog.folder import fetch_from
from massline.tlog.layout import CHECKPOINT, TILE_WIDTH
from massline.tlog.merkle import BadProof, inclusion_proof, leaf_hash
from massline.tlog.receipt import BadReceipt, Proof, Receipt, read_receipt
from massline.tlog.verify import REFUSALS, Tiles

PIECE = 2_048  # entries held at once; eight tiles


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries of one page, the newest first. older: what to ask for to see those before them, "" at the beginning of the log."""

    entries: list[Entry]
    older: str


def stretch(before: str, length: int) -> Stretch:
    """The newest entries, or those older than `before` (what an address says; what cannot be read counts as not given).

    Reads length + 1 rows by index, wherever in the log it is: nothing is counted or passed over."""
    found = Entry.objects.newest_first()
    if before.isascii() and before.isdigit() and len(before) <= 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: length + 1])
    if before and not rows:
        return stretch("", length)
    return Stretch(rows[:length], str(rows[length - 1].pk) if len(rows) > length else "")


def numbered_entries() -> Iterator[Entry]:
    """Every entry that has its number, in order. Memory does not grow.

    Read in pieces that are complete in themselves: a web server may ask for each piece in another thread, and no cursor
    outlives a thread's connection."""
    start = 0
    while piece := list(Entry.objects.numbered(start, start + PIECE)):
        yield from piece
        start += PIECE


def download_lines() -> Iterator[str]:
    """One JSON object an entry: its number, and what is hashed."""
    for entry in numbered_entries():
        yield f'{{"index":{entry.index},"entry":{json.dumps(entry.line.decode(), ensure_ascii=False)}}}\n'


def log_key() -> str:
    """The public key that the log is checked with. Raises KeyRefused."""
    return str(read_signer(Path(settings.LOG_KEY), settings.LOG_NAME)[0])


def newest_checkpoint() -> Checkpoint:
    """What is published now. Raises KeyRefused, BadCheckpoint."""
    return published(Path(settings.LOG_ROOT), read_signer(Path(settings.LOG_KEY), settings.LOG_NAME)[0])


def receipt_for(entry: Entry, salt: str) -> Receipt:
    """What the sender keeps: the entry, and the proof that it is in once it is. Raises KeyRefused, BadCheckpoint."""
    folder = Path(settings.LOG_ROOT)
    key, _sign = read_signer(Path(settings.LOG_KEY), settings.LOG_NAME)
    size = published(folder, key).size
    if entry.index is None or entry.index >= size:
        return Receipt(key, entry.line, salt)
    proof = inclusion_proof(entry.index, size, Tiles(lambda path: fetch_from(folder, path), size))
    return Receipt(key, entry.line, salt, Proof(entry.index, fetch_from(folder, CHECKPOINT).decode(), tuple(proof)))


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a proof found: `yes`, `no`, or `unknown` where nothing could be said.

    ours: it is of this installation's log. included: its hashes lead from the entry to the root of its checkpoint. signed: that
    checkpoint is signed with the key that it names. text: these words are the ones that were logged."""

    readable: str
    ours: str = ""
    included: str = ""
    signed: str = ""
    text: str = ""
    log: str = ""
    kind: str = ""
    at: str = ""


def check_proof(content: bytes, text: str, *, ours: str) -> Checked:
    """Check the file that a receipt's page gave, by itself. text: words it may prove, "" for none. ours: this log's key, or "".

    The same checks as static/ledger/proof.js."""
    try:
        proof = read_receipt(content)
    except (BadReceipt, BadCheckpoint):
        return Checked("no")
    told = json.loads(proof.entry)
    signed = included = "unknown"
    if proof.proof:
        signed = _outcome(partial(read_checkpoint, proof.proof.checkpoint.encode(), proof.key))
        included = _outcome(proof.check_proof) if signed == "yes" else "unknown"
    return Checked(
        "yes",
        ours="unknown" if not ours else "yes" if ours == str(proof.key) else "no",
        included=included,
        signed=signed,
        text=_outcome(partial(proof.check_text, text)) if text else "unknown",
        log=proof.key.name,
        kind=str(told.get("kind", "")),
        at=str(told.get("at", "")),
    )


def _outcome(check: Callable[[], object]) -> str:
    try:
        check()
    except (*REFUSALS, BadReceipt):
        return "no"
    return "yes"


def verify_log() -> Checkpoint:
    """Check that the published log holds just what the database has. Raises BadProof, BadTile, MissingFile, KeyRefused."""
    checkpoint = newest_checkpoint()
    tiles = Tiles(lambda path: fetch_from(Path(settings.LOG_ROOT), path), checkpoint.size)
    count = 0
    for count, entry in enumerate(numbered_entries(), 1):
        if count > checkpoint.size or entry.index != count - 1:
            break
        at = entry.index % TILE_WIDTH
        if tiles.tile(0, entry.index // TILE_WIDTH)[at] != leaf_hash(entry.line):
            raise BadProof(f"Entry {entry.index} of the database is not the one that was published: it was changed.")
    if count != checkpoint.size:
        raise BadProof(f"The log was published with {checkpoint.size} entries; the database has {count} in a row.")
    return checkpoint
