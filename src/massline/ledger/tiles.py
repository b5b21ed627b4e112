"""The log as files: tiles, entry bundles and the signed checkpoint, written from the entries that have a number.

Each file is written beside its place and moved there; the checkpoint comes last. So a reader sees a whole log at any
moment, and whatever a crash leaves undone, the next call does again with the same bytes.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from massline.tlog.checkpoint import Checkpoint, VerifierKey, read_checkpoint, write_checkpoint
from massline.tlog.folder import fetch_from
from massline.tlog.layout import CHECKPOINT, TILE_WIDTH, bundle_path, tile_path, tiles_between, to_bundle
from massline.tlog.merkle import empty_root, leaf_hash, root
from massline.tlog.verify import MissingFile, Tiles, folded

Entries = Callable[[int, int], Sequence[bytes]]
"""The entries with the numbers start to end - 1."""


class LogDisagrees(Exception):
    """The published log and the database are not of one history."""


def published(folder: Path, key: VerifierKey) -> Checkpoint:
    """The checkpoint that lies in the folder; that of an empty log where there is none. Raises BadCheckpoint."""
    try:
        return read_checkpoint(fetch_from(folder, CHECKPOINT), key)
    except MissingFile:
        return Checkpoint(key.name, 0, empty_root())


def publish(
    folder: Path, entries: Entries, *, size: int, key: VerifierKey, sign: Callable[[bytes], bytes]
) -> Checkpoint:
    """Bring the folder up to the first `size` entries. Raises LogDisagrees, BadCheckpoint.

    Cost: the tiles that changed; the newest tile of each level is read again."""
    before = published(folder, key)
    if before.size > size:
        raise LogDisagrees(
            f"{folder} shows {before.size} entries, the database has {size}. The database was set back; bring its newest "
            "backup in, or tell your witnesses and begin a new log with a new name."
        )
    if before.size == size and size:
        return before
    for level, index, width in tiles_between(before.size, size):
        hashes = _leaves(folder, entries, index, width) if level == 0 else _nodes(folder, level, index, width, size)
        _write(folder / tile_path(level, index, width), b"".join(hashes))
    nodes = Tiles(lambda path: fetch_from(folder, path), size)
    if before.size and root(before.size, Tiles(lambda path: fetch_from(folder, path), before.size)) != before.root:
        raise LogDisagrees(
            f"The tiles in {folder} are not those of the checkpoint of {before.size} entries: they were changed."
        )
    now = Checkpoint(key.name, size, root(size, nodes))
    _write(folder / CHECKPOINT, write_checkpoint(now, key, sign).encode())
    return now


def _leaves(folder: Path, entries: Entries, index: int, width: int) -> list[bytes]:
    """The hashes of a tile of level 0; its bundle of entries is written on the way."""
    lines = entries(index * TILE_WIDTH, index * TILE_WIDTH + width)
    if len(lines) != width:
        raise LogDisagrees(f"Of the entries from {index * TILE_WIDTH} on, {len(lines)} are there and not {width}.")
    _write(folder / bundle_path(index, width), to_bundle(lines))
    return [leaf_hash(line) for line in lines]


def _nodes(folder: Path, level: int, index: int, width: int, size: int) -> list[bytes]:
    """The hashes of a higher tile: each stands over a full tile of the level beneath."""
    tiles = Tiles(lambda path: fetch_from(folder, path), size)
    return [folded(tiles.tile(level - 1, index * TILE_WIDTH + at), level=level) for at in range(width)]


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    beside.write_bytes(content)
    os.replace(beside, path)
