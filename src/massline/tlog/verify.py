"""Is my entry in? Did the log only grow? Does it hold what it says? Answers from its files alone, wherever they come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .checkpoint import BadCheckpoint, Checkpoint, VerifierKey, read_checkpoint
from .layout import (
    CHECKPOINT,
    TILE_HEIGHT,
    TILE_WIDTH,
    BadTile,
    bundle_path,
    tile_path,
    to_entries,
    to_hashes,
    width_of,
)
from .merkle import (
    BadProof,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

Fetch = Callable[[str], bytes]
"""The bytes of a file of the log by its path. Raises MissingFile."""

REFUSALS = (BadCheckpoint, BadTile, BadProof)
"""What a log that is not whole, not its own or not honest is refused with."""


class MissingFile(LookupError):
    """A file that the log does not have."""


class NotInLog(LookupError):
    """No entry of the log has this content."""


class Tiles:
    """The nodes of a tree of `size`, read from its tiles. A tile is fetched once; the last few are kept."""

    KEPT = 64

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch, self._size = fetch, size
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """See `merkle.Nodes`. Raises BadTile, MissingFile."""
        tile_level, above = divmod(level, TILE_HEIGHT)
        first = index << above
        tile = self.tile(tile_level, first // TILE_WIDTH)
        at = first % TILE_WIDTH
        return folded(tile[at : at + (1 << above)], level=tile_level)

    def tile(self, level: int, index: int) -> list[bytes]:
        """The hashes of one tile. Raises BadTile, MissingFile."""
        if (level, index) not in self._tiles:
            width = width_of(level, index, self._size)
            if width == 0:
                raise BadTile(f"A log of {self._size} entries has no tile {index} on level {level}.")
            found = to_hashes(
                self._part(tile_path(level, index, width), tile_path(level, index), 32 * width), width=width
            )
            while len(self._tiles) >= self.KEPT:
                del self._tiles[next(iter(self._tiles))]
            self._tiles[level, index] = found
        return self._tiles[level, index]

    def entries(self, index: int) -> list[bytes]:
        """The entries of one bundle. Raises BadTile, MissingFile."""
        width = width_of(0, index, self._size)
        try:
            return to_entries(self._fetch(bundle_path(index, width)), width=width)
        except MissingFile:
            return to_entries(self._fetch(bundle_path(index)), width=TILE_WIDTH)[:width]

    def _part(self, path: str, whole: str, length: int) -> bytes:
        """A tile that is not full may be gone once it is (C2SP tlog-tiles): then the full one begins with it."""
        try:
            return self._fetch(path)
        except MissingFile:
            return self._fetch(whole)[:length]


def folded(hashes: list[bytes], *, level: int) -> bytes:
    """The node over a power of two of hashes. Raises BadTile for any other number."""
    if not hashes or len(hashes) & (len(hashes) - 1):
        raise BadTile(f"A tile of level {level} is too short.")
    while len(hashes) > 1:
        hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(frozen=True, slots=True)
class Found:
    """Where an entry stands, under which checkpoint, and the proof."""

    index: int
    checkpoint: Checkpoint
    proof: list[bytes]


def newest(fetch: Fetch, key: VerifierKey) -> Checkpoint:
    """The log's checkpoint. Raises BadCheckpoint, MissingFile."""
    return read_checkpoint(fetch(CHECKPOINT), key)


def find_entry(fetch: Fetch, key: VerifierKey, entry: bytes, *, index: int | None = None) -> Found:
    """The entry in the log, proved. index: where it should stand; looked for from the end when it is not known.

    Raises NotInLog, or one of REFUSALS when the log is not whole or not honest. Cost: a tile a level; without an index, up to all
    tiles of level 0 (32 bytes an entry).
    """
    checkpoint = newest(fetch, key)
    tiles = Tiles(fetch, checkpoint.size)
    leaf = leaf_hash(entry)
    place = _place_of(leaf, tiles, checkpoint.size) if index is None else index
    if place >= checkpoint.size:
        raise NotInLog(f"The log has {checkpoint.size} entries; yours would be number {place}. It may not be in yet.")
    proof = inclusion_proof(place, checkpoint.size, tiles)
    verify_inclusion(proof, leaf, index=place, size=checkpoint.size, root_hash=checkpoint.root)
    return Found(place, checkpoint, proof)


def _place_of(leaf: bytes, tiles: Tiles, size: int) -> int:
    for index in range((size - 1) // TILE_WIDTH, -1, -1):
        hashes = tiles.tile(0, index)
        if leaf in hashes:
            return index * TILE_WIDTH + hashes.index(leaf)
    raise NotInLog(f"None of the {size} entries of the log is this one.")


def check_growth(fetch: Fetch, key: VerifierKey, kept: Checkpoint) -> Checkpoint:
    """The newest checkpoint, once it is proved that its log begins with the one that was kept. Raises one of REFUSALS."""
    now = newest(fetch, key)
    tiles = Tiles(fetch, now.size)
    proof = consistency_proof(kept.size, now.size, tiles) if kept.size < now.size else []
    verify_consistency(proof, old=kept.size, old_root=kept.root, new=now.size, new_root=now.root)
    if root(now.size, tiles) != now.root:
        raise BadProof("The tiles do not give the root that the log signed.")
    return now


def check_all(fetch: Fetch, key: VerifierKey) -> Iterator[int]:
    """Read every entry and every tile; yields how many entries have been checked. Raises one of REFUSALS.

    Cost: two hashes an entry; memory: a tile a level.
    """
    checkpoint = newest(fetch, key)
    tiles = Tiles(fetch, checkpoint.size)
    level, size = 0, checkpoint.size
    while size >> (TILE_HEIGHT * level):
        for index in range(-(-(size >> (TILE_HEIGHT * level)) // TILE_WIDTH)):
            found = tiles.tile(level, index)
            if level == 0:
                true = [leaf_hash(entry) for entry in tiles.entries(index)]
                yield index * TILE_WIDTH + len(found)
            else:
                true = [folded(tiles.tile(level - 1, index * TILE_WIDTH + at), level=level) for at in range(len(found))]
            if found != true:
                raise BadTile(
                    f"{tile_path(level, index, len(found))} does not hold the hashes of what lies beneath it."
                )
        level += 1
    if root(size, tiles) != checkpoint.root:
        raise BadProof("The tiles do not give the root that the log signed.")
