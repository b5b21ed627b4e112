"""Hashes and proofs: published vectors, the definition itself, and every broken proof refused."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.tlog.merkle import (
    BadProof,
    consistency_proof,
    empty_root,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from massline.tlog.tests.trees import MemoryLog, numbered, root_of

VECTORS = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes(range(0x60, 0x70))
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Leaves and roots of the reference tests of Certificate Transparency (google/certificate-transparency, merkle_tree_test)."""


def test_roots_are_those_of_the_published_vectors() -> None:
    for size, expected in enumerate(ROOTS, 1):
        assert root(size, MemoryLog(VECTORS[:size]).node).hex() == expected
    assert empty_root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_roots_and_proofs_are_those_of_another_implementation() -> None:
    """pymerkle's, as benchmarks/pymerkle_trees.py wrote them down."""
    trees = json.loads((Path(__file__).parent / "pymerkle.json").read_text(encoding="utf-8"))
    log = MemoryLog([str(number).encode() for number in range(trees[-1]["size"])])
    roots = {tree["size"]: bytes.fromhex(tree["root"]) for tree in trees}
    for tree in trees:
        size = tree["size"]
        assert root(size, log.node) == roots[size]
        inclusion = b"".join(one for index in range(size) for one in inclusion_proof(index, size, log.node))
        assert hashlib.sha256(inclusion).hexdigest() == tree["inclusion"], size
        for old in (one for one in roots if one <= size):
            proof = consistency_proof(old, size, log.node)
            verify_consistency(proof, old=old, old_root=roots[old], new=size, new_root=roots[size])
    assert len(trees) > 40


@pytest.mark.parametrize("size", [*range(1, 34), 255, 256, 257])
def test_every_entry_of_every_size_is_proved_and_no_other_leaf_is(size: int) -> None:
    log = MemoryLog(numbered(size))
    found = root_of([leaf_hash(entry) for entry in log.entries])
    assert root(size, log.node) == found
    for index in range(size) if size < 34 else (0, 1, size // 2, size - 2, size - 1):
        proof = inclusion_proof(index, size, log.node)
        verify_inclusion(proof, leaf_hash(log.entries[index]), index=index, size=size, root_hash=found)
        for wrong in {index - 1, index + 1} - {index}:
            with pytest.raises(BadProof):
                verify_inclusion(proof, leaf_hash(log.entries[index]), index=wrong, size=size, root_hash=found)
        with pytest.raises(BadProof):
            verify_inclusion(proof, leaf_hash(b"never said"), index=index, size=size, root_hash=found)


@pytest.mark.parametrize("new", [*range(1, 20), 256, 300])
def test_growth_between_any_two_sizes_is_proved_and_no_fork_is(new: int) -> None:
    log, other = MemoryLog(numbered(new)), MemoryLog([b"rewritten", *numbered(new - 1, start=1)])
    now = root(new, log.node)
    for old in range(new + 1) if new < 20 else (1, 2, 255, 256, new - 1):
        before = root(old, log.node)
        proof = consistency_proof(old, new, log.node)
        verify_consistency(proof, old=old, old_root=before, new=new, new_root=now)
        if old:
            with pytest.raises(BadProof):
                verify_consistency(proof, old=old, old_root=root(old, other.node), new=new, new_root=now)
            with pytest.raises(BadProof):
                verify_consistency(proof, old=old, old_root=before, new=new, new_root=root(new, other.node))


@given(st.integers(2, 70), st.data())
def test_a_proof_with_any_hash_changed_cut_or_added_is_refused(size: int, data: st.DataObject) -> None:
    log = MemoryLog(numbered(size))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, log.node)
    leaf, found = leaf_hash(log.entries[index]), root(size, log.node)
    at = data.draw(st.integers(0, len(proof) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = bytes([proof[at][0] ^ bit]) + proof[at][1:]
    for wrong in (
        [*proof[:at], changed, *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof[:at], proof[at], *proof[at:]],
        [*proof, proof[-1]],
        [*proof[:at], proof[at][:-1], *proof[at + 1 :]],
        [],
    ):
        with pytest.raises(BadProof):
            verify_inclusion(wrong, leaf, index=index, size=size, root_hash=found)


@given(st.integers(2, 70), st.data())
def test_a_consistency_proof_with_any_hash_changed_cut_or_added_is_refused(new: int, data: st.DataObject) -> None:
    log = MemoryLog(numbered(new))
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, log.node)
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    for wrong in ([*proof[:at], changed, *proof[at + 1 :]], [*proof[:at], *proof[at + 1 :]], [*proof, proof[-1]], []):
        with pytest.raises(BadProof):
            verify_consistency(wrong, old=old, old_root=root(old, log.node), new=new, new_root=root(new, log.node))


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0)])
def test_an_entry_outside_the_log_has_no_proof(index: int, size: int) -> None:
    log = MemoryLog(numbered(4))
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_proof(index, size, log.node)
    with pytest.raises(BadProof):
        verify_inclusion([], leaf_hash(b""), index=index, size=size, root_hash=empty_root())


def test_a_log_that_shrinks_is_refused() -> None:
    with pytest.raises(BadProof, match="shrunk from 5 to 4"):
        verify_consistency([], old=5, old_root=empty_root(), new=4, new_root=empty_root())
    with pytest.raises(ValueError, match="cannot have grown"):
        consistency_proof(5, 4, MemoryLog(numbered(5)).node)
