"""Reads of the log."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from massline.ledger.keys import read_signer
from massline.ledger.models import Entry
from massline.ledger.tiles import published
from massline.tlog.checkpoint import Checkpoint
from massline.tlog.folder import fetch_from
from massline.tlog.layout import CHECKPOINT, TILE_WIDTH
from massline.tlog.merkle import BadProof, inclusion_proof, leaf_hash
from massline.tlog.receipt import Proof, Receipt
from massline.tlog.verify import Tiles

PIECE = 2_048  # entries held at once; eight tiles


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
