"""Hashes of leaves and nodes, and the two proofs. Sources: RFC 6962 section 2.1, RFC 9162 sections 2.1.3 and 2.1.4.

Sizes and indexes count entries from 0. A proof is a list of hashes of 32 bytes, lowest first. `Nodes` gives the hash of a
complete subtree: level 0 holds the leaves, node i of level h stands over the leaves i·2^h to (i+1)·2^h - 1.
"""

import hashlib
from collections.abc import Callable, Sequence

HASH_SIZE = 32
Nodes = Callable[[int, int], bytes]


class BadProof(ValueError):
    """A proof that does not prove what it is said to."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 over 0x00 and the entry (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 over 0x01 and both children (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    """The root of a tree without entries (RFC 6962, 2.1)."""
    return hashlib.sha256(b"").digest()


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` entries. Cost: one node a bit of size."""
    return _range_hash(0, size, nodes) if size else empty_root()


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The audit path of entry `index` in the tree of `size` (RFC 9162, 2.1.3.1). Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"Entry {index} is not in a tree of {size}.")
    return _path(index, 0, size, nodes)


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """That the tree of `new` begins with that of `old` (RFC 9162, 2.1.4.1). Empty from size 0 and between equal sizes."""
    if not 0 <= old <= new:
        raise ValueError(f"A tree of {old} cannot have grown to {new}.")
    return [] if old in (0, new) else _subproof(old, 0, new, whole=True, nodes=nodes)


def verify_inclusion(proof: Sequence[bytes], leaf: bytes, *, index: int, size: int, root_hash: bytes) -> None:
    """RFC 9162, 2.1.3.2. Raises BadProof."""
    if not 0 <= index < size:
        raise BadProof(f"Entry {index} cannot be in a log of {size} entries.")
    place, last, found = index, size - 1, leaf
    for sibling in _checked(proof):
        if last == 0:
            raise BadProof("The proof of inclusion is longer than the tree is high.")
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or found != root_hash:
        raise BadProof(f"The proof does not lead from entry {index} to the root of the log.")


def verify_consistency(proof: Sequence[bytes], *, old: int, old_root: bytes, new: int, new_root: bytes) -> None:
    """RFC 9162, 2.1.4.2. Raises BadProof."""
    if not 0 <= old <= new:
        raise BadProof(f"The log has shrunk from {old} to {new} entries.")
    if old in (0, new):
        _verify_trivial(proof, old=old, old_root=old_root, new=new, new_root=new_root)
        return
    before, after = _both_roots(_start_of_path(proof, old=old, old_root=old_root), old=old, new=new)
    if before != old_root or after != new_root:
        raise BadProof(f"The log of {new} entries does not begin with the {old} entries that it had.")


def _start_of_path(proof: Sequence[bytes], *, old: int, old_root: bytes) -> list[bytes]:
    """A tree whose size is a power of two is a node of the later tree: its root begins the path."""
    path = [*([old_root] if old & (old - 1) == 0 else []), *_checked(proof)]
    if len(path) < 2:
        raise BadProof("The proof of consistency is empty.")
    return path


def _both_roots(path: Sequence[bytes], *, old: int, new: int) -> tuple[bytes, bytes]:
    """The roots of the old and of the new tree, as the path has them (RFC 9162, 2.1.4.2, steps 4 to 6)."""
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise BadProof("The proof of consistency is longer than the tree is high.")
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    if last != 0:
        raise BadProof("The proof of consistency is shorter than the tree is high.")
    return before, after


def _verify_trivial(proof: Sequence[bytes], *, old: int, old_root: bytes, new: int, new_root: bytes) -> None:
    if proof:
        raise BadProof("Between these sizes nothing needs a proof, but one was given.")
    if old == 0 and old_root != empty_root():
        raise BadProof("The root of an empty log is not the one that was kept.")
    if old == new and old_root != new_root:
        raise BadProof(f"Two logs of {new} entries have two roots: the log was forked.")


def _checked(proof: Sequence[bytes]) -> Sequence[bytes]:
    if any(len(one) != HASH_SIZE for one in proof):
        raise BadProof("A hash of the proof does not have 32 bytes.")
    return proof


def _split(count: int) -> int:
    """The largest power of two below count (RFC 6962, 2.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash over leaves start to end - 1; start is a multiple of a power of two that is not below their number."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, start >> level)
    left = _split(count)
    return node_hash(_range_hash(start, start + left, nodes), _range_hash(start + left, end, nodes))


def _path(index: int, start: int, end: int, nodes: Nodes) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, nodes), _range_hash(middle, end, nodes)]
    return [*_path(index, middle, end, nodes), _range_hash(start, middle, nodes)]


def _subproof(old: int, start: int, end: int, *, whole: bool, nodes: Nodes) -> list[bytes]:
    """`whole`: the subtree start to end - 1 is still one that the old tree has as its root."""
    if old == end:
        return [] if whole else [_range_hash(start, end, nodes)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, whole=whole, nodes=nodes), _range_hash(middle, end, nodes)]
    return [*_subproof(old, middle, end, whole=False, nodes=nodes), _range_hash(start, middle, nodes)]
