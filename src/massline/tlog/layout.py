"""Where the parts of a log lie, and how hashes and entries are packed. Source: C2SP tlog-tiles.

A tile of level L holds up to 256 hashes of level 8·L of the tree. Entry bundles hold the same 256 entries as a tile of
level 0, each after its length in two bytes. A tile that is not full has its width in its name, so that no file ever
changes.
"""

import struct
from collections.abc import Iterator, Sequence

from .merkle import HASH_SIZE

TILE_WIDTH = 256
TILE_HEIGHT = 8
CHECKPOINT = "checkpoint"
LONGEST_ENTRY = 65_535


class BadTile(ValueError):
    """A tile or a bundle that does not hold what its name says."""


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """`tile/0/x001/067.p/12`."""
    return f"tile/{level}/{_number(index)}{_partial(width)}"


def bundle_path(index: int, width: int = TILE_WIDTH) -> str:
    """`tile/entries/x001/067`."""
    return f"tile/entries/{_number(index)}{_partial(width)}"


def _number(index: int) -> str:
    digits = [f"{index % 1000:03}"]
    while index := index // 1000:
        digits.append(f"x{index % 1000:03}")
    return "/".join(reversed(digits))


def _partial(width: int) -> str:
    return "" if width == TILE_WIDTH else f".p/{width}"


def width_of(level: int, index: int, size: int) -> int:
    """How many hashes the tile has in a tree of `size`; 0 where there is no such tile."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


def tiles_between(old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """Level, index and width of every tile that a log must write when it grows from old to new."""
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = old >> (TILE_HEIGHT * level), new >> (TILE_HEIGHT * level)
        if after > before:
            for index in range(before // TILE_WIDTH, (after - 1) // TILE_WIDTH + 1):
                yield level, index, width_of(level, index, new)
        level += 1


def to_hashes(tile: bytes, *, width: int) -> list[bytes]:
    """The hashes of a tile. Raises BadTile."""
    if len(tile) != width * HASH_SIZE:
        raise BadTile(f"A tile of {width} hashes has {len(tile)} bytes; {width * HASH_SIZE} were expected.")
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def to_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries packed. Raises ValueError for one that is too long."""
    if any(len(entry) > LONGEST_ENTRY for entry in entries):
        raise ValueError(f"An entry has more than {LONGEST_ENTRY} bytes.")
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def to_entries(bundle: bytes, *, width: int) -> list[bytes]:
    """Entries unpacked. Raises BadTile."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        if at + 2 > len(bundle):
            raise BadTile("A bundle ends in the middle of a length.")
        (length,) = struct.unpack_from(">H", bundle, at)
        at += 2
        if at + length > len(bundle):
            raise BadTile(f"A bundle is cut off in entry {len(entries)}.")
        entries.append(bundle[at : at + length])
        at += length
    if len(entries) != width:
        raise BadTile(f"A bundle holds {len(entries)} entries; {width} were expected.")
    return entries
