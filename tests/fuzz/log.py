"""What somebody may send to those who check a log: receipts, checkpoints, keys, tiles, bundles, proofs, whole files of a log.

    scripts/fuzz [SECONDS]

`judge` takes any bytes: whatever they are, they are refused in one of the ways that the documentation names, or they are what the
log has published; anything else is a crash or a forgery, and raises. The first byte chooses what the rest is read as. The corpus
beside this file is kept: every input of it is judged in every run of the tests.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from massline.tlog.checkpoint import VerifierKey, read_checkpoint, read_key
from massline.tlog.layout import to_bundle, to_entries, to_hashes
from massline.tlog.merkle import (
    HASH_SIZE,
    BadProof,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from massline.tlog.receipt import BadReceipt, Proof, Receipt, digest, read_receipt, write_receipt
from massline.tlog.tests.trees import KEY, MemoryLog
from massline.tlog.verify import REFUSALS, MissingFile, NotInLog, check_all, find_entry

CORPUS = Path(__file__).parent / "corpus"
WORDS, SALT = "老井没水了。", "salt"
ENTRIES = [
    json.dumps({"at": "2026-11-22", "data": {"digest": digest(WORDS, SALT), "number": number}, "kind": "k"}).encode()
    for number in range(21)
]
LOG = MemoryLog(ENTRIES)
ROOTS = {size: root(size, LOG.node) for size in range(len(ENTRIES) + 1)}
PUBLISHED = {MemoryLog(ENTRIES[:size]).files["checkpoint"].split(b"\n\n")[0] for size in (1, 7, len(ENTRIES))}


class Forged(Exception):
    """Something was accepted that the log has never published."""


def receipt(content: bytes) -> None:
    """A receipt with our key proves one of our entries, and what is read is written again as it was."""
    read = read_receipt(content)
    if read_receipt(write_receipt(read)) != read:
        raise Forged("A receipt reads otherwise once it is written again.")
    read.check_proof()
    if read.key == KEY and read.entry not in ENTRIES:
        raise Forged("A receipt proves an entry that the log does not have.")


def checkpoint(content: bytes) -> None:
    read_checkpoint(content, KEY)
    if content.split(b"\n\n")[0] not in PUBLISHED:
        raise Forged("A checkpoint is accepted that the log has never signed.")


def key(content: bytes) -> None:
    read = read_key(content.decode("utf-8", "replace"))
    if read_key(str(read)) != read:
        raise Forged("A key reads otherwise once it is written again.")


def bundle(content: bytes) -> None:
    if to_bundle(to_entries(content[1:], width=content[0])) != content[1:]:
        raise Forged("A bundle reads otherwise once it is packed again.")


def tile(content: bytes) -> None:
    if b"".join(to_hashes(content[1:], width=content[0])) != content[1:]:
        raise Forged("A tile reads otherwise once it is packed again.")


def inclusion(content: bytes) -> None:
    """Index, size and a proof: of an entry that is not in the log nothing is accepted, of ours only its own proof."""
    index, size, proof = content[0], content[1] % (len(ENTRIES) + 1), _hashes(content[2:])
    with suppress(BadProof):
        verify_inclusion(proof, leaf_hash(b"forged"), index=index, size=size, root_hash=ROOTS[size])
        raise Forged("A proof puts a forged entry into the log.")
    leaf = leaf_hash(ENTRIES[index % len(ENTRIES)])
    verify_inclusion(proof, leaf, index=index, size=size, root_hash=ROOTS[size])
    if proof != inclusion_proof(index, size, LOG.node):
        raise Forged("A proof is accepted that is not the one.")


def consistency(content: bytes) -> None:
    """Old and new size and a proof: never from a root that was not the log's, and only by the one proof."""
    old, new, proof = content[0], content[1] % (len(ENTRIES) + 1), _hashes(content[2:])
    with suppress(BadProof):
        verify_consistency(proof, old=old, old_root=leaf_hash(content), new=new, new_root=ROOTS[new])
        raise Forged("The log is said to have grown from a root that it never had.")
    known = ROOTS.get(old, b"")
    verify_consistency(proof, old=old, old_root=known, new=new, new_root=ROOTS[new])
    if proof != consistency_proof(old, new, LOG.node):
        raise Forged("A proof is accepted that is not the one.")


def published(content: bytes) -> None:
    """One file of the log is another one: whoever reads all of it notices."""
    path = sorted(LOG.files)[content[0] % len(LOG.files)]
    files = {**LOG.files, path: content[1:]}

    def fetch(wanted: str) -> bytes:
        if wanted not in files:
            raise MissingFile(wanted)
        return files[wanted]

    find_entry(fetch, KEY, ENTRIES[3], index=3)
    if max(check_all(fetch, KEY), default=0) not in (0, len(ENTRIES)) or (
        content[1:] != LOG.files[path] and path != "checkpoint"
    ):
        raise Forged(f"{path} was changed, and nobody noticed.")


def _hashes(content: bytes) -> list[bytes]:
    return [content[at : at + HASH_SIZE] for at in range(0, len(content), HASH_SIZE)]


READERS: tuple[Callable[[bytes], None], ...] = (
    receipt, checkpoint, key, bundle, tile, inclusion, consistency, published,
)  # fmt: skip


def judge(given: bytes) -> None:
    """Raises Forged, or what crashed."""
    if len(given) < 4:
        return
    with suppress(*REFUSALS, BadReceipt, MissingFile, NotInLog):
        READERS[given[0] % len(READERS)](given[1:])


def seeds() -> dict[str, bytes]:
    """A good one of each, for a search to begin with."""
    found = find_entry(LOG.fetch, KEY, ENTRIES[9])
    proof = Proof(found.index, LOG.files["checkpoint"].decode(), tuple(found.proof))
    whole = write_receipt(Receipt(KEY, ENTRIES[9], SALT, proof)).encode()
    size = len(ENTRIES)
    return {
        "receipt": b"\x00" + whole,
        "promise": b"\x00" + write_receipt(Receipt(KEY, ENTRIES[9], SALT)).encode(),
        "checkpoint": b"\x01" + LOG.files["checkpoint"],
        "key": b"\x02" + str(KEY).encode(),
        "weak-key": b"\x02" + str(VerifierKey("x", b"\x01" + bytes(31))).encode(),
        "bundle": b"\x03" + bytes([size]) + to_bundle(ENTRIES),
        "tile": b"\x04" + bytes([size]) + b"".join(map(leaf_hash, ENTRIES)),
        "inclusion": b"\x05" + bytes([9, size]) + b"".join(inclusion_proof(9, size, LOG.node)),
        "consistency": b"\x06" + bytes([7, size]) + b"".join(consistency_proof(7, size, LOG.node)),
        **{
            f"file-{number}": b"\x07" + bytes([number]) + LOG.files[path]
            for number, path in enumerate(sorted(LOG.files))
        },
    }


def main() -> None:
    """atheris' own arguments: `-max_total_time=600 CORPUS`."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, judge)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
