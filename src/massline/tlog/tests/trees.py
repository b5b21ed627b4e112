"""A log in memory, with everything that a real one publishes."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from massline.tlog.checkpoint import Checkpoint, VerifierKey, write_checkpoint
from massline.tlog.layout import TILE_WIDTH, bundle_path, tile_path, tiles_between, to_bundle
from massline.tlog.merkle import leaf_hash, node_hash, root
from massline.tlog.verify import MissingFile, folded

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("town.example/log", SECRET.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root by the definition of RFC 6962, 2.1, in so many words: slow, and nothing is shared with what is tested."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


class MemoryLog:
    """Entries, and the files of their log. `files` may be spoilt by a test."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.files: dict[str, bytes] = {}
        self.entries: list[bytes] = []
        self.grow(entries)

    def grow(self, entries: Sequence[bytes]) -> None:
        """Append and publish."""
        old = len(self.entries)
        self.entries = [*self.entries, *entries]
        for level, index, width in tiles_between(old, len(self.entries)):
            here = slice(index * TILE_WIDTH, index * TILE_WIDTH + width)
            if level == 0:
                self.files[bundle_path(index, width)] = to_bundle(self.entries[here])
                hashes = [leaf_hash(entry) for entry in self.entries[here]]
            else:
                hashes = [self._above(level - 1, index * TILE_WIDTH + at) for at in range(width)]
            self.files[tile_path(level, index, width)] = b"".join(hashes)
        checkpoint = Checkpoint(KEY.name, len(self.entries), root(len(self.entries), self.node))
        self.files["checkpoint"] = write_checkpoint(checkpoint, KEY, SECRET.sign).encode()

    def _above(self, level: int, index: int) -> bytes:
        tile = self.files[tile_path(level, index)]
        return folded([tile[at : at + 32] for at in range(0, len(tile), 32)], level=level)

    def node(self, level: int, index: int) -> bytes:
        """Straight from the entries."""
        return root_of([leaf_hash(entry) for entry in self.entries[index << level : (index + 1) << level]])

    def fetch(self, path: str) -> bytes:
        """See `verify.Fetch`."""
        if path not in self.files:
            raise MissingFile(path)
        return self.files[path]


def numbered(count: int, *, start: int = 0) -> list[bytes]:
    """Entries that differ."""
    return [f"entry {number}".encode() for number in range(start, start + count)]
